"""Who may do what in the database: the accounts, and for each table what each of them needs, and nothing else.

The owner makes the tables and owns them; it is of `greenlane prepare` alone. No other account owns anything, so none can
switch off the ledger's trigger, change a table or make one. What stands here is granted after every migration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection, sql

from store.errors import StoreAccessDenied
from store.statements import statements_in
from wording.text import _

SQL: Final = statements_in("database")

OWNER: Final = "owner"
ACCOUNTS: Final = ("worker", "bridge", "publisher", "reader", "operator")
"""Accounts beside the owner; `reader` is for people and reports, `operator` for the command line."""

VERBS: Final[Mapping[str, str]] = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "m": "MAINTAIN"}
"""The letters that stand for rights below, PostgreSQL's own."""
MAINTAIN_SINCE: Final = 170_000
"""The server's version that has MAINTAIN; before, the statistics of a large plan are left to autovacuum."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What each account may do with one table, in letters."""

    worker: str = ""
    bridge: str = ""
    publisher: str = ""
    reader: str = "r"
    operator: str = "r"

    def of(self, account: str) -> str:
        """The letters of one account."""
        letters: str = getattr(self, account)
        return letters


TABLES: Final[Mapping[str, Rights]] = {
    # Written once for ever: nobody but the owner could ever change or remove a row, and the trigger refuses the owner too.
    "ledger": Rights(worker="ra", bridge="r", publisher="r"),
    # The publisher's letters say what a case's own definitions call its procedure and steps.
    "definitions": Rights(worker="ra", bridge="ra", publisher="r", operator="ra"),
    # Written with each turn. `rebuild` and plans of changes, at the command line, put right what the ledger says otherwise.
    "cases": Rights(worker="raw", bridge="r", publisher="r", operator="rawd"),
    "worklist": Rights(worker="rawd", bridge="r", publisher="r", operator="rawd"),
    "escalations": Rights(worker="rawd", bridge="r", publisher="r", operator="rawd"),
    "dossiers": Rights(worker="raw", bridge="r", publisher="r", operator="rawd"),
    "dossier_cases": Rights(worker="ra", bridge="r"),
    "dossier_codes": Rights(worker="raw"),
    "alerts": Rights(worker="a", publisher="rw"),
    # What we owe to Kafka: also the bridge and the command line answer, where no case can.
    "outbox": Rights(worker="ra", bridge="ra", publisher="ra", operator="ra"),
    "outbox_unpublished": Rights(worker="a", bridge="a", publisher="rad", operator="ra"),
    # The way in. A case of a linked dossier is accepted by the worker; its person lies in the vault already.
    "applications": Rights(worker="raw", bridge="raw", operator="raw"),
    "commands": Rights(worker="ra", bridge="ra", operator="ra"),
    "waiting": Rights(bridge="rawd", publisher="r"),
    "systems": Rights(worker="r", bridge="r", operator="ra"),
    # What was published of the catalogue: added to by whoever publishes, and never changed.
    "catalog_editions": Rights(worker="r", bridge="r", publisher="r", operator="ra"),
    "catalog_versions": Rights(worker="r", bridge="r", publisher="r", operator="ra"),
    "catalog_ends": Rights(worker="r", bridge="r", publisher="r", operator="ra"),
    # What makes the past provable. Who writes the ledger signs nothing, and who signs cannot write the ledger.
    "log_leaves": Rights(publisher="ra", operator="ra"),
    "log_blocks": Rights(publisher="ra", operator="ra"),
    "checkpoints": Rights(publisher="ra", operator="ra"),
    "histories": Rights(bridge="rad", reader="", operator="r"),
    # Who looked at what, and whose data were erased: added to by whoever reads or erases, and never changed.
    "reads": Rights(publisher="r", reader="ra", operator="ra"),
    "erasures": Rights(worker="r", bridge="ra", publisher="r", operator="ra"),
    # Of the installation itself
    "stack": Rights(worker="r", bridge="r", publisher="raw", operator="rawd"),
    "change_plans": Rights(bridge="r", operator="raw"),
    "change_plan_items": Rights(operator="ram"),
    "change_plan_untold": Rights(bridge="rd", operator="raw"),
    "alembic_version": Rights(worker="r", bridge="r", publisher="r"),
    # Personal data
    "vault.subjects": Rights(bridge="raw", reader="", operator="raw"),
    "vault.documents": Rights(bridge="rad", reader="", operator="rawd"),
    "vault.texts": Rights(bridge="rad", reader="", operator="rawd"),
    "vault.entries": Rights(bridge="rawd", reader="", operator="rawd"),
    "vault.indexes": Rights(bridge="rawd", reader="", operator="rawd"),
    "vault.keys": Rights(bridge="ra", reader="", operator="raw"),
    "vault.letters": Rights(bridge="rad", reader="", operator="rawd"),
}

