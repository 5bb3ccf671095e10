"""The embedded broker lets nobody in without an account, and each account do what the access list says, and no more."""

from __future__ import annotations

import json
import os
import pwd
import socket
import stat
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kafka import KafkaConsumer
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType, UserScramCredentialUpsertion

from catalog.systems import PORTAL
from events.language.access import (
    AUDITOR,
    BRIDGE,
    NODE,
    OPERATOR,
    OWNER,
    PUBLISHER,
    Rights,
    access_list,
    is_prefix,
)
from events.language.topics import Topics
from events.transport.access_probe import is_guarded
from events.transport.accounts import Account, bindings_of, ensure_accounts, held_rights
from events.transport.admin import TopicLayout, make_topic, topic_names
from events.transport.cluster import Cluster
from events.transport.errors import NotPermittedError
from greenlane.addresses import StackAddresses
from greenlane.admission import access_of, as_owner, let_in, prepare_kafka
from greenlane.connecting import cluster_of
from greenlane.probing.kafka import trouble_with
from greenlane.settings import Settings
from greenlane.stack.credentials import ACCOUNTS, Credentials
from greenlane.stack.folder import StateFolder
from tests.kafka_attempts import (
    DESCRIBE_CONTROLLERS,
    METADATA,
    answer_without_account,
    covered,
    readable,
    writable,
)

TOPICS = Topics()
LAYOUT = TopicLayout(partitions=1)
DEPARTMENTS = ("culture", "health")
SYSTEMS = (PORTAL, "north")
RIGHTS = {rights.account: rights for rights in access_list(TOPICS, DEPARTMENTS, SYSTEMS)}
ALL_TOPICS = sorted(
    {
        *TOPICS.of_system(),
        *(name for department in DEPARTMENTS for name in TOPICS.of_department(department)),
        *(name for system in SYSTEMS for name in TOPICS.of_submitter(system)),
    }
)


@pytest.fixture(scope="module")
def settings(servers: StackAddresses, server_settings: Settings) -> Settings:
    """Two departments and two systems on the run's broker, as the command line reaches it."""
    found = server_settings.resolved(servers)
    prepare_kafka(found, DEPARTMENTS, SYSTEMS, LAYOUT)
    return found


@pytest.fixture
def as_account(settings: Settings) -> Callable[[str], Cluster]:
    """The broker as an account reaches it."""
    return lambda account: access_of(settings, account).cluster


AsAccount = Callable[[str], Cluster]
PATIENCE_SECONDS = 60.0


def until(condition: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < ends_at
        time.sleep(0.05)


@pytest.mark.parametrize("account", RIGHTS)
def test_every_account_reads_and_writes_what_the_list_says(as_account: AsAccount, account: str) -> None:
    """Every pair of account and topic is tried, both ways."""
    rights, cluster = RIGHTS[account], as_account(account)
    assert readable(cluster, ALL_TOPICS) == covered(rights.reads, ALL_TOPICS)
    assert writable(cluster, ALL_TOPICS) == covered(rights.writes, ALL_TOPICS)


@pytest.mark.parametrize("account", RIGHTS)
def test_an_account_sees_no_topic_that_is_not_its_own(as_account: AsAccount, account: str) -> None:
    """Not even its name."""
    rights = RIGHTS[account]
    theirs = rights.reads | rights.writes | rights.makes | rights.sees
    wanted = {name for name in ALL_TOPICS if any(name.startswith(e) if is_prefix(e) else name == e for e in theirs)}
    assert topic_names(as_account(account)) & set(ALL_TOPICS) == wanted


@pytest.mark.parametrize("account", RIGHTS)
def test_nobody_but_the_owner_changes_topics_accounts_or_rights(as_account: AsAccount, account: str) -> None:
    """Topics are made by who must make them alone, deleted and changed by none; no account gives itself more."""
    cluster = as_account(account)
    with cluster.admin() as admin:
        made = admin.create_topics({TOPICS.decisions("made"): {"num_partitions": 1}}, raise_errors=False)["topics"]
        deleted = admin.delete_topics([TOPICS.escalations], raise_errors=False)["topics"]
        assert all(each["error_code"] != 0 for each in (*made, *deleted))
        bindings = list(bindings_of(Rights(account, writes=frozenset({TOPICS.decisions("culture")}))))
        assert admin.create_acls(bindings) == {
            "succeeded": [],
            "failed": [kafka_errors.ClusterAuthorizationFailedError],
        }
        given = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(account, "SCRAM-SHA-256", "mine")])
        assert given[account] is not None
        change = ConfigResource(ConfigResourceType.TOPIC, TOPICS.case_events, {"retention.ms": "1"})
        changed = admin.alter_configs([change], raise_on_unknown=False)["topic"][TOPICS.case_events]
        assert "AuthorizationFailed" in changed or "UnknownTopic" in changed
    with pytest.raises(NotPermittedError):
        ensure_accounts(cluster, [Account(Rights(account), "mine")])
    assert is_held(as_account, account)


