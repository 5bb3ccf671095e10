"""Proofs: Merkle trees over the logs, their signed checkpoints, and what each lets an outsider check. Pure."""
