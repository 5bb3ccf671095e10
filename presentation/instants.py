"""Instants as people of the province read them: the day as the language writes it, the last instant of a day as 24:00.

Machines read them in UTC.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import overload
from zoneinfo import ZoneInfo

from wording.text import LazyText, _, layout

_MIDNIGHT = time(0)


def day_said(on: date) -> LazyText:
    """A calendar day: `09/03/2026`, in English `2026-03-09`."""
    return _("{on:%Y-%m-%d}", on=on)


def instant_said(at: datetime, zone: ZoneInfo) -> LazyText:
    """Day and time of day."""
    local = at.astimezone(zone)
    day = day_said(local.date())
    return layout("{day} {local:%H:%M}", day=day, local=local)


def end_said(at: datetime, zone: ZoneInfo) -> LazyText:
    """An end of the law: where it is the end of a day, 24:00 of that day and not 00:00 of the next."""
    local = at.astimezone(zone)
    if local.time() != _MIDNIGHT:
        return instant_said(at, zone)
    day = day_said(local.date() - timedelta(days=1))
    return layout("{day} 24:00", day=day)


@overload
def instant_json(at: datetime) -> str: ...


@overload
def instant_json(at: None) -> None: ...


def instant_json(at: datetime | None) -> str | None:
    """An instant for machines, as events have it: in UTC with `Z`, never `+00:00`; one that was asked for in a zone keeps it."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")
