"""Instants as people of the province read them: the day as the language writes it, the last instant of a day as 24:00."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import overload
from zoneinfo import ZoneInfo

from wording.text import Said

_MIDNIGHT = time(0)


def day_said(on: date) -> Said:
    """A calendar day: `09/03/2026`, in English `2026-03-09`."""
    return Said(f"{on:%Y-%m-%d}", f"{on:%d/%m/%Y}")


def instant_said(at: datetime, zone: ZoneInfo) -> Said:
    """Day and time of day."""
    local = at.astimezone(zone)
    day = day_said(local.date())
    return Said(f"{day} {local:%H:%M}", f"{day.vi} {local:%H:%M}")


def end_said(at: datetime, zone: ZoneInfo) -> Said:
    """An end of the law: where it is the end of a day, 24:00 of that day and not 00:00 of the next."""
    local = at.astimezone(zone)
    if local.time() != _MIDNIGHT:
        return instant_said(at, zone)
    day = day_said(local.date() - timedelta(days=1))
    return Said(f"{day} 24:00", f"{day.vi} 24:00")


@overload
def instant_json(at: datetime) -> str: ...


@overload
def instant_json(at: None) -> None: ...


def instant_json(at: datetime | None) -> str | None:
    """An instant for machines, as events have it: in UTC with `Z`, never `+00:00`; one that was asked for in a zone keeps it."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")
