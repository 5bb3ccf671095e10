"""What is known of a case or a linked dossier, from which it is told as of any instant: docs/replay.md."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from audit.replay.cases import case_at, lived
from audit.replay.dossiers import dossier_at, lived_dossier
from audit.replay.facts import counting
from cases.dossier.promise import remaining
from cases.turn import CaseView
from cases.views import view_of
from catalog.dossier import DossierDefinitions
from catalog.model import Definitions
from events.language.case_events import ApplicationSubmitted, EventRecord
from events.language.dossier_events import DossierOpened
from services.applicant_texts import texts_of
from services.dossier_sheets import DossierSheet
from services.installation import Installation
from services.replays.instants import Instants
from services.replays.moments import CaseThen, DossierThen, Frame, Then
from services.replays.streams import known_cases
from store.definitions import DefinitionArchive
from store.dossiers import Dossiers


@dataclass(frozen=True)
class Life(ABC):
    """The known events of one stream, none of them missing from the first on. Everything asked of it raises StoreError."""

    installation: Installation
    known: tuple[EventRecord, ...]

    @abstractmethod
    def at(self, instants: Instants) -> Then | None:
        """As it stood at an instant; None: there was nothing then."""

    @abstractmethod
    def frames(self, instants: Instants) -> Iterator[Frame]:
        """The events that count by the instant, in the order of the ledger, each with what it made of the whole."""

    @cached_property
    def texts(self) -> dict[str, str]:
        """What the applicant wrote, by the references that the events hold, as far as it may be read."""
        return texts_of(self.installation, self.known)


@dataclass(frozen=True)
class CaseLife(Life):
    """Of a case."""

    @cached_property
    def definitions(self) -> Definitions:
        """Those under which it was opened."""
        opening = self.known[0].event
        if not isinstance(opening, ApplicationSubmitted):
            raise TypeError(f"{self.known[0].case_id} does not begin with its opening")
        return DefinitionArchive(self.installation.store).definitions(opening.definitions_digest)

    def at(self, instants: Instants) -> CaseThen | None:
        """As it stood at an instant."""
        at = instants.folded_at
        case = case_at(self.definitions, self.known, at)
        return None if case is None else CaseThen.of(case, counting(self.known, at), instants.at, self.texts)

    def frames(self, instants: Instants) -> Iterator[Frame]:
        """Event by event."""
        at, before = instants.folded_at, None
        records = counting(self.known, at)
        for number, (record, case) in enumerate(lived(self.definitions, records, at), start=1):
            after = CaseThen.of(case, records[:number], record.at, self.texts)
            yield Frame(record, before, after)
            before = after


@dataclass(frozen=True)
class DossierLife(Life):
    """Of a linked dossier."""

    @cached_property
    def definitions(self) -> DossierDefinitions:
        """Those under which it was opened."""
        opening = self.known[0].event
        if not isinstance(opening, DossierOpened):
            raise TypeError(f"{self.known[0].case_id} does not begin with its opening")
        return Dossiers(self.installation.store).definitions(opening.definitions_digest)

    def at(self, instants: Instants) -> DossierThen | None:
        """As it stood at an instant, its cases too."""
        dossier = dossier_at(self.definitions, self.known, instants.folded_at)
        if dossier is None:
            return None
        cases = self._cases([part.case_id for part in dossier.parts.values() if part.case_id is not None], instants)
        schedule = remaining(dossier, instants.at) if dossier.is_open else None
        records = counting(self.known, instants.folded_at)
        return DossierThen(DossierSheet(dossier, records, cases, schedule, instants.at, self.texts), instants.at)

    def _cases(self, case_ids: list[str], instants: Instants) -> dict[str, CaseView]:
        then = (
            case_at(case.definitions, case.known, instants.folded_at)
            for case in known_cases(self.installation, case_ids, instants)
        )
        return {case.case_id: view_of(case) for case in then if case is not None}

    def frames(self, instants: Instants) -> Iterator[Frame]:
        """Event by event; its cases are not told beside."""
        before = None
        records = counting(self.known, instants.folded_at)
        for number, (record, dossier) in enumerate(lived_dossier(self.definitions, records), start=1):
            after = DossierThen(DossierSheet(dossier, records[:number], {}, None, record.at, self.texts), record.at)
            yield Frame(record, before, after)
            before = after
