"""Handing applications in: each once, many at a time, and waiting until their cases are on record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from cases.turn import CaseView
from catalog.facts import LeftOut
from events.language.commands import Actor
from events.language.identity import case_id_of
from events.language.messages import SubmissionMessage
from events.language.refusals import Refusal
from intake.application_files import Entry, entries_of
from intake.cases import CaseIntake
from services.installation import Installation
from services.recorded import Patience

__all__ = ["Submitted", "SubmittedEntry", "entries_of", "is_unrecorded", "submit_applications", "submit_entries"]

IN_FLIGHT = 16


@dataclass(frozen=True, slots=True)
class Submitted:
    """An application that was taken."""

    case_id: str
    is_known: bool
    """It was taken before, with the same content."""
    view: CaseView | None
    """The case as recorded; None: nobody has recorded it yet."""
    left_out: tuple[LeftOut, ...]
    """The facts that no list knows: the case does not have them."""


SubmittedEntry = tuple[Entry, Submitted | Refusal | None]
"""An entry of a file, with what became of it; None: it cannot be read."""


async def submit_entries(
    installation: Installation,
    actor: Actor,
    entries: Sequence[Entry],
    source: str,
    *,
    door: str,
    clock: Callable[[], datetime],
    progress: Callable[..., None] = lambda: None,
    strict: bool = False,
) -> list[SubmittedEntry]:
    """Hand in the entries of files, as `submit_applications` does; what became of each, in their order."""
    messages = [entry.message for entry in entries if entry.message is not None]
    progress(len(entries) - len(messages))
    answers = iter(
        await submit_applications(
            installation, actor, messages, source, door=door, clock=clock, progress=progress, strict=strict
        )
    )
    return [(entry, None if entry.message is None else next(answers)) for entry in entries]


def is_unrecorded(entries: Iterable[SubmittedEntry]) -> bool:
    """Whether any was accepted that nobody has recorded yet."""
    return any(isinstance(answer, Submitted) and answer.view is None for _, answer in entries)


async def submit_applications(
    installation: Installation,
    actor: Actor,
    messages: Sequence[SubmissionMessage],
    source: str,
    *,
    door: str,
    clock: Callable[[], datetime],
    progress: Callable[[], None] = lambda: None,
    strict: bool = False,
) -> list[Submitted | Refusal]:
    """Hand in applications of a source; the answers in their order, `progress` called after each.

    `door` begins the ids of the commands, `clock` gives the real instant at which each is received. `strict`: none with
    unknown facts. Raises Unavailable and StoreError when a server is away: what was accepted before is kept, and the same
    call again finds it known.
    """
    intake = installation.intake(await installation.temporal())
    counter = _Counter(installation, intake, actor, source, door, clock, progress, strict=strict)
    return list(await asyncio.gather(*[counter.task_of(message) for message in messages]))


class _Counter:
    """The counter at which applications are handed in."""

    def __init__(
        self,
        installation: Installation,
        intake: CaseIntake,
        actor: Actor,
        source: str,
        door: str,
        clock: Callable[[], datetime],
        progress: Callable[[], None],
        *,
        strict: bool,
    ) -> None:
        self._views = installation.views
        self._intake = intake
        self._actor = actor
        self._source = source
        self._door = door
        self._clock = clock
        self._progress = progress
        self._strict = strict
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._earlier: dict[str, asyncio.Task[Submitted | Refusal]] = {}
        self._patience = Patience()

    def task_of(self, message: SubmissionMessage) -> asyncio.Task[Submitted | Refusal]:
        """Hand in one; of two with the same id the first in the order is the first in."""
        task = asyncio.create_task(self._take(message, self._earlier.get(message.application_id)))
        self._earlier[message.application_id] = task
        return task

    async def _take(
        self, message: SubmissionMessage, earlier: asyncio.Task[Submitted | Refusal] | None
    ) -> Submitted | Refusal:
        if earlier is not None:
            await asyncio.wait({earlier})
        async with self._free:
            answer = await self._hand_in(message)
        self._progress()
        return answer

    async def _hand_in(self, message: SubmissionMessage) -> Submitted | Refusal:
        answer = await self._intake.submit(
            message,
            source=self._source,
            command_id=f"{self._door}:submit:{case_id_of(self._source, message.application_id)}",
            actor=self._actor,
            received_at=self._clock(),
            strict=self._strict,
        )
        if isinstance(answer, Refusal):
            return answer
        view = await self._patience.recorded(partial(self._views.case, answer.case_id))
        return Submitted(answer.case_id, answer.known, view, answer.left_out)
