"""One alert as it is told: to whom, and what, read from the ledger when it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cases.audience import Audience, audience_of, duty_audience
from cases.decide import fold
from cases.dossier.decide import fold_dossier
from cases.dossier.views import dossier_view_of
from cases.model import Case
from cases.views import view_of
from catalog.catalogue import Catalog
from events.language.case_events import ApplicationSubmitted, CalendarExhausted, RungFired, SuspensionReviewDue
from events.language.dossier_events import DossierRungFired
from presentation.letters.case_matter import duty_matter_of, matter_of
from presentation.letters.letter import Letter, letter_of
from presentation.letters.linked_matter import joint_matter_of
from presentation.letters.matter import Matter, Scene
from presentation.letters.payload import dossier_payload_of, duty_payload_of, payload_of
from store.alerts import DueAlert
from store.database import Store
from store.definitions import DefinitionArchive
from store.dossiers import Dossiers
from store.errors import DefinitionsUnknown
from store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Telling:
    """One alert: who is told, and what, as a letter and as a message for programs."""

    alert: DueAlert
    audience: Audience
    matter: Matter
    letter: Letter
    payload: dict[str, Any]


class Teller:
    """Finds out what an alert says. It says what holds when it is written: an answer may have come since the rung fired."""

    def __init__(
        self, store: Store, zone: ZoneInfo, language: str, catalog: Callable[[], Catalog], now: Callable[[], datetime]
    ) -> None:
        """`catalog`: the one of now; `now`: the business instant."""
        self._ledger = Ledger(store)
        self._archive = DefinitionArchive(store)
        self._dossiers = Dossiers(store)
        self._zone, self._language = zone, language
        self._catalog, self._now = catalog, now

    def scene(self, not_before: datetime | None = None) -> Scene:
        """With what a letter is written now."""
        now = self._now()
        return Scene(self._catalog(), self._zone, now if not_before is None else max(now, not_before), self._language)

    def telling_of(self, alert: DueAlert) -> Telling:
        """Who is told what. Raises StoreError, TypeError for a record that is no alert."""
        scene = self.scene(alert.record.decided_at)
        match alert.record.event:
            case RungFired() as rung:
                case = self._case(alert.case_id)
                audience = audience_of(rung, case.definitions.procedure.agency, scene.catalog)
                matter = matter_of(rung, case, audience, scene, alert.record.sequence)
                letter = letter_of(matter, scene)
                payload = payload_of(alert.event_id, rung, view_of(case), audience, letter)
            case DossierRungFired() as joint:
                definitions, records = self._dossiers.stream(alert.case_id)
                dossier = fold_dossier(alert.case_id, definitions, records)
                audience = audience_of(joint, dossier.lead, scene.catalog)
                matter = joint_matter_of(joint, dossier, audience, scene, alert.record.sequence)
                letter = letter_of(matter, scene)
                payload = dossier_payload_of(alert.event_id, joint, dossier_view_of(dossier), audience, letter)
            case SuspensionReviewDue() | CalendarExhausted() as duty:
                case = self._case(alert.case_id)
                audience = duty_audience(duty, case.definitions.procedure.agency, scene.catalog)
                matter = duty_matter_of(duty, case, audience, scene)
                letter = letter_of(matter, scene)
                payload = duty_payload_of(alert.event_id, duty, view_of(case), audience, letter)
            case _:
                raise TypeError(f"{alert.event_id} is no alert")
        return Telling(alert, audience, matter, letter, payload)

    def _case(self, case_id: str) -> Case:
        records = self._ledger.records(case_id)
        if not records or not isinstance(records[0].event, ApplicationSubmitted):
            raise DefinitionsUnknown(stream_id=case_id)
        return fold(case_id, self._archive.definitions(records[0].event.definitions_digest), records)
