"""Every command's Vietnamese screen on a live stack with cases of every kind, at widths that people have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import greenlane.speaking.output
from greenlane.console import Console
from tests.cli.program import LiveStack, Program
from tests.cli.vietnamese import strangers, the_catalog

pytestmark = pytest.mark.more
SPACIOUS = 600
"""Columns in which no cell is broken: an id that is broken would not be found."""
ACCOUNTS = ("cb-07", "lđ-01", "lđ-02", "root", "system", "standard")
LOOKS = (
    "cases",
    "cases --open",
    "cases --overdue",
    "cases --past-appointment",
    "desk culture",
    "desk one-stop",
    "desk police",
    "watch --once",
    "escalations",
    "report --by department",
    "report --by lane",
    "report --by procedure",
    "dlq list",
    "verify",
    "rebuild",
    "checkpoint",
    "checkpoint list",
    "status",
    "departments",
    "procedures",
    "procedures karaoke-licence",
    "procedures social-housing-investor",
    "lanes",
    "classify work-permit --fact project=ring-road-4",
    "classify karaoke-licence --fact lạ=1",
    "due work-permit --lane green_60 --at 2026-03-02T18:00:00+07:00 --pause 2026-03-04T07:00:00+07:00/2026-03-06T07:00:00+07:00",
    "due karaoke-licence --lane green_24h --at 2026-08-20T16:00:00+07:00",
    "due eia-appraisal --at 2026-11-20T09:00:00+07:00",
    "calendar list",
    "calendar show --year 2026 --month 11",
    "calendar add --at 2026-02-13T09:00:00+07:00 --amount 3 --unit working_days",
    "calendar subtract --at 2026-02-25T09:00:00+07:00 --amount 3 --unit hours",
    "calendar between --from 2026-03-02T09:00:00+07:00 --to 2026-03-04T10:00:00+07:00",
    "dossier templates",
    "settings",
)
"""What only looks."""
TYPED_LISTS = {
    # where ids stand to be typed, or are the very subject of the screen: which they are, not words
    "lanes": "facts",
    "classify": "facts",
    "settings": "values",
    "calendar list": "calendars",
    "calendar show": "calendars",
    "calendar add": "calendars",
    "calendar subtract": "calendars",
    "dlq list": "messages",
}
DIGEST = re.compile(r"\b[0-9a-f]{32,}\b")
"""Of a key or a checkpoint: it has one form in every language."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(?P<offset>Z|[+-]\d\d:\d\d)")


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What the cases of this module are called."""
    return {}


@pytest.fixture
def screen(greenlane: Program, live_stack: LiveStack, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command's screen in Vietnamese, as wide as is said."""
    monkeypatch.setenv("GREENLANE_TIME_FACTOR", "2")
    monkeypatch.setenv("GREENLANE_STATE_DIR", str(live_stack.state_dir))

    def look(call: str | list[str], columns: int = SPACIOUS) -> str:
        wide = Console(width=columns)
        monkeypatch.setattr(greenlane_output, "out", wide)
        words = call.split() if isinstance(call, str) else call
        answer = greenlane(*words, "--lang", "vi")
        assert answer.code in (0, 2), answer
        return answer.out + answer.err

    return look


greenlane_output = greenlane.speaking.output


def submit(live: Program, application_id: str, procedure: str, **change: Any) -> str:
    """The dossier code of a new case with every document."""
    version = the_catalog().procedures[procedure][-1]
    documents = [{"kind": each.kind} for each in version.documents if each.required and not each.held_by_state]
    body = {
        "application_id": application_id,
        "procedure": procedure,
        "applicant": {"name": "A"},
        "documents": documents,
    }
    answer = live("submit", "-", stdin=json.dumps(body | change).encode())
    assert answer.code == 0, answer
    return str(answer.json["submitted"][0]["dossier_code"])


@pytest.fixture
def cases(live: Program, told: dict[str, Any]) -> dict[str, Any]:
    """Cases in every state, made once for this module."""
    if not told:
        told.update(_made(live))
    return told


def _made(live: Program) -> dict[str, Any]:
    def done(*words: str) -> None:
        answer = live(*words, "--by", "cb-07")
        assert answer.code == 0, (words, answer)

    k = [submit(live, f"vi-{number}", "karaoke-licence") for number in range(8)]
    green = submit(live, "vi-green", "work-permit", facts={"project": "ring-road-4"})
    reduced = submit(live, "vi-60", "social-housing-investor", facts={"project_class": "social-housing"})
    for code in (k[0], k[1], k[2], k[7]):
        done("decide", code, "intake", "approve", "--department", "one-stop")
    asked = ("--document", "security-certificate", "--reason", "Bản chụp mờ", "--legal-basis", "54/2019/NĐ-CP")
    done("decide", k[0], "site-check", "request_supplement", "--department", "culture", *asked)
    done("decide", k[7], "site-check", "request_supplement", "--department", "culture", *asked)
    done("supplement", k[0], "--document", "security-certificate")
    opinion = ("--consult", "construction", "--consult", "health", "--question", "Có ý kiến gì không?")
    done("decide", k[1], "site-check", "consult", "--department", "culture", *opinion, "--limit", "3 working_days")
    done(
        "decide",
        k[2],
        "site-check",
        "request_explanation",
        "--department",
        "culture",
        "--question",
        "Diện tích bao nhiêu?",
    )
    done("pause", k[3], "--reason", "Tòa án đang xử", "--legal-basis", "61/2018/NĐ-CP")
    done("stop", k[4], "--reason", "Bị kê biên", "--legal-basis", "15/2021/NĐ-CP", "--approved-by", "lđ-01")
    done("pay-request", k[5], "intake", "--department", "one-stop", "--amount", "200000", "--reason", "Phí thẩm định")
    done("withdraw", k[6], "--reason", "Đổi kế hoạch")
    done("reassign", k[1], "opinion-police", "--officer", "cb-08", "--reason", "Nghỉ phép")
    live("decide", k[1], "signing", "approve", "--department", "culture")  # refused: it stands on the case's sheet
    opened = live("dossier", "submit", "--template", "food-factory").json
    return {"codes": [*k, green, reduced], "dossier": opened["dossier"], "dossier_id": opened["dossier_id"]}


