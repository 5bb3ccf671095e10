"""Known mistakes put into the core on purpose, each one rule: the lives alone must catch every one of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from cases import (
    appointments,
    changes,
    clocks,
    closing,
    evolve,
    explanations,
    persons,
    promises,
    release,
    spans,
    steps,
    stops,
    supplements,
    suspensions,
    timetable,
    turns,
)
from cases.draft import Draft
from cases.model import Case, ClockStatus
from cases.timetable import Timetable
from catalog.model import LaneId
from events.language import case_events as ev
from sla.clock import Clock
from sla.units import Budget
from tests.simulation.lives import finding_of, plan_of

SEEDS = 1_500
"""Within so many lives at most; nearly all are found within a hundred."""
FIRST_SEED = 50_000
Mistake = Callable[[pytest.MonkeyPatch], None]
MISTAKES: list[Mistake] = []


def mistake(put: Mistake) -> Mistake:
    """One of the seeded mistakes."""
    MISTAKES.append(put)
    return put


def everywhere(patch: pytest.MonkeyPatch, right: Any, wrong: Any) -> None:
    """Put one function in the place of another wherever the core knows it by name, in its tables too."""
    for name, module in list(sys.modules.items()):
        if not name.startswith(("cases.", "sla.")):
            continue
        for known, value in list(vars(module).items()):
            if value is right:
                patch.setattr(module, known, wrong)
            elif isinstance(value, dict):
                for key in [key for key, entry in value.items() if entry is right]:
                    patch.setitem(value, key, wrong)


def folds(patch: pytest.MonkeyPatch, event: type, change: Callable[[Case, Any, datetime, Any], Any]) -> None:
    """Let an event mean something else for the case; the right meaning is handed over."""
    right = evolve._CHANGES[event]
    patch.setitem(evolve._CHANGES, event, lambda case, told, at: change(case, told, at, right))


@pytest.fixture(autouse=True)
def _fresh_timetables() -> Iterator[None]:
    """What was worked out by a mistaken core must not outlive it."""
    timetable._recent.clear()
    yield
    timetable._recent.clear()


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
            "clocks": evolve._clock(case, event.clock_id, clock=clock),
            "appointments_moved": case.appointments_moved + 1,
        }

    folds(patch, ev.AppointmentMoved, moved)


@mistake
def an_extension_moves_the_appointment_only(patch: pytest.MonkeyPatch) -> None:
    def extended(case: Case, event: ev.ClockExtended, at: datetime, right: Any) -> Any:
        told = {"appointment_by": event.by}
        return {
            "clocks": evolve._clock(case, event.clock_id, **told),
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
    right = turns._Bench.pass_time_until
    patch.setattr(
        turns._Bench,
        "pass_time_until",
        lambda self, until, *, itself: right(self, until, itself=True) if itself else None,
    )


@mistake
def an_answer_at_the_very_end_is_late(patch: pytest.MonkeyPatch) -> None:
    right = turns._Bench.pass_time_until
    patch.setattr(turns._Bench, "pass_time_until", lambda self, until, *, itself: right(self, until, itself=True))


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
        state = draft.case.clocks.get(clock_id or "")
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
    patch.setattr(suspensions, "_later", lambda *_: None)


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


# ---- documents and opinions


@mistake
def a_restart_keeps_the_old_clock(patch: pytest.MonkeyPatch) -> None:
    right = clocks.cancel
    everywhere(
        patch, right, lambda draft, clock_id, cause: None if cause == "restart" else right(draft, clock_id, cause)
    )


@mistake
def one_round_of_documents_more(patch: pytest.MonkeyPatch) -> None:
    right = supplements.request

    def once_more(draft: Draft, step: Any, command: Any) -> Any:
        procedure = draft.case.definitions.procedure
        rule = procedure.supplement.model_copy(update={"rounds_max": procedure.supplement.rounds_max + 1})
        definitions = draft.case.definitions
        more = definitions.model_copy(update={"procedure": procedure.model_copy(update={"supplement": rule})})
        draft.case = draft.case.changed({"definitions": more})
        found = right(draft, step, command)
        draft.case = draft.case.changed({"definitions": definitions})
        return found

    everywhere(patch, right, once_more)


@mistake
def some_documents_are_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supplements, "_missing", lambda *_: ())


@mistake
def the_applicant_declares_himself_complete(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supplements, "_is_declared_complete", lambda command: command.declared_complete)


@mistake
def a_late_notice_is_never_late(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, supplements.notice_due, lambda draft, limit: None)


@mistake
def steps_are_not_done_anew(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        supplements, "_restart_steps", lambda draft, asking: release.assign(draft, draft.case.steps[asking.id])
    )


@mistake
def silence_is_not_noticed(patch: pytest.MonkeyPatch) -> None:
    folds(patch, ev.ConsultationLapsed, lambda case, e, at, right: {})


@mistake
def silence_always_means_consent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steps, "_is_awaited", lambda asked: not asked.lapsed)


@mistake
def consent_may_be_taken_from_anybodys_silence(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steps, "_unlawful_silence", lambda case, request: None)


@mistake
def a_silent_closing_keeps_the_promise(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(closing, "ANSWERED", ("issued", "refused", "returned", "withdrawn"))


# ---- lanes, versions, calendars


@mistake
def everybody_is_entitled(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "_entitling_rule", lambda case, lane: "day")


@mistake
def a_promise_behind_the_statute_is_given(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, promises.exceeds_statute, lambda green, statutory, calendar: False)


@mistake
def a_promise_that_is_past_is_given(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "_past", lambda *_: False)


@mistake
def a_lane_forgets_the_pauses(patch: pytest.MonkeyPatch) -> None:
    right = clocks.rearm

    def bare(draft: Draft, kind: Any, budget: Budget, former: Any, step_id: str | None = None) -> None:
        clock = former.clock.model_copy(update={"suspensions": ()})
        right(draft, kind, budget, former.changed({"clock": clock}), step_id)

    everywhere(patch, right, bare)


@mistake
def a_lane_begins_when_it_is_granted(patch: pytest.MonkeyPatch) -> None:
    right = clocks.rearm

    def anew(draft: Draft, kind: Any, budget: Budget, former: Any, step_id: str | None = None) -> None:
        clock = former.clock.model_copy(update={"anchored_at": draft.at})
        right(draft, kind, budget, former.changed({"clock": clock}), step_id)

    everywhere(patch, right, anew)


@mistake
def open_steps_keep_the_shares_of_the_former_lane(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "_share_anew", lambda *_: None)


@mistake
def a_cut_is_rounded_down(patch: pytest.MonkeyPatch) -> None:
    right = promises.green_budget

    def less(definitions: Any, lane: LaneId) -> Any:
        found = right(definitions, lane)
        if lane is not LaneId.GREEN_60 or not isinstance(found, Budget):
            return found
        return Budget(amount=max(1, definitions.procedure.limit.amount * 4 // 10), unit=found.unit)

    everywhere(patch, right, less)


@mistake
def every_step_weighs_the_same(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(promises, "_weight", lambda step: 1)
    getattr(promises, "_recent", {}).clear()


@mistake
def departments_have_no_calendar_of_their_own(patch: pytest.MonkeyPatch) -> None:
    right = clocks.arm

    def on_the_cases(
        draft: Draft, kind: Any, budget: Budget, at: datetime, step_id: Any = None, department: Any = None
    ) -> str:
        return right(draft, kind, budget, at, step_id)

    everywhere(patch, right, on_the_cases)


@mistake
def a_new_calendar_changes_nothing(patch: pytest.MonkeyPatch) -> None:
    folds(patch, ev.CalendarApplied, lambda case, e, at, right: {})


@mistake
def a_migration_keeps_the_old_limit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "_clocks_anew", lambda draft: None)


@mistake
def a_payment_never_holds_the_clocks(patch: pytest.MonkeyPatch) -> None:
    folds(
        patch,
        ev.ClockPaused,
        lambda case, e, at, right: right(
            case, e.model_copy(update={"clock_ids": ()}) if e.cause == "payment" else e, at
        ),
    )


@mistake
def shares_stop_five_minutes_early(patch: pytest.MonkeyPatch) -> None:
    right = closing.time_shares
    patch.setattr(closing, "time_shares", lambda case, until_at: right(case, until_at - timedelta(minutes=5)))


@pytest.mark.parametrize("put", MISTAKES, ids=lambda put: put.__name__)
def test_a_mistake_is_caught_by_the_lives(put: Mistake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within so many lives, the model alone sees it."""
    put(monkeypatch)
    found = next(
        (seed for seed in range(FIRST_SEED, FIRST_SEED + SEEDS) if finding_of(plan_of(seed), judged=False)), None
    )
    assert found is not None, f"not caught in {SEEDS} lives"


def test_there_are_thirty_of_them() -> None:
    """Each by a name of its own."""
    assert len({put.__name__ for put in MISTAKES}) == len(MISTAKES) >= 30