def is_held(as_account: AsAccount, account: str) -> bool:
    """Whether the account's password and rights are what they were."""
    cluster = as_account(account)
    return readable(cluster, ALL_TOPICS) == covered(RIGHTS[account].reads, ALL_TOPICS)


@pytest.mark.parametrize(
    ("account", "topic", "made"),
    [
        (BRIDGE, TOPICS.dead_letters(TOPICS.decisions("health")), True),
        (BRIDGE, TOPICS.dead_letters(TOPICS.submissions_of("north")), True),
        (BRIDGE, TOPICS.decisions("health"), False),
        (BRIDGE, TOPICS.submissions_of("north"), False),
        (PUBLISHER, TOPICS.work("health"), True),
        (PUBLISHER, TOPICS.answers("north"), True),
        (PUBLISHER, TOPICS.decisions("health"), False),
        ("health", TOPICS.decisions("health"), False),
        ("north", TOPICS.submissions_of("north"), False),
    ],
)
def test_topics_that_are_missing(
    settings: Settings, cluster: Cluster, as_account: AsAccount, account: str, topic: str, made: bool
) -> None:
    """Each process makes again what it writes itself; nobody makes a topic that brings messages in."""
    with cluster.admin() as admin:
        admin.delete_topics([topic])
    until(lambda: topic not in topic_names(cluster))
    try:
        if made:
            make_topic(as_account(account), topic, TOPICS, LAYOUT)
            assert topic in topic_names(cluster)
        else:
            with pytest.raises(NotPermittedError):
                make_topic(as_account(account), topic, TOPICS, LAYOUT)
    finally:
        prepare_kafka(settings, DEPARTMENTS, SYSTEMS, LAYOUT)


def test_nobody_joins_anothers_group(as_account: AsAccount) -> None:
    """A member of the bridge's group would be given its partitions; what a group has read shows what others do."""
    for account, group, allowed in (
        (BRIDGE, TOPICS.bridge_group, True),
        ("culture", TOPICS.bridge_group, False),
        (OPERATOR, TOPICS.bridge_group, False),
        ("culture", "culture", True),
        ("culture", "culture.second", True),
        ("culture", "health", False),
        ("culture", "culture-desk", False),
        (AUDITOR, "auditor", True),
    ):
        assert joins(as_account(account), group) is allowed, (account, group)
    with as_account("culture").admin() as admin, pytest.raises(kafka_errors.GroupAuthorizationFailedError):
        admin.list_group_offsets({TOPICS.bridge_group: None})


def joins(cluster: Cluster, group: str) -> bool:
    """Whether it becomes a member of the group."""
    consumer = cluster.connected(KafkaConsumer, "test", group_id=group, enable_auto_commit=False, metrics_enabled=False)
    try:
        consumer.subscribe(pattern="^nothing-is-called-so$")
        until(lambda: consumer.poll(timeout_ms=100) == {} and consumer.group_metadata().generation_id > 0)
        consumer.commit({})
    except kafka_errors.GroupAuthorizationFailedError:
        return False
    finally:
        consumer.close(autocommit=False)
    return True


