"""`greenlane due`: both promises, the ladder and the reasons, equal to what a case of the same procedure runs on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from cases.calculator import calculate
from cases.timetable import appointment_at, due_items
from catalog.loader import load_catalog
from catalog.model import LaneId
from events.language.identity import case_id_of
from greenlane.cli.calculation import calculation_json, calculation_screen
from greenlane.cli.due import Lane
from tests.builders import Life, a_pause, a_resumption, a_submission
from tests.desks import definitions, local

Run = Callable[..., tuple[int, dict[str, Any]]]
AT = "2026-03-02T09:00:00+07:00"


def test_the_lanes_are_the_catalogues() -> None:
    """The command has its own list, so that --help loads no catalogue."""
    assert [lane.value for lane in Lane] == [lane.value for lane in LaneId]


def test_both_promises_stand_side_by_side(machine: Run) -> None:
    """Ten working days by law, four in the reduced lane; the ladder is the green promise's."""
    code, said = machine("due", "work-permit", "--lane", "green_60", "--at", AT)
    assert code == 0
    assert said["statutory"]["operational_at"] == "2026-03-16T09:00:00+07:00"
    assert said["statutory"]["lawful_day"] == "2026-03-16"
    assert said["green"]["operational_at"] == "2026-03-06T09:00:00+07:00"
    assert said["green"]["lawful_day"] == "2026-03-06"
    assert [rung["share"] for rung in said["rungs"]] == [50, 75, 90, 100, 100]
    assert said["rungs"][0]["at"] == "2026-03-04T09:00:00+07:00"
    passed, breach = said["rungs"][-2:]
    assert (passed["kind"], passed["at"]) == ("past_appointment", said["green"]["operational_at"])
    assert (breach["kind"], breach["at"]) == ("breach", said["green"]["lawful_end_at"])
    assert [rung["audience"] for rung in said["escalations"]] == ["one-stop", "chairman-office"]


def test_both_promises_as_a_case_shows_them(machine: Run) -> None:
    """Both ends of each, the appointment as first told beside it; what only a case can know is null."""
    pause = "2026-03-04T07:00:00+07:00/2026-03-06T07:00:00+07:00"
    said = machine("due", "work-permit", "--lane", "green_60", "--at", AT, "--pause", pause)[1]
    unknown = {"state": None, "set_aside": False, "met_at": None, "appointment_kept": None}
    assert said["promises"] == {
        "statutory": {
            "appointment_at": "2026-03-18T09:00:00+07:00",
            "first_appointment_at": "2026-03-16T09:00:00+07:00",
            "lawful_end_at": "2026-03-19T00:00:00+07:00",
            **unknown,
        },
        "green": {
            "appointment_at": "2026-03-10T09:00:00+07:00",
            "first_appointment_at": "2026-03-06T09:00:00+07:00",
            "lawful_end_at": "2026-03-11T00:00:00+07:00",
            **unknown,
        },
    }
    for name in ("statutory", "green"):
        assert said[name]["operational_at"] == said["promises"][name]["appointment_at"]
    in_hours = machine("due", "work-permit", "--lane", "green_24h", "--at", AT)[1]["promises"]["green"]
    assert (in_hours["appointment_at"], in_hours["lawful_end_at"]) == ("2026-03-03T09:00:00+07:00", None)
    assert machine("due", "work-permit", "--lane", "standard", "--at", AT)[1]["promises"]["green"] is None


def test_the_ladder_has_both_ends(machine: Run, person: Callable[..., tuple[int, str]]) -> None:
    """The appointment passes first, the breach is at the lawful end, and escalations count from there; in words too."""
    said = machine("due", "work-permit", "--at", AT)[1]
    ends = [(rung["kind"], rung["at"]) for rung in said["rungs"] if rung["share"] == 100]
    assert ends == [
        ("past_appointment", "2026-03-16T09:00:00+07:00"),
        ("breach", "2026-03-17T00:00:00+07:00"),
    ]
    assert said["escalations"][0]["at"] == "2026-03-17T09:00:00+07:00"
    in_hours = machine("due", "work-permit", "--lane", "green_24h", "--at", AT)[1]
    assert "past_appointment" not in {rung["kind"] for rung in in_hours["rungs"]}
    code, screen = person("due", "work-permit", "--at", AT, "--lang", "vi")
    assert code == 0
    assert "hết hạn theo luật: 24:00 ngày 16/03/2026" in " ".join(screen.split())
    assert "quá hẹn (chưa quá hạn)" in screen


def test_the_standard_lane_has_the_law_only(machine: Run) -> None:
    """And its ladder is the statutory clock's."""
    said = machine("due", "work-permit", "--lane", "standard", "--at", AT)[1]
    assert said["green"] is None
    assert said["rungs"][-1]["at"] == said["statutory"]["lawful_end_at"] == "2026-03-17T00:00:00+07:00"
    assert said["escalations"][0]["at"] == "2026-03-17T09:00:00+07:00", "counted from the lawful end"
    assert "lane_standard" in {reason["rule"] for reason in said["reasons"]}


