"""The read models folded again from the ledger: compared byte for byte, or put in place of what is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Table, delete, select

from audit.chain import check_chain
from cases.dossier.decide import DOSSIERS
from cases.stream import Projection
from cases.turn import EscalationItem
from catalog.dossier import DossierDefinitions
from events.language.case_events import ApplicationSubmitted, EventRecord
from events.language.dossier_events import DossierOpened
from events.language.identity import DOSSIER_PREFIX
from store.arrays import Blobs, Rows, Texts
from store.batch import WORK_KEYS
from store.database import Session, Store, session_of
from store.definitions import DefinitionArchive
from store.errors import DefinitionsUnknown, LedgerRowBroken
from store.escalations import find_differing, put_in_place
from store.ledger import LedgerRow, rows_of_streams
from store.statements import statements_in
from store.tables import ledger
from store.view_tables import cases, dossiers, escalations, worklist

Project = Callable[[str, Any, tuple[EventRecord, ...]], Projection]
"""The pure fold of one stream: of its id, its definitions, and all its events."""

BATCH_STREAMS = 100
"""Streams folded in one transaction; while they are replaced, recording waits for about as long as that takes."""

OF_THE_LEDGER: Final = ("chain", "hash", "unreadable", "definitions")
"""What a fold cannot put right: the ledger itself is not what was written, or not what its last witness says."""

What = Literal["case", "worklist", "escalations", "hash", "chain", "unreadable", "definitions", "surplus"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a read model, or the ledger itself, is not what the fold of the ledger gives."""

    case_id: str
    what: What
    sequence: int | None = None
    """The event that cannot be read; None: it is about the whole stream."""


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
    """What the read models of one stream should be."""

    stream_id: str
    view: str
    hash: bytes
    work: tuple[tuple[str, str], ...]
    """(step id, JSON) of each waiting step."""
    escalations: tuple[EscalationItem, ...]


SQL: Final = statements_in("views")


class NamesDefinitions(Protocol):
    """A first event, which names what its stream was opened under."""

    @property
    def definitions_digest(self) -> str:
        """Under which it stands in the archive."""
        ...


@dataclass(frozen=True, slots=True)
class ReadModels:
    """Where the streams of one kind stand, and how their rows are compared and put in place."""

    opening: type[NamesDefinitions]
    """A stream's first event, which names its definitions."""
    streams: ColumnElement[bool]
    """The ledger's rows of this kind."""
    definitions: Callable[[DefinitionArchive, str], Any]
    """What stands in the archive under a digest. Raises DefinitionsUnknown."""
    tables: tuple[Table, ...]
    compare: Callable[[Session, list[Folded]], Iterator[Difference]]
    put: Callable[[Session, list[Folded]], None]


def rebuild(store: Store, project: Project, *, replace: bool = False, leave: Collection[str] = ()) -> RebuildReport:
    """Fold every case of the ledger again. Compares, and with `replace` puts the fold in place of what differs.

    May run beside a live system: each batch is seen as of one instant. A case whose own ledger is broken (`chain`,
    `unreadable`, `definitions`) is reported and left alone; so is (as `chain`) whatever is to be left, because something else
    says that its ledger is broken. Raises StoreError.
    """
    return rebuild_kind(store, CASE_ROWS, project, replace=replace, leave=leave)


def rebuild_dossiers(store: Store, *, replace: bool = False, leave: Collection[str] = ()) -> list[Difference]:
    """The same of every linked dossier."""
    return list(rebuild_kind(store, DOSSIER_ROWS, DOSSIERS.project, replace=replace, leave=leave).differences)


def rebuild_kind(
    store: Store,
    rows: ReadModels,
    project: Project,
    *,
    replace: bool,
    leave: Collection[str] = (),
    watch: Callable[[], None] = lambda: None,
) -> RebuildReport:
    """The same of every stream of one kind; `cases` counts these streams. `watch` is called after each."""
    folding = Folding(store, rows, project, leave)
    differences: list[Difference] = []
    for stream_ids in batches_of(store, rows):
        differences += folding.compare(stream_ids, replace=replace)
        for _ in stream_ids:
            watch()
    differences += find_surplus(store, rows, replace=replace, leave=leave)
    return RebuildReport(folding.streams, folding.events, tuple(differences), replace)


