"""How much to check: a sample on every commit, everything with GREENLANE_TEST_TIER=long."""

from __future__ import annotations

import os

from hypothesis import settings

LONG = os.environ.get("GREENLANE_TEST_TIER") == "long"


def examples(commit: int) -> settings:
    """So many examples on every commit, thirty times as many in the long tier."""
    return settings(max_examples=commit * 30 if LONG else commit, deadline=None)
