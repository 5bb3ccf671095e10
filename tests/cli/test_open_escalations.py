"""Which escalation somebody means who names none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.turn import EscalationItem
from greenlane.cli.open_escalations import NothingToAcknowledgeError, SeveralEscalationsError, meant
from greenlane.speech.acknowledging import acknowledge_command
from tests.builders import MONDAY

CODE = "H05.8-260302-0001"


def waiting(clock: str, level: int, **change: Any) -> EscalationItem:
    """A rung of a clock that waits; the higher its level, the later it fired."""
    given: dict[str, Any] = {
        "case_id": "case-1",
        "escalation_id": f"{clock}/rung-{level}",
        "linked": False,
        "dossier_code": CODE,
        "dossier_id": None,
        "procedure": "karaoke-licence",
        "agency": "culture",
        "clock_id": clock,
        "clock_kind": "step",
        "step_id": clock.removeprefix("step:"),
        "name_vi": "Thẩm định",
        "name_en": "Appraisal",
        "department": "culture",
        "holder": "culture",
        "audience": "head",
        "audience_department": "culture",
        "kind": "escalation",
        "level": level,
        "fired_at": MONDAY + timedelta(hours=level),
        "is_open": True,
        "acknowledged": False,
        "limit_at": MONDAY,
        "late": None,
    }
    return EscalationItem.model_validate(given | change)


def test_the_latest_of_the_only_clock_is_meant() -> None:
    """A chain is one thing: what was told first and what was told last are acknowledged together."""
    assert meant([waiting("step:a", 2), waiting("step:a", 1)], CODE, None) == ["step:a/rung-2"]


def test_of_several_clocks_one_must_be_named() -> None:
    """Nobody acknowledges by accident what he was not told of; the answer has the command for each."""
    items = [waiting("step:a", 1), waiting("step:b", 3)]
    with pytest.raises(SeveralEscalationsError) as caught:
        meant(items, CODE, None)
    for item in items:
        assert acknowledge_command(CODE, item.escalation_id) in caught.value.remedy
    assert "\u00a0" not in caught.value.remedy


def test_all_of_a_level_are_meant_where_it_is_said() -> None:
    """By the level that the chain has reached."""
    items = [waiting("step:a", 3), waiting("step:b", 3), waiting("step:c", 2), waiting("step:a", 2)]
    assert meant(items, CODE, 3) == ["step:a/rung-3", "step:b/rung-3"]
    assert meant(items, CODE, 2) == ["step:c/rung-2"]


@pytest.mark.parametrize(("items", "level"), [([], None), ([], 3), ([waiting("step:a", 1)], 3)])
def test_where_nothing_waits_nothing_is_acknowledged(items: list[EscalationItem], level: int | None) -> None:
    """It says so, in both languages, and where to look."""
    with pytest.raises(NothingToAcknowledgeError) as caught:
        meant(items, CODE, level)
    assert CODE in caught.value.message
    assert f"greenlane show {CODE}" in caught.value.remedy


def test_the_command_can_be_pasted_whatever_a_step_is_called() -> None:
    """A step of a declared route may have blanks and quotes in its id."""
    command = acknowledge_command(CODE, "step:ký 'duyệt'; rm -rf ~/breach")
    assert command.startswith(f"greenlane acknowledge {CODE} '")
    assert acknowledge_command("D-1", "joint/breach", linked=True) == "greenlane dossier acknowledge D-1 joint/breach"
