"""Linked dossiers in the store: their streams, their read model, and which cases are theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from cases.turn import CaseView, DossierView
from catalog.dossier import DossierDefinitions
from events.language.case_events import EventRecord
from events.language.dossier_events import DossierOpened
from events.language.identity import DOSSIER_PREFIX
from store.database import Store
from store.definitions import DefinitionArchive
from store.errors import DefinitionsUnknown
from store.ledger import Ledger
from store.statements import statements_in
from store.tables import ledger
from store.view_tables import cases, dossier_cases, dossiers

SQL: Final = statements_in("dossiers")


@dataclass(frozen=True, slots=True)
class LinkedCase:
    """One case of a dossier."""

    dossier_id: str
    """The dossier's stream."""
    case_id: str
    name: str
    round: int


@dataclass(frozen=True, slots=True)
class KnownDossier:
    """What the store knows of a dossier, for answering where Temporal cannot."""

    stream_id: str
    closed_at: datetime | None
    outcome: str | None


class Dossiers:
    """Queries and writes. All calls block and raise StoreError."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._archive = DefinitionArchive(store)
        self._ledger = Ledger(store)

    def keep(self, definitions: DossierDefinitions) -> str:
        """Keep what a dossier is decided under for ever; the digest under which it is found."""
        return self._archive.keep_body(definitions.digest, definitions.model_dump_json(exclude_defaults=True))

    def definitions(self, digest: str) -> DossierDefinitions:
        """The definitions with this digest. Raises DefinitionsUnknown."""
        return DossierDefinitions.model_validate_json(self._archive.body(digest))

    def stream(self, stream_id: str) -> tuple[DossierDefinitions, tuple[EventRecord, ...]]:
        """A dossier's definitions and all its events. Raises DefinitionsUnknown for one that was never opened."""
        records = self._ledger.records(stream_id)
        if not records or not isinstance(records[0].event, DossierOpened):
            raise DefinitionsUnknown(stream_id=stream_id)
        return self.definitions(records[0].event.definitions_digest), records

    def find(self, reference: str) -> KnownDossier | None:
        """The dossier with this stream id, or with this id of its source's where that is unique."""
        column = dossiers.c.case_id if reference.startswith(DOSSIER_PREFIX) else dossiers.c.dossier_id
        query = select(dossiers.c.case_id, dossiers.c.closed_at, dossiers.c.outcome).where(column == reference).limit(2)
        with self.store.reading() as connection:
            rows = connection.execute(query).all()
        return KnownDossier(*rows[0]) if len(rows) == 1 else None

    def view(self, stream_id: str) -> DossierView | None:
        """The dossier's row; None before its first turn is on record."""
        with self.store.reading() as connection:
            view = connection.scalar(select(dossiers.c.view).where(dossiers.c.case_id == stream_id))
        return None if view is None else DossierView.model_validate_json(view)

    def views(self, *, open_only: bool = False, limit: int = 200) -> list[DossierView]:
        """The latest dossiers first."""
        query = select(dossiers.c.view).order_by(dossiers.c.opened_at.desc(), dossiers.c.case_id).limit(limit)
        if open_only:
            query = query.where(dossiers.c.closed_at.is_(None))
        with self.store.reading() as connection:
            return [DossierView.model_validate_json(view) for view in connection.scalars(query)]

    def case_views(self, stream_id: str) -> dict[str, CaseView]:
        """The rows of a dossier's cases, by case."""
        query = (
            select(cases.c.view)
            .join(dossier_cases, dossier_cases.c.case_id == cases.c.case_id)
            .where(dossier_cases.c.dossier_id == stream_id)
        )
        with self.store.reading() as connection:
            views = [CaseView.model_validate_json(view) for view in connection.scalars(query)]
        return {view.case_id: view for view in views}

    def link(self, linked: LinkedCase) -> None:
        """Remember that a case is a dossier's, before the case is accepted. Idempotent."""
        row = {
            "case_id": linked.case_id,
            "dossier_id": linked.dossier_id,
            "name": linked.name,
            "round": linked.round,
        }
        with self.store.writing() as connection:
            connection.execute(insert(dossier_cases).values(row).on_conflict_do_nothing())

    def untold(self, most: int = 100) -> list[LinkedCase]:
        """Closed cases of open dossiers that know nothing of it."""
        with self.store.session() as session:
            return [LinkedCase(*row) for row in session.execute(SQL["find_untold_ends"], {"most": most})]

    def stream_ids(self) -> list[str]:
        """Every dossier of the ledger."""
        query = (
            select(ledger.c.case_id)
            .where(ledger.c.sequence == 1, ledger.c.case_id.startswith(DOSSIER_PREFIX))
            .order_by(ledger.c.case_id)
        )
        with self.store.reading() as connection:
            return list(connection.scalars(query))
