"""Bad input and bad surroundings: each gets a clear answer, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer

from catalog.loader import DATA_FOLDER, read_shelf
from catalog.systems import PORTAL
from events.language.access import OPERATOR
from events.language.envelope import binary_headers
from events.language.identity import message_command_id
from events.language.topics import Topics
from events.transport.cluster import Cluster
from events.transport.producer import Producer
from intake.publishing import enter
from store.catalogue import PublishedCatalogue
from store.database import Store
from tests.cli.program import LiveStack, Program
from tests.cli.test_commands_live import karaoke, submitted
from tests.database_accounts import owner_url

PATIENCE_SECONDS = 120.0
TOPICS = Topics()
OUTSIDE = "/portal/outside"
SHORT_CALENDAR = """\
id: vn-public
version: "short"
zone: Asia/Ho_Chi_Minh
first_day: 2026-01-01
last_day: 2026-03-05
weekly: {mon: ["07:00-11:30"], tue: ["07:00-11:30"], wed: ["07:00-11:30"], thu: ["07:00-11:30"], fri: ["07:00-11:30"]}
source: test
"""


def test_an_answer_that_no_file_holds(greenlane: Program, tmp_path: Path) -> None:
    """A missing file, a folder, and with them nothing of the others is sent."""
    good = tmp_path / "good.json"
    good.write_bytes(karaoke("never-1"))
    for bad in (tmp_path / "missing.yaml", tmp_path):
        error = greenlane("submit", str(good), str(bad), "--json").error
        assert (error["code"], error["field"]) == ("file_unreadable", str(bad))


def test_a_sample_of_nothing(greenlane: Program) -> None:
    """It is one of histories, which were not asked for; or none."""
    for options in (("--sample", "3"), ("--histories", "--sample", "0")):
        assert greenlane("verify", *options, "--json").error["code"] == "usage"


def test_a_state_folder_that_cannot_be_used(greenlane: Program, tmp_path: Path) -> None:
    """Below a file; with a comma; or, for who is not root, without the right to write."""
    (tmp_path / "file").write_text("")
    folders = [tmp_path / "file" / "state", tmp_path / "a,b"]
    if os.geteuid() != 0:
        (tmp_path / "closed").mkdir(mode=0o500)
        folders.append(tmp_path / "closed" / "state")
    for folder in folders:
        error = greenlane("cases", "--state-dir", str(folder), "--json").error
        assert (error["code"], error["field"]) == ("state_folder_unusable", "GREENLANE_STATE_DIR")
        assert str(folder) in error["message"]


def test_a_full_disk(greenlane: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less free space than is needed to start: said before anything is started."""
    monkeypatch.setenv("GREENLANE_MIN_FREE_DISK_MB", "999999999")
    error = greenlane("cases", "--state-dir", str(tmp_path / "state"), "--json").error
    assert (error["code"], error["field"]) == ("state_folder_full", "GREENLANE_STATE_DIR")
    assert "GREENLANE_MIN_FREE_DISK_MB" in error["remedy"]


