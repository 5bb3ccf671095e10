"""The account of a life as reports see it, with the agencies' duties of the shipped catalogue."""

from __future__ import annotations

from datetime import datetime

from cases.reporting import Reckoning, reckoning_of
from catalog.loader import load_catalog
from tests.builders import Life

RULES = load_catalog().duties


def reckoning(life: Life, now: datetime | None = None) -> Reckoning:
    found = reckoning_of(life.definitions, life.records, RULES, now or life.records[-1].at)
    assert found is not None
    return found
