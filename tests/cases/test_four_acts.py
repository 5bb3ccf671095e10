"""Supplement, explanation, refusal and stop are four acts, each with its rule per procedure and stage (Decree 96/2026)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audit.invariants import replay_decisions
from cases.model import CaseStatus, StepStatus
from cases.timetable import appointment_at, next_due
from catalog.acts import ExplanationRule, RefusalRule, StopRule, SupplementRule, SuspensionRule
from events.language.commands import Actor, ActorKind, ConfirmPayment, Outcome, RequestPayment
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    PAUSE,
    SUPERVISOR,
    Life,
    a_pause,
    a_procedure,
    a_resumption,
    a_return,
    a_stop,
    a_submission,
    a_supplement,
    a_withdrawal,
    an_answer,
    an_explanation,
    an_open_life,
    the_definitions,
)

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
AT = MONDAY + HOUR
OFFICER = Actor(kind=ActorKind.OFFICER, id="officer1")


def days(amount: int) -> Budget:
    return Budget(amount=amount, unit=Unit.WORKING_DAYS)


def a_life(**procedure: Any) -> Life:
    return an_open_life(the_definitions(a_procedure(**procedure)))


def a_waiting_life(**procedure: Any) -> Life:
    life = a_life(**procedure)
    life.do(an_answer("intake", "one-stop", AT, Outcome.REQUEST_EXPLANATION))
    return life


# ---- explanation


def test_an_explanation_is_asked_for_without_documents_and_the_waiting_is_outside_the_limit() -> None:
    """The clocks stand still and go on: the limit does not begin again."""
    life = a_life()
    before = appointment_at(life.case.clocks["statutory"], life.definitions)
    life.do(an_answer("intake", "one-stop", AT, Outcome.REQUEST_EXPLANATION))
    assert life.case.status is CaseStatus.AWAITING_EXPLANATION
    assert life.case.steps["intake"].status is StepStatus.AWAITING_EXPLANATION
    asked = life.of_type("ExplanationRequested")[0]
    assert (asked.question, asked.round, asked.late) == ("why so large?", 1, False)
    assert next_due(life.case) is None
    life.do(an_explanation(AT + DAY, reference="letter-7"))
    assert life.case.status is CaseStatus.IN_PROGRESS
    assert life.case.steps["intake"].status is StepStatus.ASSIGNED
    assert before is not None
    assert appointment_at(life.case.clocks["statutory"], life.definitions) == before + DAY
    life.do(a_withdrawal(AT + DAY))
    shares = {share.owner: share.seconds for share in life.of_type("CaseClosed")[0].time_shares}
    assert shares == {"one-stop": 3600, "applicant": 24 * 3600}


def test_a_question_needs_its_words_and_its_stage_and_is_asked_so_often_at_most() -> None:
    """Each refusal names the field."""
    life = a_life(explanation=ExplanationRule(steps=("appraisal",)))
    refusal = life.refused(an_answer("intake", "one-stop", AT, Outcome.REQUEST_EXPLANATION))
    assert (refusal.code, refusal.field) == ("act_not_here", "step_id")
    silent = an_answer("intake", "one-stop", AT, Outcome.REQUEST_EXPLANATION, question=None)
    assert a_life().refused(silent).code == "field_missing"
    again = a_waiting_life()
    again.do(an_explanation(AT + HOUR))
    refusal = again.refused(an_answer("intake", "one-stop", AT + 2 * HOUR, Outcome.REQUEST_EXPLANATION))
    assert (refusal.code, refusal.details["rounds"]) == ("explanation_rounds", "1")


def test_rounds_of_explanations_and_of_supplements_are_counted_apart() -> None:
    """They are two acts."""
    life = a_waiting_life()
    life.do(an_explanation(AT + HOUR))
    life.do(an_answer("intake", "one-stop", AT + 2 * HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    assert (life.case.supplement_rounds, life.case.explanation_rounds) == (1, 1)


def test_nothing_else_is_answered_while_the_explanation_is_awaited() -> None:
    """Neither by the asking step nor by documents; and an explanation that nobody awaits is refused."""
    life = a_waiting_life()
    assert life.refused(an_answer("intake", "one-stop", AT + HOUR)).code == "awaiting_explanation"
    assert life.refused(a_supplement(AT + HOUR)).code == "no_supplement_awaited"
    assert life.refused(a_pause(AT + HOUR)).code == "awaiting_explanation"
    assert a_life().refused(an_explanation(AT)).code == "no_explanation_awaited"


def test_an_explanation_that_does_not_come_ends_the_case_as_the_rule_says() -> None:
    """At 24:00 of the last day."""
    life = a_waiting_life(explanation=ExplanationRule(applicant_limit=days(2), on_expiry="refused"))
    life.live_until(MONDAY + 2 * DAY + 15 * HOUR - SECOND)
    assert not life.case.is_closed
    life.live_until(MONDAY + 2 * DAY + 15 * HOUR)
    closed = life.of_type("CaseClosed")[0]
    assert (closed.outcome, closed.reason, closed.reason_code) == ("refused", None, "applicant_limit")


def test_a_late_question_is_reported() -> None:
    """Where the rule has a limit for asking."""
    rule = ExplanationRule(notice_limit=days(1))
    life = a_life(explanation=rule)
    life.do(an_answer("intake", "one-stop", MONDAY + DAY + 15 * HOUR + SECOND, Outcome.REQUEST_EXPLANATION))
    assert life.of_type("ExplanationRequested")[0].late


# ---- supplement


def test_documents_none_of_which_was_asked_for_are_refused_with_the_list() -> None:
    """The limit does not begin again with the wrong papers."""
    life = a_life()
    life.do(an_answer("intake", "one-stop", AT, Outcome.REQUEST_SUPPLEMENT, documents=("lease", "map")))
    refusal = life.refused(a_supplement(AT + DAY, "form"))
    assert (refusal.code, refusal.field) == ("supplement_incomplete", "documents")
    assert refusal.details["documents"] == "lease, map"
    assert life.case.status is CaseStatus.AWAITING_SUPPLEMENT


def test_a_part_of_the_documents_is_taken_and_the_rest_awaited() -> None:
    """No limit begins again before the last of them."""
    life = a_life()
    life.do(an_answer("intake", "one-stop", AT, Outcome.REQUEST_SUPPLEMENT, documents=("lease", "map")))
    life.do(a_supplement(AT + DAY, "lease"))
    assert life.of_type("SupplementReceived")[0].missing == ("map",)
    assert life.case.status is CaseStatus.AWAITING_SUPPLEMENT
    assert life.case.current_clock("statutory").stopped  # type: ignore[union-attr]
    life.do(a_supplement(AT + 2 * DAY, "map"))
    assert life.case.status is CaseStatus.IN_PROGRESS
    assert life.case.clocks["statutory.2"].clock.anchored_at == AT + 2 * DAY


def test_the_officer_decides_that_a_dossier_is_complete_never_the_applicant() -> None:
    """What was asked for may turn out not to be needed."""
    life = a_life()
    life.do(an_answer("intake", "one-stop", AT, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    assert life.refused(a_supplement(AT + HOUR, "form", declared_complete=True)).code == "supplement_incomplete"
    life.do(a_supplement(AT + HOUR, "form", declared_complete=True, actor=OFFICER))
    assert life.of_type("SupplementReceived")[0].declared_complete
    assert life.case.status is CaseStatus.IN_PROGRESS


# ---- refusal


def test_a_case_is_refused_only_at_the_stages_that_may() -> None:
    """As the procedure's version says."""
    life = a_life(refusal=RefusalRule(steps=("signing",)))
    refusal = life.refused(an_answer("intake", "one-stop", AT, Outcome.REFUSE))
    assert (refusal.code, refusal.details["steps"]) == ("act_not_here", "signing")
    a_life().do(an_answer("intake", "one-stop", AT, Outcome.REFUSE))


