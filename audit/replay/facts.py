"""Which events are known at an instant, and from when on each counts. Pure; docs/replay.md 1 and 2."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, Final, NamedTuple

from events.language import case_events as ev
from events.language.case_events import EventRecord
from events.language.dossier_events import ApplicationEnded, ApplicationReleased, DossierClosed


class Recorded(NamedTuple):
    """An event with the business instant (UTC) at which it was recorded."""

    record: EventRecord
    recorded_at: datetime


def known_by(rows: Iterable[Recorded], known_at: datetime) -> tuple[EventRecord, ...]:
    """The events of a stream, in their order, up to the first that was recorded after the instant."""
    return tuple(row.record for row in takewhile(lambda row: row.recorded_at <= known_at, rows))


def counts_from(record: EventRecord) -> datetime:
    """The business instant from which an event counts: its own `at`, unless it says another."""
    said = _SAID.get(type(record.event))
    return record.at if said is None else said(record.event, record.at)


def _started(event: ev.ClockStarted, at: datetime) -> datetime:
    # What waited for our own turn has no clock before; one that takes another's place was anchored long ago.
    return max(at, event.anchored_at)


_SAID: Final[dict[type, Callable[[Any, datetime], datetime]]] = {
    ev.ClockPaused: lambda event, _: event.from_at,
    ev.ClockSuspended: lambda event, _: event.from_at,
    ev.ClockResumed: lambda event, _: event.until_at,
    ev.ClockStarted: _started,
    ev.StepAssigned: lambda event, _: event.assigned_at,
    ApplicationReleased: lambda event, _: event.released_at,
    ApplicationEnded: lambda event, _: event.ended_at,
    DossierClosed: lambda event, _: event.closed_at,
}


def counting(known: Sequence[EventRecord], at: datetime | None) -> tuple[EventRecord, ...]:
    """Those that count from the instant or before, in the order of the ledger; all of them for None.

    None of them where the opening does not: there was nothing then.
    """
    if at is None:
        return tuple(known)
    if not known or counts_from(known[0]) > at:
        return ()
    return tuple(record for record in known if counts_from(record) <= at)
