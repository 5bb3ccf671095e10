"""How a calendar is read that was published before make-up days named the day off they stand for: from their source's prose.

A published version never changes, so this reading stays; no new version needs it (`DayException.instead_of`).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from sla.definition import DayException

_DAY_OFF: Final = re.compile(r"for (\d{1,2}) ([A-Z][a-z]+) (\d{4})")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def days_off_in_prose(entry: DayException) -> frozenset[date]:
    """The days off that the source of a make-up day speaks of, as in `make-up Saturday for 2 May 2025`."""
    named = _DAY_OFF.findall(entry.source)
    return frozenset(date(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day)) for day, month, year in named)
