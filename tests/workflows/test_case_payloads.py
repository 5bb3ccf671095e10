"""What travels through Temporal: all of a case, once, and the definitions shared."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload

from cases.model import Case
from cases.timetable import next_due
from catalog.model import Definitions
from events.language.commands import Outcome, Tick
from tests.builders import (
    MONDAY,
    PAUSE,
    RESTART,
    a_closed_life,
    a_procedure,
    a_supplement,
    an_answer,
    an_open_life,
    the_definitions,
)
from workflows.converter import DATA_CONVERTER
from workflows.messages import Carried


def packed(case: Case) -> Case:
    """The case after its way through a payload."""
    carried = Carried.of(case, (an_answer("fire", "police", MONDAY),))
    again = Carried.model_validate_json(carried.model_dump_json())
    assert again == carried
    assert "definitions" not in again.state
    return again.restored(case.definitions)


@pytest.mark.parametrize("policy", [RESTART, PAUSE])
def test_a_packed_case_is_the_same_case(policy: str) -> None:
    """What is carried is all of it, through JSON and back, after every command and every passed instant of a life."""
    life = an_open_life(the_definitions(a_procedure(clock_policy=policy)))
    assert packed(life.case) == life.case
    life.do(an_answer("intake", "one-stop", MONDAY + timedelta(minutes=5)))
    for _ in range(4):
        due_at = next_due(life.case)
        assert due_at is not None
        life.do(Tick(due_at=due_at))
        assert packed(life.case) == life.case
    asked_at = life.records[-1].at + timedelta(minutes=1)
    life.do(an_answer("appraisal", "culture", asked_at, Outcome.REQUEST_SUPPLEMENT))
    assert packed(life.case) == life.case
    life.do(a_supplement(asked_at + timedelta(days=1)))
    assert packed(life.case) == life.case
    assert packed(a_closed_life().case).outcome == "issued"


def decoded(payload: Payload, hint: Any) -> Definitions:
    """The definitions in a payload."""
    [found] = DATA_CONVERTER.payload_converter.from_payloads([payload], [hint])
    assert isinstance(found, Definitions)
    return found


def test_definitions_are_parsed_once() -> None:
    """Cases under one version share one object, and so what was derived from it."""
    converter = DATA_CONVERTER.payload_converter
    [payload] = converter.to_payloads([the_definitions()])
    first, second = decoded(payload, Definitions), decoded(payload, Definitions | None)
    assert first == the_definitions()
    assert first is second
    nothing: Any = Definitions | None
    assert converter.from_payloads(converter.to_payloads([None]), [nothing]) == [None]


def test_other_definitions_are_other_objects() -> None:
    """A version that differs in one place is never taken for the other."""
    one, other = the_definitions(), the_definitions(agency_code="H05.9")
    first, second = DATA_CONVERTER.payload_converter.to_payloads([one, other])
    assert (decoded(first, Definitions), decoded(second, Definitions)) == (one, other)