def _allowed(call: str) -> set[str]:
    """What the screen lists because it is typed: facts and their values, ids of calendars, settings' values."""
    catalogue = the_catalog()
    kind = next((kind for begin, kind in TYPED_LISTS.items() if call.startswith(begin)), "")
    if kind == "facts":
        tables = catalogue.lanes
        return (
            {each.id for table in tables for each in table.lists}
            | {word for table in tables for each in table.lists for word in (*each.entries, *table.facts)}
            | {"high-quality-human-resources"}
        )
    if kind == "values":
        return {word for value in _setting_values() for word in re.findall(r"[\w.:/-]+", value)}
    return set(catalogue.calendars) | {"mon", "Asia/Ho_Chi_Minh"} if kind else set()


def _setting_values() -> Iterator[str]:
    from greenlane.setting_list import settings_json  # noqa: PLC0415

    for setting in settings_json():
        yield f"{setting['value']} {setting['variable']}"


@pytest.mark.parametrize("call", LOOKS)
def test_no_screen_shows_a_code_an_id_or_an_english_word(screen: Any, cases: dict[str, Any], call: str) -> None:
    """Whatever a command looks at."""
    assert cases
    shown = DIGEST.sub("", screen(call))
    assert not strangers(shown, *ACCOUNTS, *_allowed(call)), shown


def test_no_screen_about_a_written_file_does(screen: Any, cases: dict[str, Any], tmp_path: Path) -> None:
    """A case and the whole ledger written to files, and the proof of an event."""
    for call in (
        ["export", cases["codes"][0], "--out", str(tmp_path / "ho-so.html")],
        ["export-log", "--format", "xes", "--out", str(tmp_path / "nhat-ky.xes")],
    ):
        shown = screen(call).replace(str(tmp_path), "").replace("greenlane-verify", "")
        assert not strangers(shown, "ho-so.html", "nhat-ky.xes", "PUBLIC.pem"), shown


def test_no_sheet_of_a_case_or_dossier_does(screen: Any, cases: dict[str, Any], tmp_path: Path) -> None:
    """Cases that wait, stand still, are stopped, withdrawn, green; a dossier, its plan, and what a lost result does."""
    for code in cases["codes"]:
        shown = screen(f"show {code}")
        assert not strangers(shown, *ACCOUNTS, "cb-08"), shown
    names = {part.name for part in the_catalog().dossiers["food-factory"][-1].applications}
    for call in (
        f"dossier show {cases['dossier']}",
        f"dossier cascade {cases['dossier']} investment-certificate",
    ):
        shown = screen(call)
        assert not strangers(shown, *ACCOUNTS, cases["dossier_id"]), shown
    file = tmp_path / "nhom.yaml"
    file.write_text("template: karaoke\napplicant: {name: A}\n", encoding="utf-8")
    shown = screen(["dossier", "plan", str(file), "--at", "2026-03-02T09:00+07:00"])
    assert not strangers(shown), shown
    assert names


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_what_is_copied_is_whole_at_every_width(screen: Any, cases: dict[str, Any], columns: int) -> None:
    """A dossier code is never broken, and no table is wider than the terminal."""
    for call in (
        "cases",
        "desk culture",
        f"show {cases['codes'][1]}",
        "watch --once",
        f"dossier show {cases['dossier']}",
    ):
        shown = screen(call, columns)
        assert max(map(len, shown.splitlines())) <= columns, call
    shown = screen("cases", columns)
    assert all(code in shown for code in cases["codes"])


def _instants(value: Any) -> Iterator[str]:
    match value:
        case str():
            found = INSTANT.fullmatch(value)
            if found is not None:
                yield found["offset"]
        case dict():
            for inner in value.values():
                yield from _instants(inner)
        case list():
            for inner in value:
                yield from _instants(inner)


@pytest.mark.parametrize(
    "call", [*LOOKS, "show {code}", "dossier show {dossier}", "dlq list submissions", "catalog list"]
)
def test_instants_have_one_form_in_every_answer(live: Program, cases: dict[str, Any], call: str) -> None:
    """Events and answers say the same instant in the same way: UTC with `Z`; a calculator in the zone that it was asked in."""
    answer = live(*call.format(code=cases["codes"][0], dossier=cases["dossier"]).split())
    offsets = set(_instants(answer.json))
    assert len(offsets) <= 1, offsets
    assert offsets <= {"Z", "+07:00"}
    if call.startswith(("show", "desk", "watch", "dossier show")) or call in ("cases", "cases --open"):
        assert offsets == {"Z"}
