"""What an examination finds: everybody is asked at the same time, and nobody is judged here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from audit.installation.server_rules import Certificate, Stamp
from catalog.catalogue import Catalog
from catalog.loader import load_catalog
from events.language.topics import Topics
from greenlane.doctor.certificates import certificates
from greenlane.doctor.database import Database, database, stamp_of
from greenlane.doctor.kafka import Kafka, kafka
from greenlane.doctor.parallel import together
from greenlane.doctor.temporal import Temporal, temporal
from greenlane.settings import Settings
from greenlane.stack.folder import StateFolder
from greenlane.stack.session import refuse_other, running_stack
from greenlane.stack.status import StackStatus, status_of
from wording.errors import GreenlaneError

SECONDS: Final = 20.0
"""How long all looks together may take; at servers that are well it is two or three."""


@dataclass
class Findings:
    """What was found. A server's place holds what it is like, what kept us from learning it, or None: it was not asked."""

    shell_settings: Settings
    """As the shell gives them: an embedded server has no address there."""
    settings: Settings
    """With the addresses of the stack that runs here, if one does."""
    outside: bool = False
    """All three servers are outside ones."""
    running: bool = False
    """A stack runs here."""
    held: bool = False
    """A supervisor has the state folder; without `running` its stack is being started, or stopped."""
    other: GreenlaneError | None = None
    """Why the stack that runs here cannot be looked at, or is not the one that the settings mean."""
    status: StackStatus | None = None
    temporal: Temporal | Exception | None = None
    kafka: Kafka | Exception | None = None
    database: Database | Exception | None = None
    certificates: list[Certificate] = field(default_factory=list)
    stamp: Stamp | None = None
    catalog: Catalog | Exception | None = None
    """The one that the settings name; the installation's own is the database's."""


def examine_all(settings: Settings) -> Findings:
    """Ask everybody whom the settings name, and the stack of the state folder. Starts and changes nothing."""
    outside = all((settings.temporal_address, settings.kafka_bootstrap, settings.database_url))
    findings = Findings(settings, settings, outside)
    try:
        findings.held = not outside and StateFolder(settings.state_dir).is_held()
        addresses = running_stack(settings) if findings.held else None
        if addresses is not None:
            findings.running = True
            refuse_other(settings, addresses)
            findings.settings = settings.resolved(addresses)
    except GreenlaneError as error:
        findings.other = error
    _fill(findings, together(_looks(findings, settings), SECONDS))
    findings.stamp = _stamp(findings)
    return findings


def _looks(findings: Findings, as_set: Settings) -> dict[str, Callable[[], Any]]:
    settings = findings.settings
    looks: dict[str, Callable[[], Any]] = {
        "certificates": lambda: certificates(settings),
        "catalog": lambda: load_catalog(as_set.catalog_dir, as_set.flags),
    }
    if findings.running:
        looks["status"] = lambda: status_of(as_set)
    if settings.temporal_address is not None:
        looks["temporal"] = lambda: temporal(settings)
    if settings.kafka_bootstrap is not None:
        looks["kafka"] = lambda: kafka(settings)
    if settings.database_url is not None:
        looks["database"] = lambda: database(settings)
    return looks


def _fill(findings: Findings, answers: dict[str, Any]) -> None:
    for name, answer in answers.items():
        if name in {"certificates", "status"} and isinstance(answer, Exception):
            continue  # what is wrong there is told where it is used
        setattr(findings, name, answer)


def _stamp(findings: Findings) -> Stamp | None:
    """The last event as broker and database date it; None where it cannot be had: that is told elsewhere."""
    if not isinstance(findings.kafka, Kafka) or not isinstance(findings.database, Database):
        return None
    if findings.kafka.last_event is None or not findings.database.prepared:
        return None
    event_id, stamped_at = findings.kafka.last_event
    topic = Topics(findings.settings.topic_prefix).case_events
    look = {"stamp": lambda: stamp_of(findings.settings, topic, event_id, stamped_at)}
    answer = together(look, SECONDS)["stamp"]
    return None if isinstance(answer, Exception) else answer
