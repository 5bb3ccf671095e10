"""Supplements: RESTART and PAUSE, rounds, the applicant's own limit, and the limit for asking."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cases.model import CaseStatus, StepStatus
from cases.timetable import appointment_at
from catalog.model import SupplementRule
from events.language.commands import Outcome
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    PAUSE,
    RESTART,
    Life,
    a_pause,
    a_procedure,
    a_question,
    a_reassignment,
    a_supplement,
    an_answer,
    an_open_life,
    the_definitions,
)

ASKED = MONDAY + timedelta(hours=1)
DAY = timedelta(days=1)


def asking_life(at: datetime = ASKED, **change: object) -> Life:
    life = an_open_life(the_definitions(a_procedure(**change)))
    life.do(an_answer("intake", "one-stop", at, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    return life


def test_the_request_makes_the_case_wait_for_the_applicant() -> None:
    """The applicant owns the time; the asking step waits with it."""
    life = asking_life()
    assert life.case.status is CaseStatus.AWAITING_SUPPLEMENT
    assert life.case.steps["intake"].status is StepStatus.AWAITING_SUPPLEMENT
    requested = life.of_type("SupplementRequested")[0]
    assert (requested.round, requested.documents, requested.late) == (1, ("lease",), False)


def test_restart_cancels_the_clocks_and_arms_new_ones_when_the_documents_come() -> None:
    """Decree 61/2018 art. 19(4): the limit is counted anew from the beginning."""
    life = asking_life(clock_policy=RESTART)
    assert {event.cause for event in life.of_type("ClockCancelled")} == {"restart"}
    life.do(a_supplement(ASKED + DAY))
    again = life.case.current_clock("statutory")
    assert again is not None
    assert (again.id, again.clock.anchored_at) == ("statutory.2", ASKED + DAY)
    assert life.case.clocks["step:intake.2"].clock.anchored_at == ASKED + DAY
    assert life.case.steps["intake"].round == 2


def test_pause_holds_the_clocks_and_lets_them_run_on() -> None:
    """Where the sector law says so (Decree 113/2017 art. 10)."""
    life = asking_life(clock_policy=PAUSE)
    assert all(state.is_paused for state in life.case.clocks.values() if state.kind != "supplement")
    life.do(a_supplement(ASKED + DAY))
    state = life.case.clocks["statutory"]
    assert not state.is_paused
    assert [(s.from_at, s.until_at) for s in state.clock.suspensions] == [(ASKED, ASKED + DAY)]
    assert life.of_type("ClockCancelled") == []


def test_nothing_fires_while_the_applicant_is_awaited() -> None:
    """While suspended there is no deadline and nothing is overdue; only his own limit runs."""
    life = asking_life(clock_policy=PAUSE)
    life.live_until(ASKED + 9 * DAY)
    assert life.of_type("RungFired") == []
    assert life.of_type("ClockBreached") == []


@pytest.mark.parametrize("policy", [RESTART, PAUSE])
@pytest.mark.parametrize("on_expiry", ["returned", "refused"])
def test_the_applicants_silence_closes_the_case(policy: object, on_expiry: str) -> None:
    """His own limit breached means what the procedure says, and the breach stays on record."""
    rule = SupplementRule.model_validate(
        {"applicant_limit": Budget(amount=10, unit=Unit.WORKING_DAYS), "on_expiry": on_expiry}
    )
    life = asking_life(clock_policy=policy, supplement=rule)
    life.live_until(ASKED + 30 * DAY)
    assert life.case.outcome == on_expiry
    assert life.case.clocks["supplement"].counts_as_breached
    assert life.of_type("BreachSetAside") == []
    applicant = next(share for share in life.of_type("CaseClosed")[0].time_shares if share.owner == "applicant")
    assert applicant.seconds == (14 * 24 + 14) * 3600, "to 24:00 of the last day"


def test_documents_at_the_last_instant_are_in_time() -> None:
    """Received exactly when the limit ends."""
    life = asking_life()
    due_at = appointment_at(life.case.clocks["supplement"], life.definitions)
    assert due_at is not None
    life.do(a_supplement(due_at))
    assert life.case.clocks["supplement"].status == "met"


def test_documents_without_a_limit_may_take_their_time() -> None:
    """No applicant's limit: nothing falls due at all."""
    life = asking_life(supplement=SupplementRule())
    assert life.live_until(MONDAY + 300 * DAY) == []
    life.do(a_supplement(MONDAY + 300 * DAY))
    assert life.case.status is CaseStatus.IN_PROGRESS


