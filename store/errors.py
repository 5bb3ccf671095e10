"""What can go wrong in the store: one tree, and for each whether trying again can help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

import psycopg
import sqlalchemy.exc

from wording.libraries import library_said
from wording.text import LazyText, _

DATABASE_URL: Final = "GREENLANE_DATABASE_URL"
"""The setting that names the database, as whoever can mend it knows it."""
MASTER_KEY: Final = "GREENLANE_MASTER_KEY"
KEY_SERVICE: Final = "GREENLANE_KEY_SERVICE_URL"


class StoreError(Exception):
    """An expected failure of the store. `code` is stable, `field` names what is meant.

    `retryable` says whether the same call may succeed later.
    """

    code: ClassVar[str] = "store_error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, field: str = "", remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.field = field
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        """From another process it comes as it was raised there."""
        return _raised_elsewhere, (type(self), self.args, self.__dict__)


def _raised_elsewhere(kind: type[StoreError], args: tuple[object, ...], state: dict[str, object]) -> StoreError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class StoreUnavailable(StoreError):
    """PostgreSQL is away, stopping, full, or was lost in the middle: nothing is known to be written.

    The same call again is safe.
    """

    code = "store_unavailable"
    retryable = True
    REMEDY: ClassVar[LazyText] = _("Start it, or wait until it is back: what was accepted is kept.")

    def __init__(self, *, reason: str) -> None:
        super().__init__(
            _("PostgreSQL cannot be used now: {r}.", r=library_said(reason)),
            field=DATABASE_URL,
            remedy=self.REMEDY,
        )


class StoreFull(StoreUnavailable):
    """PostgreSQL's disk is full; nothing is known to be written."""

    code = "store_full"
    REMEDY = _("Free some space on the disk of PostgreSQL: what was accepted is kept, and goes on by itself.")


class StoreReadOnly(StoreUnavailable):
    """PostgreSQL takes nothing: a replica, or a server after a fail-over that is not promoted yet."""

    code = "store_read_only"
    REMEDY = _(
        "Name the primary server, or wait until this one is promoted: also who looks at a case is put on record first."
    )


class StoreNotMigrated(StoreError):
    """The database lacks our tables, or has those of another version."""

    code = "store_not_migrated"

    def __init__(self, *, reason: str) -> None:
        super().__init__(
            _("The database does not have the tables that this program needs: {reason}.", reason=library_said(reason)),
            field=DATABASE_URL,
            remedy=_("Run `greenlane prepare` (`greenlane up` does it by itself), or name the right database."),
        )


class StoreNewer(StoreNotMigrated):
    """A newer program has prepared the database: this one does not know its tables, and must not touch them."""

    code = "store_newer"

    def __init__(self, *, found: str, known: str) -> None:
        StoreError.__init__(
            self,
            _(
                "A newer program has prepared the database: it is at version {found}, {known} is known here.",
                found=found,
                known=known,
            ),
            field=DATABASE_URL,
            remedy=_("Install that newer program here, or restore the backup that was taken before the upgrade."),
        )


class VaultInClear(StoreNotMigrated):
    """Personal data of an older program still lies in clear: nobody works on it before it is sealed."""

    code = "vault_in_clear"

    def __init__(self) -> None:
        StoreError.__init__(
            self,
            _("The personal data that an older program kept in clear is not sealed yet."),
            field=DATABASE_URL,
            remedy=_("Run `greenlane prepare` with the master key (GREENLANE_MASTER_KEY_FILE)."),
        )


class StoreAccessDenied(StoreError):
    """The account that a process was given may not do this."""

    code = "database_access_denied"

    def __init__(self, *, reason: str) -> None:
        super().__init__(
            _("This account of the database may not do that: {reason}.", reason=library_said(reason)),
            field=DATABASE_URL,
            remedy=_(
                "Give each process its own account, and `greenlane prepare` the owner's "
                "(GREENLANE_DATABASE_OWNER_URL); `prepare` grants the others what they need."
            ),
        )