def test_departments_that_a_log_brings_are_let_in_at_run_time(settings: Settings, as_account: AsAccount) -> None:
    """Their topics, an account of their own, and the processes' rights; who brought them may act for them meanwhile."""
    brought = ("brought-1", "brought-2")
    access = let_in(settings, "bringer", departments=brought, systems=("bringer",), layout=LAYOUT)
    topics = [*ALL_TOPICS, *(name for each in brought for name in TOPICS.of_department(each))]
    topics += TOPICS.of_submitter("bringer")
    assert writable(access.cluster, topics) == {
        *map(TOPICS.decisions, brought),
        TOPICS.submissions_of("bringer"),
    }
    assert writable(as_account("brought-1"), topics) == {TOPICS.decisions("brought-1")}
    assert readable(as_account("brought-1"), topics) == {TOPICS.work("brought-1")}
    assert {*map(TOPICS.decisions, brought)} <= readable(as_account(BRIDGE), topics)
    assert {*map(TOPICS.work, brought)} <= writable(as_account(PUBLISHER), topics)
    assert let_in(settings, "bringer", departments=brought, systems=("bringer",), layout=LAYOUT) == access


def test_a_start_takes_back_what_the_list_no_longer_gives(settings: Settings, as_account: AsAccount) -> None:
    """Of every account that is known; those who were let in at run time stay who they are, and act for nobody else."""
    access = let_in(settings, "player", departments=("played",), systems=("player",), layout=LAYOUT)
    more = Rights("health", reads=frozenset({TOPICS.work("culture")}), writes=frozenset({TOPICS.case_events}))
    ensure_accounts(owners(settings), [Account(more, access_of(settings, "health").password or "")])
    assert writable(as_account("health"), ALL_TOPICS) == {TOPICS.decisions("health"), TOPICS.case_events}
    prepare_kafka(settings, DEPARTMENTS, SYSTEMS, LAYOUT)
    assert writable(as_account("health"), ALL_TOPICS) == {TOPICS.decisions("health")}
    assert readable(as_account("health"), ALL_TOPICS) == {TOPICS.work("health")}
    played = [*ALL_TOPICS, *TOPICS.of_department("played"), *TOPICS.of_submitter("player")]
    assert writable(access.cluster, played) == {TOPICS.submissions_of("player")}
    assert writable(as_account("played"), played) == {TOPICS.decisions("played")}
    assert TOPICS.decisions("played") in readable(as_account(BRIDGE), played), "what it said is still heard"


def owners(settings: Settings) -> Cluster:
    """The broker as its owner reaches it."""
    return cluster_of(as_owner(settings))


def test_the_owner_makes_what_a_party_is_told(settings: Settings) -> None:
    """What is shown as a party's rights is what the broker holds."""
    for name in ("culture", "north"):
        held = held_rights(owners(settings), name)
        assert (held.reads, held.writes) == (RIGHTS[name].reads, RIGHTS[name].writes)


def test_whether_an_access_list_is_held(settings: Settings, as_account: AsAccount, cluster: Cluster) -> None:
    """By who reads what comes in; who may do everything, or reads nothing there, cannot tell."""
    assert is_guarded(as_account(BRIDGE), TOPICS)
    assert not is_guarded(cluster, TOPICS)
    assert not is_guarded(as_account("culture"), TOPICS)
    assert not is_guarded(as_account(BRIDGE), Topics("elsewhere"))


# Without a password


def ports(settings: Settings) -> dict[str, int]:
    """The ports of both listeners."""
    found = StateFolder(settings.state_dir).read(settings.state_dir / "ports.json")
    return {name: int(found[name]) for name in ("kafka_port", "kafka_controller_port")}


@pytest.mark.parametrize("listener", ["kafka_port", "kafka_controller_port"])
@pytest.mark.parametrize("request_sent", [METADATA, DESCRIBE_CONTROLLERS])
def test_who_names_no_account_gets_no_answer(settings: Settings, listener: str, request_sent: bytes) -> None:
    assert answer_without_account(ports(settings)[listener], request_sent) == b""


def sasl(mechanism: str, name: str, password: str) -> dict[str, str]:
    """The options of an account."""
    return {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": mechanism,
        "sasl_plain_username": name,
        "sasl_plain_password": password,
    }


def test_passwords_are_asked_for_and_belong_to_one_account(settings: Settings) -> None:
    """Wrong ones, another's, none; and the owner's own only in the one way that its password lies in."""
    credentials = Credentials(StateFolder(settings.state_dir).secret(ACCOUNTS))
    address = str(settings.kafka_bootstrap)
    culture, owner = credentials.kafka("culture"), credentials.kafka(OWNER)
    for options in (sasl("SCRAM-SHA-256", "culture", culture), sasl("PLAIN", OWNER, owner)):
        assert trouble_with(Cluster(address, options)) is None
    for options in (
        {},
        sasl("SCRAM-SHA-256", "culture", "wrong"),
        sasl("SCRAM-SHA-256", "culture", credentials.kafka("health")),
        sasl("SCRAM-SHA-256", "nobody", culture),
        sasl("PLAIN", "culture", culture),
        sasl("PLAIN", OWNER, culture),
        sasl("PLAIN", NODE, owner),
        sasl("SCRAM-SHA-256", OWNER, owner),
    ):
        assert trouble_with(Cluster(address, options)) is not None, options