class Folding:
    """One run over the ledger."""

    def __init__(self, store: Store, rows: ReadModels, project: Project, leave: Collection[str] = ()) -> None:
        self._store = store
        self._rows = rows
        self._project = project
        self._leave = leave
        self._archive = DefinitionArchive(store)
        self.streams = 0
        self.events = 0

    def compare(self, stream_ids: list[str], *, replace: bool) -> list[Difference]:
        """The differences of these streams, put right where that is wanted and possible."""
        with self._store.writing() as connection:
            session_of(connection).execute(SQL["hold_up_recording" if replace else "see_one_instant"])
            folded: list[Folded] = []
            differences: list[Difference] = []
            for stream_id, rows in groupby(rows_of_streams(connection, stream_ids), lambda row: row.case_id):
                outcome = self._fold(stream_id, list(rows))
                if isinstance(outcome, Folded):
                    folded.append(outcome)
                else:
                    differences.append(outcome)
            wrong = list(self._rows.compare(session_of(connection), folded))
            if replace:
                ids = {difference.case_id for difference in wrong} - {
                    one.case_id for one in wrong if one.what == "hash"
                }
                self._rows.put(session_of(connection), [one for one in folded if one.stream_id in ids])
        return differences + wrong

    def _fold(self, stream_id: str, rows: list[LedgerRow]) -> Folded | Difference:
        self.streams += 1
        self.events += len(rows)
        if stream_id in self._leave or any(check_chain(rows)):
            return Difference(stream_id, "chain")
        opening = read_opening(self._rows, self._archive, rows[0])
        if not isinstance(opening, Opening):
            return opening
        try:
            shown = self._project(stream_id, opening.definitions, records_of(opening, rows))
        except LedgerRowBroken as broken:
            return Difference(stream_id, "unreadable", broken.sequence)
        except Exception:
            # Chained, and no life of a case: its rows stay, and the rest is folded.
            return Difference(stream_id, "unreadable")
        return folded_of(stream_id, shown, rows[-1].hash)


class Opening(NamedTuple):
    """How a stream begins."""

    definitions: Any
    first: EventRecord


def read_opening(kind: ReadModels, archive: DefinitionArchive, row: LedgerRow) -> Opening | Difference:
    """The first event of a stream, and what it was opened under; or why it cannot be folded."""
    try:
        first = row.record
        if not isinstance(first.event, kind.opening):
            return Difference(row.case_id, "unreadable", row.sequence)
        definitions = kind.definitions(archive, first.event.definitions_digest)
    except LedgerRowBroken as broken:
        return Difference(row.case_id, "unreadable", broken.sequence)
    except (DefinitionsUnknown, ValueError, RecursionError):
        return Difference(row.case_id, "definitions")
    if definitions.digest != first.event.definitions_digest:
        return Difference(row.case_id, "definitions")
    return Opening(definitions, first)


def records_of(opening: Opening, rows: Sequence[LedgerRow]) -> tuple[EventRecord, ...]:
    """All events of a stream whose first was read. Raises LedgerRowBroken."""
    return (opening.first, *(row.record for row in rows[1:]))


def folded_of(stream_id: str, shown: Projection, digest: bytes) -> Folded:
    """What the rows of a stream should be whose ledger ends with this hash."""
    view, work, escalated = shown
    items = tuple((item.step_id, item.model_dump_json()) for item in work)
    return Folded(stream_id, view.model_dump_json(), digest, items, escalated)


def batches_of(store: Store, rows: ReadModels) -> Iterator[list[str]]:
    """The ids of all streams of a kind, in order, so many at a time; of those too whose first event is gone."""
    last = ""
    while True:
        query = (
            select(ledger.c.case_id)
            .distinct()
            .where(ledger.c.case_id > last, rows.streams)
            .order_by(ledger.c.case_id)
            .limit(BATCH_STREAMS)
        )
        with store.reading() as connection:
            stream_ids = list(connection.scalars(query))
        if not stream_ids:
            return
        yield stream_ids
        last = stream_ids[-1]


