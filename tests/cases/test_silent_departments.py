"""What silence means: go on, deemed no objection, or wait and escalate; and where it may never mean consent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.model import StepStatus
from catalog.dossier import Silence
from catalog.loader import load_catalog
from events.language.commands import ConsultationRequest, DecideStep, Outcome
from sla.units import Budget, Unit
from tests.builders import MONDAY, Life, a_submission, an_answer, an_open_life, the_definitions

AT = MONDAY + timedelta(minutes=10)
LIMIT = Budget(amount=60, unit=Unit.MINUTES)
LAPSE = AT + timedelta(hours=1)


def a_question(silence: Silence | None, limit: Budget | None = LIMIT, department: str = "finance") -> DecideStep:
    request = ConsultationRequest(department=department, question="any objection?", limit=limit, silence=silence)
    return an_answer("intake", "one-stop", AT, Outcome.CONSULT, consult=(request,))


def asked(silence: Silence | None) -> Life:
    life = an_open_life()
    life.do(a_question(silence))
    life.live_until(LAPSE)
    return life


@pytest.mark.parametrize("silence", [None, Silence.PROCEED, Silence.DEEMED_NO_OBJECTION])
def test_silence_lets_the_step_go_on_and_says_what_it_means(silence: Silence | None) -> None:
    life = asked(silence)
    assert life.of_type("ConsultationLapsed")[0].silence is silence
    life.do(an_answer("intake", "one-stop", LAPSE))
    assert life.case.steps["intake"].status is StepStatus.DONE


def test_escalated_silence_holds_the_step_until_the_answer_comes() -> None:
    """The breach and the escalations of the consultation's own clock call its department; late, the answer is an answer."""
    life = asked(Silence.ESCALATE)
    assert life.refused(an_answer("intake", "one-stop", LAPSE)).code == "consultation_open"
    later = LAPSE + timedelta(days=3)
    fired = [event for event in life.live_until(later) if event.type == "RungFired"]
    assert {event.level for event in fired if event.clock_kind == "consultation"} >= {1, 2}
    life.do(an_answer("intake.opinion-1", "finance", later))
    assert life.of_type("StepDecided")[-1].late
    life.do(an_answer("intake", "one-stop", later))
    assert life.case.steps["intake"].status is StepStatus.DONE


def test_a_late_opinion_is_recorded_and_blocks_nothing() -> None:
    life = asked(Silence.DEEMED_NO_OBJECTION)
    life.do(an_answer("intake", "one-stop", LAPSE))
    life.do(an_answer("intake.opinion-1", "finance", LAPSE + timedelta(hours=1), Outcome.REFUSE))
    late = life.of_type("StepDecided")[-1]
    assert (late.step_id, late.late, late.outcome) == ("intake.opinion-1", True, Outcome.REFUSE)
    assert not life.case.is_closed


@pytest.mark.parametrize("silence", [Silence.PROCEED, Silence.DEEMED_NO_OBJECTION])
def test_excluded_silence_never_means_consent(silence: Silence) -> None:
    life = Life(the_definitions(silence_excluded=("finance",)))
    life.do(a_submission())
    assert life.refused(a_question(silence)).code == "silence_no_consent"
    life.do(a_question(None))
    life.live_until(LAPSE)
    assert life.of_type("ConsultationLapsed")[0].silence is Silence.ESCALATE
    assert life.refused(an_answer("intake", "one-stop", LAPSE)).code == "consultation_open"


def test_a_meaning_of_silence_needs_a_limit() -> None:
    life = an_open_life()
    refusal = life.refused(a_question(Silence.DEEMED_NO_OBJECTION, limit=None))
    assert (refusal.code, refusal.field) == ("field_missing", "consult.limit")


def test_the_shipped_list_excludes_the_police_everywhere_and_all_of_fire_safety() -> None:
    catalog = load_catalog()
    day = MONDAY.date()
    assert "police" in catalog.definitions_for("karaoke-licence", day).silence_excluded
    assert "trade" not in catalog.definitions_for("karaoke-licence", day).silence_excluded
    assert "trade" in catalog.definitions_for("fire-design-appraisal", day).silence_excluded
