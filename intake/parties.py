"""Who has a part in a case, for the answers that are given without asking the case itself: from its ledger, remembered."""

from __future__ import annotations

import time
from functools import lru_cache

from cases.decide import fold
from cases.senders import Parties, parties_of, strange_to
from events.language.commands import Command
from events.language.refusals import Refusal, refuse
from intake.records import IntakeRecords
from store.errors import DefinitionsUnknown

PARTIES_MAX = 1_000
OPEN_SECONDS = 60
"""How long the parties of an open case are remembered: who floods it with what is refused costs one reading in that time."""


class PartyBook:
    """The parties of cases. Calls block; safe for several threads."""

    def __init__(self, records: IntakeRecords) -> None:
        self._records = records
        self._remembered = lru_cache(PARTIES_MAX)(self._read)

    def strange_to(self, case_id: str, command: Command, *, is_closed: bool = False) -> Refusal | None:
        """Why whoever sent the command has no part in the case; None: it has one. Raises StoreError.

        That a case is closed, or that too much waits for it, is told only to those who have a part in it.
        """
        epoch = 0 if is_closed else 1 + int(time.monotonic() // OPEN_SECONDS)
        parties = self._remembered(case_id, epoch)
        if parties is not None:
            return strange_to(parties, command)
        # Accepted, and nothing recorded yet; or no case at all.
        return None if self._records.find(case_id) else refuse("case_unknown", "case")

    def _read(self, case_id: str, _: int) -> Parties | None:
        try:
            definitions, records = self._records.ledger_of(case_id)
        except DefinitionsUnknown:
            return None
        return parties_of(fold(case_id, definitions, records))
