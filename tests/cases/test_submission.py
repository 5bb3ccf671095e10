"""Submitting: what an application makes happen, and what is refused before a case exists."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from catalog.model import DocumentRequirement
from events.language.commands import DeclaredStep, DocumentPart
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    Life,
    a_calendar,
    a_procedure,
    a_submission,
    a_withdrawal,
    an_answer,
    an_open_life,
    text,
    the_definitions,
)

DECLARED = the_definitions(a_procedure(id="log", route="declared", limit=None, steps=(), documents=()))


def test_an_application_is_submitted_classified_and_accepted_and_its_first_step_assigned() -> None:
    """One command makes the whole opening, in this order."""
    life = an_open_life()
    assert [record.event.type for record in life.records] == [
        "ApplicationSubmitted",
        "ApplicationClassified",
        "ApplicationAccepted",
        "ClockStarted",
        "ClockStarted",
        "StepAssigned",
    ]
    assert [record.sequence for record in life.records] == [1, 2, 3, 4, 5, 6]
    assert {record.command_id for record in life.records} == {"submit-1"}


def test_the_definitions_are_pinned_by_their_digests() -> None:
    """Rules are frozen per dossier at acceptance (Decree 56/2023 art. 4(3))."""
    life = an_open_life()
    submitted = life.of_type("ApplicationSubmitted")[0]
    definitions = life.definitions
    assert submitted.definitions_digest == definitions.digest
    assert submitted.procedure.digest == definitions.procedure.digest
    assert submitted.calendar.digest == definitions.calendar.digest
    assert submitted.lanes.digest == definitions.lanes.digest


def test_the_date_of_receipt_is_the_provinces_own() -> None:
    """18:00 in UTC is already tomorrow in the province."""
    life = an_open_life()
    assert life.of_type("ApplicationAccepted")[0].received_on == date(2026, 3, 2)
    late = Life()
    late.do(a_submission(datetime(2026, 3, 2, 18, 0, tzinfo=UTC)))
    assert late.of_type("ApplicationAccepted")[0].received_on == date(2026, 3, 3)


def test_instants_of_records_are_in_utc_whatever_the_sender_wrote() -> None:
    """A command with the province's own offset counts at the same instant."""
    life = Life()
    local = MONDAY.astimezone(datetime.fromisoformat("2026-03-02T09:00:00+07:00").tzinfo)
    life.do(a_submission(local))
    assert life.records[0].at.isoformat() == "2026-03-02T02:00:00+00:00"


def test_missing_documents_are_named_those_that_the_state_holds_are_not() -> None:
    """Decree 56/2023 art. 1(4): what connected State data hold is not asked for."""
    documents = (
        DocumentRequirement(kind="form", name=text("Form")),
        DocumentRequirement(kind="lease", name=text("Lease")),
        DocumentRequirement(kind="criminal-record", name=text("Record"), held_by_state=True),
        DocumentRequirement(kind="photo", name=text("Photo"), required=False),
    )
    life = Life(the_definitions(a_procedure(documents=documents)))
    refusal = life.refused(a_submission(documents=()))
    assert (refusal.code, refusal.details) == ("documents_missing", {"documents": "form, lease"})
    assert life.case.sequence == 0
    life.do(a_submission(documents=(DocumentPart(kind="form"), DocumentPart(kind="lease"))))


def test_a_case_is_opened_once() -> None:
    """A second submission to the same case is refused, whatever it holds."""
    assert an_open_life().refused(a_submission()).code == "case_exists"


def test_nothing_else_begins_a_case() -> None:
    """Before the submission there is no such case."""
    life = Life()
    assert life.refused(an_answer("intake", "one-stop", MONDAY)).code == "case_unknown"
    assert life.refused(a_withdrawal(MONDAY)).code == "case_unknown"


def test_a_procedure_with_steps_of_its_own_takes_no_route() -> None:
    """Only imported logs declare their steps."""
    route = (DeclaredStep(id="a", name="A", department="culture"),)
    assert Life().refused(a_submission(route=route)).code == "route_not_declarable"


def test_a_declared_route_runs_in_its_order() -> None:
    """Each step needs the one before."""
    life = Life(DECLARED)
    steps = tuple(DeclaredStep(id=name, name=name.upper(), department="culture") for name in ("a", "b", "c"))
    life.do(a_submission(procedure="log", route=steps))
    for minute, name in enumerate("abc", start=1):
        assert [step.id for step in life.case.open_steps] == [name]
        life.do(an_answer(name, "culture", MONDAY + timedelta(minutes=minute)))
    assert life.case.outcome == "issued"
    assert life.of_type("ClockStarted") == []


def test_a_declared_route_may_carry_a_limit_for_each_step() -> None:
    """`step_limit` gives every step a clock of its own."""
    life = Life(DECLARED)
    step = DeclaredStep(id="a", name="A", department="culture")
    life.do(a_submission(procedure="log", route=(step,), step_limit=Budget(amount=2, unit=Unit.HOURS)))
    life.live_until(MONDAY + timedelta(hours=2))
    assert [event.clock_id for event in life.of_type("ClockBreached")] == ["step:a"]


def test_a_declared_route_names_no_step_twice() -> None:
    """A step's id is what answers name."""
    step = DeclaredStep(id="a", name="A", department="culture")
    refusal = Life(DECLARED).refused(a_submission(procedure="log", route=(step, step)))
    assert (refusal.code, refusal.details) == ("route_repeats", {"step": "a"})


def test_a_route_without_steps_closes_at_once() -> None:
    """A trace without events is done when it begins."""
    life = Life(DECLARED)
    life.do(a_submission(procedure="log"))
    assert life.case.outcome == "issued"
    assert life.of_type("CaseClosed")[0].elapsed_seconds == 0


@pytest.mark.parametrize("at", [datetime(2027, 12, 30, 2, tzinfo=UTC), datetime(2028, 2, 1, 2, tzinfo=UTC)])
def test_a_calendar_without_the_needed_days_is_refused(at: datetime) -> None:
    """Unknown or expired calendars are refused, never silently replaced."""
    refusal = Life().refused(a_submission(at))
    assert refusal.code == "calendar_range"
    assert refusal.retryable
    assert refusal.details == {"calendar": "test", "first": "2025-01-01", "last": "2027-12-31"}


def test_a_limit_in_hours_is_refused_beyond_the_calendar_too() -> None:
    """The wall clock needs no working days, but its clock would have no end."""
    procedure = a_procedure(limit=Budget(amount=48, unit=Unit.HOURS))
    refusal = Life(the_definitions(procedure)).refused(a_submission(datetime(2027, 12, 31, 2, tzinfo=UTC)))
    assert refusal.code == "calendar_range"


def test_a_sender_whose_clock_runs_ahead_does_not_reach_into_our_future() -> None:
    """The command counts at the latest when it is decided."""
    life = Life()
    life.do(a_submission(MONDAY + timedelta(hours=5)), now=MONDAY)
    assert life.case.opened_at == MONDAY


def test_a_case_under_another_calendar_is_compiled_for_itself() -> None:
    """Two versions of a calendar live side by side."""
    longer = a_calendar(version="2", last_day=date(2028, 12, 31))
    life = Life(the_definitions(calendar=longer))
    life.do(a_submission(datetime(2027, 12, 30, 2, tzinfo=UTC)))
    assert life.case.opened_at is not None
