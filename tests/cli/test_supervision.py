"""What a supervisor sees, on a database with late cases: `escalations`, `desk`, `cases --overdue`, each in names and words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cases.dossier.decide import DOSSIERS
from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import blank_dossier
from catalog.loader import DATA_FOLDER, load_catalog, read_shelf
from events.language.commands import DocumentPart
from events.language.topics import Topics
from greenlane.remembered import BUSINESS_TIME
from intake.publishing import enter
from sla.business_time import BusinessTime
from store.catalogue import PublishedCatalogue
from store.database import Store
from store.dossiers import Dossiers
from store.recorder import Recorder
from tests.blocking import record_now
from tests.builders import a_question, an_acknowledgement, an_answer
from tests.cases.dossier import openings
from tests.cases.dossier.openings import DOSSIER_ID, days
from tests.cli.program import Program
from tests.store.living import Living

OPENED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday, 08:00 in the province."""
NOW = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
"""Friday, 15:00: every step of the case is late by more than ten working hours, its lawful end is days away."""
CHAIRMAN = "chairman-office"
KEYS = {
    "case_id",
    "dossier",
    "dossier_code",
    "escalation_id",
    "clock",
    "step_id",
    "department",
    "audience",
    "level",
    "fired_at",
    "late_seconds",
    "acknowledged",
}
"""What the contract for machines names; there may be more."""


