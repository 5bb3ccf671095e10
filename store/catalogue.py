"""What was published of the catalogue, and when: the authority of a running installation. Rows are only ever added."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, Literal

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, Row, Table, func, insert, select

from catalog.definition import Key
from catalog.kinds import KINDS
from events.language.checkpoint import canonical_bytes, instant_text
from store.database import Store
from store.errors import CatalogueUnreadable
from store.tables import catalog_editions, catalog_ends, catalog_versions

PUBLISHING_LOCK: Final = 0x636174616C6F67  # "catalog"
STALLED_SECONDS: Final = 5
"""A publication whose process stops in the middle is given up by the server after so long: others wait for its end."""
NO_ENDS: Final[Mapping[Key, date]] = MappingProxyType({})
ActName = Literal["prepare", "publish", "retire"]


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """One version as it was published."""

    key: Key
    digest: str
    file: str
    document: str
    definition: str
    """The JSON of what the document says."""

    def parsed(self) -> BaseModel:
        """The definition itself. Raises CatalogueUnreadable where a newer program published it."""
        kind = KINDS.get(self.key.kind)
        if kind is None:
            raise CatalogueUnreadable(version=str(self.key), reason=f"{self.key.kind} is no kind of definition")
        try:
            return kind.model.model_validate_json(self.definition)
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise CatalogueUnreadable(version=str(self.key), reason=f"{place or 'document'}") from error


@dataclass(frozen=True, slots=True)
class Act:
    """One act of publishing, and what it brought. `at` is real time (UTC), by the database's clock."""

    number: int
    act: ActName
    by: str
    note: str | None
    at: datetime
    versions: tuple[PublishedVersion, ...] = ()
    ends: tuple[tuple[Key, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the database found."""

    acts: tuple[Act, ...]
    """In their order."""
    complete_until: datetime | None
    """Real time (UTC): no act of this instant or before is missing; None: somebody publishes at this very moment."""


class PublishedCatalogue:
    """The rows. All calls block, and raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def look(self, after: int = 0) -> Look:
        """The acts after the one with this number."""
        with self._store.reading() as session:
            # Every statement by itself: a process that is stopped in the middle of a look keeps nobody from publishing.
            connection = session.execution_options(isolation_level="AUTOCOMMIT")
            # Whoever publishes holds the lock until everybody can see what was published; an act after it is written later.
            query = select(func.statement_timestamp(), func.pg_try_advisory_xact_lock_shared(PUBLISHING_LOCK))
            now, is_still = connection.execute(query).one()
            return Look(acts_after(connection, after), now if is_still else None)

    def publish(
        self,
        versions: Sequence[PublishedVersion],
        *,
        act: ActName,
        by: str,
        note: str | None,
        check: Callable[[Sequence[Act]], None],
        ends: Mapping[Key, date] = NO_ENDS,
    ) -> Act | None:
        """Add the versions that are not there, and last days of such that have none, as one act; None: all were there.

        `check` sees all that is there, and may raise.
        """
        with self._store.writing() as connection:
            _lock_publishing(connection)
            acts = acts_after(connection, 0)
            check(acts)
            held = digests_in(acts)
            new = [version for version in versions if version.key not in held]
            known = {*held, *(version.key for version in new)}
            ended = [(key, day) for key, day in ends.items() if key in known and key not in ends_in(acts)]
            if not new and not ended and acts:
                return None
            done = _add_edition(connection, acts, act, by, note)
            if new:
                connection.execute(insert(catalog_versions), [_row(version, done.number) for version in new])
            if ended:
                rows = [{**key._asdict(), "last_day": day, "edition": done.number} for key, day in ended]
                connection.execute(insert(catalog_ends), rows)
        return Act(done.number, act, by, note, done.at, tuple(new), tuple(ended))

    def retire(
        self, key: Key, last_day: date, *, by: str, note: str | None, check: Callable[[Sequence[Act]], None]
    ) -> Act | None:
        """Give a version a last day, as one act; None: it has this one. `check` sees all that is there, and may raise."""
        with self._store.writing() as connection:
            _lock_publishing(connection)
            acts = acts_after(connection, 0)
            check(acts)
            if ends_in(acts).get(key) == last_day:
                return None
            done = _add_edition(connection, acts, "retire", by, note)
            row = {**key._asdict(), "last_day": last_day, "edition": done.number}
            connection.execute(insert(catalog_ends).values(row))
        return Act(done.number, "retire", by, note, done.at, ends=((key, last_day),))


def digests_in(acts: Iterable[Act]) -> dict[Key, str]:
    """Every published version with its digest."""
    return {version.key: version.digest for act in acts for version in act.versions}


def ends_in(acts: Iterable[Act]) -> dict[Key, date]:
    """The last days of the retired versions; the latest act counts."""
    return {key: last_day for act in acts for key, last_day in act.ends}


def facts_of_act(act: Act) -> dict[str, object]:
    """What an act says, as its leaf stands for it: texts by their SHA-256 (hex), instants in UTC, lists by key."""
    return {
        "number": act.number,
        "act": act.act,
        "by": act.by,
        "note": act.note,
        "at": instant_text(act.at),
        "versions": [
            {
                **version.key._asdict(),
                "digest": version.digest,
                "file": version.file,
                "document": _sha256(version.document.encode()),
                "definition": _sha256(version.definition.encode()),
            }
            for version in sorted(act.versions, key=lambda version: version.key)
        ],
        "ends": [{**key._asdict(), "last_day": day.isoformat()} for key, day in sorted(act.ends)],
    }


def digest_of_act(act: Act) -> bytes:
    """SHA-256 (32 bytes) of the canonical JSON of what an act says."""
    return hashlib.sha256(canonical_bytes(facts_of_act(act))).digest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _lock_publishing(connection: Connection) -> None:
    connection.execute(select(func.set_config("idle_in_transaction_session_timeout", f"{STALLED_SECONDS}s", True)))
    connection.execute(select(func.pg_advisory_xact_lock(PUBLISHING_LOCK)))


def _add_edition(connection: Connection, acts: Sequence[Act], act: ActName, by: str, note: str | None) -> Act:
    number = acts[-1].number + 1 if acts else 1
    # Never before the act before it, even where the server's clock was put back.
    now = func.greatest(func.clock_timestamp(), acts[-1].at) if acts else func.clock_timestamp()
    row = {"number": number, "act": act, "by": by, "note": note, "at": now}
    at: datetime = connection.scalars(insert(catalog_editions).values(row).returning(catalog_editions.c.at)).one()
    return Act(number, act, by, note, at)


def acts_after(connection: Connection, after: int) -> tuple[Act, ...]:
    """The acts after the one with this number, within the caller's transaction."""
    edition = catalog_editions.c
    editions = connection.execute(select(catalog_editions).where(edition.number > after).order_by(edition.number)).all()
    if not editions:
        return ()
    versions = _by_edition(connection, catalog_versions, after)
    ends = _by_edition(connection, catalog_ends, after)
    return tuple(
        Act(
            row.number,
            row.act,
            row.by,
            row.note,
            row.at,
            tuple(map(_version, versions.get(row.number, ()))),
            tuple((Key(end.kind, end.id, end.version), end.last_day) for end in ends.get(row.number, ())),
        )
        for row in editions
    )


def _by_edition(connection: Connection, table: Table, after: int) -> Mapping[int, list[Row[tuple[object, ...]]]]:
    # In an order, so that every process puts the same catalogue together.
    key = table.c
    rows = select(table).where(key.edition > after).order_by(key.edition, key.kind, key.id, key.version)
    by_edition: dict[int, list[Row[tuple[object, ...]]]] = {}
    for row in connection.execute(rows):
        by_edition.setdefault(row.edition, []).append(row)
    return by_edition


def _version(row: Row[tuple[object, ...]]) -> PublishedVersion:
    return PublishedVersion(Key(row.kind, row.id, row.version), row.digest, row.file, row.document, row.definition)


def _row(version: PublishedVersion, edition: int) -> dict[str, object]:
    return {
        **version.key._asdict(),
        "digest": version.digest,
        "file": version.file,
        "document": version.document,
        "definition": version.definition,
        "edition": edition,
    }