def test_documents_nobody_asked_for_are_refused() -> None:
    """Before the request, and after the receipt."""
    life = an_open_life()
    assert life.refused(a_supplement(ASKED)).code == "no_supplement_awaited"
    life = asking_life()
    life.do(a_supplement(ASKED + DAY))
    assert life.refused(a_supplement(ASKED + DAY)).code == "no_supplement_awaited"


def test_the_number_of_rounds_has_a_limit() -> None:
    """Decree 61/2018: once, in full."""
    life = asking_life()
    life.do(a_supplement(ASKED + DAY))
    refusal = life.refused(an_answer("intake", "one-stop", ASKED + DAY, Outcome.REQUEST_SUPPLEMENT))
    assert (refusal.code, refusal.details) == ("supplement_rounds", {"rounds": "1"})


def test_a_second_round_where_the_procedure_allows_it() -> None:
    """Each round has its own clocks."""
    life = asking_life(supplement=SupplementRule(rounds_max=2, applicant_limit=Budget(amount=9, unit=Unit.DAYS)))
    life.do(a_supplement(ASKED + DAY))
    life.do(an_answer("intake", "one-stop", ASKED + 2 * DAY, Outcome.REQUEST_SUPPLEMENT))
    life.do(a_supplement(ASKED + 3 * DAY))
    assert [e.clock_id for e in life.of_type("ClockStarted") if e.kind == "supplement"] == [
        "supplement",
        "supplement.2",
    ]
    assert life.case.number_of("statutory") == 3


def test_a_request_needs_its_reason() -> None:
    """Decree 63/2010 art. 18(5)."""
    refusal = an_open_life().refused(an_answer("intake", "one-stop", ASKED, Outcome.REQUEST_SUPPLEMENT, reason=None))
    assert (refusal.code, refusal.field) == ("field_missing", "reason")


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, False), (1, True)])
def test_asking_after_the_limit_for_asking_is_reported(seconds: int, late: bool) -> None:
    """3 working days from receipt, to 24:00 of the last: a breach of its own even if the clock restarts."""
    notice_due_at = datetime.fromisoformat("2026-03-06T00:00:00+07:00")
    life = an_open_life()
    at = notice_due_at + timedelta(seconds=seconds)
    life.live_until(at)
    life.do(an_answer("intake", "one-stop", at, Outcome.REQUEST_SUPPLEMENT))
    requested = life.of_type("SupplementRequested")[0]
    assert (requested.late, requested.notice_due_at) == (late, notice_due_at)


def test_in_the_second_round_the_limit_for_asking_counts_from_the_documents() -> None:
    """The dossier was received anew."""
    rule = SupplementRule(rounds_max=2, notice_limit=Budget(amount=3, unit=Unit.WORKING_DAYS))
    life = asking_life(supplement=rule)
    life.do(a_supplement(ASKED + 7 * DAY))
    life.do(an_answer("intake", "one-stop", ASKED + 8 * DAY, Outcome.REQUEST_SUPPLEMENT))
    assert not life.of_type("SupplementRequested")[1].late


