"""Judging a department's program: what is sent to it, what was seen of it, and by which rules. Asks nobody."""
