"""What falls due by itself, and what its passing means: appointments, ends, rungs, caps, duties to look again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from sla.ladder import Ladder, Rung
from tests.audit.simulation.reference.closing import close
from tests.audit.simulation.reference.hours import OffTheCalendarError
from tests.audit.simulation.reference.interruptions import end_hold, look_again
from tests.audit.simulation.reference.life import APPLICANT_KINDS, CASE_KINDS, Clock, Ends, Life, hours_of

Passing = tuple[int, int, int, Callable[[], None]]
"""When, and in which order of equals: the applicant's first, then clocks as they started, each its ends, then its ladder."""


def next_passing(life: Life) -> Passing | None:
    """The earliest of all that is due, whether it lies behind or ahead."""
    return min(passings(life), key=lambda item: item[:3], default=None)


def passings(life: Life) -> Iterator[Passing]:
    """Everything that would fall due if nobody did anything."""
    if life.status in ("new", "closed"):
        return
    if life.held_until is not None:
        yield life.held_until, 0, 0, partial(end_hold, life, life.held_until)
    elif life.review_at is not None:
        yield life.review_at, 0, 1, partial(look_again, life)
    for place, clock in enumerate(life.live_clocks, start=1):
        ends = clock.ends()
        if ends is not None:
            # Done at the very end is in time, also where the applicant's silence is what does it.
            yield from _of_clock(life, clock, ends, 0 if clock.kind in APPLICANT_KINDS else place)


def _of_clock(life: Life, clock: Clock, ends: Ends, place: int) -> Iterator[Passing]:
    # The applicant was told no appointment for his own answer: of his two ends only the lawful one means something.
    if clock.kind in CASE_KINDS and clock.has_two_ends and not clock.passed:
        yield ends.appointment_at, place, 0, partial(_appointment_passes, life, clock, ends)
    if clock.undecided:
        yield ends.end_at, place, 1, partial(_end_passes, life, clock, ends)
    for number, rung in enumerate(_ladder(life, clock).rungs if clock.kind not in APPLICANT_KINDS else (), start=2):
        if rung.id in clock.fired or (clock.acknowledged and rung.kind == "escalation"):
            continue
        at = rung_at(life, clock, rung, ends)
        if at is not None and (clock.status == "breached" or rung.kind in ("warning", "past_appointment")):
            yield at, place, number, partial(_rung_fires, life, clock, rung, at)


def _ladder(life: Life, clock: Clock) -> Ladder:
    return life.definitions.case_ladder if clock.kind in ("statutory", "green") else life.definitions.step_ladder


def rung_at(life: Life, clock: Clock, rung: Rung, ends: Ends) -> int | None:
    """Shares are of the way to the appointment; breach and delays of the end, unless a rung says otherwise."""
    if rung.kind == "past_appointment" and not clock.has_two_ends:
        return None
    try:
        if rung.delay is not None:
            since = ends.appointment_at if rung.counts_from == "appointment" else ends.end_at
            at = clock.limit.after(since, rung.delay.unit, rung.delay.amount)
        elif rung.kind == "breach":
            at = ends.end_at
        else:
            share = clock.limit.share(rung.percent or 100)
            if share is None:
                return None
            at = share
        return clock.limit.hours.opening(at) if rung.quiet_outside_hours else at
    except OffTheCalendarError:
        return None  # beyond the calendar nothing falls due


def _appointment_passes(life: Life, clock: Clock, ends: Ends) -> None:
    clock.passed = True
    if clock.status == "running":
        clock.status = "past_appointment"
    life.say("passed", clock.key, ends.appointment_at)


def _end_passes(life: Life, clock: Clock, ends: Ends) -> None:
    clock.status, clock.breached_at = "breached", ends.end_at
    life.say("breached", clock.key, ends.end_at)
    if clock.kind in APPLICANT_KINDS:
        # The applicant's silence means what the procedure says (sector law: it is configured).
        rule = life.procedure.supplement if clock.kind == "supplement" else life.procedure.explanation
        assert rule is not None
        # An end reached at the very instant at which the case was stopped means something when the stop is over.
        at = max(ends.end_at, life.released_at)
        clock.stopped = True
        life.say("stopped", clock.key, at, clock.limit.used(at), False if clock.has_two_ends else None)
        close(life, rule.on_expiry, at)
    elif clock.kind == "consultation" and clock.step is not None:
        # Decree 61/2018 art. 19(5): the asker is told; whether it may go on is what silence means here.
        life.steps[clock.step].lapsed = True
        life.say("lapsed", clock.step)


def _rung_fires(life: Life, clock: Clock, rung: Rung, at: int) -> None:
    clock.fired.append(rung.id)
    life.say("rung", clock.key, rung.id, at)


__all__ = ["Passing", "hours_of", "next_passing", "passings"]
