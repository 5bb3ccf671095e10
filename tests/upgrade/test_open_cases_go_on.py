"""Every case that was open under the version before: it can be finished, and no limit of it ends before the law says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.model import CaseStatus, StepStatus
from cases.timetable import has_two_ends
from events.language.commands import Command, ConfirmPayment, DocumentPart, MoveAppointment
from sla.units import Budget, Unit
from tests.builders import MONDAY, SUPERVISOR, a_resumption, a_supplement, an_answer
from tests.upgrade.fixtures import names_of, the_ledger
from tests.upgrade.going_on import GoingOn, local

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OPEN = [name for name in names_of("case") if the_ledger(name).view["closed_at"] is None]


def the_next(case: GoingOn, at: datetime) -> Command:
    """What somebody does so that the case comes nearer to its end."""
    match case.case.status:
        case CaseStatus.SUSPENDED:
            return a_resumption(at)
        case CaseStatus.AWAITING_PAYMENT:
            return ConfirmPayment(command_id=f"paid:{at.isoformat()}", received_at=at, actor=SUPERVISOR, receipt="R-2")
        case CaseStatus.AWAITING_SUPPLEMENT:
            asked: Any = case.of_type("SupplementRequested")[-1]
            documents = tuple(DocumentPart(kind=kind) for kind in asked.documents)
            return a_supplement(at).model_copy(update={"documents": documents})
        case _:
            waiting = [step for step in case.case.steps.values() if step.status is StepStatus.ASSIGNED]
            step = min(waiting, key=lambda step: step.kind != "consultation")
            return an_answer(step.id, step.department, at)


@pytest.mark.parametrize("name", OPEN)
def test_an_open_case_is_brought_to_its_result(name: str) -> None:
    """Whoever's turn it was may act as before, and the result is issued."""
    case = GoingOn(name)
    at = case.stopped_at
    while not case.case.is_closed:
        at += MINUTE
        assert at < case.stopped_at + HOUR, f"{case.case.status} has no end"
        case.take(the_next(case, at))
    assert case.case.outcome == "issued"


@pytest.mark.parametrize("name", OPEN)
def test_no_limit_of_an_open_case_ends_before_its_last_day(name: str) -> None:
    """Left alone for three months, each clock with two ends is breached at 24:00 of a day, and no clock twice."""
    case = GoingOn(name)
    case.live_until(case.stopped_at + 90 * DAY)
    breaches = case.new("ClockBreached")
    for breach in breaches:
        clock = case.clock(breach.clock_id)
        if has_two_ends(clock.kind, clock.clock.budget):
            assert (breach.due_at + 7 * HOUR).timetz().isoformat() == "00:00:00+00:00"
    assert len({breach.clock_id for breach in breaches}) == len(breaches)
    ids = [event.escalation_id for event in case.of_type("RungFired")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", ["awaiting_supplement_restart", "awaiting_supplement_pause"])
def test_documents_on_the_last_evening_are_in_time(name: str) -> None:
    """The applicant's own limit, begun under the old rule, ends with its last day too: Monday 16 March, 24:00."""
    case = GoingOn(name)
    case.live_until(local("16 23:00"))
    case.take(the_next(case, local("16 23:00")))
    assert case.case.status is CaseStatus.IN_PROGRESS
    late = GoingOn(name)
    late.live_until(local("17 00:00"))
    assert late.case.outcome == "returned"


def test_what_was_moved_with_an_apology_stays_moved() -> None:
    """The old program made the limit itself longer, and the applicant was told so; that is once, and once is the most."""
    case = GoingOn("appointment_moved")
    again = MoveAppointment(
        command_id="again",
        received_at=MONDAY + DAY + HOUR,
        actor=SUPERVISOR,
        by=Budget(amount=1, unit=Unit.WORKING_DAYS),
        reason="decided",
    )
    case.take(again, refused=True)
    case.live_until(MONDAY + 30 * DAY)
    (breach,) = [event for event in case.new("ClockBreached") if event.clock_id == "statutory"]
    assert breach.due_at == local("12 00:00")


def test_a_pause_from_before_the_upgrade_keeps_its_length() -> None:
    """Suspended on Monday 11:00 and resumed on Wednesday 11:00: the last day is two working days later."""
    case = GoingOn("suspended")
    case.take(a_resumption(MONDAY + 2 * DAY + 2 * HOUR))
    case.live_until(MONDAY + 30 * DAY)
    (breach,) = [event for event in case.new("ClockBreached") if event.clock_id == "statutory"]
    assert breach.due_at == local("12 00:00")
