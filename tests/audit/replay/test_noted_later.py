"""The example of the design: a pause of 3 to 4 March that was noted on 10 March, asked about from both sides of the noting."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from audit.replay.cases import case_at, remaining_seconds
from audit.replay.facts import Recorded, known_by
from cases.model import Case
from cases.timetable import appointment_at
from catalog.model import SuspensionRule
from events.language.case_events import canonical_json
from sla.units import Budget, Unit
from tests.audit.replay.oracle import answer_of
from tests.audit.replay.seen import differences, seen_of
from tests.audit.simulation.reference.hours import instant
from tests.builders import Life, a_pause, a_procedure, a_resumption, an_open_life, the_definitions


def local(day: int, hour: int = 8) -> datetime:
    """An hour in the province, in March 2026."""
    return datetime(2026, 3, day, hour - 7, tzinfo=UTC)


NOTED_AT = local(10, 9)
OPEN_AT = local(20)


@pytest.fixture
def life() -> Life:
    """Opened on 2 March; a second pause, noted when it began, is open from 20 March on."""
    weeks = {"limit": Budget(amount=30, unit=Unit.WORKING_DAYS)}
    back = {"suspension": SuspensionRule(backdate_max=Budget(amount=10, unit=Unit.WORKING_DAYS))}
    life = an_open_life(the_definitions(a_procedure(**weeks, **back)))
    life.live_until(NOTED_AT)
    noted = a_pause(NOTED_AT).model_copy(update={"from_at": local(3), "until_at": local(4)})
    life.do(noted)
    life.live_until(OPEN_AT)
    life.do(a_pause(OPEN_AT))
    life.live_until(local(24))
    life.do(a_resumption(local(24)))
    return life


def replayed(life: Life, at: datetime | None, known_at: datetime) -> Case:
    rows = [Recorded(record, record.decided_at) for record in life.records]
    case = case_at(life.definitions, known_by(rows, known_at), at)
    assert case is not None
    return case


def due_at(case: Case) -> datetime | None:
    return appointment_at(case.clocks["statutory"], case.definitions)


def test_a_pause_noted_later_is_known_from_then_on_and_was_there_before(life: Life) -> None:
    noon = local(3, 12)
    wanted = {local(31): True, NOTED_AT: True, NOTED_AT - timedelta(seconds=1): False, noon: False}
    for known_at, is_suspended in wanted.items():
        case = replayed(life, noon, known_at)
        assert (case.status == "suspended", case.clocks["statutory"].is_paused) == (is_suspended, is_suspended), (
            known_at
        )
        assert (due_at(case) is None) is is_suspended


def test_the_end_moves_with_what_is_known(life: Life) -> None:
    """A day later from the noting on, whenever before the second pause one asks; what was told before stays what it was."""
    before = due_at(replayed(life, local(9, 12), local(9, 12)))
    assert before is not None
    assert due_at(replayed(life, None, local(9, 12))) == before
    after = due_at(replayed(life, local(9, 12), local(19)))
    assert after is not None
    assert after - before >= timedelta(days=1)
    assert due_at(replayed(life, None, local(19))) == after
    assert due_at(replayed(life, local(2, 12), local(19))) == before, (
        "on 2 March nobody could say that it would stand still"
    )


def test_the_clock_of_a_paused_case_holds_what_is_left(life: Life) -> None:
    def left(at: datetime) -> float:
        case = replayed(life, at, local(31))
        found = remaining_seconds(case.clocks["statutory"], case.definitions, at)
        assert found is not None
        return found

    assert left(local(3, 9)) == left(local(3, 16)) == left(local(3))
    assert left(local(4, 9)) == left(local(4)) - 3600
    assert left(local(20, 9)) == left(local(24))


def test_one_second_decides(life: Life) -> None:
    """From the first instant of a pause on it stands still, at its last it runs again."""
    second = timedelta(seconds=1)
    asked = (
        local(3) - second,
        local(3),
        local(4) - second,
        local(4),
        OPEN_AT - second,
        OPEN_AT,
        local(24) - second,
        local(24),
    )
    assert [replayed(life, at, local(31)).status == "suspended" for at in asked] == [False, True, True, False] * 2


def test_the_oracle_says_the_same(life: Life) -> None:
    ledger = [json.loads(canonical_json(record)) for record in life.records]
    for known_at in (local(3, 12), NOTED_AT, local(19), local(31)):
        for at in (local(2, 12), local(3), local(3, 12), local(4), local(9, 12), local(22)):
            if at >= known_at:
                continue
            expected = answer_of(life.definitions, ledger, instant(at), instant(known_at))
            assert differences(seen(replayed(life, at, known_at), at), expected) == [], (at, known_at)


def seen(case: Case, at: datetime) -> dict[str, object]:
    return seen_of(case, lambda state: remaining_seconds(state, case.definitions, at))
