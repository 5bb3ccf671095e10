"""The whole system on servers that others run: mutual TLS and keys at Temporal, SCRAM under TLS at Kafka with the access list
that `prepare` makes there, `verify-full` at PostgreSQL; each process with its own accounts, their secrets in files."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from kafka import KafkaConsumer

from audit.proof.signing import SigningKey
from catalog.systems import PORTAL
from events.language.access import AUDITOR, BRIDGE, OPERATOR, PUBLISHER
from events.language.envelope import binary_headers
from events.language.topics import Topics
from events.transport.cluster import Cluster
from events.transport.errors import TransportError
from events.transport.producer import Producer
from greenlane.admission import KafkaAccess, prepare_kafka
from greenlane.connecting import cluster_of
from greenlane.connection_rules import PREFIX
from greenlane.errors import SettingsError
from greenlane.master_keys.file import text_of
from greenlane.settings import Settings
from greenlane.wiring import Wiring
from store.access import ACCOUNTS
from tests.e2e.real_servers.brokers import Listener, OutsideKafka
from tests.e2e.real_servers.conftest import Certificates
from tests.e2e.real_servers.issuer import Issuer
from tests.e2e.real_servers.pki import Signer
from tests.e2e.real_servers.postgresql import OutsidePostgresql
from tests.e2e.real_servers.temporal import OutsideTemporal, Storage, make_schema
from tests.e2e.real_servers.test_real_temporal import _namespace

PATIENCE_SECONDS = 120
TOPICS = Topics("greenlane")
DEPARTMENT = "one-stop"
CHECKPOINT_KEY = SigningKey.new().private_pem.strip()
MASTER_KEY = text_of([b"m" * 32]).strip()
PASSWORDS = {name: f"kafka-{name}" for name in (BRIDGE, PUBLISHER, OPERATOR, AUDITOR, DEPARTMENT, PORTAL)}
DOCUMENTS = [{"kind": "request", "title": "Đơn"}, {"kind": "security-certificate"}]
T = TypeVar("T")


@dataclass
class Province:
    """The servers, and what each of our programs is told of them."""

    folder: Path
    common: dict[str, str]
    url_of: Callable[[str], str]
    keys: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, account: str, kafka: str | None, password: str = "") -> dict[str, str]:
        """Variables of one of our programs; what is secret stands in files."""
        secret = {"DATABASE_URL": self.url_of(account), "TEMPORAL_API_KEY": self.keys[account]}
        given = dict(self.common)
        if account in ("bridge", "operator"):
            secret["MASTER_KEY"] = MASTER_KEY
        if account == "publisher":
            secret["CHECKPOINT_KEY"] = CHECKPOINT_KEY
        if kafka is not None:
            secret["KAFKA_PASSWORD"] = password or PASSWORDS[kafka]
            given |= {"KAFKA_USERNAME": kafka}
        for name, value in secret.items():
            file = self.folder / f"{account}.{name}"
            file.write_text(value + "\n")
            file.chmod(0o600)
            given[f"{name}_FILE"] = str(file)
        variables = {f"{PREFIX}{name}": value for name, value in given.items()}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        return kept | variables

    def call(self, environment: dict[str, str], *words: str, given: bytes = b"") -> dict[str, Any]:
        """A command with --json: what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "greenlane", *words, "--json"],
            env=environment,
            input=given,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def start(self, name: str, environment: dict[str, str]) -> None:
        """One of our processes; its log is in the folder."""
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "greenlane", name], env=environment, stderr=log
            )

    def all_run(self) -> None:
        """Fails with the log of a process that has ended."""
        for name, process in self.running.items():
            assert process.poll() is None, (self.folder / f"{name}.log").read_text()


def _databases(folder: Path, certificates: Certificates) -> tuple[OutsidePostgresql, Storage]:
    """PostgreSQL with the accounts of all, Temporal's tables, and an empty database of ours."""
    authority = certificates.authority.certificate
    postgresql = OutsidePostgresql(folder / "postgresql", certificates.good, authority)
    postgresql.start()
    for role in ("temporal", "greenlane", *(f"greenlane_{account}" for account in ACCOUNTS)):
        postgresql.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'db-{role}'")
    for database, owner in (("greenlane", "greenlane"), ("temporal", "temporal"), ("temporal_visibility", "temporal")):
        postgresql.execute(f"CREATE DATABASE {database} OWNER {owner}")
    storage = Storage(postgresql.port, "temporal", "db-temporal", authority)
    for database, tables in (("temporal", "temporal"), ("temporal_visibility", "visibility")):
        make_schema(storage, database, tables)
    return postgresql, storage


