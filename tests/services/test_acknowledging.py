"""Which escalation somebody means who gives its number, or names none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.escalations import alarms_among
from cases.turn import EscalationItem
from greenlane.speaking.typed import id_of
from presentation.acknowledging import acknowledge_command
from presentation.remedies import remedy_of
from services.acknowledging import (
    NoSuchAlertError,
    NothingToAcknowledgeError,
    SeveralEscalationsError,
    meant,
    numbered,
)
from tests.builders import MONDAY
from tests.presentation.letters.situations import fired, opened

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
    assert meant([waiting("step:a", 2), waiting("step:a", 1)], {}, CODE, None) == ["step:a/rung-2"]


def test_of_several_clocks_one_must_be_named() -> None:
    """Nobody acknowledges by accident what he was not told of; the answer has the command for each."""
    items = [waiting("step:a", 1), waiting("step:b", 3)]
    with pytest.raises(SeveralEscalationsError) as caught:
        meant(items, {17: "step:a/rung-1"}, CODE, None)
    # Of an early version, whose event has another shape, by its id.
    for known in (17, "step:b/rung-3"):
        assert acknowledge_command(CODE, known) in remedy_of(caught.value)
    assert "\u00a0" not in remedy_of(caught.value)


def test_all_of_a_level_are_meant_where_it_is_said() -> None:
    """By the level that the chain has reached."""
    items = [waiting("step:a", 3), waiting("step:b", 3), waiting("step:c", 2), waiting("step:a", 2)]
    assert meant(items, {}, CODE, 3) == ["step:a/rung-3", "step:b/rung-3"]
    assert meant(items, {}, CODE, 2) == ["step:c/rung-2"]


@pytest.mark.parametrize(("items", "level"), [([], None), ([], 3), ([waiting("step:a", 1)], 3)])
def test_where_nothing_waits_nothing_is_acknowledged(items: list[EscalationItem], level: int | None) -> None:
    """It says so, in both languages, and where to look."""
    with pytest.raises(NothingToAcknowledgeError) as caught:
        meant(items, {}, CODE, level)
    assert CODE in caught.value.message
    assert f"greenlane show {CODE}" in remedy_of(caught.value)


def test_the_number_in_the_timeline_names_the_alert() -> None:
    """That of the event of a breach or an escalation, also one that was acknowledged; of a reminder and of other events not."""
    life = opened()
    rung, _, number = fired(life, "step", "breach")
    alerts = alarms_among(life.records)
    assert numbered([], alerts, CODE, number) == rung.escalation_id
    numbers = {record.sequence for record in life.records if getattr(record.event, "kind", "") == "breach"}
    assert alerts.keys() == {*numbers}
    others = {record.sequence for record in life.records} - numbers
    for other in (*others, 0, 4711):
        with pytest.raises(NoSuchAlertError):
            numbered([], alerts, CODE, other)


@pytest.mark.parametrize("linked", [False, True])
def test_of_an_unknown_number_the_answer_has_the_command_of_each_that_waits(linked: bool) -> None:
    """The latest of each clock, by its number; where nothing waits, where to look."""
    items = [waiting("step:a", 1), waiting("step:a", 2), waiting("step:b", 3)]
    alerts = {17: "step:a/rung-1", 19: "step:a/rung-2", 23: "step:b/rung-3"}
    with pytest.raises(NoSuchAlertError) as caught:
        numbered(items, alerts, CODE, 18, linked=linked)
    commands = "; ".join(acknowledge_command(CODE, number, linked=linked) for number in (19, 23))
    assert remedy_of(caught.value) == f"These wait: {commands}"
    assert "18" in caught.value.message
    with pytest.raises(NoSuchAlertError) as caught:
        numbered([], alerts, CODE, 18, linked=linked)
    assert f"greenlane {'dossier ' if linked else ''}show {CODE}" in remedy_of(caught.value)


@pytest.mark.parametrize(
    ("given", "exact"),
    [(None, None), ("17", None), ("017", None), ("step:a/breach", "step:a/breach"), ("9" * 10, "9" * 10), ("١٧", "١٧")],
)
def test_what_is_no_number_is_an_id(given: str | None, exact: str | None) -> None:
    """The case itself says whether it knows it."""
    assert id_of(given) == exact


def test_the_command_can_be_pasted_whatever_a_step_is_called() -> None:
    """A step of a declared route may have blanks and quotes in its id."""
    command = acknowledge_command(CODE, "step:ký 'duyệt'; rm -rf ~/breach")
    assert command.startswith(f"greenlane acknowledge {CODE} '")
    assert acknowledge_command(CODE, 17) == f"greenlane acknowledge {CODE} 17"
    assert acknowledge_command("D-1", "joint/breach", linked=True) == "greenlane dossier acknowledge D-1 joint/breach"
