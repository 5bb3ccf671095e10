"""The units in which law and lanes promise time."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

# No limit in the catalogue comes near this; it keeps a slip of the pen from overflowing a date.
AMOUNT_MAX: Final = 1_000_000
_AMOUNT: Final = re.compile(r"\s*(\d{1,7})\s*([a-z][a-z_ ]*)\s*")


class Unit(StrEnum):
    """What one unit of a budget is. Civil Code 2015 art. 145-148."""

    HOURS = "hours"
    """Wall-clock hours, from the exact instant (art. 147(1))."""
    WORKING_HOURS = "working_hours"
    """Hours of working time on the calendar, from the exact instant."""
    MINUTES = "minutes"
    """Like hours, finer: what a step's share of a promise comes to."""
    WORKING_MINUTES = "working_minutes"
    """Like working hours, finer."""
    WORKING_DAYS = "working_days"
    """Working days of the calendar; the first day is not counted."""
    DAYS = "days"
    """Calendar days; the first day is not counted, a last day off moves on."""
    MONTHS = "months"
    """Calendar months: the corresponding day or the month's last; a last day off moves on."""


WALL_CLOCK: Final = {Unit.HOURS: timedelta(hours=1), Unit.MINUTES: timedelta(minutes=1)}
"""The units that run by the wall clock from an exact instant, with their length."""
WORKING_TIME: Final = {Unit.WORKING_HOURS: timedelta(hours=1), Unit.WORKING_MINUTES: timedelta(minutes=1)}
"""The units that run in working time from an exact instant, with their length."""


class Budget(BaseModel):
    """An amount of time with its unit, such as 3 working days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: int = Field(gt=0, le=AMOUNT_MAX, strict=True)
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


def budget_of(text: str) -> Budget | None:
    """An amount as people type it, `3 working_days` or `1 Working Day`; None: it is none."""
    match = _AMOUNT.fullmatch(text.lower())
    name = match.group(2).strip().replace(" ", "_") if match else ""
    unit = next((unit for unit in Unit if name in (unit.value, unit.value.removesuffix("s"))), None)
    if match is None or unit is None:
        return None
    try:
        return Budget(amount=int(match.group(1)), unit=unit)
    except ValidationError:
        return None
