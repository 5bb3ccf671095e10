"""The read models folded again, and what became of their differences."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from cases.decide import CASES
from cases.stream import Projection
from catalog.model import Definitions
from events.language.case_events import EventRecord
from store.database import Store
from store.rebuild import OF_THE_LEDGER, RebuildReport, rebuild, rebuild_dossiers


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found and did."""

    report: RebuildReport

    @property
    def mended(self) -> bool:
        """Whether anything was put right."""
        return self.report.replaced and any(d.what not in OF_THE_LEDGER for d in self.report.differences)

    @property
    def ok(self) -> bool:
        """Whether the read models are now what the ledger says."""
        left = self.report.differences
        if self.report.replaced:
            left = tuple(difference for difference in left if difference.what in OF_THE_LEDGER)
        return not left


def rebuild_all(store: Store, watch: Callable[[], None], *, replace: bool) -> Rebuilt:
    """Fold every case again, and every linked dossier. `watch` is called after each. Raises StoreError."""

    def folded(case_id: str, definitions: Definitions, records: tuple[EventRecord, ...]) -> Projection:
        watch()
        return CASES.project(case_id, definitions, records)

    report = rebuild(store, folded, replace=replace)
    linked = tuple(rebuild_dossiers(store, replace=replace))
    return Rebuilt(dataclasses.replace(report, differences=report.differences + linked))
