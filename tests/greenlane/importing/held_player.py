"""Not a test: the departments' player, held in the middle of an import. Run in place of `greenlane.importing.player`.

It answers the first so many cases of the log and keeps its answers to all others until the file of the gate is there.
What it keeps it does not commit either: killed, it reads it again.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from events.language.carried import key_of
from events.transport.sender import Outgoing
from greenlane.importing import player
from greenlane.importing.player import Player

GATE = "TEST_IMPORT_GATE"
HELD_AFTER = "TEST_IMPORT_HELD_AFTER"


class HeldPlayer(Player):
    """The player, with a gate."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._gate = Path(os.environ[GATE])
        self._held_after = int(os.environ[HELD_AFTER])
        self._held: list[tuple[Any, str, Outgoing]] = []

    def _answer(self, record: Any, department: str, outgoing: Outgoing) -> None:
        position = self._index.position_of(key_of(record))
        if position is not None and position > self._held_after and not self._gate.exists():
            self._held.append((record, department, outgoing))
            return
        super()._answer(record, department, outgoing)

    def _commit(self, consumer: Any) -> None:
        if self._held and self._gate.exists():
            held, self._held = self._held, []
            for record, department, outgoing in held:
                super()._answer(record, department, outgoing)
                outgoing.settle()
        if not self._held:
            super()._commit(consumer)


if __name__ == "__main__":
    player.Player = HeldPlayer  # type: ignore[misc]
    sys.exit(player.main(sys.argv[1:]))
