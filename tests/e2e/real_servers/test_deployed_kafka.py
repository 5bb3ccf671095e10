"""The broker of deploy/compose.yaml, run from its own settings without containers: nobody gets in without an account, the script
makes the account of `prepare`, and `prepare` all others from the shipped file."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from catalog.loader import load_catalog
from events.transport.admin import TopicLayout, topic_names
from greenlane.admission import prepare_kafka
from greenlane.connecting import cluster_of
from greenlane.connection_rules import PREFIX
from greenlane.probing.kafka import probe_kafka
from greenlane.settings import Settings
from greenlane.stack.child import Child, Command, run_once, server_environment
from greenlane.stack.folder import StateFolder
from greenlane.stack.jars import fetch_jars, locked_jars
from greenlane.stack.kafka import java_program
from greenlane.stack.member import accepts
from greenlane.stack.ports import Ports
from wording.errors import GreenlaneError

DEPLOY = Path(__file__).parents[3] / "deploy"
START_SECONDS = 120


def template(name: str) -> dict[str, str]:
    """The variables of a template of settings."""
    lines = (DEPLOY / f"{name}.template").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def property_of(variable: str) -> str:
    """The broker's property that the image makes of a variable."""
    name = variable.removeprefix("KAFKA_").lower().replace("___", "-").replace("__", "\0")
    return name.replace("_", ".").replace("\0", "_")


class Deployed:
    """The broker with the ports and the folder of this test."""

    def __init__(self, root: Path) -> None:
        self.folder = StateFolder(root)
        self.folder.prepare(0)
        ports = Ports(self.folder)
        self.client, self.local, controller = (ports.of(name, 0) for name in ("client", "local", "controller"))
        compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
        self.passwords = template("kafka.env")
        variables = compose["services"]["kafka"]["environment"] | self.passwords
        text = "".join(
            f"{property_of(name)}={value}\n" for name, value in variables.items() if not name.endswith("_PASSWORD")
        )
        moved = {"kafka:9092": f"localhost:{self.client}", "//:9092": f"//localhost:{self.client}"}
        moved |= {"9094": str(self.local), "9093": str(controller), "/var/lib/kafka/data": str(root / "data")}
        for before, after in moved.items():
            assert before in text
            text = text.replace(before, after)
        (root / "server.properties").write_text(text)
        jars = fetch_jars(locked_jars(), Settings().jar_dir)
        self.java = (str(java_program()), "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", os.pathsep.join(map(str, jars)))
        self._child: Child | None = None

    def command(self, name: str, *words: str) -> Command:
        """One of its programs."""
        return Command(name, (*self.java, *words), self.folder.logs / "kafka.log", server_environment())

    def start(self) -> None:
        """Format as the image does, start, and wait until it listens."""
        properties = str(self.folder.path / "server.properties")
        format_words = (
            "format",
            "--ignore-formatted",
            "--cluster-id",
            "4L6g3nShT-eMCtK--X86sw",
            "--config",
            properties,
        )
        run_once(self.command("format", "kafka.tools.StorageTool", *format_words))
        self._child = Child(self.command("kafka", "kafka.Kafka", properties))
        deadline = time.monotonic() + START_SECONDS
        while not (accepts("localhost", self.local) and accepts("localhost", self.client)):
            assert self._child.exit_code() is None, self._child.last_words(30)
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def make_account(self) -> subprocess.CompletedProcess[str]:
        """What the service kafka-account runs."""
        home = self.folder.path / "kafka-home"
        (home / "bin").mkdir(parents=True, exist_ok=True)
        script = home / "bin" / "kafka-configs.sh"
        java = " ".join(f"'{word}'" for word in self.java)
        script.write_text(f'#!/bin/sh\nexec {java} kafka.admin.ConfigCommand "$@"\n')
        script.chmod(0o755)
        environment = server_environment() | self.passwords
        environment |= {"KAFKA_HOME": str(home), "KAFKA_LOCAL": f"localhost:{self.local}"}
        return subprocess.run(
            ["bash", str(DEPLOY / "init-kafka.sh")], env=environment, capture_output=True, text=True, check=False
        )

    def kill(self) -> None:
        """SIGKILL."""
        if self._child is not None:
            self._child.kill()


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """It runs, and has the account of `prepare`."""
    found = Deployed(tmp_path_factory.mktemp("deployed"))
    found.start()
    done = found.make_account()
    assert done.returncode == 0, done.stdout + done.stderr
    yield found
    found.kill()


def settings(deployed: Deployed, name: str, folder: Path) -> Settings:
    """What a service of the Compose file is told, with the broker where it is here."""
    given = {variable.removeprefix(PREFIX).lower(): value for variable, value in template(f"{name}.env").items()}
    accounts = {"kafka_accounts_file": DEPLOY / "kafka-accounts.template"} if name == "prepare" else {}
    place = {"kafka_bootstrap": f"localhost:{deployed.client}", "state_dir": folder, "profile": "production"}
    return Settings.load(**given | accounts | place)


def test_prepare_makes_the_accounts_of_the_shipped_file(deployed: Deployed, tmp_path: Path) -> None:
    preparing = settings(deployed, "prepare", tmp_path)
    catalog = load_catalog()
    for _ in range(2):
        prepare_kafka(preparing, catalog.departments, catalog.systems, TopicLayout(partitions=1))
    for name in ("bridge", "publisher"):
        found = cluster_of(settings(deployed, name, tmp_path))
        probe_kafka(found, 0)
        assert topic_names(found)


def test_nobody_gets_in_without_an_account(deployed: Deployed) -> None:
    for port in (deployed.client, deployed.local):
        with pytest.raises(GreenlaneError) as caught:
            probe_kafka(cluster_of(Settings.load(kafka_bootstrap=f"localhost:{port}")), 0)
        assert caught.value.code == "account_required"


def test_the_script_says_which_password_is_missing() -> None:
    for missing in ("KAFKA_NODE_PASSWORD", "KAFKA_PREPARE_PASSWORD"):
        given = {name: value for name, value in template("kafka.env").items() if name != missing}
        done = subprocess.run(
            ["bash", str(DEPLOY / "init-kafka.sh")],
            env=server_environment() | given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0
        assert missing in done.stderr
