"""Recording a turn: the one effect that a case asks of the outside world on its main path."""

from __future__ import annotations

from typing import Protocol

from temporalio import activity

from cases.turn import Recorded, Turn

RECORD = "record"


class TurnRecorder(Protocol):
    """Writes turns in SQL transactions; see store/recorder.py."""

    async def record(self, turn: Turn) -> Recorded:
        """Write the turn, or return what stands in its place."""
        ...


class Recording:
    """The activity over a recorder. Idempotent: a turn that was written before is found, not written again."""

    def __init__(self, recorder: TurnRecorder) -> None:
        self._recorder = recorder

    @activity.defn(name=RECORD)
    async def record(self, turn: Turn) -> Recorded:
        """Write one turn to ledger, outbox, inbox and read models. Raises the store's errors; Temporal retries them."""
        return await self._recorder.record(turn)
