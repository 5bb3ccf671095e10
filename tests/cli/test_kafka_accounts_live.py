"""The accounts of Kafka on a whole running stack: each process has its own alone, and parties are given theirs."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from catalog.loader import load_catalog
from catalog.systems import PORTAL
from events.language.access import AUDITOR, BRIDGE, OPERATOR, OWNER, PUBLISHER, WORKER
from events.language.topics import Topics
from events.transport.admin import topic_names
from events.transport.cluster import Cluster
from greenlane.admission import as_owner
from greenlane.connecting import cluster_of
from greenlane.stack.credentials import ACCOUNTS, Credentials
from greenlane.stack.folder import StateFolder
from tests.cli.program import LiveStack, Program
from tests.kafka_attempts import readable, writable

TOPICS = Topics()
PROCESSES = {"worker": WORKER, "bridge": BRIDGE, "publisher": PUBLISHER}


@pytest.fixture(scope="module")
def parties() -> list[str]:
    """The catalogue's departments and submitting systems, and who only looks."""
    catalog = load_catalog()
    return [*sorted(catalog.departments), *sorted(catalog.systems), "auditor"]


@pytest.fixture
def all_topics(live_stack: LiveStack) -> set[str]:
    """Every topic there is, the broker's own ones too."""
    return set(topic_names(cluster_of(as_owner(live_stack.settings))))


def test_each_process_knows_its_own_account_alone(live_stack: LiveStack, parties: list[str]) -> None:
    """By its environment; the owner's password is in none, nor on any command line."""
    folder = StateFolder(live_stack.state_dir)
    credentials = Credentials(folder.secret(ACCOUNTS))
    running = {name: psutil.Process(entry["pid"]) for name, entry in folder.read(folder.process_file).items()}
    for process, account in PROCESSES.items():
        environment = running[process].environ()
        assert environment["GREENLANE_KAFKA_USERNAME"] == account
        texts = "\n".join(environment.values())
        for other in (*PROCESSES.values(), OPERATOR, OWNER, *parties):
            assert (credentials.kafka(other) in texts) == (other == account)
    words = "\n".join(word for process in running.values() for word in process.cmdline())
    assert not any(credentials.kafka(name) in words for name in (OWNER, *PROCESSES.values(), OPERATOR, *parties))
    assert live_stack.addresses.kafka_username == OPERATOR


def test_every_party_is_told_what_it_may_do(
    live: Program, live_stack: LiveStack, parties: list[str], all_topics: set[str]
) -> None:
    """And that is what the broker lets it do: every pair of party and topic is tried, both ways."""
    for name in parties:
        answer = live("access", "kafka", name)
        assert (answer.code, answer.err) == (0, "")
        told = answer.json
        connection = {"bootstrap", "security_protocol", "sasl_mechanism", "username", "password"}
        assert set(told) == {"ok", "read", "write"} | connection
        assert (told["ok"], told["bootstrap"]) == (True, live_stack.addresses.kafka_bootstrap)
        assert told["username"] == (AUDITOR if name == "auditor" else name)
        party = Cluster(
            told["bootstrap"],
            {
                "security_protocol": told["security_protocol"],
                "sasl_mechanism": told["sasl_mechanism"],
                "sasl_plain_username": told["username"],
                "sasl_plain_password": told["password"],
            },
        )
        assert readable(party, all_topics) == set(told["read"]), name
        assert writable(party, all_topics, leaving=False) == set(told["write"]), name


@pytest.mark.parametrize(
    ("name", "read", "write"),
    [
        ("culture", [TOPICS.work("culture")], [TOPICS.decisions("culture")]),
        ("auditor", [TOPICS.case_events, TOPICS.checkpoints, TOPICS.escalations], []),
    ],
)
def test_what_a_party_may_do(live: Program, name: str, read: list[str], write: list[str]) -> None:
    told = live("access", "kafka", name).json
    assert (told["read"], told["write"]) == (read, write)


def test_a_system_may_submit(live: Program) -> None:
    told = live("access", "kafka", PORTAL).json
    assert told["write"] == [TOPICS.submissions]
    assert set(told["read"]) == {TOPICS.case_events, TOPICS.answers(PORTAL)}


def test_the_processes_do_what_the_list_says(live_stack: LiveStack, all_topics: set[str]) -> None:
    """Whoever took one of them over could not speak for a department; the worker's account opens nothing."""
    incoming = {name for name in all_topics if TOPICS.department_of(name) or TOPICS.system_of(name)}
    letters = {name for name in all_topics if name.endswith(".dlq")}
    assert writable(live_stack.cluster_of(BRIDGE), all_topics, leaving=False) == letters
    assert readable(live_stack.cluster_of(BRIDGE), all_topics) == incoming | letters | {TOPICS.replays}
    assert readable(live_stack.cluster_of(PUBLISHER), all_topics) == set()
    assert not writable(live_stack.cluster_of(PUBLISHER), all_topics, leaving=False) & (incoming | letters)
    assert not writable(live_stack.cluster_of(OPERATOR), all_topics, leaving=False) & incoming
    assert not readable(live_stack.cluster_of(OPERATOR), all_topics) & incoming
    assert readable(live_stack.cluster_of(WORKER), all_topics) == set()
    assert writable(live_stack.cluster_of(WORKER), all_topics, leaving=False) == set()


def test_kafkas_own_tools_can_read_it(greenlane: Program, live_stack: LiveStack) -> None:
    """Without --json it is a file of properties that says what the account may do."""
    answer = greenlane("access", "kafka", "culture", "--state-dir", str(live_stack.state_dir))
    lines = answer.out.splitlines()
    assert answer.code == 0
    assert f"# write {TOPICS.decisions('culture')}" in lines
    assert f"bootstrap.servers={live_stack.addresses.kafka_bootstrap}" in lines
    assert any(line.startswith("sasl.jaas.config=") and 'username="culture"' in line for line in lines)


@pytest.mark.parametrize("name", ["cultur", ".owner", "owner", "bridge", "nobody\x1b]0;x\x07"])
def test_nobody_else_has_an_account(live: Program, name: str) -> None:
    """What is near is named; the engine's own accounts are handed out to nobody."""
    error = live("access", "kafka", name).error
    assert (error["code"], error["field"]) == ("access_refused", "name")
    assert name != "cultur" or "culture" in error["remedy"]
    assert "\x1b" not in error["message"]


def test_production_hands_out_nothing(live: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLANE_PROFILE", "production")
    monkeypatch.setenv("GREENLANE_TIME_FACTOR", "1")
    error = live("access", "kafka", "culture").error
    assert (error["code"], error["field"]) == ("access_refused", "GREENLANE_PROFILE")


def test_where_nothing_runs_there_is_no_access(greenlane: Program, tmp_path: Path) -> None:
    """Nothing is started for it."""
    error = greenlane("access", "kafka", "culture", "--state-dir", str(tmp_path), "--json").error
    assert (error["code"], error["field"]) == ("access_refused", "GREENLANE_STATE_DIR")