def test_one_request_at_a_time() -> None:
    """While the applicant is awaited another department waits with its own request, but may answer."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", ASKED))
    life.do(an_answer("fire", "police", ASKED, Outcome.REQUEST_SUPPLEMENT))
    refusal = life.refused(an_answer("appraisal", "culture", ASKED, Outcome.REQUEST_SUPPLEMENT))
    assert (refusal.code, refusal.field) == ("awaiting_supplement", "outcome")
    assert life.refused(an_answer("fire", "police", ASKED)).code == "awaiting_supplement"
    life.do(an_answer("appraisal", "culture", ASKED))
    assert life.case.status is CaseStatus.AWAITING_SUPPLEMENT


def test_a_case_that_waits_for_the_applicant_is_not_suspended_besides() -> None:
    """Its clocks stand still already."""
    assert asking_life().refused(a_pause(ASKED)).code == "awaiting_supplement"


def test_finished_steps_stay_done_on_restart() -> None:
    """Unless the procedure says otherwise."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", ASKED))
    life.do(an_answer("fire", "police", ASKED, Outcome.REQUEST_SUPPLEMENT))
    life.do(a_supplement(ASKED + DAY))
    assert life.case.steps["intake"].status is StepStatus.DONE
    assert [step.id for step in life.case.open_steps] == ["appraisal", "fire"]


def test_restart_steps_does_all_steps_anew() -> None:
    """The dossier goes back to the first step; who works elsewhere is told to stop."""
    life = an_open_life(the_definitions(a_procedure(restart_steps=True)))
    life.do(an_answer("intake", "one-stop", ASKED))
    life.do(an_answer("fire", "police", ASKED, Outcome.REQUEST_SUPPLEMENT))
    life.do(a_supplement(ASKED + DAY))
    assert [step.id for step in life.case.open_steps] == ["intake"]
    assert [(e.step_id, e.cause) for e in life.of_type("StepCancelled")] == [("appraisal", "restart")]
    assert life.case.steps["intake"].round == 2


def test_restart_steps_ends_the_opinions_that_were_asked_for() -> None:
    """An opinion belongs to the round in which it was asked for."""
    life = an_open_life(the_definitions(a_procedure(restart_steps=True)))
    life.do(an_answer("intake", "one-stop", ASKED))
    life.do(a_question("fire", "police", ASKED, "finance", limit=Budget(amount=2, unit=Unit.WORKING_DAYS)))
    life.do(an_answer("fire", "police", ASKED, Outcome.REQUEST_SUPPLEMENT))
    life.do(a_supplement(ASKED + DAY))
    assert life.case.steps["fire.opinion-1"].status is StepStatus.CANCELLED
    assert life.case.clocks["consultation:fire.opinion-1"].status == "cancelled"
    assert [step.id for step in life.case.open_steps] == ["intake"]


def test_a_breach_before_the_request_stays_on_record() -> None:
    """RESTART arms a new clock; it does not make the old breach undone."""
    late = MONDAY + 14 * DAY
    life = an_open_life()
    life.live_until(late)
    life.do(an_answer("intake", "one-stop", late, Outcome.REQUEST_SUPPLEMENT))
    assert life.case.clocks["statutory"].counts_as_breached
    life.do(a_supplement(late + DAY))
    assert life.case.clocks["statutory.2"].status == "running"


def test_another_department_may_take_over_while_the_applicant_is_awaited() -> None:
    """The step is assigned to it when the documents come, not before."""
    life = asking_life()
    life.do(a_reassignment("intake", ASKED, department="culture"))
    assert len(life.of_type("StepAssigned")) == 1
    life.do(a_supplement(ASKED + DAY))
    assert life.of_type("StepAssigned")[-1].department == "culture"


def test_documents_that_were_long_under_way_do_not_arrive_before_they_were_asked_for() -> None:
    """The new clock begins at the earliest with the request."""
    life = asking_life()
    life.do(a_supplement(MONDAY), now=ASKED + DAY)
    assert life.of_type("SupplementReceived")[0].received_at == ASKED
    assert life.case.clocks["supplement"].status == "met"
