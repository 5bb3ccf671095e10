"""docs/invariants.md names checks and tests that are there, and every invariant that the auditor looks at."""

from __future__ import annotations

import re
from pathlib import Path

from audit.verification_report import INVARIANTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "invariants.md").read_text(encoding="utf-8")
PLACE = re.compile(r"`([a-z_0-9]+(?:/[a-z_0-9]+)+(?:\.py)?)`((?: \([^|]*?\))?)")


def test_what_the_page_names_is_there() -> None:
    """Each file, and in it each function that stands beside it."""
    places = PLACE.findall(PAGE)
    assert len(places) > 20
    for place, beside in places:
        assert (ROOT / place).exists(), place
        for name in re.findall(r"`([a-z_]+)`", beside) if place.endswith(".py") else ():
            assert name in (ROOT / place).read_text(encoding="utf-8"), f"{place}: {name}"


def test_the_page_tells_of_every_invariant() -> None:
    told = re.findall(r"^\| \*\*(I\d+)\*\* \|", PAGE, re.MULTILINE)
    assert told == list(INVARIANTS)
