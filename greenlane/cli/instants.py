"""Instants as people type them: RFC 3339, and never without the offset from UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from sla.calendar import RANGE_REMEDY
from sla.errors import CalendarRangeError, InstantInvalid, NaiveInstant, SuspensionReversed
from sla.suspension import Suspension

_DAY: Final = r"\d{4}-\d{2}-\d{2}"
_WHOLE: Final = re.compile(rf"^{_DAY}[Tt ]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d{{1,9}})?)?([Zz]|[+-]\d{{2}}:\d{{2}})$")
_NAIVE: Final = re.compile(rf"^{_DAY}([Tt ]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d{{1,9}})?)?)?$")
REMEDY: Final = "Write it as in 2026-03-02T09:00:00+07:00"


def instant_of(text: str, field: str) -> datetime:
    """The instant that a text names. Raises NaiveInstant without an offset, InstantInvalid for any other text.

    Raises CalendarRangeError at the ends of time, where the instant has no counterpart in UTC.
    """
    given = text.strip()
    if _NAIVE.match(given):
        raise NaiveInstant(f"{given} has no offset from UTC", field=field, remedy=REMEDY)
    if not _WHOLE.match(given):
        raise InstantInvalid(f"{given!r} is no instant of RFC 3339", field=field, remedy=REMEDY)
    try:
        at = datetime.fromisoformat(given.upper().replace(" ", "T"))
        at.astimezone(UTC)
    except ValueError as error:
        raise InstantInvalid(f"{given!r} is no instant: {error}", field=field, remedy=REMEDY) from None
    except OverflowError:
        raise CalendarRangeError(f"{given} is outside every calendar", field=field, remedy=RANGE_REMEDY) from None
    return at


def pause_of(text: str, field: str = "pause") -> Suspension:
    """`FROM/TO` as suspended time. Raises SuspensionReversed where it ends at or before its beginning."""
    begins, slash, ends = text.partition("/")
    if not slash:
        raise InstantInvalid(f"{text!r} is no pause", field=field, remedy="Write FROM/TO, two instants of RFC 3339")
    from_at, until_at = instant_of(begins, field), instant_of(ends, field)
    refuse_reversed(from_at, until_at, field)
    return Suspension(from_at=from_at, until_at=until_at, reason=field)


def refuse_reversed(from_at: datetime | None, until_at: datetime | None, field: str) -> None:
    """Raises SuspensionReversed where both are given and the end does not come after the beginning."""
    if from_at is not None and until_at is not None and until_at <= from_at:
        raise SuspensionReversed(
            f"it ends at {until_at.isoformat()}, not after it begins at {from_at.isoformat()}",
            field=field,
            remedy="Give an end after the beginning",
        )