def test_twenty_four_hours_run_by_the_clock(machine: Run) -> None:
    """Over the weekend too: there is no lawful day."""
    said = machine("due", "work-permit", "--lane", "green_24h", "--at", "2026-03-06T16:00:00+07:00")[1]
    assert said["green"]["operational_at"] == "2026-03-07T16:00:00+07:00"
    assert [rung["kind"] for rung in said["rungs"]] == ["warning", "warning", "warning", "breach"], "it has one end"
    assert said["rungs"][-1]["at"] == said["green"]["operational_at"]
    assert said["green"]["lawful_day"] is None


def test_a_pause_moves_both(machine: Run) -> None:
    """Two working days suspended are two days later; said twice they count once."""
    pause = "2026-03-04T07:00:00+07:00/2026-03-06T07:00:00+07:00"
    said = machine("due", "work-permit", "--lane", "green_60", "--at", AT, "--pause", pause, "--pause", pause)[1]
    assert said["green"]["operational_at"] == "2026-03-10T09:00:00+07:00"
    assert said["statutory"]["operational_at"] == "2026-03-18T09:00:00+07:00"
    assert "pauses_once" in {reason["rule"] for reason in said["reasons"]}


def test_every_reason_has_its_source(machine: Run) -> None:
    """The law of the procedure, the Civil Code, the lane's promise, the calendar with its digest, the days off crossed."""
    said = machine("due", "work-permit", "--lane", "green_60", "--at", "2026-04-24T18:00:00+07:00", "--lang", "en")[1]
    reasons = {reason["rule"]: reason for reason in said["reasons"]}
    assert {
        "statutory_limit",
        "counted_working_days",
        "lane_reduction",
        "calendar",
        "days_off_crossed",
        "ladder",
    } <= set(reasons)
    assert reasons["after_hours_receipt"]["text"].startswith("Received outside opening hours")
    assert "2026-04-27" in reasons["days_off_crossed"]["text"]
    assert said["calendar"]["digest"][:12] in reasons["calendar"]["text"]
    assert all(reason["source"] and reason["text"] for reason in said["reasons"])


def test_a_day_off_at_the_end_moves_on_and_says_so(machine: Run) -> None:
    """Fifteen days from 15 April 2026 end on a holiday: the Monday after, as the Civil Code has it."""
    said = machine("due", "construction-permit-house", "--at", "2026-04-15T09:00:00+07:00")[1]
    assert said["statutory"]["lawful_day"] == "2026-05-04"
    assert "day_off_moves_on" in {reason["rule"] for reason in said["reasons"]}


def test_the_linked_group_counts_from_the_next_opening(machine: Run) -> None:
    """Decree 297/2025: received after 17:00, the clock starts on the next working day."""
    evening = machine("due", "karaoke-linked-group", "--at", "2026-03-03T17:05:00+07:00")[1]
    morning = machine("due", "karaoke-linked-group", "--at", "2026-03-04T07:00:00+07:00")[1]
    assert evening["statutory"]["lawful_day"] == morning["statutory"]["lawful_day"]
    assert "after_hours_opening" in {reason["rule"] for reason in evening["reasons"]}


def test_a_lane_cuts_no_mandatory_minimum(machine: Run) -> None:
    """The public notice of an environmental licence takes five days by law: 24 hours are not promised, and it says why."""
    said = machine("due", "environmental-licence", "--at", AT, "--lane", "green_24h")[1]
    assert said["green"] is None
    assert "minimum_cut" in {reason["rule"] for reason in said["reasons"]}
    assert machine("due", "environmental-licence", "--at", AT, "--lane", "green_60")[1]["green"] is not None


@pytest.mark.parametrize(("procedure", "rule"), [("work-permit", "entitlement"), ("karaoke-licence", "lane_not_open")])
def test_a_lane_that_no_rule_opens_to_the_procedure_is_named(machine: Run, procedure: str, rule: str) -> None:
    """It is computed all the same: what would be promised if the list were longer."""
    said = machine("due", procedure, "--at", AT, "--lane", "green_24h")[1]
    assert said["green"] is not None
    assert {reason["rule"] for reason in said["reasons"]} & {"entitlement", "lane_not_open"} == {rule}


