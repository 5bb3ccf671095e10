"""Checkpoints as a running system makes them: on time, by who holds the key, and into a file that leaves the house."""