class MasterKeyMissing(StoreAccessDenied):
    """This process was given no master key: it can neither read nor write what lies in the vault."""

    code = "master_key_missing"

    def __init__(self) -> None:
        StoreError.__init__(
            self,
            _("This process has no master key, without which nobody reads or writes personal data."),
            field=MASTER_KEY,
            remedy=_(
                "Name its file in GREENLANE_MASTER_KEY_FILE, for the bridge, `prepare` and commands that show persons alone; "
                "a new installation makes one with `greenlane master-key make FILE`."
            ),
        )


class MasterKeyWrong(StoreError):
    """The master key that is named does not open what it wrapped: it is another, or what was wrapped has been changed."""

    code = "master_key_wrong"

    def __init__(self, *, key_id: str) -> None:
        super().__init__(
            _("The master key {key} does not open the keys of the vault.", key=key_id),
            field=MASTER_KEY,
            remedy=_("Give the process the master key with which the vault was made."),
        )


class MasterKeyUnknown(StoreError):
    """A key of the vault was wrapped by a master key that this process does not have."""

    code = "master_key_unknown"

    def __init__(self, *, key_id: str) -> None:
        super().__init__(
            _("A key of the vault was wrapped by the master key {key}, which this process does not have.", key=key_id),
            field=MASTER_KEY,
            remedy=_(
                "Give the process that master key too, beside its own, until `greenlane master-key rotate` is done."
            ),
        )


class KeyServiceUnavailable(StoreError):
    """The service that holds the master key is away, or refuses: nothing is known to be written."""

    code = "key_service_unavailable"
    retryable = True

    def __init__(self, *, reason: str) -> None:
        super().__init__(
            _("The key service cannot be used now: {reason}.", reason=library_said(reason)),
            field=KEY_SERVICE,
            remedy=_("Start it, or wait until it is back: what was accepted is kept."),
        )


class VaultValueBroken(StoreError):
    """A value of the vault does not open at its place: it was changed or moved by something else than this program."""

    code = "vault_value_broken"

    def __init__(self, *, column: str, row_key: str) -> None:
        super().__init__(
            _("What lies in the vault at {column} of {row} cannot be opened.", column=column, row=row_key),
            field="vault",
            remedy=_("Run `greenlane verify` and restore the row from a backup."),
        )


class RecorderClosed(StoreError):
    """The process is stopping and takes no more work; another process may do it."""

    code = "recorder_closed"
    retryable = True

    def __init__(self) -> None:
        super().__init__(_("The recorder is closed because the process stops."))


class LedgerBehind(StoreError):
    """The ledger ends before what the case already acted on: acknowledged rows are gone (an old backup, another database)."""

    code = "ledger_behind"

    def __init__(self, *, case_id: str, expected_sequence: int, last_sequence: int) -> None:
        super().__init__(
            _(
                "The ledger of {case_id} ends at event {last_sequence}, but the case has acted on {expected_sequence}.",
                case_id=case_id,
                last_sequence=last_sequence,
                expected_sequence=expected_sequence - 1,
            ),
            field="case_id",
            remedy=_("Recorded events were lost: restore the newest backup of PostgreSQL before the case goes on."),
        )


class MalformedTurn(StoreError):
    """A turn that no case can have decided: a defect of the caller."""

    code = "malformed_turn"

    def __init__(self, *, case_id: str, reason: str) -> None:
        super().__init__(
            _("The turn of {case_id} cannot be recorded: {reason}.", case_id=case_id, reason=library_said(reason)),
            field="turn",
        )


class DefinitionsUnknown(StoreError):
    """No definitions are kept under this digest, or a stream does not say under which it was begun."""

    code = "definitions_unknown"

    def __init__(self, *, digest: str = "", stream_id: str = "") -> None:
        unknown = _("There are no definitions with the digest {digest}.", digest=digest)
        nameless = _("There are no definitions of {stream}: it does not begin with its opening.", stream=stream_id)
        super().__init__(nameless if stream_id else unknown, field="definitions_digest")