def test_a_port_in_use(greenlane: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack that a command wants to start tells the command why it cannot."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for name in ("TEMPORAL_PORT", "POSTGRES_PORT", "KAFKA_CONTROLLER_PORT", "METRICS_PORT"):
            monkeypatch.setenv(f"GREENLANE_{name}", "0")
        monkeypatch.setenv("GREENLANE_TEMPORAL_UI", "false")
        monkeypatch.setenv("GREENLANE_KAFKA_PORT", str(port))
        error = greenlane("cases", "--state-dir", str(tmp_path / "state"), "--json").error
    assert (error["code"], error["field"]) == ("port_in_use", "GREENLANE_KAFKA_PORT")
    assert str(port) in error["message"]


def test_settings_that_cannot_be_meant(greenlane: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable and an impossible value are named, with what would be right."""
    monkeypatch.setenv("GREENLANE_KAFKA_PROT", "1")
    error = greenlane("cases", "--json").error
    assert (error["code"], error["field"]) == ("invalid_setting", "GREENLANE_KAFKA_PROT")
    assert "GREENLANE_KAFKA_PORT" in error["remedy"]
    monkeypatch.delenv("GREENLANE_KAFKA_PROT")
    monkeypatch.setenv("GREENLANE_DATABASE_URL", "mysql://secret@host/name")
    error = greenlane("cases", "--json").error
    assert error["field"] == "GREENLANE_DATABASE_URL"
    assert "secret" not in json.dumps(error)


@pytest.fixture
def free_address() -> Iterator[str]:
    """Where nobody listens: the port is ours, so nobody else can either."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def outside(live_stack: LiveStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The live stack's servers as outside ones; each test may send one of them away."""
    addresses = live_stack.addresses
    monkeypatch.setenv("GREENLANE_TEMPORAL_ADDRESS", addresses.temporal_address)
    monkeypatch.setenv("GREENLANE_KAFKA_BOOTSTRAP", addresses.kafka_bootstrap)
    account = {"kafka_username": addresses.kafka_username, "kafka_password": addresses.kafka_password}
    sasl = {"kafka_security_protocol": "SASL_PLAINTEXT", "kafka_sasl_mechanism": "SCRAM-SHA-256"}
    for name, value in {**account, **sasl}.items():
        monkeypatch.setenv(f"GREENLANE_{name.upper()}", str(value))
    monkeypatch.setenv("GREENLANE_DATABASE_URL", addresses.database_url)
    monkeypatch.setenv("GREENLANE_TIME_FACTOR", str(live_stack.settings.time_factor))
    monkeypatch.setenv("GREENLANE_MASTER_KEY_FILE", str(live_stack.state_dir / "master.key"))


@pytest.mark.usefixtures("outside")
def test_a_database_that_is_away(greenlane: Program, free_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that reads says so, and shows no password."""
    monkeypatch.setenv("GREENLANE_DATABASE_URL", f"postgresql://account:s3cret@{free_address}/greenlane")
    for arguments in (("cases",), ("show", "H05.8-260302-0001"), ("verify",), ("watch",)):
        answer = greenlane(*arguments, "--json")
        assert (answer.error["code"], answer.error["field"]) == ("server_away", "GREENLANE_DATABASE_URL")
        assert "s3cret" not in answer.out + answer.err


@pytest.mark.usefixtures("outside")
def test_a_temporal_that_is_away(
    greenlane: Program, live: Program, free_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What needs an answer from a case is refused; what only reads works on."""
    code = submitted(live, "away-1")
    monkeypatch.setenv("GREENLANE_TEMPORAL_ADDRESS", free_address)
    error = greenlane("decide", code, "intake", "approve", "--department", "one-stop", "--json").error
    assert (error["code"], error["field"]) == ("server_away", "GREENLANE_TEMPORAL_ADDRESS")
    error = greenlane("submit", "-", "--json", stdin=karaoke("away-2")).error
    assert error["code"] == "server_away"
    assert greenlane("show", code, "--json").json["case"]["dossier_code"] == code


@pytest.mark.usefixtures("outside")
def test_a_kafka_that_is_away(greenlane: Program, free_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dead letters cannot be read then; cases can."""
    monkeypatch.setenv("GREENLANE_KAFKA_BOOTSTRAP", free_address)
    # What a person may wait, a test need not.
    monkeypatch.setattr(Cluster.admin.__wrapped__, "__defaults__", (1.0,))  # type: ignore[attr-defined]
    error = greenlane("dlq", "list", "--json").error
    assert (error["code"], error["field"]) == ("server_away", "GREENLANE_KAFKA_BOOTSTRAP")
    assert free_address in error["message"]
    assert greenlane("cases", "--json").code == 0


@pytest.mark.usefixtures("outside")
def test_a_worker_that_is_away(greenlane: Program, live_stack: LiveStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was accepted is kept and said to be waiting; asking the case ends with an id under which to ask again."""
    monkeypatch.setenv("GREENLANE_DATABASE_URL", _another_database(live_stack, "unheard", DATA_FOLDER))
    monkeypatch.setenv("GREENLANE_TASK_QUEUE", "nobody-listens")
    monkeypatch.setattr("services.recorded.RECORD_SECONDS", 0.5)
    monkeypatch.setattr("services.commanding.ANSWER_SECONDS", 1.5)
    both = karaoke("unheard-1") + b"\n" + karaoke("unheard-2")
    answer = greenlane("submit", "-", "--source", "/unheard", "--json", stdin=both)
    assert (answer.code, answer.json["ok"], answer.json["refused"]) == (2, False, [])
    assert [one["dossier_code"] for one in answer.json["submitted"]] == [None, None]
    again = greenlane("submit", "-", "--source", "/unheard", stdin=both)
    assert again.code == 2
    assert "no worker answers" in again.err
    case_id = answer.json["submitted"][0]["case_id"]
    assert greenlane("show", case_id, "--json").error["code"] == "no_answer"
    error = greenlane("withdraw", case_id, "--command-id", "unheard-w", "--json").error
    assert (error["code"], error["field"]) == ("no_answer", "command_id")
    assert "--command-id unheard-w" in error["remedy"]


def _another_database(live_stack: LiveStack, name: str, catalogue: Path) -> str:
    """A database beside the live one with a catalogue of its own, of which no process of the stack knows."""
    url = owner_url(live_stack.state_dir, live_stack.addresses)
    store = Store(url)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    store.close()
    other = f"{url.rpartition('/')[0]}/{name}"
    beside = Store(other)
    beside.migrate()
    enter(PublishedCatalogue(beside), read_shelf(catalogue), act="prepare", by="test")
    beside.close()
    return other


@pytest.mark.usefixtures("outside")
def test_a_calendar_without_the_needed_year(
    greenlane: Program, live_stack: LiveStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No deadline is ever guessed: the application is refused until a version covers the days."""
    folder = tmp_path / "catalogue"
    shutil.copytree(DATA_FOLDER, folder, ignore=shutil.ignore_patterns("digests.txt", "vn-public.*"))
    (folder / "calendars" / "vn-public.yaml").write_text(SHORT_CALENDAR, encoding="utf-8")
    monkeypatch.setenv("GREENLANE_DATABASE_URL", _another_database(live_stack, "short", folder))
    answer = greenlane("submit", "-", "--json", stdin=karaoke("late-year-1"))
    (refused,) = answer.json["refused"]
    error = refused["error"]
    assert (answer.code, error["code"]) == (2, "calendar_range")
    assert "calendar" in error["remedy"]


def test_a_faulty_catalogue(greenlane: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A YAML error stops everything, named with file, line and field."""
    folder = tmp_path / "catalogue"
    shutil.copytree(DATA_FOLDER, folder)
    faulty = folder / "procedures" / "work-permit.yaml"
    faulty.write_text(faulty.read_text(encoding="utf-8").replace("agency:", "\tagency:"), encoding="utf-8")
    monkeypatch.setenv("GREENLANE_CATALOG_DIR", str(folder))
    error = greenlane("procedures", "--json").error
    assert error["code"] == "catalog_invalid"
    assert "work-permit.yaml:" in error["field"]


BAD_SUBMISSIONS: dict[str, tuple[bytes, str, str | None]] = {
    "malformed": (b'{"application_id": ', "malformed_json", "data"),
    "utf8": (b'{"application_id": "\xff"}', "invalid_utf8", "data"),
    "unstorable": (
        karaoke("x").replace(b'"applicant": {', b'"applicant": {"n": "\\u0000", '),
        "unstorable_text",
        "data",
    ),
    "field": (karaoke("bad-field").replace(b"procedure", b"procedur"), "invalid_field", "procedure"),
    "procedure": (karaoke("bad-procedure", procedure="karaoke-licens"), "procedure_unknown", "procedure"),
    "documents": (karaoke("bad-documents", documents=[]), "documents_missing", "documents"),
    "conflict": (karaoke("kafka-1", channel="post"), "application_conflict", "application_id"),
}
"""By the message's id: what is sent, and the code and field of the dead letter."""


def test_bad_messages_become_dead_letters(live: Program, live_stack: LiveStack) -> None:
    """Each keeps its bytes and says why; the good ones around them go their way; a mended one is sent again."""
    with Producer(live_stack.cluster_of(PORTAL)) as producer:

        def send(event_id: str, value: bytes, name: str = "SubmitApplication") -> None:
            headers = binary_headers(id=event_id, source=OUTSIDE, name=name, time=datetime.now(UTC), subject=None)
            producer.send_now(TOPICS.submissions, "one-key", value, headers)

        send("good", karaoke("kafka-1"))
        send("again", karaoke("kafka-1"))  # a duplicate submission is no fault
        send("id with blanks", karaoke("kafka-6"))  # nor is an id of whatever form
        for event_id, (value, _, _) in BAD_SUBMISSIONS.items():
            send(event_id, value)
        send("type", karaoke("x"), name="SubmitNothing")
    bad = {*BAD_SUBMISSIONS, "type"}
    found = {letter["event_id"]: letter for letter in letters_once(live, lambda ids: bad <= ids)}
    for event_id, (_, code, field) in BAD_SUBMISSIONS.items():
        assert (found[event_id]["code"], found[event_id]["field"]) == (code, field), event_id
        assert "Nguyễn" not in json.dumps(found[event_id], ensure_ascii=False), "headers hold no values"
    assert found["type"]["code"] == "unknown_type"
    assert not {"good", "again", "id with blanks"} & set(found)
    letter = live("dlq", "show", "submissions", found["malformed"]["id"], "--content").json["letter"]
    assert letter["content"] == '{"application_id": '
    assert "content" not in live("dlq", "show", "submissions", found["malformed"]["id"]).json["letter"]
    replayed = live("dlq", "replay", "submissions", found["conflict"]["id"]).json
    assert replayed["replayed"] == [found["conflict"]["id"]]
    again = letters_once(live, lambda ids: "conflict" in ids)
    (retried,) = (each for each in again if each["event_id"] == "conflict")
    assert retried["id"] != found["conflict"]["id"]
    assert retried["attempts"] == 2
    assert live("dlq", "show", "submissions", "0-999999").error["code"] == "letter_unknown"
    assert live("dlq", "list", "no-such-department").error["code"] == "topic_missing"


def letters_once(live: Program, enough: Callable[[set[str]], bool]) -> list[dict[str, Any]]:
    """The dead letters of submissions, those of other tests too, once there are enough by their events' ids."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        letters: list[dict[str, Any]] = live("dlq", "list", "submissions").json["letters"]
        if enough({letter["event_id"] for letter in letters}):
            return letters
        assert time.monotonic() < deadline, letters
        time.sleep(0.2)


def test_refused_answers_reach_their_department(live: Program, live_stack: LiveStack) -> None:
    """On its own work topic: another's step, a closed case, an unknown one, one it has no part in; the case stays untouched."""
    code = submitted(live, "kafka-answers-1")
    closed = submitted(live, "kafka-answers-2")
    live("withdraw", closed)
    sent = {
        "wrong": ("culture", code, "wrong_department"),
        "unknown": ("culture", "H05.8-260101-9999", "case_unknown"),
        "closed": ("culture", closed, "case_closed"),
        # Who has no part in a case learns no more than of one that is not there.
        "stranger": ("finance", code, "case_unknown"),
    }
    for event_id, (department, case, _) in sent.items():
        with Producer(live_stack.cluster_of(department)) as producer:
            data = json.dumps({"case": case, "step_id": "intake", "outcome": "approve"}).encode()
            headers = binary_headers(
                id=event_id, source=OUTSIDE, name="DecideStep", time=datetime.now(UTC), subject=None
            )
            producer.send_now(TOPICS.decisions(department), case, data, headers)
    expected = {
        message_command_id("department", department, OUTSIDE, event_id): refused
        for event_id, (department, _, refused) in sent.items()
    }
    works = {TOPICS.work(department) for department, _, _ in sent.values()}
    refused = {each["command_id"]: each for each in _refusals(live_stack.cluster_of(OPERATOR), works, expected)}
    assert {command_id: each["code"] for command_id, each in refused.items()} == expected
    assert all(each["message"] and each["remedy"] and each["message_vi"] for each in refused.values())
    sheet = live("show", code).json
    assert [refusal["code"] for refusal in sheet["refusals"]] == ["wrong_department", "case_unknown"]
    assert sheet["case"]["sequence"] == 6


def _refusals(cluster: Cluster, topics: Iterable[str], command_ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    awaited = set(command_ids)
    consumer: Any = cluster.connected(
        KafkaConsumer, "tests", auto_offset_reset="earliest", group_id=None, metrics_enabled=False
    )
    try:
        consumer.subscribe(sorted(topics))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while awaited and time.monotonic() < deadline:
            for batch in consumer.poll(timeout_ms=200).values():
                for record in batch:
                    if dict(record.headers)["ce_type"] != b"vn.greenlane.AnswerRefused":
                        continue
                    notice = json.loads(record.value)
                    if notice["command_id"] in awaited:
                        awaited.remove(notice["command_id"])
                        yield notice
    finally:
        consumer.close(autocommit=False)
