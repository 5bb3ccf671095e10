"""What PostgreSQL holds of an installation, in a few questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import psycopg
from sqlalchemy import make_url

from audit.installation.proof_rules import Signing
from audit.installation.server_rules import Reading, Server, Stamp
from audit.installation.work_rules import Owed
from catalog.catalogue import Catalog
from catalog.errors import CatalogError
from greenlane.connecting import database_of
from greenlane.errors import SettingsError
from greenlane.probing.database import CONNECT_SECONDS, DEFAULT_PORT, explained
from greenlane.remembered import BUSINESS_TIME, business_time_of, flags_of
from greenlane.settings import Settings
from greenlane.wiring import Wiring
from intake.catalogue import LiveCatalogue
from sla.business_time import BusinessTime
from store.access import ACCOUNTS, role_of
from store.alerts import AlertQueue
from store.catalogue import Act
from store.database import known_revisions
from store.errors import StoreError, as_store_errors
from store.outbox import LOCK_SPACE, Outbox
from store.seals import installation_id
from store.signing_state import signing_state
from store.statements import statements_in
from store.systems import RegisteredSystems
from store.vault.rewrapping import KeyState, key_state
from wording.errors import GreenlaneError

SQL: Final = statements_in("database")


@dataclass(frozen=True, slots=True)
class Work:
    """What a prepared database holds."""

    needed_roles: tuple[str, ...]
    roles: frozenset[str]
    held_slots: int
    outbox_rows: int
    outbox_seconds: float
    owed: tuple[Owed, ...]
    systems: frozenset[str]
    """Submitting systems that came at run time."""
    signing: Signing
    installation: str | None
    """What it calls itself in checkpoints."""
    master_key: KeyState | StoreError | GreenlaneError | None
    """What the master key of this shell opens; None: there is none."""


@dataclass(slots=True)
class Database:
    """PostgreSQL, which can be used."""

    server: Server
    reading: Reading
    revision: str | None
    known: tuple[str, ...]
    work: Work | None = None
    """None: its tables are not this program's."""
    pace: SettingsError | None = None
    """The installation's pace of time is another than the settings say."""
    catalog: Catalog | Exception | None = None
    acts: Sequence[Act] = ()
    """By which its catalogue was published."""
    flags: frozenset[str] = frozenset()
    """Of its calendars."""
    today: date | None = None
    """The business day."""

    @property
    def prepared(self) -> bool:
        """Whether its tables are this program's."""
        return self.revision == self.known[-1]


def database(settings: Settings) -> Database:
    """Look at PostgreSQL. Raises ServerUnusableError, StoreError."""
    url = database_of(settings)
    if (trouble := explained(url)) is not None:
        raise trouble
    with as_store_errors(), _session(url) as session:
        looked_at = _server(session, url)
        if not looked_at.prepared:
            return looked_at
        wiring = Wiring(settings)
        try:
            looked_at.work = _work(session, wiring)
            _catalogue(looked_at, wiring)
        finally:
            wiring.close()
    return looked_at


def stamp_of(settings: Settings, topic: str, event_id: str, stamped_at: datetime) -> Stamp | None:
    """What PostgreSQL's clock says of an event that a broker has stamped; None: it does not know that event."""
    with as_store_errors(), _session(database_of(settings)) as session:
        row = session.execute(SQL["find_recording"], {"event_id": event_id, "topic": topic}).fetchone()
    return None if row is None else Stamp(stamped_at, row[0], row[1])


def _session(url: str) -> psycopg.Connection[Any]:
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = "-c statement_timeout=5s -c TimeZone=UTC"
    return psycopg.connect(conninfo, connect_timeout=CONNECT_SECONDS, options=options, autocommit=True)


def _server(session: psycopg.Connection[Any], url: str) -> Database:
    parsed = make_url(url)
    number = session.info.server_version
    before = datetime.now(UTC)
    read_at = _one(session, "read_clock")
    reading = Reading("PostgreSQL", before, read_at, datetime.now(UTC))
    server = Server(
        "postgresql",
        f"{parsed.host or 'localhost'}:{parsed.port or DEFAULT_PORT}",
        (number // 10_000, number % 10_000),
        *session.execute(SQL["find_account"]).fetchone() or ("", False),
    )
    has_version = _one(session, "is_prepared")
    revision = _one(session, "find_revision") if has_version else None
    return Database(server, reading, revision, known_revisions())


def _work(session: psycopg.Connection[Any], wiring: Wiring) -> Work:
    owner = _one(session, "find_owner")
    needed = tuple(role_of(owner, account) for account in ACCOUNTS)
    lag = Outbox(wiring.store).lag()
    return Work(
        needed_roles=needed,
        roles=frozenset(name for (name,) in session.execute(SQL["find_roles"], {"roles": list(needed)})),
        held_slots=_one(session, "count_held_slots", space=LOCK_SPACE),
        outbox_rows=lag.rows,
        outbox_seconds=lag.oldest_seconds,
        owed=tuple(
            Owed(each.channel, each.waiting, each.failing, each.oldest_seconds)
            for each in AlertQueue(wiring.store).backlog()
        ),
        systems=frozenset(system.id for system in RegisteredSystems(wiring.store).all()),
        signing=Signing(*signing_state(wiring.store)),
        installation=installation_id(wiring.store),
        master_key=_master_key(wiring),
    )


def _master_key(wiring: Wiring) -> KeyState | StoreError | GreenlaneError | None:
    try:
        master = wiring.master_key
        return None if master is None else key_state(wiring.store, master)
    except (StoreError, GreenlaneError) as error:
        return error


def _catalogue(database: Database, wiring: Wiring) -> None:
    stored_time = wiring.store.recall(BUSINESS_TIME)
    time = BusinessTime.real_time() if stored_time is None else BusinessTime.model_validate_json(stored_time)
    try:
        business_time_of(wiring.store, wiring.settings)
    except SettingsError as error:
        database.pace = error  # what the settings want; the installation keeps its own
    database.flags = flags_of(wiring.store, wiring.settings)
    live = LiveCatalogue(wiring.published, time, database.flags)
    try:
        database.catalog, database.acts = live.newest(), live.known_acts()
    except (StoreError, CatalogError) as error:
        database.catalog = error
        return
    zone = database.catalog.zone
    database.today = time.to_business(datetime.now(UTC)).astimezone(zone).date()


def _one(session: psycopg.Connection[Any], statement: str, **gaps: object) -> Any:
    row = session.execute(SQL[statement], gaps).fetchone()
    return None if row is None else row[0]