REFUSED = [
    (("work-permitt", "--at", AT), "unknown_procedure", "procedure"),
    (("work-permit", "--at", "2026-03-02T09:00:00"), "naive_instant", "at"),
    (("work-permit", "--at", "2040-03-02T09:00:00+07:00"), "calendar_range", "at"),
    (("work-permit", "--at", "2027-12-28T09:00:00+07:00"), "calendar_range", "at"),
    (("work-permit", "--at", "2025-03-02T09:00:00+07:00"), "procedure_not_in_force", "procedure"),
    (("work-permit", "--at", AT, "--calendar", "vn-publik"), "unknown_calendar", "calendar"),
    (("work-permit", "--at", AT, "--lane", "green"), "usage", "lane"),
    (("work-permit", "--at", AT, "--pause", "2026-03-03T09:00:00+07:00"), "instant_invalid", "pause"),
    (("work-permit", "--at", AT, "--pause", "2026-03-03T09:00:00/2026-03-04T09:00:00Z"), "naive_instant", "pause"),
    (
        ("work-permit", "--at", AT, "--pause", "2026-03-04T09:00:00Z/2026-03-03T09:00:00Z"),
        "suspension_reversed",
        "pause",
    ),
    (
        ("work-permit", "--at", AT, "--pause", "0001-01-01T00:00:00+07:00/2026-03-03T09:00:00Z"),
        "calendar_range",
        "pause",
    ),
    (
        ("work-permit", "--at", AT, "--pause", "2026-03-03T09:00:00Z/9999-12-31T23:59:59-07:00"),
        "calendar_range",
        "pause",
    ),
    (("work-permit", "--at", AT, "--pause", "2026-03-04T09:00:00Z/2126-03-03T09:00:00Z"), "suspension_future", "pause"),
]


@pytest.mark.parametrize(("words", "code", "field"), REFUSED)
def test_what_cannot_be_meant_is_refused(machine: Run, words: tuple[str, ...], code: str, field: str) -> None:
    """With the field and the reason; an unknown name with its neighbour."""
    left, said = machine("due", *words)
    assert (left, said["error"]["code"], said["error"]["field"]) == (2, code, field)
    if code.startswith("unknown"):
        assert words[0].removesuffix("t") in said["error"]["remedy"] or "vn-public" in said["error"]["remedy"]


def test_a_person_gets_a_drawing(person: Callable[..., tuple[int, str]]) -> None:
    """With the promises, the ladder, and why."""
    code, said = person("due", "work-permit", "--lane", "green_60", "--at", AT, "--lang", "en")
    assert code == 0
    for words in ("Green promise", "2026-03-06 09:00", "◆", "head, Office of the provincial", "Civil Code"):
        assert words in said


@pytest.mark.parametrize(
    ("procedure", "facts", "lane"),
    [
        ("work-permit", {"project": "ring-road-4"}, LaneId.GREEN_24H),
        ("construction-permit-works", {"project_class": "industrial-park"}, LaneId.GREEN_60),
        ("karaoke-licence", {}, LaneId.STANDARD),
    ],
)
@pytest.mark.parametrize("paused", [False, True])
def test_the_calculator_says_what_a_case_does(
    procedure: str, facts: dict[str, Any], lane: LaneId, paused: bool
) -> None:
    """The same promises, the same rungs at the same instants, with and without a suspension."""
    at = datetime.fromisoformat("2026-03-02T09:00:00+07:00")
    definitions = load_catalog().definitions_for(procedure, at.date())
    documents = [{"kind": document.kind} for document in definitions.procedure.documents]
    life = Life(definitions, case_id_of("/portal", "A-1"))
    life.do(a_submission(at, procedure=procedure, facts=facts, documents=documents))
    begins, ends = (datetime.fromisoformat(f"2026-03-02T{hour}:00:00+07:00") for hour in (10, 14))
    if paused:
        life.do(a_pause(begins))
        life.do(a_resumption(ends))
    suspensions = life.case.clocks["statutory"].clock.suspensions
    answer = calculate(definitions, lane, at, suspensions)
    assert answer is not None
    assert life.case.lane == lane
    assert appointment_at(life.case.clocks["statutory"], definitions) == answer.statutory.due.operational_at
    clock = "green" if "green" in life.case.clocks else "statutory"
    assert (answer.green is not None) == ("green" in life.case.clocks)
    expected = {item.rung: item.at for item in due_items(life.case) if item.clock_id == clock and item.rung}
    told = {found.rung.id: found.at for found in (*answer.rungs, *answer.escalations)}
    assert told == expected


def test_a_departments_own_calendar_is_told() -> None:
    """Which steps run on another calendar, and by how much it takes them beyond the promise; in words, too."""
    answer = calculate(definitions(), LaneId.STANDARD, local("06 14:00"))
    assert answer is not None
    said = calculation_json(answer, "en")
    kept = [reason["text"] for reason in said["reasons"] if reason["rule"] == "department_calendar"]
    assert kept == [
        "Steps of culture run on the working calendar no-mondays, version 1.",
        "Steps of police run on the working calendar police-desk, version 1.",
    ]
    slack = {step["id"]: (step["slack_seconds"], step["critical"]) for step in said["steps"]}
    assert slack["appraisal"] == (-3600, True)
    assert slack["fire"] == (36000, False)
    console = Console(record=True, width=160, file=StringIO())
    for part in calculation_screen(answer, "en"):
        console.print(part)
    assert "-1 h" in console.export_text()