def test_the_controllers_listener_knows_the_broker_alone(settings: Settings) -> None:
    credentials = Credentials(StateFolder(settings.state_dir).secret(ACCOUNTS))
    address = f"127.0.0.1:{ports(settings)['kafka_controller_port']}"
    for options in (
        sasl("PLAIN", OWNER, credentials.kafka(OWNER)),
        sasl("SCRAM-SHA-256", "culture", credentials.kafka("culture")),
        sasl("PLAIN", NODE, "wrong"),
    ):
        assert not handshakes(address, options), options
    assert handshakes(address, sasl("PLAIN", NODE, credentials.kafka(NODE)))


def handshakes(address: str, options: dict[str, str]) -> bool:
    """Whether the listener takes the account; a controller says no more to a client."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:

        def said(kind: int, version: int, body: bytes) -> bytes:
            request = struct.pack(">hhih", kind, version, 1, 1) + b"x" + body
            connection.sendall(struct.pack(">i", len(request)) + request)
            size = connection.recv(4)
            return connection.recv(struct.unpack(">i", size)[0])[4:] if size else b"\xff\xff"

        mechanism = options["sasl_mechanism"].encode()
        answer = said(17, 1, struct.pack(">h", len(mechanism)) + mechanism)
        if struct.unpack(">h", answer[:2])[0] != 0:
            return False
        token = f"\0{options['sasl_plain_username']}\0{options['sasl_plain_password']}".encode()
        answer = said(36, 0, struct.pack(">i", len(token)) + token)
        return bool(struct.unpack(">h", answer[:2])[0] == 0)


@contextmanager
def open_to_others(folder: Path) -> Iterator[None]:
    """The folders above made passable, as those of a real state folder are; what lies below stays as it is."""
    closed = {each: each.stat().st_mode for each in folder.parents if not each.stat().st_mode & stat.S_IXOTH}
    for each, mode in closed.items():
        each.chmod(mode | stat.S_IXOTH)
    try:
        yield
    finally:
        for each, mode in closed.items():
            each.chmod(mode)


def as_user(name: str, work: Callable[[], list[str]]) -> list[str]:
    """What the work finds in a process of another user of this machine."""
    user = pwd.getpwnam(name)
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            os.write(writer, json.dumps(work()).encode())
        except BaseException as error:
            os.write(writer, json.dumps([repr(error)]).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        found: list[str] = json.loads(stream.read())
    os.waitpid(child, 0)
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_of_the_machine_gets_nothing(settings: Settings) -> None:
    """Neither over a listener nor from the files and processes of a stack."""
    folder = settings.state_dir
    listeners = ports(settings)
    secrets = [folder / "secrets.json", folder / "stack.json", folder / "kafka" / "server.properties"]
    assert all(file.exists() for file in secrets)
    broker = StateFolder(folder).read(folder / "processes.json")["kafka"]["pid"]
    processes = [Path(f"/proc/{pid}/environ") for pid in (broker, os.getpid())]
    passwords = [Credentials(StateFolder(folder).secret(ACCOUNTS)).kafka(name) for name in (OWNER, NODE, OPERATOR)]

    def attempts() -> list[str]:
        asked = [
            (name, port, request) for name, port in listeners.items() for request in (METADATA, DESCRIBE_CONTROLLERS)
        ]
        found = [name for name, port, request in asked if answer_without_account(port, request)]
        for file in (*secrets, *processes, folder / "kafka" / "data", folder / "logs", folder):
            try:
                found.append(str(os.listdir(file) if file.is_dir() else file.read_bytes()))
            except OSError:
                continue
        lines = [each.read_text(errors="replace") for each in Path("/proc").glob("[0-9]*/cmdline") if each.exists()]
        return found + [line for line in lines if any(password in line for password in passwords)]

    with open_to_others(folder):
        assert as_user("nobody", attempts) == []