class CatalogueUnreadable(StoreError):
    """A version in the catalogue says what this program does not know: a newer one published it."""

    code = "catalogue_unreadable"
    retryable = True

    def __init__(self, *, version: str, reason: str) -> None:
        super().__init__(
            _(
                "The published {version} cannot be read by this version of the program: {reason}.",
                version=version,
                reason=reason,
            ),
            field="catalog",
            remedy=_("Upgrade this process to the version that published it; until then it takes nothing new."),
        )


class LedgerRowBroken(StoreError):
    """A row of the ledger is no record of an event: it was changed by something else than this program."""

    code = "ledger_row_broken"

    def __init__(self, *, case_id: str, sequence: int) -> None:
        super().__init__(
            _("Event {sequence} of {case_id} in the ledger cannot be read.", sequence=sequence, case_id=case_id),
            field="ledger",
            remedy=_("Run `greenlane verify` and restore the row from a backup."),
        )
        self.sequence = sequence


class CheckpointUnreadable(StoreError):
    """A stored checkpoint is none: it was changed by something else than this program."""

    code = "checkpoint_unreadable"

    def __init__(self, *, number: int) -> None:
        super().__init__(
            _("Checkpoint {number} in the database cannot be read.", number=number),
            field="checkpoints",
            remedy=_("Run `greenlane verify` and compare with the checkpoints that left the house."),
        )


class LeavesCut(StoreError):
    """A log has more or fewer leaves than the last checkpoint signed: some were removed or added by somebody else."""

    code = "leaves_cut"

    def __init__(self, *, log: str, size: int, signed: int) -> None:
        super().__init__(
            _("The log {log} has {size} leaves where {signed} were signed.", log=log, size=size, signed=signed),
            field="log_leaves",
            remedy=_("Run `greenlane verify` and compare with the checkpoints that left the house."),
        )


UNDEFINED = ("42P01", "42703", "3F000")
"""SQLSTATE of a missing table, column or schema."""
DENIED = "42501"
"""SQLSTATE of a right that is missing."""
RETRYABLE_CLASSES = ("08", "53", "57", "58", "40", "55")
"""SQLSTATE classes: connection, resources (disk full, too many connections), operator intervention, system, rollback, lock."""
DISK_FULL = "53100"
READ_ONLY = "25006"
"""A standby after a fail-over answers so until it is promoted."""
STALLED = "25P03"
"""The server gave up a transaction whose process had stopped in the middle of it."""


def failure_of(error: psycopg.Error) -> StoreError | None:
    """What a driver's error means to a caller; None: a defect of ours, which must stay visible as it is."""
    state = error.sqlstate
    if state in UNDEFINED:
        return StoreNotMigrated(reason=(error.diag.message_primary or _("a table is missing")))
    if state == DENIED:
        return StoreAccessDenied(reason=(error.diag.message_primary or _("a right is missing")))
    if state == DISK_FULL:
        return StoreFull(reason=(error.diag.message_primary or _("its disk is full")))
    if state == READ_ONLY:
        return StoreReadOnly(reason=f"{error.diag.message_primary or type(error).__name__} ({state})")
    if state is not None:
        if state.startswith(RETRYABLE_CLASSES) or state == STALLED:
            return StoreUnavailable(reason=f"{error.diag.message_primary or type(error).__name__} ({state})")
        return None
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return StoreUnavailable(reason=" ".join(str(error).split()) or type(error).__name__)
    return None


@contextmanager
def as_store_errors() -> Iterator[None]:
    """Errors of psycopg and SQLAlchemy within come out as StoreError where a caller can act on them."""
    try:
        yield
    except psycopg.Error as error:
        if failure := failure_of(error):
            raise failure from error
        raise
    except sqlalchemy.exc.DBAPIError as error:
        if isinstance(error.orig, psycopg.Error) and (failure := failure_of(error.orig)):
            raise failure from error
        raise
    except sqlalchemy.exc.TimeoutError as error:
        raise StoreUnavailable(reason=_("all connections of this process are in use")) from error
