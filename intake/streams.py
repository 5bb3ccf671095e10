"""How the streams of one kind are reached: opened, given commands, and brought back where Temporal does not run them.

Every call may be repeated without effect. The inbox and the ledger are the authority; Temporal only runs what they know.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from cases.stream import StreamRules
from cases.turn import CommandOutcome
from catalog.facts import LeftOut
from events.language.case_events import EventRecord
from events.language.commands import Command
from events.language.refusals import Refusal
from events.transport.errors import Unavailable
from intake.lost_runs import BROUGHT_BACK, within_one_payload
from intake.records import IntakeRecords
from intake.temporal import Gateway, StreamUnknownError
from sla.business_time import BusinessTime
from store.inbox import Acceptance

C = TypeVar("C", bound=Command)
L = TypeVar("L")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submission that was taken. `known`: it had been submitted before, with the same content."""

    case_id: str
    known: bool
    left_out: tuple[LeftOut, ...] = ()
    """The facts that no list knows: the stream does not have them."""


class KnownStream(Protocol):
    """What the store knows of a stream that has events, for answering where Temporal cannot."""

    @property
    def closed_at(self) -> datetime | None:
        """When it ended; None: it is open."""
        ...

    @property
    def outcome(self) -> str | None:
        """How it ended."""
        ...


