"""An application is asked how large what follows from it becomes, before anybody accepts it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from pydantic_core import to_json

from cases.decide import draft_of
from cases.draft import Draft
from cases.model import Case, blank
from catalog.model import Definitions
from events.language.commands import DeclaredStep, SubmitApplication
from events.language.envelope import MESSAGE_MAX_BYTES
from events.language.refusals import Refusal
from intake.extent import (
    ENVELOPE_BYTES,
    PAYLOAD_MAX_BYTES,
    STATE_MAX_BYTES,
    TURN_MAX_BYTES,
    at_its_end,
    size_of,
    too_large,
)
from sla.units import Budget, Unit
from tests.builders import MONDAY, Life, a_procedure, a_submission, an_answer, an_application, the_definitions
from workflows.messages import Carried

LETTERS = "abcdefghijklmnopqrstuvwxyzàáạảãâầấậẩẫăằắặẳẵèéẹẻẽêềếệểễđ"
DAY = Budget(amount=1, unit=Unit.WORKING_DAYS)


def declared() -> Definitions:
    """A procedure whose applications declare their own steps."""
    return the_definitions(a_procedure(route="declared", steps=(), limit=None, documents=()))


def a_route(steps: int, letters: int, departments: int = 7) -> tuple[DeclaredStep, ...]:
    """Steps with names that say nothing twice, so that nothing packs well."""
    dice = random.Random(steps)
    return tuple(
        DeclaredStep(
            id=f"step-{number}",
            name="".join(dice.choices(LETTERS, k=letters)),
            department=f"department-{number % departments}",
        )
        for number in range(steps)
    )


def opening(route: Sequence[DeclaredStep], limit: Budget | None = None) -> SubmitApplication:
    change: dict[str, Any] = {"route": tuple(route), "step_limit": limit, "documents": (), "facts": {}}
    return a_submission().model_copy(update={"application": an_application().model_copy(update=change)})


def asked(command: SubmitApplication, event_max_bytes: int = MESSAGE_MAX_BYTES) -> Refusal | None:
    drafted = draft_of(blank("case-1", declared()), command, MONDAY)
    assert isinstance(drafted, Draft)
    return too_large(drafted.state, drafted.records, event_max_bytes)


def state_size(case: Case) -> int:
    return len(to_json(Carried.of(case)))


def test_an_event_that_no_topic_takes_is_refused_before_it_is_accepted() -> None:
    """A submission of a megabyte was accepted, and its event was larger than the topic allows: nobody ever heard of it."""
    command = opening(a_route(1454, 350))
    assert MESSAGE_MAX_BYTES - ENVELOPE_BYTES < len(to_json(command.application)) < MESSAGE_MAX_BYTES
    refusal = asked(command)
    assert refusal is not None
    assert (refusal.code, refusal.field) == ("application_too_large", "route")
    assert refusal.details["most"] == str(MESSAGE_MAX_BYTES - ENVELOPE_BYTES)
    assert "byte" in refusal.message("vi")


@pytest.mark.parametrize(("steps", "letters"), [(5000, 60), (1250, 400)])
def test_a_case_that_could_not_go_on_is_refused_too(steps: int, letters: int) -> None:
    """Its event would fit; what it carries into its next run would not, or not in time."""
    command = opening(a_route(steps, letters), DAY)
    assert len(to_json(command.application)) < MESSAGE_MAX_BYTES - ENVELOPE_BYTES
    refusal = asked(command)
    assert refusal is not None
    assert refusal.code == "application_too_large"


def test_what_people_send_is_taken() -> None:
    """Long traces of logs, and every application without a route of its own."""
    assert asked(opening(a_route(2000, 20))) is None
    assert asked(opening(a_route(1000, 40), DAY)) is None
    assert asked(a_submission().model_copy(update={"application": opening(()).application})) is None


def test_a_smaller_topic_takes_less() -> None:
    """The bound is that of the topics as they were made, whatever the default."""
    command = opening(a_route(200, 40))
    assert asked(command) is None
    refusal = asked(command, event_max_bytes=20_000)
    assert refusal is not None
    assert refusal.details["most"] == str(20_000 - ENVELOPE_BYTES)


@pytest.mark.parametrize("limit", [None, DAY])
def test_the_whole_life_of_what_was_accepted_fits(limit: Budget | None) -> None:
    """Every event its topic, every turn and every state one payload; the end is no longer than was foreseen."""
    definitions, command = declared(), opening(a_route(250, 400), limit)
    drafted = draft_of(blank("case-1", definitions), command, MONDAY)
    assert isinstance(drafted, Draft)
    assert too_large(drafted.state, drafted.records, MESSAGE_MAX_BYTES) is None
    foreseen = state_size(at_its_end(drafted.state))
    life = Life(definitions)
    life.do(command)
    for number, step in enumerate(command.application.route):
        before = len(life.records)
        life.do(an_answer(step.id, step.department, at=MONDAY + timedelta(minutes=number + 1)))
        sizes = [size_of(record) for record in life.records[before:]]
        assert max(sizes) <= MESSAGE_MAX_BYTES - ENVELOPE_BYTES
        assert sum(sizes) <= TURN_MAX_BYTES
    assert life.case.is_closed
    assert state_size(life.case) <= 1.05 * foreseen <= 1.05 * STATE_MAX_BYTES < PAYLOAD_MAX_BYTES