# ---- stop and return


def test_a_stop_needs_a_second_person_and_holds_every_clock() -> None:
    """Its time is the suspension's; the departments that work on it are told."""
    life = a_life()
    for missing in (None, SUPERVISOR.id):
        assert life.refused(a_stop(AT, approved_by=missing)).code == "second_person"
    life.do(a_stop(AT))
    assert life.case.status is CaseStatus.STOPPED
    stopped = life.of_type("CaseStopped")[0]
    assert (stopped.approved_by, stopped.until_at, stopped.departments) == ("chairman-office", None, ("one-stop",))
    assert next_due(life.case) is None
    assert life.refused(an_answer("intake", "one-stop", AT + HOUR)).code == "case_stopped"
    assert life.refused(a_stop(AT + HOUR)).code == "case_stopped"


def test_a_stop_ends_in_resumption() -> None:
    """The clocks go on from where they stood."""
    life = a_life()
    before = appointment_at(life.case.clocks["statutory"], life.definitions)
    life.do(a_stop(AT))
    life.do(a_resumption(AT + DAY))
    assert life.case.status is CaseStatus.IN_PROGRESS
    assert before is not None
    assert appointment_at(life.case.clocks["statutory"], life.definitions) == before + DAY


def test_a_stop_ends_in_return() -> None:
    """In writing, with reason and legal basis; only a stopped case is returned, and only where the procedure allows it."""
    assert a_life().refused(a_return(AT)).code == "not_stopped"
    life = a_life()
    life.do(a_stop(AT))
    life.do(a_return(AT + DAY))
    assert life.of_type("CaseReturned")[0].legal_basis == "form 05"
    assert life.of_type("CaseClosed")[0].outcome == "returned"
    kept = a_life(stop=StopRule(return_allowed=False))
    kept.do(a_stop(AT))
    assert kept.refused(a_return(AT + HOUR)).code == "return_not_allowed"


