"""`greenlane dossier plan`: order, critical path and promise of a file, without any server; what is no dossier is named."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.dossier.graph import Graph, graph_of
from events.language.dossier_messages import LinkedPart, Need
from greenlane.new_files import FileRefusedError
from greenlane.side_files import write_file
from presentation.dossiers.pictures import BOX_HEIGHT, BOX_WIDTH, Box, mermaid, svg
from presentation.moments import Moments
from presentation.words.words import Words
from sla.business_time import BusinessTime
from tests.builders import MONDAY
from tests.cli.program import Answer, Program

AT = ("--at", "2026-03-02T09:00+07:00")
EXPIRED = {"number": "1/2020", "issuer": "x", "issued_on": "2020-01-01", "valid_until": "2021-01-01"}
REGISTRATION = {"name": "reg", "procedure": "household-business-registration", "data": {}}


def planned(greenlane: Program, tmp_path: Path, *applications: dict[str, Any], at: tuple[str, ...] = AT) -> Answer:
    file = tmp_path / "dossier.json"
    file.write_text(json.dumps({"applications": applications}, ensure_ascii=False), encoding="utf-8")
    return greenlane("dossier", "plan", str(file), *at, "--json")


def test_a_plan_says_order_edges_critical_path_and_promise(greenlane: Program, tmp_path: Path) -> None:
    answer = planned(
        greenlane,
        tmp_path,
        {"name": "karaoke", "procedure": "karaoke-licence", "needs": ["antt", {"name": "crim", "kind": "practical"}]},
        {"name": "antt", "procedure": "security-order-certificate", "needs": ["reg", {"name": "crim", "kind": "hard"}]},
        REGISTRATION,
        {"name": "crim", "procedure": "criminal-record"},
    )
    assert answer.code == 0
    body = answer.json
    assert body["order"] == ["reg", "crim", "antt", "karaoke"]
    assert body["edges"] == [
        ["antt", "karaoke", "hard"],
        ["crim", "karaoke", "practical"],
        ["reg", "antt", "hard"],
        ["crim", "antt", "hard"],
    ]
    assert body["critical_path"] == ["crim", "antt", "karaoke"]
    assert body["promise"] == {"operational_at": "2026-03-26T09:00:00+07:00", "lawful_day": "2026-03-26"}
    slack = {entry["name"]: entry["slack_seconds"] for entry in body["applications"]}
    assert slack == {"reg": 5 * 8 * 3600, "crim": 0, "antt": 0, "karaoke": 0}


def test_a_yaml_file_and_a_template_are_planned_alike(greenlane: Program, tmp_path: Path) -> None:
    file = tmp_path / "opening.yaml"
    file.write_text("template: karaoke\n", encoding="utf-8")
    body = greenlane("dossier", "plan", str(file), *AT, "--json").json
    assert body["critical_path"] == ["registration", "security-order", "karaoke-licence"]
    assert body["cap"]["kept"] is True
    assert body["cap"]["lawful_day"] == "2026-03-24"


@pytest.mark.parametrize(
    ("applications", "code", "named"),
    [
        (
            [
                {**REGISTRATION, "needs": ["b"]},
                {"name": "b", "procedure": "karaoke-licence", "needs": [{"name": "reg", "kind": "practical"}]},
            ],
            "dossier_cycle",
            {"cycle": ["reg", "b"]},
        ),
        ([{**REGISTRATION, "needs": ["regg"]}], "reference_unknown", {"reference": "regg"}),
        ([{**REGISTRATION, "procedure": "karaoke"}], "procedure_unknown", {"reference": "karaoke"}),
        ([REGISTRATION, REGISTRATION], "name_repeated", {"reference": "reg"}),
        (
            [
                {
                    **REGISTRATION,
                    "needs": [{"result": EXPIRED}],
                }
            ],
            "result_invalid",
            {"reference": "1/2020"},
        ),
    ],
)
def test_what_is_no_dossier_is_refused_with_the_fault_named(
    greenlane: Program, tmp_path: Path, applications: list[dict[str, Any]], code: str, named: dict[str, Any]
) -> None:
    answer = planned(greenlane, tmp_path, *applications)
    error = answer.json["error"]
    assert (answer.code, error["code"]) == (2, code)
    assert {key: error[key] for key in named} == named
    assert error["message"]
    assert error["remedy"]


def test_where_the_calendar_ends_there_is_no_promise_but_the_reason(greenlane: Program, tmp_path: Path) -> None:
    body = planned(greenlane, tmp_path, REGISTRATION, at=("--at", "2027-12-30T09:00+07:00")).json
    assert body["promise"] is None
    assert "2027-12-31" in body["reason"]
    assert body["critical_path"] == ["reg"]


def test_a_result_that_exists_is_no_edge_and_delays_nothing(greenlane: Program, tmp_path: Path) -> None:
    result = {"number": "7/2025", "issuer": "police", "issued_on": "2025-12-01", "valid_until": None}
    body = planned(greenlane, tmp_path, {**REGISTRATION, "needs": [{"result": result}]}).json
    assert (body["edges"], body["order"]) == ([], ["reg"])
    assert body["results"] == [{"application": "reg", **result}]


def test_what_yaml_leaves_empty_is_none(greenlane: Program, tmp_path: Path) -> None:
    """`data:` and `needs:` with nothing behind them, and numbers that are not quoted, mean what their writer means."""
    file = tmp_path / "dossier.yaml"
    text = """\
