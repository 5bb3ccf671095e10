"""What falls due in a dossier by itself: the joint clock's rungs and breach, and results that are no longer valid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal, NamedTuple

from cases.dossier.blame import blame
from cases.dossier.draft import DossierDraft
from cases.dossier.ends import JointEnds, joint_ends, recorded_early_at
from cases.dossier.model import UNBEGUN, Dossier, Part, PartStatus, Same
from cases.ticks import escalation_id_of, rungs_too_early, told_department
from catalog.dossier import EdgeKind
from events.language.dossier_events import (
    DossierAppointmentPassed,
    DossierBreachConfirmed,
    DossierBreached,
    DossierBreachSetAside,
    DossierRungFired,
    ResultExpired,
)
from events.language.dossier_messages import ResultReference
from sla.calendar import WorkingCalendar, compiled
from sla.clock import Clock
from sla.errors import CalendarRangeError
from sla.ladder import Ladder, Rung

JOINT = "joint"
"""The id of the joint clock in escalation ids: `joint/<rung>`."""
_WARNING_FIRST = 100
_WHOLE = 100
_CORRECTION_RANK = -1000
_APPOINTMENT_RANK = -1

What = Literal["correction", "expiry", "appointment", "breach", "rung"]


class Falling(NamedTuple):
    """One thing that falls due, in the order in which it must happen."""

    at: datetime
    rank: int
    what: What
    rung: str | None = None
    name: str | None = None
    """For a result that expires: the application."""
    number: str | None = None
    valid_until: date | None = None


def next_due(dossier: Dossier) -> datetime | None:
    """The earliest instant at which something falls due by itself; None: nothing does."""
    falling = next_falling(dossier)
    return None if falling is None else falling.at


def next_falling(dossier: Dossier) -> Falling | None:
    """The first thing that is still to fall due."""
    if not dossier.is_open:
        return None
    return min((*_of_clock(dossier), *_of_results(dossier)), default=None)


def fire_due(draft: DossierDraft) -> None:
    """Let everything happen that is due up to the draft's instant."""
    while (item := next_falling(draft.state)) is not None and item.at <= draft.at:
        match item.what:
            case "expiry":
                _expire(draft, item)
            case "rung":
                _fire(draft, item)
            case "appointment":
                draft.emit(DossierAppointmentPassed(appointment_at=item.at))
            case "breach":
                breach(draft, item.at)
            case "correction":
                _correct(draft)


def breach(draft: DossierDraft, end_at: datetime) -> None:
    """Record that the end of the joint promise passed."""
    dossier, ends = draft.state, joint_ends(draft.state)
    two_ends = ends is not None and ends.lawful_end_at is not None
    shares = blame(dossier, end_at)
    draft.emit(DossierBreached(due_at=end_at, critical_path=dossier.critical_path, blame=shares, two_ends=two_ends))


def _of_clock(dossier: Dossier) -> Iterator[Falling]:
    ends = joint_ends(dossier)
    if dossier.clock is None or ends is None or dossier.joint_ended_at is not None:
        return
    early_at = recorded_early_at(dossier, ends)
    if early_at is not None:
        yield Falling(early_at, _CORRECTION_RANK, "correction")
    if not dossier.breached:
        yield Falling(ends.end_at, 0, "breach")
        # Where both are one instant, the breach says it all.
        if dossier.appointment_passed_at is None and ends.appointment_at < ends.end_at:
            yield Falling(ends.appointment_at, _APPOINTMENT_RANK, "appointment")
    ladder = dossier.definitions.ladder
    silenced = bool(dossier.acknowledged)
    instants = _instants(dossier.clock, ends, Same(ladder), Same(compiled(dossier.definitions.calendar)))
    for place, (rung, at) in enumerate(zip(ladder.rungs, instants, strict=True), start=1):
        if at is None or rung.id in dossier.fired or (silenced and rung.kind == "escalation"):
            continue
        # A warning that shares the instant of the breach is told before it.
        yield Falling(at, place - _WARNING_FIRST if rung.kind == "warning" else place, "rung", rung.id)


