"""Amounts of time with their units: `3 ngày làm việc`, `1 hour`."""

from __future__ import annotations

from typing import Final

from wording.text import LazyText, _n

UNITS: Final = {
    "days": _n("{count} day", "{count} days", 1),
    "hours": _n("{count} hour", "{count} hours", 1),
    "minutes": _n("{count} minute", "{count} minutes", 1),
    "months": _n("{count} month", "{count} months", 1),
    "working_days": _n("{count} working day", "{count} working days", 1),
    "working_hours": _n("{count} working hour", "{count} working hours", 1),
    "working_minutes": _n("{count} working minute", "{count} working minutes", 1),
}


def counted(amount: int, unit: str) -> LazyText:
    """A number with its unit."""
    return UNITS[unit].filled(count=amount)
