"""The accounts of cases, folded from their ledger in batches, for reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby

from cases.reporting import Account, account_of
from events.language.case_events import ApplicationSubmitted
from greenlane.wiring import Wiring
from store.definitions import DefinitionArchive
from store.ledger import rows_of_cases
from store.views import CaseFilter, Views

BATCH_CASES = 200


def accounts(
    wiring: Wiring, *, from_at: datetime | None, until_at: datetime | None, now: datetime, told: Callable[[int], None]
) -> Iterator[Account]:
    """The accounts of the cases opened from one business instant up to another, the latest first. Raises StoreError."""
    views, archive = Views(wiring.store), DefinitionArchive(wiring.store)
    rules = wiring.catalog.duties
    # The list goes on after an instant and an id: from the end of the period, whatever the id.
    after = None if until_at is None else (until_at, "")
    while found := views.cases(CaseFilter(), limit=BATCH_CASES, after=after):
        after = found[-1].opened_at, found[-1].case_id
        wanted = [view.case_id for view in found if from_at is None or view.opened_at >= from_at]
        with wiring.store.reading() as connection:
            rows = [row.record for row in rows_of_cases(connection, wanted)]
        for _, group in groupby(rows, key=lambda record: record.case_id):
            records = list(group)
            first = records[0].event
            if not isinstance(first, ApplicationSubmitted):
                continue
            account = account_of(archive.definitions(first.definitions_digest), records, rules, now)
            if account is not None:
                yield account
        told(len(wanted))
        if len(wanted) < len(found):
            return