@pytest.fixture(scope="module")
def province(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    """Everything is started, prepared and works."""
    folder = tmp_path_factory.mktemp("province")
    authority = certificates.authority.certificate
    postgresql, storage = _databases(folder, certificates)
    signer = Signer(folder / "keys")
    issuer = Issuer(signer, {})
    temporal = OutsideTemporal(folder / "temporal", storage, certificates.good, authority, issuer.jwks_url)
    temporal.start()
    listener = Listener("SASL_SSL", certificates.good, mechanisms=("SCRAM-SHA-256",))
    kafka = OutsideKafka(folder / "kafka", {"OUTER": listener}, {"admin": "kafka-admin"}, masters=("admin",))
    kafka.start()
    client = certificates.client
    found = Province(
        folder,
        {
            "PROFILE": "production",
            "LANGUAGE": "en",
            "METRICS_PORT": "0",
            "STATE_DIR": str(folder / "no-state"),
            "TEMPORAL_ADDRESS": temporal.address,
            "TEMPORAL_TLS": "true",
            "TEMPORAL_CA_FILE": str(authority),
            "TEMPORAL_CERT_FILE": str(client.certificate),
            "TEMPORAL_KEY_FILE": str(client.key),
            "KAFKA_BOOTSTRAP": kafka.bootstrap("OUTER"),
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": "SCRAM-SHA-256",
            "KAFKA_CA_FILE": str(authority),
            "DATABASE_CA_FILE": str(authority),
        },
        lambda account: postgresql.url(f"greenlane_{account}", f"db-greenlane_{account}"),
        {account: signer.token(sub=account, permissions=["default:write"]) for account in ACCOUNTS},
    )
    admin = found.environment("operator", "admin", "kafka-admin")
    key = signer.token(sub="admin", permissions=["temporal-system:admin", "default:admin"])
    asyncio.run(_namespace({**_settings(found.common), "temporal_api_key": key}))
    try:
        _prepare(found, admin, postgresql.url("greenlane", "db-greenlane"), key)
        found.start("worker", _without_account(found.environment("worker", None)))
        found.start("publisher", found.environment("publisher", PUBLISHER))
        found.start("bridge", found.environment("bridge", BRIDGE))
        yield found
    finally:
        for process in found.running.values():
            process.terminate()
            process.wait()
        for server in (kafka, temporal, postgresql):
            server.kill()
        issuer.close()


def _settings(common: dict[str, str]) -> dict[str, Any]:
    return {name.lower(): value for name, value in common.items() if name.startswith("TEMPORAL_")}


def _without_account(environment: dict[str, str]) -> dict[str, str]:
    """The worker has no business at Kafka, and is told nothing of it."""
    return {name: value for name, value in environment.items() if not name.startswith(f"{PREFIX}KAFKA_")}


def _prepare(province: Province, admin: dict[str, str], owner_url: str, key: str) -> None:
    secrets = {"DATABASE_OWNER_URL": owner_url, "TEMPORAL_API_KEY": key}
    accounts = province.folder / "accounts"
    accounts.write_text("# made by prepare\n" + "".join(f"{name}={password}\n" for name, password in PASSWORDS.items()))
    environment = {**admin, f"{PREFIX}KAFKA_ACCOUNTS_FILE": str(accounts)}
    for name, value in secrets.items():
        file = province.folder / f"prepare.{name}"
        file.write_text(value)
        environment[f"{PREFIX}{name}_FILE"] = str(file)
    for _ in range(2):  # safe to run again
        done = subprocess.run(
            [sys.executable, "-m", "greenlane", "prepare"], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def cluster(province: Province, account: str) -> Cluster:
    """Kafka as one account reaches it, by the way of programs beside ours."""
    common = {name.lower(): value for name, value in province.common.items() if name.startswith("KAFKA_")}
    settings = Settings.load(**common, kafka_username=account, kafka_password=PASSWORDS[account])
    return KafkaAccess.of(settings).cluster


def eventually(province: Province, look: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        province.all_run()
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def test_an_application_goes_its_way(province: Province) -> None:
    """From the portal's account to the department's work and back, with the command line looking on."""
    body = {"application_id": "whole-1", "procedure": "karaoke-licence", "applicant": {"name": "Nguyễn Văn A"}}
    with Producer(cluster(province, PORTAL)) as portal:
        _send(portal, TOPICS.submissions, "SubmitApplication", body | {"documents": DOCUMENTS}, "/portal")
    operator = province.environment("operator", OPERATOR)
    (case,) = eventually(province, lambda: province.call(operator, "cases")["cases"])
    work = _read(cluster(province, DEPARTMENT), TOPICS.work(DEPARTMENT), DEPARTMENT)
    assert work["case_id"] == case["case_id"]
    with Producer(cluster(province, DEPARTMENT)) as department:
        answer = {"case": case["case_id"], "step_id": work["event"]["step_id"], "outcome": "approve"}
        _send(department, TOPICS.decisions(DEPARTMENT), "DecideStep", answer, "/one-stop")

    def decided() -> bool:
        timeline = province.call(operator, "show", case["case_id"])["timeline"]
        return any(record["event"]["type"] == "StepDecided" for record in timeline)

    eventually(province, decided)
    assert province.call(operator, "verify")["ok"]
    another = body | {"application_id": "whole-2", "documents": DOCUMENTS}
    taken = province.call(operator, "submit", "-", given=json.dumps(another).encode())
    assert taken["ok"]
    province.all_run()
    for name in province.running:
        log = (province.folder / f"{name}.log").read_text()
        for secret in (*PASSWORDS.values(), "db-greenlane", "eyJ", "Nguyễn"):
            assert secret not in log
        assert "warning" not in log, log


def _send(producer: Producer, topic: str, name: str, body: dict[str, Any], source: str) -> None:
    now = datetime.now(UTC)
    headers = binary_headers(id=f"{name}-1", source=source, name=name, time=now, subject=None)
    producer.send_now(topic, "whole", json.dumps(body).encode(), headers)


def _read(reached: Cluster, topic: str, group: str) -> dict[str, Any]:
    reading = {"auto_offset_reset": "earliest", "group_id": group, "consumer_timeout_ms": PATIENCE_SECONDS * 1000}
    reader = reached.connected(KafkaConsumer, "department", **reading)
    try:
        reader.subscribe([topic])
        found: dict[str, Any] = json.loads(next(reader).value)
        return found
    finally:
        reader.close()


def test_an_account_may_do_what_the_list_says_and_nothing_else(province: Province) -> None:
    headers = binary_headers(id="x", source="/x", name="DecideStep", time=datetime.now(UTC), subject=None)
    for account, topic in (
        (DEPARTMENT, TOPICS.submissions),
        (DEPARTMENT, TOPICS.decisions("culture")),
        (PORTAL, TOPICS.decisions(DEPARTMENT)),
        (AUDITOR, TOPICS.case_events),
        (BRIDGE, TOPICS.case_events),
    ):
        with Producer(cluster(province, account), delivery_seconds=5) as producer, pytest.raises(TransportError):
            producer.send_now(topic, "key", b"{}", headers)


def test_a_misspelt_account_is_named(province: Province, tmp_path: Path) -> None:
    accounts = tmp_path / "accounts"
    common = {name.lower(): value for name, value in province.common.items() if name.startswith("KAFKA_")}
    settings = Settings.load(
        **common, kafka_username="admin", kafka_password="kafka-admin", kafka_accounts_file=accounts, state_dir=tmp_path
    )
    layout = Wiring(settings).topic_layout
    for line in ("cultur=x", "culture=", "culture=x\nculture=y"):
        accounts.write_text(line)
        with pytest.raises(SettingsError) as caught:
            prepare_kafka(settings, ["culture"], [PORTAL], layout)
        assert caught.value.field == "GREENLANE_KAFKA_ACCOUNTS_FILE"
        assert "line" in caught.value.message
    assert cluster_of(settings).options["sasl_plain_username"] == "admin"
