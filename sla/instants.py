"""Instants as people type them: RFC 3339, and never without the offset from UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from sla.errors import CalendarRangeError, InstantInvalid, NaiveInstant, SuspensionReversed
from sla.suspension import Suspension

_DAY: Final = r"\d{4}-\d{2}-\d{2}"
_WHOLE: Final = re.compile(rf"^{_DAY}[Tt ]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d{{1,9}})?)?([Zz]|[+-]\d{{2}}:\d{{2}})$")
_NAIVE: Final = re.compile(rf"^{_DAY}([Tt ]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d{{1,9}})?)?)?$")


def instant_of(text: str, field: str) -> datetime:
    """The instant that a text names. Raises NaiveInstant without an offset, InstantInvalid for any other text.

    Raises CalendarRangeError at the ends of time, where the instant has no counterpart in UTC.
    """
    given = text.strip()
    if _NAIVE.match(given):
        raise NaiveInstant.of("no_offset", field=field, given=given)
    if not _WHOLE.match(given):
        raise InstantInvalid.of("not_an_instant", field=field, given=repr(given))
    try:
        at = datetime.fromisoformat(given.upper().replace(" ", "T"))
        at.astimezone(UTC)
    except ValueError as error:
        raise InstantInvalid.of("impossible_instant", field=field, given=repr(given), why=error) from None
    except OverflowError:
        raise CalendarRangeError.of("outside_all", field=field, given=given) from None
    return at


def pause_of(text: str, field: str = "pause") -> Suspension:
    """`FROM/TO` as suspended time. Raises SuspensionReversed where it ends at or before its beginning."""
    begins, slash, ends = text.partition("/")
    if not slash:
        raise InstantInvalid.of("not_a_pause", field=field, given=repr(text))
    from_at, until_at = instant_of(begins, field), instant_of(ends, field)
    refuse_reversed(from_at, until_at, field)
    return Suspension(from_at=from_at, until_at=until_at, reason=field)


def refuse_reversed(from_at: datetime | None, until_at: datetime | None, field: str) -> None:
    """Raises SuspensionReversed where both are given and the end does not come after the beginning."""
    if from_at is not None and until_at is not None and until_at <= from_at:
        raise SuspensionReversed.of(
            "suspension_empty", field=field, until=until_at.isoformat(), begins=from_at.isoformat()
        )
