"""Mistakes about ends, the order of time, and time that stands still."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from cases import (
    appointments,
    clocks,
    evolve,
    explanations,
    persons,
    spans,
    stops,
    stream,
    suspensions,
)
from cases.draft import Draft
from cases.model import Case, ClockStatus
from cases.timetable import Timetable
from events.language import case_events as ev
from sla.clock import Clock
from sla.units import Budget
from tests.audit.simulation.seeding import everywhere, folds, mistake

# ---- the two ends


@mistake
def a_breach_at_the_appointment(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Timetable, "_lawful_end", lambda self: None)


@mistake
def the_appointment_never_passes(patch: pytest.MonkeyPatch) -> None:
    folds(
        patch,
        ev.AppointmentPassed,
        lambda case, e, at, right: {k: v if k != "clocks" else _still(v, e) for k, v in right(case, e, at).items()},
    )


def _still(found: Any, event: ev.AppointmentPassed) -> Any:
    return {**found, event.clock_id: found[event.clock_id].changed({"status": ClockStatus.RUNNING})}


@mistake
def a_new_appointment_moves_the_limit(patch: pytest.MonkeyPatch) -> None:
    def moved(case: Case, event: ev.AppointmentMoved, at: datetime, right: Any) -> Any:
        clock = case.clocks[event.clock_id].clock.extended(event.by)
        return {
            "clocks": evolve.with_clock(case, event.clock_id, clock=clock),
            "appointments_moved": case.appointments_moved + 1,
        }

    folds(patch, ev.AppointmentMoved, moved)


@mistake
def an_extension_moves_the_appointment_only(patch: pytest.MonkeyPatch) -> None:
    def extended(case: Case, event: ev.ClockExtended, at: datetime, right: Any) -> Any:
        told = {"appointment_by": event.by}
        return {
            "clocks": evolve.with_clock(case, event.clock_id, **told),
            "extended_by": case.extended_by + event.by.amount,
        }

    folds(patch, ev.ClockExtended, extended)


@mistake
def an_apology_at_the_last_minute_will_do(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(appointments, "_is_in_time", lambda *_: True)


@mistake
def an_appointment_may_lie_as_far_as_one_likes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(appointments, "_unlawful_length", lambda *_: None)


@mistake
def new_appointments_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    folds(
        patch,
        ev.AppointmentMoved,
        lambda case, e, at, right: {**right(case, e, at), "appointments_moved": case.appointments_moved},
    )


@mistake
def delays_count_from_the_appointment(patch: pytest.MonkeyPatch) -> None:
    right = Timetable._after
    patch.setattr(
        Timetable,
        "_after",
        lambda self, rung, delay: right(self, rung.model_copy(update={"counts_from": "appointment"}), delay),
    )


@mistake
def a_delay_from_the_appointment_counts_from_the_end(patch: pytest.MonkeyPatch) -> None:
    right = Timetable._after
    patch.setattr(
        Timetable, "_after", lambda self, rung, delay: right(self, rung.model_copy(update={"counts_from": None}), delay)
    )


@mistake
def a_quiet_rung_breaks_the_quiet(patch: pytest.MonkeyPatch) -> None:
    right = Timetable._item
    patch.setattr(
        Timetable,
        "_item",
        lambda self, rank, rung, at: right(self, rank, rung.model_copy(update={"quiet_outside_hours": False}), at),
    )


@mistake
def a_rung_is_missing(patch: pytest.MonkeyPatch) -> None:
    right = Timetable._item
    patch.setattr(
        Timetable, "_item", lambda self, rank, rung, at: None if rung.id == "second" else right(self, rank, rung, at)
    )


@mistake
def an_acknowledged_chain_goes_on(patch: pytest.MonkeyPatch) -> None:
    folds(
        patch,
        ev.EscalationAcknowledged,
        lambda case, e, at, right: {"acknowledged": (*case.acknowledged, e.escalation_id)},
    )


# ---- the order of time


@mistake
def commands_come_before_what_passed(patch: pytest.MonkeyPatch) -> None:
    right = stream._Bench.pass_time_until
    patch.setattr(
        stream._Bench,
        "pass_time_until",
        lambda self, until, *, itself: right(self, until, itself=True) if itself else None,
    )


@mistake
def an_answer_at_the_very_end_is_late(patch: pytest.MonkeyPatch) -> None:
    right = stream._Bench.pass_time_until
    patch.setattr(stream._Bench, "pass_time_until", lambda self, until, *, itself: right(self, until, itself=True))


@mistake
def a_step_is_anchored_at_the_receipt(patch: pytest.MonkeyPatch) -> None:
    right = clocks.arm

    def at_receipt(draft: Draft, kind: Any, budget: Budget, anchored_at: datetime, *rest: Any, **more: Any) -> str:
        return right(draft, kind, budget, draft.at if kind == "step" else anchored_at, *rest, **more)

    everywhere(patch, right, at_receipt)


@mistake
def the_applicant_pays_for_our_delay(patch: pytest.MonkeyPatch) -> None:
    right = clocks.arm

    def at_receipt(draft: Draft, kind: Any, budget: Budget, anchored_at: datetime, *rest: Any, **more: Any) -> str:
        own = kind in ("supplement", "explanation")
        return right(draft, kind, budget, draft.at if own else anchored_at, *rest, **more)

    everywhere(patch, right, at_receipt)


@mistake
def work_is_given_back_before_the_turn(patch: pytest.MonkeyPatch) -> None:
    folds(patch, ev.ClockResumed, lambda case, e, at, right: right(case, e.model_copy(update={"work_ids": ()}), at))


@mistake
def our_delay_is_the_departments(patch: pytest.MonkeyPatch) -> None:
    right = spans.handed_over
    everywhere(patch, right, lambda known, owner, at, turn_at: right(known, owner, at, at))


@mistake
def a_breach_by_our_delay_stands(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clocks, "_set_aside", lambda draft, state, ends_at: clocks.stop(draft, state.id))


@mistake
def every_late_answer_is_forgiven(patch: pytest.MonkeyPatch) -> None:
    right = clocks.finish

    def forgiving(draft: Draft, clock_id: str | None) -> None:
        state = draft.state.clocks.get(clock_id or "")
        if state is not None and not state.stopped and state.status is ClockStatus.BREACHED:
            draft.emit(ev.BreachSetAside(clock_id=state.id, received_at=draft.at, due_at=draft.at))
        else:
            right(draft, clock_id)

    everywhere(patch, right, forgiving)


# ---- standing still


@mistake
def a_pause_counts_twice(patch: pytest.MonkeyPatch) -> None:
    right = Clock.resume

    def twice(self: Clock, until_at: datetime, *rest: Any, **more: Any) -> Clock:
        return right(self, until_at + (until_at - self.suspensions[-1].from_at), *rest, **more)

    patch.setattr(Clock, "resume", twice)


@mistake
def a_cap_is_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(suspensions, "later", lambda *_: None)


@mistake
def a_suspension_may_begin_whenever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(suspensions, "_unlawful_times", lambda *_: None)


@mistake
def a_noted_suspension_is_lost(patch: pytest.MonkeyPatch) -> None:
    folds(patch, ev.ClockSuspended, lambda case, e, at, right: {})


@mistake
def a_noted_suspension_stays_the_departments_time(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, spans.suspended, lambda known, from_at, until_at: known)


@mistake
def the_day_set_for_a_stop_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stops, "_ends_at", lambda *_: None)


@mistake
def a_suspension_is_looked_at_once(patch: pytest.MonkeyPatch) -> None:
    folds(
        patch,
        ev.SuspensionReviewDue,
        lambda case, e, at, right: right(case, e.model_copy(update={"next_at": None}), at),
    )


@mistake
def one_person_is_enough(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, persons.not_seconded, lambda actor, approved_by: None)


@mistake
def a_department_suspends_what_is_not_its_own(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, suspensions.not_a_holder, lambda case, actor: None)


@mistake
def a_question_to_the_applicant_always_holds_the_clocks(patch: pytest.MonkeyPatch) -> None:
    right = explanations.explanation_rule
    patch.setattr(
        explanations, "explanation_rule", lambda procedure: right(procedure).model_copy(update={"clock": "PAUSE"})
    )
