"""A linked dossier as it stood at an instant, by what is known of it. Pure; docs/replay.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from audit.replay.facts import counting
from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import Dossier, blank_dossier
from catalog.dossier import DossierDefinitions
from events.language.case_events import EventRecord
from events.language.dossier_events import DossierBreachSetAside


def dossier_at(definitions: DossierDefinitions, known: Sequence[EventRecord], at: datetime | None) -> Dossier | None:
    """The dossier at a business instant, by the events known of it; `at` None: as all of them leave it.

    None: the opening is not known, or does not count by then.
    """
    last = None
    for _, dossier in lived_dossier(definitions, counting(known, at)):
        last = dossier
    return last


def lived_dossier(
    definitions: DossierDefinitions, records: Sequence[EventRecord]
) -> Iterator[tuple[EventRecord, Dossier]]:
    """Each of the events that count, with the dossier that it leaves."""
    if not records:
        return
    dossier = blank_dossier(records[0].case_id, definitions)
    for record in records:
        # The end was there before the breach was: nothing is to be set aside.
        if isinstance(record.event, DossierBreachSetAside) and not dossier.breached:
            dossier = dossier.changed({"sequence": record.sequence})
        else:
            dossier = evolve_dossier(dossier, record)
        yield record, dossier
