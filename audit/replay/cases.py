"""A case as it stood at an instant, by what is known of it: `evolve` over the events that count by then. Pure.

What is known may hold an event that counts by then without another that came before it in the ledger: one that was received long
before it was decided, or a suspension that was noted later. docs/replay.md 3 to 6 says what becomes of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from audit.replay.facts import counting
from cases.evolve import evolve
from cases.model import Case, CaseStatus, ClockState, ClockStatus, StepState, blank
from catalog.model import Definitions
from events.language import case_events as ev
from events.language.case_events import EventRecord
from sla.calendar import compiled
from sla.errors import CalendarRangeError


def case_at(definitions: Definitions, known: Sequence[EventRecord], at: datetime | None) -> Case | None:
    """The case at a business instant, by the events known of it; `at` None: as all of them leave it.

    None: the opening is not known, or does not count by then.
    """
    last, records = None, counting(known, at)
    for _, case in lived(definitions, records, at):
        last = case
    return last if last is None or at is None else cut(_standing_still(last, records, at), at)


def lived(
    definitions: Definitions, records: Sequence[EventRecord], at: datetime | None
) -> Iterator[tuple[EventRecord, Case]]:
    """Each of the events that count by the instant, with the case that it leaves. `at` None: all that are known."""
    if not records:
        return
    case = blank(records[0].case_id, definitions)
    for record in records:
        case = evolve(case, record) if at is None else evolve_at(case, record)
        yield record, case


def evolve_at(case: Case, record: EventRecord) -> Case:
    """The case after one more event that counts, whether or not those before it in the ledger do."""
    event, status = record.event, case.status
    if isinstance(event, ev.BreachSetAside) and event.cause != "lawful_end":
        clock = case.clocks.get(event.clock_id)
        if clock is not None and clock.status is not ClockStatus.BREACHED:
            return _met(case, record, event)
    told = _as_far_as_there(case, record)
    if told is None:
        return case.changed({"sequence": record.sequence})
    after = _with_step_lent(case, told)
    if isinstance(event, ev.ClockPaused) and event.cause == "suspension":
        return after if status is CaseStatus.IN_PROGRESS else after.changed({"status": status})
    return after


def _met(case: Case, record: EventRecord, event: ev.BreachSetAside) -> Case:
    """The answer was there before the breach was: to its clock it is simply in time."""
    met = ev.ClockMet(clock_id=event.clock_id, ended_at=event.received_at, appointment_kept=event.appointment_kept)
    return evolve(case, record.model_copy(update={"event": met}))


def _as_far_as_there(case: Case, record: EventRecord) -> EventRecord | None:
    """The event without what it says of clocks that are not there yet; None: it says nothing else."""
    event = record.event
    clock_id, clock_ids = getattr(event, "clock_id", None), getattr(event, "clock_ids", None)
    if clock_id is not None and not isinstance(event, ev.ClockStarted):
        return record if clock_id in case.clocks else None
    if clock_ids is None:
        return record
    there = tuple(name for name in clock_ids if name in case.clocks and _takes(case.clocks[name], event))
    if there == clock_ids:
        return record
    return record.model_copy(update={"event": event.model_copy(update={"clock_ids": there})})


def _takes(clock: ClockState, event: ev.CaseEvent) -> bool:
    return clock.clock.is_open_ended or not isinstance(event, ev.ClockResumed)


def _with_step_lent(case: Case, record: EventRecord) -> Case:
    """The case after the event, of which what it says of a step that is not there yet is left out again."""
    event = record.event
    named = (*getattr(event, "step_ids", ()), getattr(event, "step_id", None))
    absent = [name for name in named if name is not None and name not in case.steps]
    if not absent or isinstance(event, ev.StepAssigned | ev.ClockStarted | ev.RungFired):
        return evolve(case, record)
    lent = {name: StepState(id=name, name_vi=name, name_en=name, department="") for name in absent}
    after = evolve(case.changed({"steps": {**case.steps, **lent}}), record)
    return after.changed({"steps": {name: step for name, step in after.steps.items() if name not in lent}})


def _standing_still(case: Case, records: Iterable[EventRecord], at: datetime) -> Case:
    """The case as suspended, where it is in progress and a suspension that was noted after it was over covers the instant."""
    if case.status is not CaseStatus.IN_PROGRESS:
        return case
    covers = any(isinstance(r.event, ev.ClockSuspended) and r.event.until_at > at for r in records)
    return case.changed({"status": CaseStatus.SUSPENDED}) if covers else case


def cut(case: Case, at: datetime) -> Case:
    """The case without what only later instants show: a suspension that ends after this one is open at it."""
    clocks = {name: _cut_clock(state, at) for name, state in case.clocks.items()}
    unchanged = all(clocks[name] is state for name, state in case.clocks.items())
    return case if unchanged else case.changed({"clocks": clocks})


def _cut_clock(state: ClockState, at: datetime) -> ClockState:
    suspensions = state.clock.suspensions
    over = [entry for entry in suspensions if entry.until_at is not None and entry.until_at <= at]
    if len(over) == len(suspensions):
        return state
    still = [entry for entry in suspensions if (entry.until_at is None or entry.until_at > at) and entry.from_at <= at]
    opened = [entry.model_copy(update={"until_at": None}) for entry in still]
    clock = state.clock.model_copy(update={"suspensions": (*over, *opened)})
    return state.changed({"clock": clock})


def remaining_seconds(state: ClockState, definitions: Definitions, at: datetime) -> float | None:
    """What is left of a clock's budget at a business instant, in the clock's own measure; negative by what it is over.

    None: the clock is over, or the calendar does not reach.
    """
    if state.stopped:
        return None
    try:
        return state.clock.remaining(at, compiled(definitions.calendar_of(state.calendar))).total_seconds()
    except CalendarRangeError:
        return None
