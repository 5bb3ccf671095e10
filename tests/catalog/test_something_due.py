"""Of every shipped procedure: whatever holds its case up, something is due or somebody must look again.

And a version that begins meanwhile reaches no open case.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.timetable import next_due
from catalog.loader import load_catalog
from catalog.model import explanation_rule
from events.language.commands import DocumentPart, Outcome
from tests.builders import Life, a_pause, a_stop, a_submission, an_answer

CATALOG = load_catalog()
DAY = date(2026, 3, 2)
OPENING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Monday 2 March 2026, 09:00 in the province."""
HOUR = timedelta(hours=1)
PROCEDURES = [procedure.id for procedure in CATALOG.procedures_on(DAY)]


def received(procedure_id: str, at: datetime = OPENING) -> Life:
    """A case of the procedure under the rules of the day, with all its documents."""
    definitions = CATALOG.definitions_for(procedure_id, (at + timedelta(hours=7)).date())
    life = Life(definitions)
    documents = tuple(DocumentPart(kind=document.kind) for document in definitions.procedure.documents)
    life.do(a_submission(at, procedure=procedure_id, documents=documents))
    return life


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_an_applicant_who_never_answers_does_not_leave_the_case_open_for_ever(procedure_id: str) -> None:
    """Documents were asked for: the applicant's own limit ends the case, at the end of its last day."""
    life = received(procedure_id)
    step = life.case.open_steps[0]
    life.do(an_answer(step.id, step.department, OPENING + HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("request",)))
    assert next_due(life.case) is not None
    life.live_until(OPENING + timedelta(days=300))
    assert life.case.is_closed
    assert life.case.outcome == life.definitions.procedure.supplement.on_expiry


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_an_explanation_that_never_comes_ends_the_case_too(procedure_id: str) -> None:
    """It is asked where the procedure's rule allows it, and has a limit of its own."""
    life = received(procedure_id)
    intake = life.case.open_steps[0]
    refusal = life.refused(an_answer(intake.id, intake.department, OPENING + HOUR, Outcome.REQUEST_EXPLANATION))
    assert refusal.code == "act_not_here", "nothing is appraised at the counter"
    life.do(an_answer(intake.id, intake.department, OPENING + 2 * HOUR))
    step = life.case.open_steps[0]
    life.do(an_answer(step.id, step.department, OPENING + 3 * HOUR, Outcome.REQUEST_EXPLANATION))
    assert next_due(life.case) is not None
    life.live_until(OPENING + timedelta(days=60))
    assert life.case.is_closed
    assert life.case.outcome == explanation_rule(life.definitions.procedure).on_expiry


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_a_case_that_stands_still_by_decision_is_looked_at_again(procedure_id: str) -> None:
    """A suspension without a cap and a stop without an end fall due for review, again and again."""
    for hold in (a_pause, a_stop):
        life = received(procedure_id)
        life.do(hold(OPENING + HOUR))
        assert next_due(life.case) is not None, hold.__name__
        life.live_until(OPENING + timedelta(days=45))
        assert len(life.of_type("SuspensionReviewDue")) >= 2, hold.__name__
        assert next_due(life.case) is not None, hold.__name__


def test_an_open_case_keeps_the_version_that_it_was_received_under() -> None:
    """Decree 58/2026 begins on 15 March: what was received on the 13th stays with the provincial police, for 5 days."""
    before = received("security-order-certificate", datetime(2026, 3, 13, 2, 0, tzinfo=UTC))
    after = received("security-order-certificate", datetime(2026, 3, 16, 2, 0, tzinfo=UTC))
    departments = []
    for life, at in (
        (before, datetime(2026, 3, 17, 3, 0, tzinfo=UTC)),
        (after, datetime(2026, 3, 17, 3, 0, tzinfo=UTC)),
    ):
        intake = life.case.open_steps[0]
        life.do(an_answer(intake.id, intake.department, at))
        departments.append([step.department for step in life.case.open_steps])
    assert departments == [["police"], ["commune-police"]]
    limits = [life.case.clocks["statutory"].clock.budget.amount for life in (before, after)]
    assert limits == [5, 4]
