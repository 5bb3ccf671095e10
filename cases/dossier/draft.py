"""A draft of one command's events on a dossier. Pure."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import Dossier
from cases.stream import StreamDraft
from events.language.dossier_events import DossierOpened


class DossierDraft(StreamDraft[Dossier]):
    """Collects the records that a command yields on a dossier."""

    opening, evolve = DossierOpened, staticmethod(evolve_dossier)

    @property
    def day(self) -> date:
        """The province's calendar day."""
        return self.at.astimezone(ZoneInfo(self.state.definitions.calendar.zone)).date()