def test_a_stop_ends_by_itself_on_the_day_set_for_it_or_at_its_cap() -> None:
    """To the second."""
    for change, given in (({}, {"until_at": AT + DAY}), ({"stop": StopRule(cap=days(1))}, {})):
        life = a_life(**change)
        life.do(a_stop(AT, **given))
        life.live_until(AT + DAY - SECOND)
        assert life.case.status is CaseStatus.STOPPED
        life.live_until(AT + DAY)
        assert life.case.status is CaseStatus.IN_PROGRESS
        assert life.of_type("ClockResumed")[0].code == "stop_ended"
    assert a_life().refused(a_stop(AT, until_at=AT)).code == "stop_past"


@pytest.mark.parametrize("outcome", [Outcome.REQUEST_SUPPLEMENT, Outcome.REQUEST_EXPLANATION])
def test_a_case_whose_applicant_does_not_answer_may_be_stopped_and_waits_again_when_that_ends(outcome: Outcome) -> None:
    """Decree 96/2026 art. 6: if nothing comes, stopping is considered and told in writing."""
    life = a_life(
        supplement=SupplementRule(applicant_limit=days(10)), explanation=ExplanationRule(applicant_limit=days(10))
    )
    life.do(an_answer("intake", "one-stop", AT, outcome))
    waiting = life.case.status
    life.do(a_stop(AT + DAY))
    assert life.case.status is CaseStatus.STOPPED
    assert life.refused(a_supplement(AT + 2 * DAY)).code == "no_supplement_awaited"
    life.do(a_resumption(AT + 2 * DAY))
    assert life.case.status is waiting
    life.live_until(MONDAY + 15 * DAY + 15 * HOUR)
    assert life.case.is_closed, "the applicant's limit was held by the stop, and goes on"


# ---- nothing waits for ever


def test_a_suspension_without_a_cap_is_looked_at_again_and_again() -> None:
    """A human duty while nothing else is due."""
    life = a_life(suspension=SuspensionRule(review_after=days(5)))
    life.do(a_pause(AT))
    assert next_due(life.case) == AT + 7 * DAY
    life.live_until(AT + 14 * DAY)
    reviews = life.of_type("SuspensionReviewDue")
    assert [(e.since_at, e.due_at) for e in reviews] == [(AT, AT + 7 * DAY), (AT, AT + 14 * DAY)]
    assert next_due(life.case) == AT + 21 * DAY
    life.do(a_resumption(AT + 15 * DAY))
    assert life.case.suspension_review_at is None


def a_fee() -> RequestPayment:
    return RequestPayment(
        command_id="fee",
        received_at=AT,
        actor=OFFICER,
        step_id="intake",
        department="one-stop",
        amount_vnd=200_000,
        reason="the fee",
    )


def test_a_fee_that_is_not_paid_is_looked_at_again() -> None:
    """As a suspension is, while the clocks stand still for it."""
    life = a_life(suspension=SuspensionRule(review_after=days(5)))
    life.do(a_fee())
    life.live_until(AT + 7 * DAY)
    assert life.of_type("SuspensionReviewDue")[0].since_at == AT
    life.do(ConfirmPayment(command_id="paid", received_at=AT + 8 * DAY, actor=OFFICER, receipt="BL-1"))
    assert life.case.suspension_review_at is None


@pytest.mark.parametrize(("system", "found"), [(None, []), ("portal", ["I2"])])
def test_a_fee_from_before_such_reviews_is_no_finding(system: str | None, found: list[str]) -> None:
    """A case of older rules was decided without one, and stands; in a newer one somebody took it out."""
    life = Life(the_definitions(a_procedure(suspension=SuspensionRule(review_after=days(5)))))
    life.do(a_submission(system=system))
    life.do(a_fee())
    assert replay_decisions(life.definitions, life.records) == []
    last = life.records[-1]
    unreviewed = last.model_copy(
        update={"event": life.of_type("ClockPaused")[0].model_copy(update={"review_at": None})}
    )
    again = replay_decisions(life.definitions, [*life.records[:-1], unreviewed])
    assert [violation.invariant for violation in again] == found


def test_a_stop_without_an_end_is_looked_at_again() -> None:
    """As a suspension is."""
    life = a_life(stop=StopRule(review_after=days(1)))
    life.do(a_stop(AT))
    life.live_until(AT + DAY)
    assert life.of_type("SuspensionReviewDue")[0].department == "culture"
    assert life.case.status is CaseStatus.STOPPED


def test_under_a_pause_policy_documents_let_the_same_clock_go_on() -> None:
    """One statutory clock, whatever was asked how often."""
    life = a_life(clock_policy=PAUSE)
    life.do(an_answer("intake", "one-stop", AT, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    life.do(a_supplement(AT + DAY))
    assert life.case.number_of("statutory") == 1
