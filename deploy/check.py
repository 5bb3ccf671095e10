"""Checks the deployment files as far as that goes without a container engine: `python -m deploy.check`."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from catalog.loader import load_catalog
from events.language.access import access_list
from events.language.topics import Topics
from greenlane.cli.app import command_names
from greenlane.connection_rules import PREFIX
from greenlane.errors import SettingsError
from greenlane.kafka_accounts import passwords_in
from greenlane.secret_files import SUFFIX
from greenlane.settings import Settings, refuse_unknown, secret_variables

FOLDER = Path(__file__).parent
OF_THE_SERVERS = ("secrets.env.template", "temporal.env.template", "kafka.env.template")
"""Read by the servers, not by Greenlane."""
COMMON = "greenlane.env.template"
"""Read by every process, before its own."""
ACCOUNTS = "kafka-accounts.template"
KEY = "checkpoint-key.pem"
MASTER_KEY = "master.key"
SIGNER = "publisher"
HOLDERS = {KEY: ("CHECKPOINT_KEY", (SIGNER,)), MASTER_KEY: ("MASTER_KEY", ("bridge", "prepare"))}
"""Files that a command makes, with no template: the setting of each, and the services that have it."""
CONDITIONS = Literal["service_started", "service_healthy", "service_completed_successfully"]


class Part(BaseModel):
    """A part of a Compose file; a field that we do not know is a slip of the pen."""

    model_config = ConfigDict(extra="forbid")


class Build(Part):
    """Where an image is built from."""

    context: str
    dockerfile: str


class Dependency(Part):
    """What must be so before a service starts."""

    condition: CONDITIONS


class Healthcheck(Part):
    """How the engine asks whether a service works."""

    test: list[str]
    interval: str
    timeout: str
    retries: int


class Service(Part):
    """One service, with the fields of the Compose specification that this project uses."""

    image: str
    build: Build | None = None
    command: list[str] | None = None
    env_file: list[str] = []
    environment: dict[str, str] = {}
    volumes: list[str] = []
    depends_on: dict[str, Dependency] = {}
    healthcheck: Healthcheck | None = None
    restart: Literal["no", "always", "on-failure", "unless-stopped"] = "no"
    stop_grace_period: str | None = None
    network_mode: str | None = None


class Compose(BaseModel):
    """A Compose file; keys that begin with x- are extensions."""

    model_config = ConfigDict(extra="allow")

    name: str
    services: dict[str, Service]
    volumes: dict[str, dict[str, Any]] = {}


class Rule(Part):
    """One alert of Prometheus."""

    alert: str
    expr: str
    lasts: str | None = Field(default=None, alias="for")
    labels: dict[str, str]
    annotations: dict[str, str]


class Group(Part):
    """Alerts that are asked together."""

    name: str
    rules: list[Rule]


class Alerts(Part):
    """A file of Prometheus rules."""

    groups: list[Group]


def problems() -> list[str]:
    """Everything wrong with the files of this folder."""
    try:
        compose = Compose.model_validate(yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        return [f"compose.yaml: {error}"]
    faults = [
        f"compose.yaml: {key}: unknown top-level key" for key in compose.model_extra or {} if not key.startswith("x-")
    ]
    for name, service in compose.services.items():
        faults += [f"compose.yaml: services.{name}: {problem}" for problem in _service(service, compose)]
    for template in sorted(FOLDER.glob("*.env.template")):
        faults += _settings(template.name) if template.name not in OF_THE_SERVERS else []
    faults += _accounts()
    faults += key_faults(compose)
    faults += alert_faults((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))
    faults += _scripts()
    return faults


def _service(service: Service, compose: Compose) -> list[str]:
    faults = [
        f"depends on {other}, which is no service" for other in service.depends_on if other not in compose.services
    ]
    for other, dependency in service.depends_on.items():
        target = compose.services.get(other)
        if dependency.condition == "service_healthy" and target is not None and target.healthcheck is None:
            faults.append(f"waits for {other} to be healthy, which has no health check")
    shared = (service.network_mode or "").removeprefix("service:")
    if shared and shared not in compose.services:
        faults.append(f"shares the network of {shared}, which is no service")
    if ":" not in service.image or service.image.endswith(":latest"):
        faults.append(f"{service.image} names no version")
    if service.build is not None and not (FOLDER / service.build.context / service.build.dockerfile).is_file():
        faults.append(f"there is no {service.build.dockerfile}")
    if service.build is not None and (service.command or [""])[0] not in command_names():
        faults.append(f"{service.command} is no command of the program")
    faults += [
        f"there is no {file}.template" for file in service.env_file if not (FOLDER / f"{file}.template").is_file()
    ]
    for volume in service.volumes:
        source = volume.split(":")[0]
        made = (FOLDER / source).is_file() or (FOLDER / f"{source}.template").is_file() or Path(source).name in HOLDERS
        known = made if source.startswith(".") else source in compose.volumes
        faults += [] if known else [f"the volume {source} is not there"]
    return faults


def _settings(template: str) -> list[str]:
    faults = []
    values: dict[str, str] = {}
    for name in dict.fromkeys((COMMON, template)):
        for number, line in enumerate((FOLDER / name).read_text(encoding="utf-8").splitlines(), start=1):
            variable, separator, value = line.lstrip("#").partition("=")
            if not separator or not variable.startswith(PREFIX):
                continue
            try:
                refuse_unknown({variable: value})
            except SettingsError as error:
                faults.append(f"{name}:{number}: {error}")
            # What a file holds is read where it is mounted; that a variable may have one is asked above.
            if not line.startswith("#") and variable not in {f"{secret}{SUFFIX}" for secret in secret_variables()}:
                values[variable.removeprefix(PREFIX).lower()] = value
    try:
        Settings.load(**values)
    except Exception as error:
        faults.append(f"{template}: {error}")
    return faults


def _accounts() -> list[str]:
    """The accounts of Kafka are those of the access list for the shipped catalogue, all but who has no business there."""
    catalog = load_catalog()
    rights = access_list(Topics("greenlane"), catalog.departments, catalog.systems)
    known = {each.account for each in rights if each.reads or each.writes}
    try:
        named = set(passwords_in(FOLDER / ACCOUNTS, known))
    except SettingsError as error:
        return [f"{ACCOUNTS}: {error}"]
    return [f"{ACCOUNTS}: {name} is missing" for name in sorted(known - named)]


def key_faults(compose: Compose) -> list[str]:
    """Who writes the ledger signs nothing, and who decides sees no person: a key is mounted for its holders alone."""
    return [fault for key in HOLDERS for name in compose.services for fault in _key_faults(key, name, compose)]


def _key_faults(key: str, name: str, compose: Compose) -> list[str]:
    setting, holders = HOLDERS[key]
    service, variable, faults = compose.services[name], f"{PREFIX}{setting}", []
    mounts = [place.split(":")[1] for place in service.volumes if Path(place.split(":")[0]).name == key]
    texts = [(FOLDER / f"{file}.template").read_text(encoding="utf-8") for file in service.env_file]
    lines = [line for text in texts for line in text.splitlines() if line.startswith(variable)]
    named = [line.partition("=")[2] for line in lines if line.startswith(f"{variable}{SUFFIX}=")]
    if len(named) < len(lines):
        faults.append(f"{name}: {variable} stands beside passwords; name a file")
    if (mounts or named) and name not in holders:
        faults.append(f"{name}: has {key}, which is of {', '.join(holders)} alone")
    if name in holders and (not mounts or mounts != named):
        faults.append(f"{name}: {key} is mounted at {mounts} and read from {named}")
    return faults


def alert_faults(text: str) -> list[str]:
    """An alert on a metric that nobody serves never comes."""
    try:
        alerts = Alerts.model_validate(yaml.safe_load(text))
    except (ValidationError, yaml.YAMLError) as error:
        return [f"alerts.yaml: {error}"]
    served = _served_metrics()
    return [
        f"alerts.yaml: {rule.alert}: there is no metric {name}"
        for group in alerts.groups
        for rule in group.rules
        for name in re.findall(r"\bgreenlane_\w+", rule.expr)
        if name.removesuffix("_total") not in served
    ]


def _served_metrics() -> set[str]:
    """Every name of a metric that stands in the program."""
    sources = [file for room in ("greenlane", "events") for file in (FOLDER.parent / room).rglob("*.py")]
    return {name for file in sources for name in re.findall(r'"(greenlane_\w+)"', file.read_text(encoding="utf-8"))}


def _scripts() -> list[str]:
    faults = []
    for script in FOLDER.glob("*.sh"):
        done = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)  # noqa: S607
        faults += [f"{script.name}: {shlex.quote(done.stderr)}"] if done.returncode else []
    return faults


if __name__ == "__main__":
    sys.exit("\n".join(problems()) or 0)
