"""The read model of linked dossiers folded again from their streams: compared, or put in place of what is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import delete, select

from audit.rebuild import Difference, What, is_chained
from cases.dossier.evolve import fold_dossier
from cases.dossier.views import dossier_escalations_of, dossier_view_of
from cases.stream import fired_among
from cases.turn import DossierView, EscalationItem
from store.arrays import Texts
from store.database import Store
from store.dossiers import Dossiers
from store.errors import DefinitionsUnknown, LedgerRowBroken
from store.escalations import find_differing, put_in_place
from store.ledger import Ledger
from store.statements import statements_in
from store.tables import ledger
from store.view_tables import dossiers

SQL: Final = statements_in("views")


def rebuild_dossiers(store: Store, *, replace: bool = False) -> list[Difference]:
    """Fold every dossier of the ledger again; compare its row, and put it right where that is wanted."""
    differences = list(_differences(store, replace=replace))
    with store.writing() as connection:
        known = select(ledger.c.case_id).where(ledger.c.case_id == dossiers.c.case_id, ledger.c.sequence == 1).exists()
        surplus = list(connection.scalars(select(dossiers.c.case_id).where(~known)))
        if replace:
            connection.execute(delete(dossiers).where(~known))
    return [*differences, *(Difference(stream_id, "surplus") for stream_id in surplus)]


def _differences(store: Store, *, replace: bool) -> Iterator[Difference]:
    streams, rows_of = Dossiers(store), Ledger(store)
    for stream_id in streams.stream_ids():
        if not is_chained(rows_of.rows(stream_id)):
            yield Difference(stream_id, "chain")
        try:
            definitions, records = streams.stream(stream_id)
        except LedgerRowBroken:
            yield Difference(stream_id, "unreadable")
            continue
        except DefinitionsUnknown:
            yield Difference(stream_id, "definitions")
            continue
        dossier = fold_dossier(stream_id, definitions, records)
        folded, alarms = dossier_view_of(dossier), dossier_escalations_of(dossier, fired_among(records))
        wrong = _wrong_rows(store, folded, alarms)
        if not wrong or _has_moved_on(streams, folded):
            continue
        yield from (Difference(stream_id, what) for what in wrong)
        if replace:
            with store.session() as session:
                session.execute(SQL["put_dossiers"], {"views": Texts([folded.model_dump_json()])})
                put_in_place(session, [stream_id], alarms)


def _has_moved_on(streams: Dossiers, folded: DossierView) -> bool:
    """Whether a turn was recorded between the look at the stream and the look at the row: its next rebuild tells."""
    with streams.store.reading() as connection:
        query = select(dossiers.c.sequence).where(dossiers.c.case_id == folded.case_id)
        standing = connection.scalar(query) or 0
    return standing > folded.sequence and len(streams.stream(folded.case_id)[1]) > folded.sequence


def _wrong_rows(store: Store, view: DossierView, alarms: tuple[EscalationItem, ...]) -> list[What]:
    with store.session() as session:
        row = session.execute(SQL["compare_dossier"], {"views": Texts([view.model_dump_json()])}).fetchone()
        is_same = row is not None and bool(row[0])
        others = list(find_differing(session, [view.case_id], (item.model_dump_json() for item in alarms)))
    wrong: dict[What, bool] = {"case": not is_same, "escalations": bool(others)}
    return [what for what, is_wrong in wrong.items() if is_wrong]
