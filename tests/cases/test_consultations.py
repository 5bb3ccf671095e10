"""Consultations: opinions asked of other departments, in time, too late, or not at all."""

from __future__ import annotations

from datetime import timedelta

from cases.model import StepStatus
from events.language.commands import Outcome
from sla.units import Budget, Unit
from tests.builders import MONDAY, Life, a_question, a_reassignment, an_answer, an_open_life

AT = MONDAY + timedelta(minutes=10)
LIMIT = Budget(amount=60, unit=Unit.MINUTES)
LAPSE = AT + timedelta(hours=1)


def consulting_life(*asked: str, limit: Budget | None = LIMIT) -> Life:
    life = an_open_life()
    life.do(a_question("intake", "one-stop", AT, *(asked or ("finance",)), limit=limit))
    return life


def test_each_department_asked_gets_a_step_of_its_own() -> None:
    """With the question, who asks, and its own clock."""
    life = consulting_life("finance", "police")
    assigned = life.of_type("StepAssigned")[1:]
    assert [(e.step_id, e.department, e.kind, e.asked_by) for e in assigned] == [
        ("intake.opinion-1", "finance", "consultation", "intake"),
        ("intake.opinion-2", "police", "consultation", "intake"),
    ]
    assert {e.question for e in assigned} == {"any objection?"}
    assert {e.due_at for e in assigned} == {LAPSE}


def test_the_asking_step_waits_for_the_opinion() -> None:
    """It goes on when the opinion is there."""
    life = consulting_life()
    refusal = life.refused(an_answer("intake", "one-stop", AT))
    assert (refusal.code, refusal.details["departments"]) == ("consultation_open", "finance")
    assert refusal.retryable
    life.do(an_answer("intake.opinion-1", "finance", AT))
    life.do(an_answer("intake", "one-stop", AT))


def test_an_objection_needs_a_reason_and_is_an_opinion_only() -> None:
    """The asking department decides; the case goes on."""
    life = consulting_life()
    refusal = life.refused(an_answer("intake.opinion-1", "finance", AT, Outcome.REFUSE, reason=None))
    assert (refusal.code, refusal.field) == ("field_missing", "reason")
    life.do(an_answer("intake.opinion-1", "finance", AT, Outcome.REFUSE))
    decided = life.of_type("StepDecided")[0]
    assert (decided.kind, decided.asked_by_department) == ("consultation", "one-stop")
    assert not life.case.is_closed


def test_an_opinion_is_yes_or_no() -> None:
    """Who is consulted asks neither the applicant nor others."""
    life = consulting_life()
    for outcome in (Outcome.REQUEST_SUPPLEMENT, Outcome.CONSULT):
        refusal = life.refused(an_answer("intake.opinion-1", "finance", AT, outcome))
        assert (refusal.code, refusal.field) == ("opinion_only", "outcome")


def test_a_consultation_names_whom_and_only_departments_of_the_province() -> None:
    """Nothing is ever sent to a topic that nobody owns."""
    life = an_open_life()
    assert life.refused(an_answer("intake", "one-stop", AT, Outcome.CONSULT)).field == "consult"
    refusal = life.refused(a_question("intake", "one-stop", AT, "finance", "nobody"))
    assert (refusal.code, refusal.details) == ("department_unknown", {"department": "nobody"})


def test_without_an_opinion_in_its_limit_the_asking_step_may_go_on() -> None:
    """The lapse is told to the asker (Decree 61/2018 art. 19(5)), and the breach is the silent department's."""
    life = consulting_life()
    life.live_until(LAPSE)
    lapsed = life.of_type("ConsultationLapsed")[0]
    assert (lapsed.department, lapsed.asked_by_department) == ("finance", "one-stop")
    assert life.case.clocks["consultation:intake.opinion-1"].counts_as_breached
    life.do(an_answer("intake", "one-stop", LAPSE))
    assert life.case.steps["intake"].status is StepStatus.DONE


def test_a_late_opinion_is_kept_and_blocks_nothing() -> None:
    """Even after the asking step was done."""
    life = consulting_life()
    life.live_until(LAPSE)
    life.do(an_answer("intake", "one-stop", LAPSE))
    life.do(an_answer("intake.opinion-1", "finance", LAPSE + timedelta(hours=1), Outcome.REFUSE))
    opinion = life.of_type("StepDecided")[1]
    assert (opinion.step_id, opinion.late) == ("intake.opinion-1", True)


def test_an_open_opinion_ends_with_its_case() -> None:
    """Nobody is asked about what is decided."""
    life = consulting_life()
    life.do(an_answer("intake", "one-stop", AT, Outcome.REFUSE))
    assert life.case.steps["intake.opinion-1"].status is StepStatus.CANCELLED
    assert life.case.clocks["consultation:intake.opinion-1"].status == "cancelled"


def test_an_opinion_without_a_limit_is_waited_for() -> None:
    """It has no clock, and nothing lapses."""
    life = consulting_life(limit=None)
    life.live_until(MONDAY + timedelta(days=60))
    assert life.of_type("ConsultationLapsed") == []
    assert life.refused(an_answer("intake", "one-stop", MONDAY + timedelta(days=60))).code == "consultation_open"


def test_a_second_question_has_its_own_number() -> None:
    """Ids of steps are never used twice."""
    life = consulting_life()
    life.do(an_answer("intake.opinion-1", "finance", AT))
    life.do(a_question("intake", "one-stop", AT, "finance", limit=LIMIT))
    assert life.case.steps["intake.opinion-2"].status is StepStatus.ASSIGNED


def test_a_limit_beyond_the_calendar_is_refused() -> None:
    """A clock that could never fall due would hold the asking step for ever."""
    life = an_open_life()
    refusal = life.refused(
        a_question("intake", "one-stop", AT, "finance", limit=Budget(amount=1_000_000, unit=Unit.HOURS))
    )
    assert refusal.code == "calendar_range"
    assert "intake.opinion-1" not in life.case.steps


def test_the_asking_department_changes_while_an_opinion_is_open() -> None:
    """The lapse is told to whoever has the asking step then."""
    life = consulting_life()
    life.do(a_reassignment("intake", AT, department="culture"))
    life.live_until(LAPSE)
    assert life.of_type("ConsultationLapsed")[0].asked_by_department == "culture"


def test_an_opinion_goes_to_another_department_with_its_clock() -> None:
    """A reassigned consultation keeps its question and its limit."""
    life = consulting_life()
    life.do(a_reassignment("intake.opinion-1", AT, department="police"))
    assigned = life.of_type("StepAssigned")[-1]
    assert (assigned.department, assigned.question, assigned.due_at) == ("police", "any objection?", LAPSE)
    assert life.refused(an_answer("intake.opinion-1", "finance", AT)).code == "case_unknown", "it has no part any more"