READ_COLUMNS: Final = (*("actor", "door", "purpose", "case_id", "subject", "as_of", "known_at", "filter", "count"),)
COLUMNS: Final[Mapping[tuple[str, str, str], tuple[str, ...]]] = {
    # Where and when a row was written is said by the database, never by whoever writes it.
    ("ledger", "worker", "a"): ("case_id", "sequence", "body", "hash", "type", "at"),
    ("applications", "worker", "w"): ("opened",),
    # Of an erased person nothing may be compared any more.
    ("applications", "bridge", "w"): ("content_digest",),
    ("applications", "operator", "w"): ("content_digest",),
    ("waiting", "bridge", "w"): ("sent_at",),
    ("waiting", "publisher", "r"): ("recorded_at",),
    ("alerts", "publisher", "w"): ("attempts", "next_attempt_at", "delivered_at", "last_error"),
    ("change_plans", "operator", "w"): ("sent",),
    # When a read was, by whose account, and its hash are said by the database.
    ("reads", "reader", "a"): READ_COLUMNS,
    ("reads", "operator", "a"): READ_COLUMNS,
}
"""By table, account and letter: the only columns for which the right is given."""

LETTERS_SEAL: Final = "letters-seal"
"""Key of the memory, whose value is a secret: of dead letters, so that none is dated back that we did not write."""
WORKFLOW_SEAL: Final = "workflow-seal"
"""Key of the memory, whose value is a secret: of the payloads of Temporal's histories."""
UNSEALED_BEFORE: Final = "unsealed-before"
"""Key of the memory: until when (real time) histories were begun without a seal; absent where there were none."""
CALENDAR_FLAGS: Final = "calendar-flags"
"""Key of the memory: the flags that the stack's calendars were prepared with, comma-separated."""
INSTALLATION: Final = "installation"
"""Key of the memory: what this installation calls itself in what leaves it, 32 hex digits drawn once."""
UNSWEPT: Final = "unswept-statistics"
"""Key of the memory: that what was learnt of persons for planning queries is still to be removed from the files."""
OF_THE_OWNER: Final = (
    *("business-time", "identity-since", "read-models", UNSEALED_BEFORE, CALENDAR_FLAGS, INSTALLATION, UNSWEPT),
)
"""Keys that are set when the database is prepared, and stay."""
NO_SECRET: Final = f"key NOT IN {(LETTERS_SEAL, WORKFLOW_SEAL)}"


@dataclass(frozen=True, slots=True)
class Keys:
    """Which rows of `stack` an account may read, and which it may write, as conditions."""

    read: str = NO_SECRET
    write: str = ""


MEMORY: Final[Mapping[str, Keys]] = {
    "worker": Keys(read=f"key <> '{LETTERS_SEAL}'"),
    "bridge": Keys(read="true"),
    "publisher": Keys(write="key = 'kafka_cluster_id'"),
    "reader": Keys(),
    "operator": Keys(
        read=f"key <> '{LETTERS_SEAL}'", write=f"key NOT IN {(LETTERS_SEAL, WORKFLOW_SEAL, *OF_THE_OWNER)}"
    ),
}
"""`stack` holds small things of different owners, so that rights on the table say too little: they are by row."""


