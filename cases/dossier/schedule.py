"""When a dossier will be done: every application's limit laid on the calendar, one after what it needs. Pure.

A dependant's clock starts when the last of its prerequisites is due; practical edges delay nothing. The critical path is the
chain that ends last. Slack is working time: by how much an application may end later without moving the end of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Self

from cases.dossier.graph import Graph
from catalog.dossier import LinkedProcedure
from catalog.model import ProcedureVersion
from sla.calendar import WorkingCalendar
from sla.deadline import AfterHours, due
from sla.units import Budget, Unit

ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Limit:
    """How long an application may take; None: it has no limit, and takes no time."""

    budget: Budget | None
    after_hours: AfterHours = AfterHours.RECEIPT

    @classmethod
    def of(cls, procedure: ProcedureVersion | LinkedProcedure) -> Self:
        """The limit that the procedure sets."""
        return cls(procedure.limit, procedure.after_hours)


@dataclass(frozen=True, slots=True)
class Planned:
    """One application on the calendar."""

    starts_at: datetime
    ends_at: datetime
    """The operational due instant."""
    lawful_day: date | None = None
    lawful_end_at: datetime | None = None
    """24:00 of the lawful day, of a limit in days."""


@dataclass(frozen=True, slots=True)
class Progressed:
    """What is known of an application already."""

    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """All unfinished applications on the calendar."""

    planned: dict[str, Planned]
    critical_path: tuple[str, ...]
    """Unfinished applications only, in the order of release."""
    operational_at: datetime
    lawful_day: date
    slack: dict[str, timedelta] = field(default_factory=dict)
    lawful_end_at: datetime | None = None
    """The latest lawful end of a limit in days, where that lies behind the operational end; else None."""


def schedule(
    graph: Graph,
    limits: Mapping[str, Limit],
    from_at: datetime,
    calendar: WorkingCalendar,
    progress: Mapping[str, Progressed] | None = None,
) -> Schedule:
    """Lay a graph on the calendar, from an instant on. Raises CalendarRangeError where the calendar does not reach.

    `progress`: what has started or ended; an application that should have ended before `from_at` counts as ending then.
    """
    known = progress or {}
    planned: dict[str, Planned] = {}
    ended: dict[str, datetime] = {name: p.ended_at for name, p in known.items() if p.ended_at is not None}
    for name in graph.order:
        if name in ended:
            continue
        before = [ended[need] if need in ended else planned[need].ends_at for need in graph.hard[name]]
        started = known.get(name)
        starts_at = started.started_at if started is not None else max([from_at, *before])
        planned[name] = _planned(limits[name], starts_at, from_at, calendar)
    if not planned:
        last_at = calendar.local(max([from_at, *ended.values()]))
        return Schedule({}, (), last_at, last_at.date())
    return _with_path(graph, planned, calendar)


def _planned(limit: Limit, starts_at: datetime, from_at: datetime, calendar: WorkingCalendar) -> Planned:
    if limit.budget is None:
        ends_at = calendar.local(max(starts_at, from_at))
        return Planned(starts_at, ends_at, ends_at.date())
    end = due(limit.budget, starts_at, calendar, limit.after_hours)
    return Planned(starts_at, max(end.operational_at, calendar.local(from_at)), end.lawful_day, end.lawful_end_at)


def _with_path(graph: Graph, planned: dict[str, Planned], calendar: WorkingCalendar) -> Schedule:
    place_of = {name: place for place, name in enumerate(graph.names)}
    last = max(planned, key=lambda name: (planned[name].ends_at, -place_of[name]))
    path = [last]
    while before := [need for need in graph.hard[path[-1]] if need in planned]:
        # What was released early, or waits for nothing any more, has no chain behind it.
        need = max(before, key=lambda name: (planned[name].ends_at, -place_of[name]))
        path.append(need)
    ends_at = planned[last].ends_at
    days = [entry.lawful_day for entry in planned.values() if entry.lawful_day is not None]
    slack: dict[str, timedelta] = {}
    for name in reversed([name for name in graph.order if name in planned]):
        entry = planned[name]
        room = [
            calendar.between(entry.ends_at, planned[target].starts_at) + slack[target]
            for target in graph.dependants[name]
            if target in planned
        ]
        slack[name] = max(ZERO, min([calendar.between(entry.ends_at, ends_at), *room]))
    lawful = max((p.lawful_end_at for p in planned.values() if p.lawful_end_at is not None), default=ends_at)
    lawful_end_at = lawful if lawful > ends_at else None
    return Schedule(planned, tuple(reversed(path)), ends_at, max([ends_at.date(), *days]), slack, lawful_end_at)


_NOMINAL_MINUTES: Final = {
    # Only where no calendar says better: 8 hours a working day, 5 working days a week.
    Unit.MINUTES: 1 / 3,
    Unit.HOURS: 20.0,
    Unit.WORKING_MINUTES: 1.0,
    Unit.WORKING_HOURS: 60.0,
    Unit.WORKING_DAYS: 480.0,
    Unit.DAYS: 480 * 5 / 7,
    Unit.MONTHS: 480 * 5 / 7 * 30,
}


def nominal_path(graph: Graph, limits: Mapping[str, Limit]) -> tuple[str, ...]:
    """The critical path by nominal lengths, where the calendar does not reach."""
    length: dict[str, float] = {}
    before: dict[str, str | None] = {}
    for name in graph.order:
        needed = max(graph.hard[name], key=lambda need: length[need], default=None)
        budget = limits[name].budget
        own = 0.0 if budget is None else budget.amount * _NOMINAL_MINUTES[budget.unit]
        before[name] = needed
        length[name] = own + (0.0 if needed is None else length[needed])
    path: list[str] = []
    step = max(graph.names, key=lambda name: length[name], default=None)
    while step is not None:
        path.append(step)
        step = before[step]
    return tuple(reversed(path))
