"""Mistakes about documents, opinions, lanes, versions and calendars."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases import (
    changes,
    clocks,
    closing,
    promises,
    release,
    steps,
    supplements,
)
from cases.draft import Draft
from catalog.model import LaneId
from events.language import case_events as ev
from sla.units import Budget
from tests.audit.simulation.seeding import everywhere, folds, mistake

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
        procedure = draft.state.definitions.procedure
        rule = procedure.supplement.model_copy(update={"rounds_max": procedure.supplement.rounds_max + 1})
        definitions = draft.state.definitions
        more = definitions.model_copy(update={"procedure": procedure.model_copy(update={"supplement": rule})})
        draft.state = draft.state.changed({"definitions": more})
        found = right(draft, step, command)
        draft.state = draft.state.changed({"definitions": definitions})
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
        supplements, "_restart_steps", lambda draft, asking: release.assign(draft, draft.state.steps[asking.id])
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