def _compare_cases(session: Session, folded: list[Folded]) -> Iterator[Difference]:
    views, hashes = Texts(one.view for one in folded), Blobs(one.hash for one in folded)
    for case_id, same_view, same_hash in session.execute(SQL["compare_cases"], {"views": views, "hashes": hashes}):
        if not same_view:
            yield Difference(case_id, "case")
        if not same_hash:
            yield Difference(case_id, "hash")
    items = Texts(item for one in folded for _, item in one.work)
    for (case_id,) in session.execute(SQL["compare_work"], {"items": items, "case_ids": Texts(_ids(folded))}):
        yield Difference(case_id, "worklist")
    yield from _compare_escalations(session, folded)


def _compare_dossiers(session: Session, folded: list[Folded]) -> Iterator[Difference]:
    views = Texts(one.view for one in folded)
    for stream_id, is_same, is_ahead in session.execute(SQL["compare_dossiers"], {"views": views}):
        if not is_same:
            yield Difference(stream_id, "case")
        if is_ahead:
            yield Difference(stream_id, "hash")
    yield from _compare_escalations(session, folded)


def _compare_escalations(session: Session, folded: list[Folded]) -> Iterator[Difference]:
    alarms = (item.model_dump_json() for one in folded for item in one.escalations)
    for stream_id in find_differing(session, _ids(folded), alarms):
        yield Difference(stream_id, "escalations")


def _ids(folded: list[Folded]) -> list[str]:
    return [one.stream_id for one in folded]


def _put_cases(session: Session, folded: list[Folded]) -> None:
    if not folded:
        return
    heads = {"hashes": Blobs(one.hash for one in folded), "views": Texts(one.view for one in folded)}
    session.execute(SQL["put_cases"], heads)
    waiting = Rows(WORK_KEYS)
    for one in folded:
        for step_id, _ in one.work:
            waiting.add(one.stream_id, step_id)
    session.execute(SQL["drop_work"], waiting.columns | {"work_case_ids": Texts(_ids(folded))})
    items = Texts(item for one in folded for _, item in one.work)
    if items:
        session.execute(SQL["put_work"], {"work_items": items})
    _put_escalations(session, folded)


def _put_dossiers(session: Session, folded: list[Folded]) -> None:
    session.execute(SQL["put_dossiers"], {"views": Texts(one.view for one in folded)})
    _put_escalations(session, folded)


def _put_escalations(session: Session, folded: list[Folded]) -> None:
    put_in_place(session, _ids(folded), (item for one in folded for item in one.escalations))


def find_surplus(store: Store, rows: ReadModels, *, replace: bool, leave: Collection[str] = ()) -> list[Difference]:
    """Rows of streams that the ledger does not have. Heads are never removed: each is the last witness of a stream."""
    heads, *others = rows.tables
    with store.writing() as connection:
        # The recorder writes all in one transaction, so a row here is never ahead of the ledger.
        gone = set(connection.scalars(select(heads.c.case_id).where(~_in_ledger(heads))))
        surplus: set[str] = set()
        for table in others:
            unknown = ~_in_ledger(table) & table.c.case_id.not_in(select(heads.c.case_id))
            surplus.update(connection.scalars(select(table.c.case_id).where(unknown)))
            if replace:
                connection.execute(delete(table).where(unknown, table.c.case_id.not_in(leave)))
    wrong = [Difference(stream_id, "chain") for stream_id in sorted(gone)]
    return wrong + [Difference(stream_id, "surplus") for stream_id in sorted(surplus)]


def _in_ledger(table: Table) -> ColumnElement[bool]:
    return select(ledger.c.case_id).where(ledger.c.case_id == table.c.case_id).exists()


CASE_ROWS: Final = ReadModels(
    opening=ApplicationSubmitted,
    streams=~ledger.c.case_id.startswith(DOSSIER_PREFIX),
    definitions=DefinitionArchive.definitions,
    tables=(cases, worklist, escalations),
    compare=_compare_cases,
    put=_put_cases,
)
DOSSIER_ROWS: Final = ReadModels(
    opening=DossierOpened,
    streams=ledger.c.case_id.startswith(DOSSIER_PREFIX),
    definitions=lambda archive, digest: DossierDefinitions.model_validate_json(archive.body(digest)),
    tables=(dossiers,),
    compare=_compare_dossiers,
    put=_put_dossiers,
)
