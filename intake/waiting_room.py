"""The waiting room: a few commands of one sender lie unanswered in a case's workflow, the rest waits in a table, in order.

Whoever writes without waiting for answers fills his own queue, never the case: its history stays short, and others are heard.
"""

from __future__ import annotations

import asyncio
import threading
from enum import StrEnum

import structlog
from pydantic_core import from_json

from events.language.commands import CaseCommand
from events.language.identity import sender_of
from events.language.refusals import Refusal, refuse
from events.language.sameness import is_other
from intake.settling import CommandKey, without_outcome
from store.errors import StoreError
from store.inbox import Inbox
from store.waiting import HANDED_MAX, ROWS_MAX, Entry, WaitingCommands

SENDERS_KEPT = 10_000
"""Senders in a case of which is remembered what was handed over; some 7 MB. Of one that is forgotten a few more may lie there."""
REFRESH_SECONDS = 1.0
REFUSED_SECONDS = 0.01
"""So long a message that is too much holds up its sender's next about the case: refusing must not take the machine."""

log = structlog.get_logger()

Sender = tuple[str, str]
"""The case, and whose topic the command came on."""


class Admission(StrEnum):
    """Where a command is to go."""

    PASSES = "passes"
    """To the case, now."""
    WAITS = "waits"
    """Nowhere: it is kept, and handed over in its turn."""
    CONFLICT = "conflict"
    """Nowhere: another command of the same id waits."""


class WaitingRoom:
    """One for each process that brings messages to cases; from one event loop. Calls raise StoreError.

    What is handed over is counted in memory: while a sender has few unanswered commands in a case, nobody asks the database.
    """

    def __init__(self, waiting: WaitingCommands, inbox: Inbox) -> None:
        self.entered = asyncio.Event()
        """Something waits that did not before."""
        self._waiting = waiting
        self._inbox = inbox
        self._handed: dict[Sender, set[CommandKey]] = {}
        """What was handed over of each sender, and may be unanswered."""
        self._queues: set[Sender] = set()
        """Senders of whom something waits: whatever comes now waits behind it."""
        self._joined: set[Sender] = set()
        """Those that joined while the queues are being looked up."""
        self._looking = asyncio.Lock()
        """One look at a time: who joins during one must not be forgotten by the end of another."""
        self._is_stale = threading.Event()
        self._is_stale.set()

    def doubt(self) -> None:
        """Another process may have let something wait whose sender is ours from now on. Safe from any thread."""
        self._is_stale.set()

    async def admit(self, case_id: str, command: CaseCommand) -> Admission | Refusal:
        """Where the command is to go; refused when too many of its sender wait."""
        sender = case_id, _sender_named(command)
        if self._is_stale.is_set():
            await self.refresh()
        if sender not in self._queues:
            handed = self._handed_by(sender)
            identity = command.command_id, command.digest
            if identity in handed or len(handed) < HANDED_MAX or await self._is_heard(sender):
                handed.add(identity)
                return Admission.PASSES
        return await self._wait(sender, command)

    async def refresh(self) -> None:
        """Look up of whom something waits."""
        async with self._looking:
            self._is_stale.clear()
            self._joined.clear()
            try:
                senders = await asyncio.to_thread(self._waiting.senders)
            except StoreError:
                self._is_stale.set()
                raise
            self._queues = senders | self._joined

    async def keep_current(self) -> None:
        """Go on looking up, until cancelled: queues end when their last command is answered, and other processes make some."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self.refresh()
            except Exception as error:
                log.warning("the waiting room cannot be looked into", error=type(error).__name__)

    def _handed_by(self, sender: Sender) -> set[CommandKey]:
        handed = self._handed.get(sender)
        if handed is None:
            if len(self._handed) >= SENDERS_KEPT:
                del self._handed[next(iter(self._handed))]
            handed = self._handed[sender] = set()
        return handed

    async def _is_heard(self, sender: Sender) -> bool:
        """Whether enough of what was handed over has been answered; forgets what was."""
        handed = self._handed[sender]
        left = await asyncio.to_thread(without_outcome, self._inbox, sender[0], tuple(handed))
        handed &= left
        return len(handed) < HANDED_MAX

    async def _wait(self, sender: Sender, command: CaseCommand) -> Admission | Refusal:
        case_id, name = sender
        body = command.model_dump_json(exclude_none=True)
        entry, standing = await asyncio.to_thread(self._waiting.put, case_id, name, command.command_id, body)
        match entry:
            case Entry.FULL:
                await asyncio.sleep(REFUSED_SECONDS)
                return refuse("too_many_waiting", None, most=str(ROWS_MAX))
            case Entry.KNOWN:
                other = standing is not None and is_other(command.digest, from_json(standing).get("digest"))
                return Admission.CONFLICT if other else Admission.WAITS
            case Entry.WAITS:
                self._queues.add(sender)
                self._joined.add(sender)
                self.entered.set()
                return Admission.WAITS


def _sender_named(command: CaseCommand) -> str:
    kind, account = sender_of(command.command_id) or (command.actor.kind, command.actor.id)
    return f"{kind}/{account}"