documents:
applications:
  - name: 1
    procedure: household-business-registration
    data:
    needs:
  - name: no
    procedure: karaoke-licence
    needs: [1, {result: {number: 12, issuer: 34, issued_on: 2025-01-01, valid_until: }}]
"""
    file.write_text(text, encoding="utf-8")
    answer = greenlane("dossier", "plan", str(file), *AT, "--json")
    assert answer.code == 0, answer.json
    assert answer.json["edges"] == [["1", "no", "hard"]]
    assert answer.json["results"][0]["number"] == "12"


def test_one_application_may_need_all_the_others(greenlane: Program, tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(300)]
    every = [{"name": name, "procedure": "karaoke-licence"} for name in names]
    body = planned(greenlane, tmp_path, {**REGISTRATION, "needs": names}, *every).json
    assert len(body["edges"]) == 300
    assert body["order"][-1] == "reg"


@pytest.mark.parametrize("at", ["9999-12-31T23:59+00:00", "0001-01-01T00:00+14:00", "soon", ""])
def test_an_instant_that_the_province_cannot_have_is_refused(greenlane: Program, tmp_path: Path, at: str) -> None:
    answer = planned(greenlane, tmp_path, REGISTRATION, at=("--at", at))
    assert (answer.code, answer.json["error"]["code"], answer.json["error"]["field"]) == (2, "usage", "--at")


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        ("{}", "unsound", "applications"),
        ('{"applications": [{"name": "", "procedure": "x"}]}', "too_short", "applications[0].name"),
        ('{"applications": [{"name": "a\\u0000", "procedure": "x"}]}', "unstorable_text", ""),
        ('{"applications": [{"name": "a", "procedure": "x", "data": {"b": "\\ud800"}}]}', "unstorable_text", ""),
    ],
)
def test_what_no_dossier_can_hold_is_refused(
    greenlane: Program, tmp_path: Path, content: str, code: str, field: str
) -> None:
    """Before anything is started: a text that cannot be stored would stop its dossier."""
    file = tmp_path / "dossier.json"
    file.write_text(content, encoding="utf-8")
    error = greenlane("dossier", "plan", str(file), "--json").json["error"]
    assert (error["code"], error["field"]) == (code, field)
    assert error["remedy"]


def test_a_misspelt_field_is_named_with_its_line(greenlane: Program, tmp_path: Path) -> None:
    file = tmp_path / "dossier.yaml"
    file.write_text("applications:\n  - name: a\n    procedure: karaoke-licence\n    need: [b]\n", encoding="utf-8")
    answer = greenlane("dossier", "plan", str(file), "--json")
    error = answer.json["error"]
    assert (answer.code, error["code"], error["line"]) == (2, "unknown_field", 4)
    assert "needs" in error["remedy"]


def a_picture(*edges: tuple[str, str], critical: str) -> tuple[Graph, dict[str, Box]]:
    names = dict.fromkeys(name for edge in edges for name in edge)
    parts = [
        LinkedPart(name=name, procedure="x", needs=tuple(Need(name=a) for a, b in edges if b == name)) for name in names
    ]
    graph = graph_of(parts)
    assert isinstance(graph, Graph)
    return graph, {name: Box(name, "waiting", ("state", "due"), name in critical) for name in graph.names}


def test_a_short_cut_beside_the_critical_path_is_none() -> None:
    """a → b → c is critical; c needs a as well, and nothing waits for that."""
    graph, boxes = a_picture(("a", "b"), ("b", "c"), ("a", "c"), critical="abc")
    assert mermaid(graph, boxes).count("linkStyle") == 2
    assert svg(graph, boxes).count('fill="none" stroke="#c62828"') == 2


def test_no_line_runs_behind_a_box() -> None:
    """A line that passes a column has a row of its own there: else a → c would look as if it came from b."""
    graph, boxes = a_picture(("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("b", "d"), ("a", "d"), critical="")
    drawn = svg(graph, boxes)
    tops = {(int(x), int(y)) for x, y in re.findall(r'<rect x="(\d+)" y="(\d+)"', drawn)}
    assert len(tops) == 4
    passed = {
        (int(end) - BOX_WIDTH, int(level) - BOX_HEIGHT // 2)
        for path in re.findall(r' d="(M[^"]+)" fill="none"', drawn)
        for level, end in re.findall(r",(\d+) H(\d+)", path)
    }
    assert len(passed) == 3
    assert not passed & tops


def test_a_long_name_stays_in_its_box_and_is_told_in_full() -> None:
    name = "giấy phép " * 9 + "x"
    graph, boxes = a_picture((name, "b"), critical="")
    drawn = svg(graph, boxes)
    assert f"<title>{name}</title>" in drawn
    assert all(len(text) <= 32 for text in re.findall(r"<text[^>]*>([^<]*)</text>", drawn))


def test_a_picture_that_cannot_be_written_names_its_option(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError) as caught:
        write_file(tmp_path / "nowhere" / "x.svg", "<svg/>", "svg")
    assert (caught.value.as_json()["code"], caught.value.as_json()["field"]) == ("file_refused", "svg")


def test_slack_is_told_in_hours_of_working_time() -> None:
    """128 working hours are sixteen working days, and not five days and eight hours."""
    moments = Moments(Words("en"), ZoneInfo("Asia/Ho_Chi_Minh"), BusinessTime.real_time(), MONDAY)
    assert [moments.hours(seconds) for seconds in (0, 128 * 3600, 5400, 600)] == [
        "0 hours",
        "128 hours",
        "1 hour 30 minutes",
        "10 minutes",
    ]


def test_pictures_draw_every_application_and_every_edge() -> None:
    """Names of others are escaped; the critical path is thick, advice is dotted."""
    first = LinkedPart.model_validate({"name": "a<b>", "procedure": "x"})
    second = LinkedPart.model_validate(
        {"name": "c", "procedure": "x", "needs": [{"name": "a<b>", "kind": "practical"}]}
    )
    third = LinkedPart.model_validate({"name": "d", "procedure": "x", "needs": ["a<b>"]})
    graph = graph_of([first, second, third])
    assert isinstance(graph, Graph)
    boxes = {name: Box(name, "waiting", ("state", "due"), name in ("a<b>", "d")) for name in graph.names}
    drawn = svg(graph, boxes)
    assert drawn.count("<rect") == 3
    assert drawn.count('marker-end="url(#end)"') == 2
    assert drawn.count("stroke-dasharray") == 1
    assert "a&lt;b&gt;" in drawn
    chart = mermaid(graph, boxes)
    assert "a0 -.-> a1" in chart
    assert "a0 --> a2" in chart
    assert "linkStyle 1" in chart