@pytest.fixture
def store(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An installation's database at a business instant of its own, and the program on it; its other servers are not needed."""
    opened = Store.connect(database_url, pool_size=4)
    enter(PublishedCatalogue(opened), read_shelf(DATA_FOLDER), act="prepare", by="test")
    time = BusinessTime(business_anchor_at=NOW, real_anchor_at=datetime.now(UTC))
    opened.remember_first(BUSINESS_TIME, time.model_dump_json())
    monkeypatch.setenv("GREENLANE_DATABASE_URL", database_url)
    for server in ("TEMPORAL_ADDRESS", "KAFKA_BOOTSTRAP"):
        monkeypatch.setenv(f"GREENLANE_{server}", "127.0.0.1:9")
    yield opened
    opened.close()


@pytest.fixture
def recorder(store: Store) -> Iterator[Recorder]:
    """Writes what cases decide."""
    made = Recorder(store, Topics("greenlane"))
    yield made
    made.close()


@pytest.fixture
def karaoke(recorder: Recorder) -> Living:
    """A karaoke licence: taken in at once, then the culture department and the police let their steps lie."""
    lasting = load_catalog().definitions_for("karaoke-licence", date(2026, 3, 2))
    documents = (DocumentPart(kind="request"), DocumentPart(kind="security-certificate"))
    living = Living(recorder, 1, lasting).open(OPENED, procedure="karaoke-licence", documents=documents)
    answered_at = OPENED + timedelta(minutes=5)
    living.turn(answered_at, an_answer("intake", "one-stop", answered_at))
    asked_at = OPENED + timedelta(minutes=10)
    living.turn(asked_at, a_question("site-check", "culture", asked_at, "health", limit=days(1)))
    return living.turn(NOW)


@pytest.fixture
def opening(store: Store, recorder: Recorder) -> str:
    """A linked dossier of which the joint limit has passed; its stream."""
    lasting = openings.definitions({"first": days(1)})
    Dossiers(store).keep(lasting)
    dossier = blank_dossier(DOSSIER_ID, lasting)
    submission = openings.a_submission([openings.an_application("first")], at=OPENED)
    for commands, at in (((submission,), OPENED), ((), NOW)):
        taken = DOSSIERS.take_turn(dossier, commands, at)
        assert taken is not None
        for record in record_now(recorder, taken).records:
            dossier = evolve_dossier(dossier, record)
    return DOSSIER_ID


def escalations(greenlane: Program, *arguments: str) -> list[dict[str, Any]]:
    answer = greenlane("escalations", *arguments, "--json")
    assert (answer.code, answer.json["ok"]) == (0, True)
    found: list[dict[str, Any]] = answer.json["escalations"]
    assert answer.json["total"] == len(found)
    return found


def test_every_escalation_is_listed_with_what_machines_need(greenlane: Program, karaoke: Living) -> None:
    """Level by level, to whom each was told, how late in working seconds, and what acknowledges it."""
    found = escalations(greenlane, "--open")
    assert all(set(one) >= KEYS for one in found)
    site_check = [one for one in found if one["step_id"] == "site-check"]
    assert [one["level"] for one in site_check] == [3, 2, 1]
    assert [one["audience"] for one in site_check] == [
        {"department": CHAIRMAN, "role": CHAIRMAN},
        {"department": "culture", "role": "lead-head"},
        {"department": "culture", "role": "head"},
    ]
    assert [one["level"] for one in found] == sorted((one["level"] for one in found), reverse=True)
    for one in site_check:
        assert (one["case_id"], one["dossier"]) == (karaoke.case.case_id, None)
        assert (one["dossier_code"], one["department"]) == (karaoke.case.dossier_code, "culture")
        assert one["late_seconds"] > 10 * 3600
        assert not one["acknowledged"]
        assert shlex.split(one["acknowledge"])[1:] == ["acknowledge", karaoke.case.dossier_code, one["escalation_id"]]


def test_those_of_linked_dossiers_stand_beside_those_of_cases(
    greenlane: Program, karaoke: Living, opening: str
) -> None:
    """Their command is the dossier's own."""
    joint = [one for one in escalations(greenlane) if one["dossier"] is not None]
    assert {one["dossier"] for one in joint} == {opening}
    assert {(one["case_id"], one["dossier_code"], one["clock"], one["step_id"]) for one in joint} == {
        (None, None, "joint", None)
    }
    for one in joint:
        assert shlex.split(one["acknowledge"])[1:] == ["dossier", "acknowledge", "D-1", one["escalation_id"]]
        assert one["late_seconds"] > 0


def test_the_list_is_narrowed_and_a_slip_of_the_pen_is_told(greenlane: Program, karaoke: Living) -> None:
    """By department and by role; a name that nobody knows is refused with the nearest."""
    assert {one["step_id"] for one in escalations(greenlane, "--department", "police")} == {"opinion-police"}
    told = escalations(greenlane, "--audience", CHAIRMAN)
    assert {one["level"] for one in told} == {3}
    assert escalations(greenlane, "--department", "trade") == []
    assert escalations(greenlane, "--audience", "lead-officer") == []
    for option, misspelt, code, nearest in (
        ("--department", "cultur", "unknown_department", "culture"),
        ("--audience", "chairman-ofice", "unknown_role", CHAIRMAN),
    ):
        error = greenlane("escalations", option, misspelt, "--json").error
        assert error["code"] == code
        assert nearest in error["remedy"]


def test_a_page_says_how_many_there_are(greenlane: Program, karaoke: Living) -> None:
    """`--limit` shortens the list, not the count."""
    answer = greenlane("escalations", "--limit", "1", "--json")
    assert (len(answer.json["escalations"]), answer.json["total"] > 1) == (1, True)


def test_acknowledged_ones_stay_on_the_whole_list(greenlane: Program, karaoke: Living) -> None:
    """Of the open ones the whole chain is gone."""
    at = NOW + timedelta(seconds=1)
    karaoke.turn(at, an_acknowledgement("step:site-check/escalation-chairman", at))
    assert [one for one in escalations(greenlane, "--open") if one["step_id"] == "site-check"] == []
    nothing = greenlane("escalations", "--open", "--audience", "lead-officer", "--lang", "vi").out
    assert "greenlane cases --overdue" in nothing
    whole = {one["escalation_id"]: one for one in escalations(greenlane) if one["step_id"] == "site-check"}
    assert whole["step:site-check/escalation-chairman"]["acknowledged"]
    assert not whole["step:site-check/breach"]["acknowledged"]
    assert {(one["open"], one["acknowledge"]) for one in whole.values()} == {(False, None)}


@pytest.mark.parametrize(
    ("language", "named"),
    [
        (
            "vi",
            ("Cấp Giấy phép đủ điều kiện kinh doanh dịch vụ karaoke", "Thẩm định", "bước xử lý trễ", "Đang chờ: Sở"),
        ),
        ("en", ("Karaoke licence", "Appraisal on site", "step late by", "Whose turn: Department of")),
    ],
)
def test_the_screen_says_it_in_names_and_words(
    greenlane: Program, karaoke: Living, language: str, named: tuple[str, ...]
) -> None:
    """Which dossier, which procedure, which step, whose turn, how late; a late step is never overdue in law."""
    shown = greenlane("escalations", "--audience", CHAIRMAN, "--lang", language).out
    assert all(text in shown for text in (*named, karaoke.case.dossier_code or "")), shown
    lines = [line.strip() for line in shown.splitlines()]
    assert f"greenlane acknowledge {karaoke.case.dossier_code} step:site-check/escalation-chairman" in lines
    for line in lines:
        if not line.startswith("greenlane "):
            assert "quá hạn" not in line.lower()
            assert "overdue" not in line.lower()
            assert "site-check" not in line
            assert "culture" not in line


def test_the_command_reaches_the_stack_of_the_screen(greenlane: Program, karaoke: Living, tmp_path: Path) -> None:
    """Who asked with a state folder acknowledges with it, also from another folder."""
    folder = tmp_path / "a stack"
    (one, *_) = escalations(greenlane, "--open", "--state-dir", str(folder))
    assert shlex.split(one["acknowledge"])[-2:] == ["--state-dir", str(folder)]


def test_a_desk_shows_what_is_told_to_its_department(greenlane: Program, karaoke: Living) -> None:
    """The chairman's office has no step of this case and everything to see to."""
    answer = greenlane("desk", CHAIRMAN, "--json").json
    assert answer["work"] == []
    assert {(one["step_id"], one["level"]) for one in answer["escalations"]} >= {
        ("site-check", 3),
        ("opinion-police", 3),
    }
    assert {one["audience"]["department"] for one in answer["escalations"]} == {CHAIRMAN}
    shown = greenlane("desk", CHAIRMAN).out
    assert f"greenlane acknowledge {karaoke.case.dossier_code} step:site-check/escalation-chairman" in shown
    assert "Open escalations" not in greenlane("desk", "one-stop").out


def test_a_case_with_a_late_step_is_among_the_late_ones(greenlane: Program, karaoke: Living) -> None:
    """Its own limit runs; it says which step, whose, and how late, and not that the case were overdue."""
    (case,) = greenlane("cases", "--overdue", "--json").json["cases"]
    assert (case["case_id"], case["statutory_state"]) == (karaoke.case.case_id, "running")
    late = {step["step_id"]: step for step in case["late_steps"]}
    assert late["site-check"]["department"] == "culture"
    assert late["site-check"]["late_seconds"] > 10 * 3600
    shown = greenlane("cases", "--overdue", "--lang", "vi").out
    assert "Các bước xử lý trễ" in shown
    assert "greenlane escalations --open" in shown
    assert "Sở Văn hóa" in shown
    assert "quá hạn" not in shown.lower()


def test_a_case_in_time_is_not_among_them(greenlane: Program, store: Store, recorder: Recorder) -> None:
    """Nothing of it is late."""
    lasting = load_catalog().definitions_for("karaoke-licence", date(2026, 3, 2))
    documents = (DocumentPart(kind="request"), DocumentPart(kind="security-certificate"))
    Living(recorder, 1, lasting).open(NOW - timedelta(hours=1), procedure="karaoke-licence", documents=documents)
    assert greenlane("cases", "--overdue", "--json").json["cases"] == []
    (case,) = greenlane("cases", "--json").json["cases"]
    assert case["late_steps"] == []


def test_a_consulted_department_reads_who_asks_it_what(greenlane: Program, karaoke: Living) -> None:
    """The question, the department that asks, and until when, for people and for machines."""
    (item,) = greenlane("desk", "health", "--json").json["work"]
    assert (item["kind"], item["asked_by"], item["asked_by_department"]) == ("consultation", "site-check", "culture")
    assert item["question"] == "any objection?"
    assert item["due_at"] is not None
    shown = greenlane("desk", "health").out
    assert "any objection?" in shown
    assert "Department of Culture, Sports and Tourism asks, by 2026-03-03 " in shown


def test_looking_on_shows_late_steps_too(greenlane: Program, karaoke: Living) -> None:
    """`watch`, for people and for machines."""
    (case,) = greenlane("watch", "--once", "--json").json["cases"]
    assert {step["step_id"] for step in case["late_steps"]} >= {"site-check", "opinion-police"}
    assert "Late steps" in greenlane("watch", "--once").out


@pytest.mark.parametrize(
    ("language", "late"), [("vi", r"bước xử lý (trễ .+) \(hạn"), ("en", r"step late by (.+) \(limit")]
)
def test_one_step_is_equally_late_on_every_list(greenlane: Program, karaoke: Living, language: str, late: str) -> None:
    """In working time at the desk too, not by the wall clock: nights between would make more of it."""
    told = re.findall(late, greenlane("escalations", "--department", "culture", "--open", "--lang", language).out)
    assert len(set(told)) == 1
    desk = greenlane("desk", "culture", "--lang", language).out
    whole = greenlane("cases", "--overdue", "--lang", language).out
    (span, *_) = (one.removeprefix("trễ ") for one in told)
    assert span in whole
    assert (f"trễ {span}" if language == "vi" else f"{span} late") in desk
