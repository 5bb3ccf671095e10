"""The read models folded again from the ledger: compared byte for byte, or put in place of what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal, cast

from sqlalchemy import Connection, delete, select

from cases.stream import Projection
from cases.turn import EscalationItem
from catalog.model import Definitions
from events.language.case_events import ApplicationSubmitted, EventRecord
from events.language.chain import GENESIS, link
from events.language.identity import DOSSIER_PREFIX
from store.arrays import Blobs, Rows, Texts
from store.batch import WORK_KEYS
from store.database import Session, Store
from store.definitions import DefinitionArchive
from store.errors import DefinitionsUnknown, LedgerRowBroken
from store.escalations import find_differing, put_in_place
from store.ledger import LedgerRow, rows_of_cases
from store.statements import statements_in
from store.tables import ledger
from store.view_tables import cases, escalations, worklist

Project = Callable[[str, Definitions, tuple[EventRecord, ...]], Projection]
"""The pure fold of one case: of its id, its definitions, and all its events."""

BATCH_CASES = 200
"""Cases folded in one transaction; while they are replaced, recording waits for about as long as that takes."""

OF_THE_LEDGER: Final = ("chain", "unreadable", "definitions")
"""What a fold cannot put right: the ledger itself is not what was written."""

What = Literal["case", "worklist", "escalations", "hash", "chain", "unreadable", "definitions", "surplus"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a read model, or the ledger itself, is not what the fold of the ledger gives."""

    case_id: str
    what: What


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What a rebuild found."""

    cases: int
    events: int
    differences: tuple[Difference, ...]
    replaced: bool

    @property
    def equal(self) -> bool:
        """Whether every read model was byte-equal to the fold."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Folded:
    """What the read models of one case should be."""

    case_id: str
    view: str
    hash: bytes
    work: tuple[tuple[str, str], ...]
    """(step id, JSON) of each waiting step."""
    escalations: tuple[EscalationItem, ...]


SQL: Final = statements_in("views")


def is_chained(rows: Iterable[LedgerRow]) -> bool:
    """Whether the rows of one stream stand in their order, each with the hash that the one before it makes."""
    digest = GENESIS
    for sequence, row in enumerate(rows, 1):
        digest = link(digest, row.body)
        if digest != row.hash or row.sequence != sequence:
            return False
    return True


def rebuild(store: Store, project: Project, *, replace: bool = False) -> RebuildReport:
    """Fold every case of the ledger again. Compares, and with `replace` puts the fold in place of what differs.

    May run beside a live system: each batch is seen as of one instant. A case whose own ledger is broken (`chain`,
    `unreadable`, `definitions`) is reported and left alone. Raises StoreError.
    """
    folding = Folding(store, project)
    differences: list[Difference] = []
    for case_ids in _batches(store):
        differences += folding.compare(case_ids, replace=replace)
    differences += _find_surplus(store, replace=replace)
    return RebuildReport(folding.cases, folding.events, tuple(differences), replace)


