"""One examination: what was found, judged rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

from audit.installation import catalogue_rules, machine_rules, proof_rules, server_rules, vault_rules, work_rules
from audit.installation.check import Check, in_order
from audit.proof.errors import ProofError
from catalog.catalogue import Catalog
from catalog.errors import CatalogError
from catalog.systems import PORTAL
from events.language.topics import Topics
from greenlane.checkpoints.file import CheckpointFile, CheckpointFileError
from greenlane.checkpoints.keys import key_of_settings
from greenlane.doctor import machine, setting_rules
from greenlane.doctor.database import Database, Work
from greenlane.doctor.failures import failed
from greenlane.doctor.findings import Findings, examine_all
from greenlane.doctor.kafka import Kafka
from greenlane.doctor.temporal import Temporal
from greenlane.master_keys.keys import master_key_of
from greenlane.settings import Settings
from greenlane.stack.causes import of_our_own
from greenlane.stack.credentials import PARTS
from intake.folder_difference import difference_of
from store.batch import SLOTS
from store.errors import StoreError
from store.vault.rewrapping import KeyState
from wording.errors import GreenlaneError
from wording.text import _

NEEDED: Final = {
    # by the server without which they cannot be looked at
    "temporal": ("temporal", "search_attributes"),
    "kafka": ("kafka", "topics", "kafka_accounts", "dead_letters"),
    "database": (
        *("postgresql", "tables", "database_accounts", "clock", "business_time", "outbox", "alerts"),
        *("catalogue_folder", "checkpoints", "checkpoint_file", "master_key"),
    ),
}


def examine(settings: Settings) -> list[Check]:
    """Every check that can be made now, in the order in which they are told. Starts and changes nothing."""
    findings = examine_all(settings)
    return in_order(
        [
            *_of_settings(settings),
            *_of_the_machine(settings, findings),
            _stack(settings, findings),
            *_of_temporal(findings),
            *_of_kafka(findings),
            *_of_the_database(findings),
            *_of_processes(settings, findings),
            server_rules.certificates(findings.certificates, datetime.now(UTC)),
            *_of_the_catalogue(findings),
        ]
    )


def examine_without_settings(error: GreenlaneError) -> list[Check]:
    """What can be said where the settings cannot be read."""
    return in_order([failed("settings", error), machine_rules.python(machine.python_version())])


def _of_settings(settings: Settings) -> Iterator[Check]:
    number = len(settings.model_fields_set)
    try:
        key_of_settings(settings)
        master_key_of(settings)
    except (ProofError, GreenlaneError) as error:
        yield failed("settings", error)
    else:
        yield Check("settings", _("All settings can be used; {n} are set.", n=number))
    yield setting_rules.settings_secure(settings)


def _of_the_machine(settings: Settings, findings: Findings) -> Iterator[Check]:
    yield machine_rules.python(machine.python_version())
    yield machine_rules.programs(machine.programs_of(settings))
    starts = not (findings.outside or findings.running)
    yield machine_rules.memory(machine.available_memory_mb(), starts=starts)
    if not findings.outside:  # else nothing of the installation lies here
        yield machine_rules.state_folder(machine.folder_of(settings.state_dir))
        yield machine_rules.disk(machine.disk_of(settings.state_dir), settings.min_free_disk_mb)


def _stack(settings: Settings, findings: Findings) -> Check:
    if findings.other is not None:
        return failed("stack", findings.other)
    left_out = [each for server, checks in NEEDED.items() if getattr(findings, server) is None for each in checks]
    return work_rules.stack(
        running=findings.running,
        held=findings.held,
        folder=str(settings.state_dir),
        outside=findings.outside,
        left_out=[*left_out, *PARTS],
    )


def _server_failed(findings: Findings, name: str, error: Exception) -> Check:
    return failed(name, of_our_own(error, findings.shell_settings) or error)


def _of_temporal(findings: Findings) -> Iterator[Check]:
    match findings.temporal:
        case None:
            return
        case Exception() as error:
            yield _server_failed(findings, "temporal", error)
        case temporal:
            yield server_rules.server(temporal.server)
            yield server_rules.search_attributes(temporal.missing)


def _of_kafka(findings: Findings) -> Iterator[Check]:
    match findings.kafka:
        case None:
            return
        case Exception() as error:
            yield _server_failed(findings, "kafka", error)
            return
        case kafka:
            yield server_rules.server(kafka.server)
            yield work_rules.dead_letters(kafka.letters)
    catalog = _catalog(findings)
    if not isinstance(catalog, Catalog):
        return
    systems = {PORTAL, *catalog.systems, *_systems_at_run_time(findings)}
    topics = Topics(findings.settings.topic_prefix)
    yield server_rules.topics(_topics_of(topics, catalog, systems), kafka.topics)
    yield server_rules.kafka_accounts({*catalog.departments, *systems}, kafka.accounts)


def _topics_of(topics: Topics, catalog: Catalog, systems: set[str]) -> set[str]:
    own = {name for department in catalog.departments for name in topics.of_department(department)}
    return {*topics.of_system(), *own, *(name for system in systems for name in topics.of_submitter(system))}


def _systems_at_run_time(findings: Findings) -> frozenset[str]:
    database = findings.database
    if not isinstance(database, Database) or database.work is None:
        return frozenset()
    return database.work.systems


def _of_the_database(findings: Findings) -> Iterator[Check]:
    match findings.database:
        case None:
            return
        case Exception() as error:
            yield _server_failed(findings, "postgresql", error)
            return
        case database:
            yield server_rules.server(database.server)
            yield server_rules.tables(database.revision, database.known)
            yield server_rules.clock(database.reading, findings.stamp)
    if (work := database.work) is None:
        return
    if database.pace is not None:
        yield failed("business_time", database.pace)
    else:
        yield Check("business_time", _("Time runs as the settings say."))
    yield server_rules.database_accounts(work.needed_roles, work.roles)
    yield work_rules.outbox(work.outbox_rows, work.outbox_seconds)
    yield work_rules.alerts(work.owed)
    yield from _of_the_past(findings.settings, work)
    yield vault_check(work.master_key)


def vault_check(state: KeyState | StoreError | GreenlaneError | None) -> Check:
    """By what the master key of this shell opens; None: it has none."""
    match state:
        case None:
            return vault_rules.no_master_key()
        case KeyState():
            unopened = sorted({one.key_id for one in state.wrapped if not one.opens})
            return vault_rules.master_key(state.key_id, state.waiting, tuple(unopened))
        case error:
            return failed("master_key", error)


def _of_the_past(settings: Settings, work: Work) -> Iterator[Check]:
    in_production = settings.profile == "production"
    yield proof_rules.checkpoints(work.signing, settings.checkpoint_seconds, in_production=in_production)
    last, file = None, settings.checkpoint_file
    if file is not None and work.installation is not None:
        try:
            last = CheckpointFile(file, work.installation).last()
        except CheckpointFileError as error:
            yield failed("checkpoint_file", error)
            return
    yield proof_rules.checkpoint_file(None if file is None else str(file), last.number if last else 0, work.signing)


def _of_processes(settings: Settings, findings: Findings) -> Iterator[Check]:
    if findings.status is not None:
        for name in PARTS:
            yield work_rules.process(name, findings.status.parts[name].state, str(settings.state_dir))
        return
    if not findings.outside:
        return
    # They may run on any machine: the servers know who is at work there.
    if isinstance(findings.temporal, Temporal):
        yield work_rules.process_elsewhere("worker", findings.temporal.workers)
    if isinstance(findings.kafka, Kafka):
        yield work_rules.process_elsewhere("bridge", findings.kafka.bridges)
    if isinstance(findings.database, Database) and findings.database.work is not None:
        yield work_rules.publisher_elsewhere(findings.database.work.held_slots, SLOTS)


def _of_the_catalogue(findings: Findings) -> Iterator[Check]:
    catalog = _catalog(findings)
    database = findings.database
    if isinstance(catalog, Exception):
        yield failed("catalogue", catalog)
    if isinstance(database, Database) and database.acts:
        yield _folder(findings, database)
    if not isinstance(catalog, Catalog):
        return
    edition = database.acts[-1].number if isinstance(database, Database) and database.acts else None
    yield catalogue_rules.catalogue(catalog, edition)
    today = _today(findings, catalog)
    yield catalogue_rules.calendars(catalog.calendars.values(), today)
    yield catalogue_rules.heads(catalog)
    yield catalogue_rules.roles(catalog, today, _channels(findings))


def _folder(findings: Findings, database: Database) -> Check:
    settings = findings.settings
    folder, flags = settings.catalog_dir, (settings.flags, database.flags)
    try:
        difference = None if folder is None else difference_of(folder, database.acts)
    except CatalogError as error:
        return failed("catalogue_folder", error)
    flags_wanted = flags if "flags" in settings.model_fields_set else None
    return catalogue_rules.catalogue_folder(None if folder is None else str(folder), difference, flags_wanted)


def _catalog(findings: Findings) -> Catalog | Exception | None:
    """The installation's; where the database cannot tell it, that of the settings."""
    database = findings.database
    if not isinstance(database, Database) or database.catalog is None:
        return findings.catalog
    return database.catalog


def _today(findings: Findings, catalog: Catalog) -> date:
    database = findings.database
    if isinstance(database, Database) and database.today is not None:
        return database.today
    return datetime.now(catalog.zone).date()


def _channels(findings: Findings) -> set[str]:
    """The ways on which alerts leave: those of the settings, and those on which some are owed."""
    settings, database = findings.settings, findings.database
    channels = {"webhook"} if settings.webhook_url else set()
    channels |= {"email"} if settings.smtp_host else set()
    if isinstance(database, Database) and database.work is not None:
        channels |= {each.channel for each in database.work.owed}
    return channels