class StreamIntake(ABC, Generic[C, L]):
    """The intake of one kind of stream. Its business time is mapped here, once."""

    noun: ClassVar[str]
    """What the metrics call such a stream."""
    rules: ClassVar[StreamRules[Any, Any, Any]]

    def __init__(self, gateway: Gateway[C], records: IntakeRecords, time: BusinessTime) -> None:
        self._gateway = gateway
        self._records = records
        self._time = time

    @property
    def records(self) -> IntakeRecords:
        """The store as the intake uses it."""
        return self._records

    # ---- what a kind says; the calls block

    @abstractmethod
    def owns(self, stream_id: str) -> bool:
        """Whether a stream is of this kind."""

    @abstractmethod
    def stored_opening(self, stream_id: str) -> tuple[C, L] | None:
        """What starts a stream that was accepted and never opened; None: there is no such stream."""

    @abstractmethod
    def stored_events(self, stream_id: str) -> tuple[L, tuple[EventRecord, ...]]:
        """What a stream was opened under, and all its events. Raises DefinitionsUnknown for one that has none."""

    @abstractmethod
    def known(self, stream_id: str) -> KnownStream | None:
        """What is on record of a stream; None: nothing."""

    @abstractmethod
    async def take_after_end(self, stream_id: str, command: C, known: KnownStream) -> Refusal | None:
        """Why a stream that has ended takes the command no more; None: it was started again for it."""

    # ---- what every kind does

    async def open_as(self, acceptance: Acceptance, stream_id: str, opening: C, definitions: L) -> Submitted | None:
        """Start a stream as far as its acceptance asks for; None: it has other content, and is refused. Raises Unavailable."""
        if acceptance is Acceptance.CONFLICT:
            return None
        if acceptance is Acceptance.NEW:
            await self._start(stream_id, definitions, waiting=(opening,))
        elif acceptance is Acceptance.SAME_UNOPENED:
            await self.open_accepted(stream_id)
        return Submitted(stream_id, known=acceptance is not Acceptance.NEW)

    async def open_accepted(self, stream_id: str) -> bool:
        """Start a stream that was accepted but whose start may have been lost. False: there is no such stream."""
        stored = await asyncio.to_thread(self.stored_opening, stream_id)
        if stored is None:
            return False
        opening, definitions = stored
        along, behind = within_one_payload([opening, *await self._lost_commands(stream_id)])
        await self._start(stream_id, definitions, waiting=tuple(along))
        await self._signal_all(stream_id, behind)
        return True

    async def open_forgotten(self, older_than_seconds: float) -> int:
        """Start every stream whose start was lost, e.g. because the process that accepted it was killed. Returns how many."""
        unopened = await asyncio.to_thread(self._records.unopened, older_than_seconds)
        forgotten = [stream_id for stream_id in unopened if self.owns(stream_id)]
        for stream_id in forgotten:
            await self.open_accepted(stream_id)
        return len(forgotten)

    async def wake(self, stream_id: str) -> None:
        """Let the stream look what is due; brought back where Temporal does not know it. Raises Unavailable, StoreError."""
        try:
            await self._gateway.wake(stream_id)
        except StreamUnknownError:
            if not await self.open_accepted(stream_id):
                await self.revive(stream_id)

    async def revive(self, stream_id: str) -> bool:
        """Start a stream again from its ledger: its run failed or was ended by somebody, or Temporal lost it.

        What that run was given and had not settled goes along. False: it runs. Raises Unavailable, StoreError.
        """
        is_started = await self.start_from_ledger(stream_id, await self._lost_commands(stream_id))
        if is_started:
            BROUGHT_BACK.labels(self.noun).inc()
        return is_started

    async def start_from_ledger(self, stream_id: str, commands: Sequence[C]) -> bool:
        """Start a stream where its ledger ends, with these commands in its hands. False: it runs."""
        definitions, records = await asyncio.to_thread(self.stored_events, stream_id)
        state = self.rules.fold(stream_id, definitions, records)
        along, behind = within_one_payload(commands)
        # Not the definitions of its opening: others may have been applied since. And again also where a run came to its end:
        # a ledger that was restored from a backup may not know of it.
        carried = self._gateway.carried_type.of(state, along)
        is_started = await self._start(stream_id, state.definitions, again=True, carried=carried)
        if is_started:
            await self._signal_all(stream_id, behind)
        return is_started

    async def deliver(self, stream_id: str, command: C, give: Callable[[], Awaitable[T]]) -> T | Refusal:
        """Give a stream a command; it is brought back where Temporal does not run it. A refusal: it can take none.

        Raises Unavailable, StoreError.
        """
        try:
            return await give()
        except StreamUnknownError:
            refusal = await self._bring_back(stream_id, command)
        if refusal is not None:
            return refusal
        try:
            return await give()
        except StreamUnknownError as error:
            is_settled = await asyncio.to_thread(self._records.outcome_of, stream_id, command) is not None
            if is_settled or await asyncio.to_thread(self.known, stream_id) is None:
                # What it was brought back for is done; or its opening was refused, and it never became one.
                return self.rules.unknown
            # It ended this very moment, by other hands: next time we know more.
            raise Unavailable("Temporal") from error

    async def answer_to(self, stream_id: str, command: C) -> CommandOutcome:
        """How a command ends that is given to a stream now. Raises Unavailable, StoreError."""
        answer = await self.deliver(stream_id, command, partial(self._gateway.update, stream_id, command))
        if isinstance(answer, CommandOutcome):
            return answer
        outcome = await asyncio.to_thread(self._records.outcome_of, stream_id, command)
        return outcome or CommandOutcome(command_id=command.command_id, refusal=answer)

    async def signal(self, stream_id: str, command: C) -> Refusal | None:
        """Give a stream a command; nobody waits for the answer. Why it can take none. Raises Unavailable, StoreError."""
        return await self.deliver(stream_id, command, partial(self._gateway.signal, stream_id, command))

    async def _bring_back(self, stream_id: str, command: C) -> Refusal | None:
        if await self.open_accepted(stream_id):
            return None
        known = await asyncio.to_thread(self.known, stream_id)
        if known is None:
            return self.rules.unknown
        if known.closed_at is not None:
            return await self.take_after_end(stream_id, command, known)
        await self.revive(stream_id)
        return None

    async def _start(self, stream_id: str, definitions: L, *, again: bool = False, **begins_with: Any) -> bool:
        return await self._gateway.start(
            self._gateway.input_type.of(stream_id, self._time, **begins_with), definitions, again=again
        )

    async def _lost_commands(self, stream_id: str) -> list[C]:
        """What the stream's last run was given and had not settled, in order."""
        commands = await self._gateway.commands_of_lost_run(stream_id)
        return await asyncio.to_thread(self._records.without_outcome, stream_id, commands)

    async def _signal_all(self, stream_id: str, commands: Sequence[C]) -> None:
        for command in commands:
            await self._gateway.signal(stream_id, command)