def role_of(owner: str, account: str) -> str:
    """The role of an account in a database that belongs to this owner: several installations may share a server."""
    return owner if account == OWNER else f"{owner}_{account}"


def grant_access(session: Connection[tuple[Any, ...]]) -> tuple[str, ...]:
    """Grant what stands here, and take back everything else, within the caller's transaction, as the owner.

    Returns the roles that the server does not have. Where it has none of them, whoever runs it gives rights by his own means:
    nothing is touched. Raises StoreAccessDenied for an account that is not the owner's.
    """
    owner = _one(session, "find_owner")
    if not _one(session, "is_owner"):
        raise StoreAccessDenied(reason=_("it does not own the tables"))
    roles = {account: role_of(owner, account) for account in ACCOUNTS}
    known = {name for (name,) in session.execute(SQL["find_roles"], {"roles": list(roles.values())})}
    present = {account: role for account, role in roles.items() if role in known}
    if present:
        database, version = _one(session, "find_database"), session.info.server_version
        # In one go: a statement apiece would be a hundred round trips.
        session.execute(sql.SQL(";\n").join(_statements(database, present, maintain=version >= MAINTAIN_SINCE)))
    return tuple(role for role in roles.values() if role not in known)


def _one(session: Connection[tuple[Any, ...]], statement: str) -> Any:
    row = session.execute(SQL[statement]).fetchone()
    if row is None:
        raise AssertionError("the ledger is there, and so is the database")
    return row[0]


def _statements(database: str, roles: Mapping[str, str], *, maintain: bool) -> Iterator[sql.Composed]:
    names = {account: sql.Identifier(role) for account, role in roles.items()}
    everybody = sql.SQL(", ").join([sql.SQL("PUBLIC"), *names.values()])
    ours = sql.SQL(", ").join(names.values())
    place = sql.Identifier(database)
    yield sql.SQL("REVOKE ALL ON DATABASE {} FROM {}").format(place, everybody)
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(place, ours)
    yield sql.SQL("REVOKE ALL ON SCHEMA public, vault FROM {}").format(everybody)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(ours)
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        yield sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA public, vault FROM {}").format(sql.SQL(kind), everybody)
    for account, role in names.items():
        if any(rights.of(account) for table, rights in TABLES.items() if table.startswith("vault.")):
            yield sql.SQL("GRANT USAGE ON SCHEMA vault TO {}").format(role)
        for table, rights in TABLES.items():
            if verbs := list(_verbs(table, account, rights.of(account), maintain=maintain)):
                name = sql.Identifier(*table.split("."))
                yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(", ").join(verbs), name, role)
    yield sql.SQL("ALTER TABLE stack ENABLE ROW LEVEL SECURITY").format()
    for account, role in names.items():
        yield from _policies(account, role)


def _verbs(table: str, account: str, letters: str, *, maintain: bool) -> Iterator[sql.Composable]:
    for letter in letters:
        if columns := COLUMNS.get((table, account, letter)):
            listed = sql.SQL(", ").join(map(sql.Identifier, columns))
            yield sql.SQL("{} ({})").format(sql.SQL(VERBS[letter]), listed)
        elif letter != "m" or maintain:
            yield sql.SQL(VERBS[letter])


def _policies(account: str, role: sql.Identifier) -> Iterator[sql.Composed]:
    keys = MEMORY[account]
    for kind, condition in (("read", keys.read), ("write", keys.write)):
        policy = sql.Identifier(f"{account}_{kind}")
        yield sql.SQL("DROP POLICY IF EXISTS {} ON stack").format(policy)
        if condition:
            verb = sql.SQL("SELECT" if kind == "read" else "ALL")
            made = sql.SQL("CREATE POLICY {} ON stack FOR {} TO {} USING ({})")
            yield made.format(policy, verb, role, sql.SQL(condition))