class Folding:
    """One run over the ledger."""

    def __init__(self, store: Store, project: Project) -> None:
        self._store = store
        self._project = project
        self._archive = DefinitionArchive(store)
        self.cases = 0
        self.events = 0

    def compare(self, case_ids: list[str], *, replace: bool) -> list[Difference]:
        """The differences of these cases, put right where that is wanted and possible."""
        with self._store.writing() as connection:
            _session_of(connection).execute(SQL["hold_up_recording" if replace else "see_one_instant"])
            folded: list[Folded] = []
            differences: list[Difference] = []
            for case_id, rows in groupby(rows_of_cases(connection, case_ids), lambda row: row.case_id):
                outcome = self._fold(case_id, list(rows))
                if isinstance(outcome, Folded):
                    folded.append(outcome)
                else:
                    differences.append(outcome)
            wrong = list(_compare(_session_of(connection), folded))
            if replace:
                ids = {difference.case_id for difference in wrong}
                _put(_session_of(connection), [one for one in folded if one.case_id in ids])
        return differences + wrong

    def _fold(self, case_id: str, rows: list[LedgerRow]) -> Folded | Difference:
        self.cases += 1
        self.events += len(rows)
        if not is_chained(rows):
            return Difference(case_id, "chain")
        try:
            records = tuple(row.record for row in rows)
            first = records[0].event
            if not isinstance(first, ApplicationSubmitted):
                return Difference(case_id, "unreadable")
            definitions = self._archive.definitions(first.definitions_digest)
        except LedgerRowBroken:
            return Difference(case_id, "unreadable")
        except DefinitionsUnknown:
            return Difference(case_id, "definitions")
        view, work, escalated = self._project(case_id, definitions, records)
        items = tuple((item.step_id, item.model_dump_json()) for item in work)
        return Folded(case_id, view.model_dump_json(), rows[-1].hash, items, escalated)


def _batches(store: Store) -> Iterator[list[str]]:
    last = ""
    while True:
        query = (
            select(ledger.c.case_id)
            .where(ledger.c.sequence == 1, ledger.c.case_id > last, ~ledger.c.case_id.startswith(DOSSIER_PREFIX))
            .order_by(ledger.c.case_id)
            .limit(BATCH_CASES)
        )
        with store.reading() as connection:
            case_ids = list(connection.scalars(query))
        if not case_ids:
            return
        yield case_ids
        last = case_ids[-1]


def _compare(session: Session, folded: list[Folded]) -> Iterator[Difference]:
    views, hashes = Texts(one.view for one in folded), Blobs(one.hash for one in folded)
    for case_id, same_view, same_hash in session.execute(SQL["compare_cases"], {"views": views, "hashes": hashes}):
        if not same_view:
            yield Difference(case_id, "case")
        if not same_hash:
            yield Difference(case_id, "hash")
    items = Texts(item for one in folded for _, item in one.work)
    for (case_id,) in session.execute(SQL["compare_work"], {"items": items, "case_ids": _ids(folded)}):
        yield Difference(case_id, "worklist")
    alarms = (item.model_dump_json() for one in folded for item in one.escalations)
    for case_id in find_differing(session, (one.case_id for one in folded), alarms):
        yield Difference(case_id, "escalations")


def _ids(folded: list[Folded]) -> Texts:
    return Texts(one.case_id for one in folded)


def _put(session: Session, folded: list[Folded]) -> None:
    if not folded:
        return
    heads = {"hashes": Blobs(one.hash for one in folded), "views": Texts(one.view for one in folded)}
    session.execute(SQL["put_cases"], heads)
    waiting = Rows(WORK_KEYS)
    for one in folded:
        for step_id, _ in one.work:
            waiting.add(one.case_id, step_id)
    session.execute(SQL["drop_work"], waiting.columns | {"work_case_ids": _ids(folded)})
    items = Texts(item for one in folded for _, item in one.work)
    if items:
        session.execute(SQL["put_work"], {"work_items": items})
    put_in_place(session, (one.case_id for one in folded), (item for one in folded for item in one.escalations))


def _find_surplus(store: Store, *, replace: bool) -> list[Difference]:
    """Rows of cases that the ledger does not have."""
    found: set[str] = set()
    with store.writing() as connection:
        for table in (cases, worklist, escalations):
            # The recorder writes all in one transaction, so a row here is never ahead of the ledger.
            known = select(ledger.c.case_id).where(ledger.c.case_id == table.c.case_id, ledger.c.sequence == 1).exists()
            found.update(connection.scalars(select(table.c.case_id).where(~known)))
            if replace:
                connection.execute(delete(table).where(~known))
    return [Difference(case_id, "surplus") for case_id in sorted(found)]


def _session_of(connection: Connection) -> Session:
    return cast("Session", connection.connection.driver_connection)
