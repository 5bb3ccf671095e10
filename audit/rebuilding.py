"""All read models folded again, when somebody asks for it and after an upgrade, and what became of their differences."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from audit.examination import KINDS, all_batches, examine_all
from audit.proof.signing import PublicKey
from audit.rebuild import (
    CASE_ROWS,
    DOSSIER_ROWS,
    OF_THE_LEDGER,
    Difference,
    Project,
    RebuildReport,
    find_surplus,
    rebuild,
    rebuild_dossiers,
    rebuild_kind,
)
from audit.soundness import check_ledger
from cases.decide import CASES
from cases.dossier.decide import DOSSIERS
from events.language.identity import event_id_of
from events.language.refusals import Refusal, refuse
from store.database import Store

READ_MODELS: Final = "3"
"""What the rows say and how it is folded: another number wherever either changes, also without another column."""
KEY: Final = "read-models"
"""Key of the store's memory: the version of which all rows are."""


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


def rebuild_all(
    store: Store, watch: Callable[[], None], *, replace: bool, keys: Sequence[PublicKey] = ()
) -> Rebuilt | Refusal:
    """Fold every case again, and every linked dossier. `watch` is called after each. Raises StoreError, ProcessLost.

    Replaces nothing while anything in the ledger is not what was written: the read models are witnesses of what stood there.
    `keys`: those that are trusted to have signed it, in their order.
    """
    fault = next(check_ledger(store, keys=keys), None) if replace else None
    if fault is not None:
        place = fault.case_id if fault.sequence is None else event_id_of(fault.case_id, fault.sequence)
        return refuse("ledger_broken", "replace", place=place)
    if not replace:
        return Rebuilt(_compared(store, watch))

    report = rebuild_kind(store, CASE_ROWS, CASES.project, replace=True, watch=watch)
    linked = rebuild_kind(store, DOSSIER_ROWS, DOSSIERS.project, replace=True)
    events, differences = report.events + linked.events, report.differences + linked.differences
    return Rebuilt(dataclasses.replace(report, events=events, differences=differences))


def _compared(store: Store, watch: Callable[[], None]) -> RebuildReport:
    """What differs, in the order of streams; looked for on all cores, for nothing is written."""
    cases, events = 0, 0
    differences: list[Difference] = []
    for kind in KINDS:
        of_kind: list[Difference] = []
        for part in examine_all(store, all_batches(store, kind), judged=False):
            cases += part.cases
            events += part.events
            of_kind += part.differences
            for _ in range(part.cases):
                watch()
        differences += sorted(of_kind, key=lambda difference: difference.case_id)
        differences += find_surplus(store, KINDS[kind].rows, replace=False)
    return RebuildReport(cases, events, tuple(differences), replaced=False)


def renew(store: Store, project: Project = CASES.project) -> tuple[Difference, ...]:
    """Fold every case and dossier again unless that was done since the upgrade; what was found otherwise, put right already.

    A stream whose ledger is broken (`chain`, `hash`, `unreadable`, `definitions`) stays as it is; also where only its row, a
    checkpoint or the outbox still knows what the ledger lacks: these rows may be the last witness.
    Idempotent: killed in the middle, it begins again. Two may do it at once. Raises StoreError.
    """
    if store.recall(KEY) == READ_MODELS:
        return ()
    broken = {fault.case_id for fault in check_ledger(store)}
    cases = rebuild(store, project, replace=True, leave=broken).differences
    differences = (*cases, *rebuild_dossiers(store, replace=True, leave=broken))
    store.remember(KEY, READ_MODELS)
    return differences
