"""`greenlane doctor` on a live stack: all is well, and each thing that is not is told by its own check."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from audit.installation.check import IDS
from catalog.loader import DATA_FOLDER
from events.transport.producer import Producer
from greenlane.stack.folder import StateFolder
from tests.cli.program import Answer, LiveStack, Program
from tests.database_accounts import owner_url

LETTERS = "dead_letters"


def all_wrong(answer: Answer) -> dict[str, str]:
    """What is not well: by id, what was found and what mends it."""
    body = answer.json
    found = {check["id"]: f"{check['message']} {check['remedy']}" for check in body["checks"] if not check["ok"]}
    assert (answer.code, body["ok"]) == ((2, False) if found else (0, True))
    return found


def wrong(answer: Answer) -> dict[str, str]:
    """The same without dead letters: other tests leave some on the stack that all of them share."""
    return {name: what for name, what in all_wrong(answer).items() if name != LETTERS}


def test_all_is_well_on_a_stack_that_runs(live: Program) -> None:
    """Every check is made, and nothing stands on standard error."""
    answer = live("doctor")
    assert wrong(answer) == {}
    assert [check["id"] for check in answer.json["checks"]] == list(IDS)
    assert answer.err == ""


def test_a_process_that_hangs(live_stack: LiveStack, live: Program) -> None:
    folder = StateFolder(live_stack.state_dir)
    process = psutil.Process(folder.read(folder.process_file)["bridge"]["pid"])
    process.suspend()
    try:
        found = wrong(live("doctor"))
    finally:
        process.resume()
    assert list(found) == ["bridge"]
    assert "logs/bridge.log" in found["bridge"]


def test_another_pace_of_time(live: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack's pace stands since it was prepared: commands refuse, and the doctor says why."""
    monkeypatch.setenv("GREENLANE_TIME_FACTOR", "7")
    assert list(wrong(live("doctor"))) == ["business_time"]


def test_settings_that_mean_another_stack(live: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack that runs is not asked; the server that is named is."""
    monkeypatch.setenv("GREENLANE_TEMPORAL_ADDRESS", "127.0.0.1:9")
    found = wrong(live("doctor"))
    assert list(found) == ["stack", "temporal"]
    assert "GREENLANE_TEMPORAL_ADDRESS" in found["stack"]


def test_a_folder_that_is_not_the_catalogue_in_use(
    live: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What differs is named, as where the folder cannot be read; the installation's own catalogue counts."""
    folder = tmp_path / "catalogue"
    shutil.copytree(DATA_FOLDER, folder)
    monkeypatch.setenv("GREENLANE_CATALOG_DIR", str(folder))
    assert wrong(live("doctor")) == {}
    (folder / "procedures" / "work-permit.yaml").rename(folder / "procedures" / "work-permit-2.yml")
    found = wrong(live("doctor"))
    assert list(found) == ["catalogue_folder"]
    assert "work-permit-2.yml" in found["catalogue_folder"]
    monkeypatch.delenv("GREENLANE_CATALOG_DIR")
    monkeypatch.setenv("GREENLANE_FLAGS", "culture-day")
    assert list(wrong(live("doctor"))) == ["catalogue_folder"]


def test_a_message_that_could_not_be_processed(live_stack: LiveStack, live: Program) -> None:
    """It is counted by its topic, until somebody sends it again."""
    topic = "greenlane.decisions.culture.v1"
    with Producer(live_stack.cluster_of("culture"), client_id="culture") as producer:
        producer.send_now(topic, b"case-none", b"{", [])
    while f"{topic}.dlq (" not in (found := all_wrong(live("doctor"))).get(LETTERS, ""):
        time.sleep(0.2)
    assert "greenlane dlq list" in found[LETTERS]


def test_alerts_that_could_not_be_delivered(live_stack: LiveStack, live: Program) -> None:
    """An attempt failed; when it has arrived nothing is wrong any more."""
    url = owner_url(live_stack.state_dir, live_stack.addresses)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO alerts (case_id, sequence, event_id, channel, attempts, next_attempt_at, last_error)"
            " VALUES ('case-none', 1, 'doctor-1', 'email', 3, now() + interval '1 hour', 'ConnectError')"
        )
        try:
            found = wrong(live("doctor"))
        finally:
            owner.execute("DELETE FROM alerts WHERE event_id = 'doctor-1'")
    assert list(found) == ["alerts"]
    assert "email" in found["alerts"]


def test_tables_of_another_program(live_stack: LiveStack, live: Program) -> None:
    """An older one: prepare. A newer one: this program must not."""
    url = owner_url(live_stack.state_dir, live_stack.addresses)
    with psycopg.connect(url, autocommit=True) as owner:
        (version,) = owner.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
        for other, remedy in (("0001", "greenlane prepare"), ("9999", "newer program")):
            owner.execute("UPDATE alembic_version SET version_num = %s", (other,))
            try:
                found = wrong(live("doctor"))
            finally:
                owner.execute("UPDATE alembic_version SET version_num = %s", (version,))
            assert list(found) == ["tables"]
            assert remedy in found["tables"]
