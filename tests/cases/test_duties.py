"""The agencies' own duties of time: each is late when it was late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cases.duties import DutyKept, duties_of
from catalog.duties import DutyRule, DutyRules
from events.language.commands import Outcome
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    Life,
    a_pause,
    a_procedure,
    a_reassignment,
    a_resumption,
    a_step,
    a_stop,
    a_submission,
    a_supplement,
    a_withdrawal,
    an_answer,
    an_explanation,
    an_open_life,
    text,
    the_definitions,
)
from tests.cases.reckonings import RULES, reckoning

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def test_a_dossier_received_after_three_is_handed_on_the_next_morning() -> None:
    """Decree 61/2018 art. 18: by 07:00 of the next working day, in this calendar."""
    at = datetime(2026, 3, 2, 8, 10, tzinfo=UTC)  # 15:10 in the province
    life = an_open_life()
    (found,) = [duty for duty in duties_of(life.definitions, RULES, life.records) if duty.duty == "transfer"]
    assert found.due_at == MONDAY.replace(hour=10), "received at 09:00: by the closing of the same day"
    assert found.done_at is None
    assert found.late_at(MONDAY.replace(hour=10) + timedelta(seconds=1))
    late = Life()
    late.do(a_submission(at))
    (found,) = [duty for duty in duties_of(late.definitions, RULES, late.records) if duty.duty == "transfer"]
    assert found.due_at == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    late.do(an_answer("intake", "one-stop", datetime(2026, 3, 3, 0, 0, tzinfo=UTC)))
    (found,) = [duty for duty in duties_of(late.definitions, RULES, late.records) if duty.duty == "transfer"]
    assert (found.done_at, found.late_at(at)) == (found.due_at, False)


@pytest.mark.parametrize(("days", "late"), [(3, False), (4, True)])
def test_a_notice_of_supplements_has_its_own_limit(days: int, late: bool) -> None:
    """Three working days from receipt; a later one is reported as a breach of its own."""
    life = an_open_life()
    at = MONDAY + days * DAY
    life.live_until(at)
    life.do(an_answer("intake", "one-stop", at, Outcome.REQUEST_SUPPLEMENT, documents=("form",)))
    found = reckoning(life).whole
    assert (found.duties["supplement-notice"], found.duties_late["supplement-notice"]) == (1, int(late))


def test_an_online_submission_is_answered_at_once() -> None:
    """Eight working hours by Decree 45/2020; the engine confirms by itself. A counter has no such duty."""
    online, counter = an_open_life(), an_open_life(channel="counter")
    assert reckoning(online).whole.duties["answer-online"] == 1
    assert reckoning(online).whole.duties_late["answer-online"] == 0
    assert "answer-online" not in reckoning(counter).whole.duties


AROUND = pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, False), (1, True)])


def kept(life: Life, duty: str) -> list[DutyKept]:
    return [found for found in duties_of(life.definitions, RULES, life.records) if found.duty == duty]


@AROUND
def test_an_online_submission_that_waited_for_its_answer_is_late(seconds: int, late: bool) -> None:
    """Received on Monday at 09:00: eight working hours end on Tuesday at 09:00, whatever kept the engine from confirming."""
    life = Life()
    confirmed_at = MONDAY + DAY + timedelta(seconds=seconds)
    life.do(a_submission(MONDAY), now=confirmed_at)
    (found,) = kept(life, "answer-online")
    assert (found.due_at, found.done_at) == (MONDAY + DAY, confirmed_at)
    assert found.late_at(confirmed_at) is late


def test_an_acceptance_after_ten_days_is_late() -> None:
    """However little time lies between the two events of its turn."""
    life = Life()
    life.do(a_submission(MONDAY), now=MONDAY + 10 * DAY)
    assert reckoning(life, MONDAY + 10 * DAY).whole.duties_late["answer-online"] == 1


@AROUND
@pytest.mark.parametrize("asked_early", [True, False])
def test_a_notice_is_late_when_the_applicant_heard_of_it_late(asked_early: bool, seconds: int, late: bool) -> None:
    """Three working days end on Thursday at 24:00, also for a request that an officer had sent in before."""
    life = an_open_life()
    due_at = MONDAY.replace(day=5, hour=17)
    told_at = due_at + timedelta(seconds=seconds)
    at = MONDAY + DAY if asked_early else told_at
    life.do(an_answer("intake", "one-stop", at, Outcome.REQUEST_SUPPLEMENT, documents=("form",)), now=told_at)
    (found,) = kept(life, "supplement-notice")
    assert (found.due_at, found.done_at, found.late_at(told_at)) == (due_at, told_at, late)


@AROUND
def test_a_transfer_is_late_when_the_next_office_had_it_late(seconds: int, late: bool) -> None:
    """By the closing of the same day, also where the receiving office had answered at noon."""
    life = an_open_life()
    due_at = MONDAY.replace(hour=10)
    moved_at = due_at + timedelta(seconds=seconds)
    life.do(an_answer("intake", "one-stop", MONDAY + 3 * HOUR), now=moved_at)
    (found,) = kept(life, "transfer")
    assert (found.due_at, found.done_at, found.late_at(moved_at)) == (due_at, moved_at, late)
    assert reckoning(life, moved_at).whole.duties_late["transfer"] == int(late)


def test_a_dossier_that_waits_for_documents_is_not_to_be_handed_on() -> None:
    """Received anew with them, it is handed on by the end of that day; a part of them is no receipt."""
    life = an_open_life()
    asked = an_answer("intake", "one-stop", MONDAY + HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("form", "lease"))
    life.do(asked)
    assert kept(life, "transfer") == []
    life.do(a_supplement(MONDAY + 2 * DAY, "form"))
    assert kept(life, "transfer") == []
    life.do(a_supplement(MONDAY + 3 * DAY, "lease"))
    (found,) = kept(life, "transfer")
    assert (found.due_at, found.done_at) == (MONDAY.replace(day=5, hour=10), None)
    life.do(an_answer("intake", "one-stop", MONDAY + 3 * DAY + HOUR))
    assert [duty.late_at(MONDAY + 9 * DAY) for duty in kept(life, "transfer")] == [False]


@AROUND
def test_what_was_late_before_the_applicant_was_asked_stays_late(seconds: int, late: bool) -> None:
    """Asking for documents after the duty fell due does not undo that nobody had handed the dossier on."""
    life = an_open_life()
    asked_at = MONDAY.replace(hour=10) + timedelta(seconds=seconds)
    life.do(an_answer("intake", "one-stop", asked_at, Outcome.REQUEST_SUPPLEMENT, documents=("form",)))
    assert len(kept(life, "transfer")) == int(late)
    life.do(a_supplement(MONDAY + 3 * DAY))
    life.do(an_answer("intake", "one-stop", MONDAY + 3 * DAY + HOUR))
    assert [duty.late_at(MONDAY + 9 * DAY) for duty in kept(life, "transfer")] == [late]


@AROUND
def test_a_case_that_ends_where_it_was_received_was_not_to_be_handed_on(seconds: int, late: bool) -> None:
    """Before the duty fell due there is none; an end after it does not undo that the dossier had lain there."""
    life = an_open_life()
    life.do(a_withdrawal(MONDAY.replace(hour=10) + timedelta(seconds=seconds)))
    found = reckoning(life, MONDAY + 9 * DAY).whole
    assert (found.duties.get("transfer", 0), found.duties_late.get("transfer", 0)) == (int(late), int(late))


def test_a_suspended_case_is_not_to_be_handed_on() -> None:
    """The duty begins again when the suspension ends; not so when a stop ends that fell while the applicant was asked."""
    life = an_open_life()
    life.do(a_pause(MONDAY + HOUR))
    assert kept(life, "transfer") == []
    life.do(a_resumption(MONDAY + 3 * DAY))
    assert [duty.due_at for duty in kept(life, "transfer")] == [MONDAY.replace(day=5, hour=10)]
    asked = an_open_life()
    asked.do(an_answer("intake", "one-stop", MONDAY + HOUR, Outcome.REQUEST_EXPLANATION))
    asked.do(a_stop(MONDAY + 2 * HOUR))
    asked.do(a_resumption(MONDAY + 2 * DAY))
    assert kept(asked, "transfer") == []
    asked.do(an_explanation(MONDAY + 3 * DAY))
    assert [duty.due_at for duty in kept(asked, "transfer")] == [MONDAY.replace(day=5, hour=10)]


def test_one_turn_that_accepts_and_hands_on_ten_days_late_is_late() -> None:
    """Where the other department's step needs none before it: two events of one turn measure nothing."""
    life = Life(the_definitions(a_procedure(steps=(a_step("intake", "one-stop"), a_step("appraisal", "culture")))))
    life.do(a_submission(), now=MONDAY + 10 * DAY)
    (found,) = kept(life, "transfer")
    assert (found.due_at, found.late_at(MONDAY + 10 * DAY)) == (MONDAY.replace(hour=10), True)


def test_a_step_given_to_another_office_is_a_transfer() -> None:
    """Whoever then has the dossier has it."""
    life = an_open_life()
    life.do(a_reassignment("intake", MONDAY + HOUR, department="finance"))
    assert [duty.done_at for duty in kept(life, "transfer")] == [MONDAY + HOUR]


def test_a_duty_says_what_it_measures() -> None:
    """An answer without a limit, or a transfer without a cut-off, is no rule."""
    for content in (
        {"kind": "answer"},
        {"kind": "transfer"},
        {"kind": "transfer", "cut_off": "15:00", "within": {"amount": 1, "unit": "hours"}},
    ):
        with pytest.raises(ValueError, match=r"duty|limit|cut-off"):
            DutyRule.model_validate({"id": "x", "name": text("x"), "source": "y", **content})
    rule = DutyRule(id="x", name=text("x"), source="y", kind="answer", within=Budget(amount=1, unit=Unit.WORKING_HOURS))
    with pytest.raises(ValueError, match="twice"):
        DutyRules(id="d", version="1", duties=(rule, rule))
