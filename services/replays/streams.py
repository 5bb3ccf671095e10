"""The events of cases and linked dossiers, as far as they were known at an instant, with what they were decided under."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from audit.replay.facts import Recorded, known_by
from catalog.model import Definitions
from events.language.case_events import ApplicationSubmitted, EventRecord
from services.installation import Installation
from services.replays.instants import Instants
from store.definitions import DefinitionArchive
from store.ledger import LedgerRow, streamed_rows

STREAMS_AT_ONCE: Final = 200


class KnownCase(NamedTuple):
    """A case's known events, and the definitions under which it was opened."""

    definitions: Definitions
    known: tuple[EventRecord, ...]


def known_events(installation: Installation, rows: Iterable[LedgerRow], instants: Instants) -> tuple[EventRecord, ...]:
    """The events of one stream that were recorded by then; those that were not are not even read."""
    if instants.known_until is None:
        return tuple(row.record for row in rows)
    bounds = ((row, installation.business(row.recorded_at)) for row in rows)
    return known_by((Recorded(row.record, at) for row, at in bounds), instants.known_until)


def known_cases(installation: Installation, case_ids: Sequence[str], instants: Instants) -> Iterator[KnownCase]:
    """Those of these cases of which an event was known, one after the other; memory holds one. Raises StoreError."""
    archive = DefinitionArchive(installation.store)
    for place in range(0, len(case_ids), STREAMS_AT_ONCE):
        ids = list(case_ids[place : place + STREAMS_AT_ONCE])
        with installation.store.reading() as connection, streamed_rows(connection, ids) as rows:
            for _, stream in groupby(rows, key=lambda row: row.case_id):
                known = known_events(installation, stream, instants)
                if known and isinstance(known[0].event, ApplicationSubmitted):
                    yield KnownCase(archive.definitions(known[0].event.definitions_digest), known)
