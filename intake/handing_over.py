"""Handing over what waits: one process at a time gives commands out of the waiting room to their cases, sender by sender."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby

import structlog
from pydantic import TypeAdapter

from events.language.commands import CaseCommand
from events.transport.errors import Unavailable
from intake.cases import CaseIntake
from intake.waiting_room import WaitingRoom
from store.errors import StoreError
from store.waiting import HandingOver, WaitingCommand, WaitingCommands

AT_ONCE = 200
"""Commands handed over in one round."""
CASES_AT_ONCE = 8
"""Few, beside the bridge's own: those who wait must not slow those who do not."""
BUSY_SECONDS = 0.25
IDLE_SECONDS = 1.0
REST = 4
"""A round is followed by a pause so many times as long: many who wait do not take more of the machine than few."""
UNANSWERED_SECONDS = 30.0
"""After that a command is handed over again: Temporal may have lost it."""
UNANSWERED_LOOK_SECONDS = 5.0

COMMAND: TypeAdapter[CaseCommand] = TypeAdapter(CaseCommand)

log = structlog.get_logger()


class HandOver:
    """Run it beside the bridge, in every process that has a waiting room; one of them at a time does the work."""

    def __init__(self, waiting: WaitingCommands, room: WaitingRoom, intake: CaseIntake) -> None:
        self._waiting = waiting
        self._room = room
        self._intake = intake
        self._looked_at = 0.0

    async def run(self) -> None:
        """Hand over until cancelled. Waits for PostgreSQL and Temporal as long as it takes."""
        while True:
            try:
                lease = await asyncio.to_thread(self._waiting.lease)
                if lease is not None:
                    try:
                        await self._serve(lease)
                    finally:
                        lease.release()
            except Exception as error:
                # Whatever it is, the bridge goes on: those of whom nothing waits do not need this.
                log.warning("what waits cannot be handed over now", error=type(error).__name__)
            await asyncio.sleep(IDLE_SECONDS)

    async def _serve(self, lease: HandingOver) -> None:
        while True:
            began_at = time.monotonic()
            is_busy = await asyncio.to_thread(lease.has_any)
            if is_busy:
                await self.round(lease)
                await asyncio.sleep(max(BUSY_SECONDS, REST * (time.monotonic() - began_at)))
            else:
                self._room.entered.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._room.entered.wait(), IDLE_SECONDS)

    async def round(self, lease: HandingOver) -> int:
        """Forget what was answered, and hand over what follows; how many commands that were. Raises Unavailable, StoreError."""
        await asyncio.to_thread(lease.drop_answered)
        waiting = await asyncio.to_thread(lease.following, AT_ONCE)
        if time.monotonic() - self._looked_at >= UNANSWERED_LOOK_SECONDS:
            self._looked_at = time.monotonic()
            waiting = [*await asyncio.to_thread(lease.unanswered, UNANSWERED_SECONDS, AT_ONCE), *waiting]
        by_case = {case_id: list(those) for case_id, those in groupby(sorted(waiting, key=_case), key=_case)}
        some = asyncio.Semaphore(CASES_AT_ONCE)

        async def one_case(commands: Sequence[WaitingCommand]) -> None:
            async with some:
                await self._give(lease, commands)

        results = await asyncio.gather(*map(one_case, by_case.values()), return_exceptions=True)
        for failure in results:
            if isinstance(failure, BaseException):
                raise failure
        return len(waiting)

    async def _give(self, lease: HandingOver, commands: Sequence[WaitingCommand]) -> None:
        """Commands of one case, one after the other. Raises Unavailable, StoreError of what may pass."""
        positions: list[int] = []
        try:
            for waiting in commands:
                try:
                    await self._intake.hand_over(waiting.case_id, COMMAND.validate_json(waiting.body))
                except Unavailable:
                    raise
                except Exception as error:
                    if isinstance(error, StoreError) and error.retryable:
                        raise
                    # A case that cannot be brought back, perhaps. It is tried again later; others do not wait for it.
                    log.error(
                        "a command that waits cannot be handed over", case=waiting.case_id, error=type(error).__name__
                    )
                positions.append(waiting.position)
        finally:
            if positions:
                await asyncio.to_thread(lease.mark_sent, positions)


def _case(waiting: WaitingCommand) -> str:
    return waiting.case_id