@lru_cache(512)
def _instants(
    clock: Clock, ends: JointEnds, ladder: Same[Ladder], calendar: Same[WorkingCalendar]
) -> tuple[datetime | None, ...]:
    return tuple(_instant(rung, clock, ends, calendar.value) for rung in ladder.value.rungs)


def _instant(rung: Rung, clock: Clock, ends: JointEnds, calendar: WorkingCalendar) -> datetime | None:
    """Shares are of the appointment; the breach, and delays after it, of the end. None: the promise has no such rung."""
    if rung.kind == "past_appointment" and ends.lawful_end_at is None:
        return None
    try:
        if rung.delay is not None:
            counted_at = ends.appointment_at if rung.counts_from == "appointment" else ends.end_at
            at = clock.later(counted_at, rung.delay, calendar)
        else:
            at = ends.end_at if rung.kind == "breach" else clock.instant_at(rung.percent or _WHOLE, calendar)
        if at is not None and rung.quiet_outside_hours:
            at = calendar.normalise(at)
    except CalendarRangeError:
        return None  # this rung lies beyond the calendar; the others do not
    return None if at is None else at.astimezone(UTC)


def _correct(draft: DossierDraft) -> None:
    dossier, ends = draft.state, joint_ends(draft.state)
    if ends is None or ends.lawful_end_at is None:
        return
    kinds = {rung.id: rung.kind for rung in dossier.definitions.ladder.rungs}
    too_early = rungs_too_early(ends.lawful_end_at, draft.now, dossier.fired, kinds)
    if too_early is None:
        draft.emit(DossierBreachConfirmed(lawful_end_at=ends.lawful_end_at))
    else:
        draft.emit(DossierBreachSetAside(due_at=ends.lawful_end_at, cause="lawful_end", rungs=too_early))


def _of_results(dossier: Dossier) -> Iterator[Falling]:
    """Results that something still depends on, at the end of their last day."""
    calendar = compiled(dossier.definitions.calendar)
    for part in dossier.parts.values():
        for result in _external(part):
            if result.valid_until is not None and not part.has_lost(result.number):
                yield from _at_end_of(calendar, part.name, result)
        if part.has_result and _is_awaited(dossier, part.name):
            own = part.held_result
            if own is not None:
                yield from _at_end_of(calendar, part.name, own)


def _external(part: Part) -> list[ResultReference]:
    if part.status not in UNBEGUN:
        return []
    return [n.result for n in part.needs if n.result is not None and n.kind is EdgeKind.HARD]


def _is_awaited(dossier: Dossier, name: str) -> bool:
    waiting = (*UNBEGUN, PartStatus.RELEASED)
    return any(dossier.parts[target].status in waiting for target in dossier.graph.dependants[name])


def _at_end_of(calendar: WorkingCalendar, name: str, result: ResultReference) -> Iterator[Falling]:
    if result.valid_until is not None and calendar.first_day <= result.valid_until <= calendar.last_day:
        ends_at = calendar.end_of_day(result.valid_until).astimezone(UTC)
        yield Falling(ends_at, -_WARNING_FIRST, "expiry", None, name, result.number, result.valid_until)


def _expire(draft: DossierDraft, item: Falling) -> None:
    if item.name is None or item.number is None or item.valid_until is None:
        raise TypeError("what expires is a result with an end")
    draft.emit(ResultExpired(name=item.name, number=item.number, valid_until=item.valid_until))


def _fire(draft: DossierDraft, item: Falling) -> None:
    dossier = draft.state
    rung = next(rung for rung in dossier.definitions.ladder.rungs if rung.id == item.rung)
    draft.emit(
        DossierRungFired(
            escalation_id=escalation_id_of(JOINT, dossier.set_asides, rung),
            rung=rung.id,
            kind=rung.kind,
            level=rung.level,
            audience=rung.audience,
            audience_department=told_department(rung, dossier.holder, dossier.lead, dossier.definitions.departments),
            lead=dossier.lead,
            holder=dossier.holder,
            due_at=item.at,
            late_seconds=max(0.0, (draft.now - item.at).total_seconds()),
        )
    )
