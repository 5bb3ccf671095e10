"""The hash chain of a case's ledger: `hash = SHA-256(previous hash || canonical JSON of the record)`."""

from __future__ import annotations

import hashlib

GENESIS = hashlib.sha256(b"greenlane ledger v1").digest()
"""The hash before a case's first event."""


def link(previous: bytes, record_json: str) -> bytes:
    """The hash (32 bytes) of a record that follows one with the hash `previous`."""
    return hashlib.sha256(previous + record_json.encode()).digest()
