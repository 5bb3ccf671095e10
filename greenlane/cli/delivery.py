"""Handing applications in: each once, many at a time, and waiting until their cases are on record."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cases.turn import CaseView
from catalog.facts import LeftOut
from events.language.commands import Actor, ActorKind, Assurance
from events.language.identity import case_id_of
from events.language.refusals import Refusal
from greenlane.cli.application_files import Entry
from greenlane.cli.clock import now
from greenlane.cli.failure import told_in
from greenlane.cli.session import Session
from intake.cases import CaseIntake
from presentation.instants import instant_json
from wording.text import in_language

IN_FLIGHT = 16
RECORD_SECONDS = 30.0
"""How long a case may take from being accepted to being on record before the worker counts as away."""
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one entry: a case, or an error as `{code, field, message, remedy, file, line}`."""

    entry: Entry
    case_id: str | None = None
    known: bool = False
    view: CaseView | None = None
    """The case as recorded; None: refused, or nobody has recorded it yet."""
    error: dict[str, Any] | None = None
    left_out: tuple[LeftOut, ...] = ()
    """The facts that no list knows: the case does not have them."""

    def as_json(self, language: str) -> dict[str, Any]:
        """One line of `submitted` or `refused` in the contract for machines."""
        if self.error is not None:
            return {"application_id": self.entry.application_id, "error": self.error}
        view = self.view
        return {
            "application_id": self.entry.application_id,
            "case_id": self.case_id,
            "dossier_code": view and view.dossier_code,
            "lane": view and view.lane,
            "known": self.known,
            "statutory_due_at": view and instant_json(view.statutory_due_at),
            "green_due_at": view and instant_json(view.green_due_at),
            "promises": view and view.promises.model_dump(mode="json"),
            "left_out": left_out_json(self.left_out, language),
        }


def left_out_json(found: Sequence[LeftOut], language: str) -> list[dict[str, Any]]:
    """Facts that were left out, for machines: each with the nearest that is known."""
    return [
        {
            "field": one.field,
            "nearest": one.nearest,
            "message": in_language(one.message, language),
            "remedy": in_language(one.remedy, language),
        }
        for one in found
    ]


async def deliver(
    session: Session,
    entries: Sequence[Entry],
    source: str,
    told: Callable[[], None] = lambda: None,
    *,
    strict: bool = False,
) -> list[Delivered]:
    """Hand in all entries; the answers in their order. `told` is called after each. `strict`: no unknown facts.

    Raises Unavailable and StoreError when a server is away: what was accepted before is kept, and the same call again
    finds it known.
    """
    counter = _Counter(session, session.wiring.intake(await session.temporal()), source, told, strict=strict)
    return list(await asyncio.gather(*[counter.task_of(entry) for entry in entries]))


class _Counter:
    """The counter at which applications are handed in."""

    def __init__(
        self, session: Session, intake: CaseIntake, source: str, told: Callable[[], None], *, strict: bool
    ) -> None:
        self._session = session
        self._strict = strict
        self._intake = intake
        self._source = source
        self._told = told
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._earlier: dict[str, asyncio.Task[Delivered]] = {}
        self._patience_seconds = RECORD_SECONDS

    def task_of(self, entry: Entry) -> asyncio.Task[Delivered]:
        """Hand in one entry; of two with the same id the first in the file is the first in."""
        task = asyncio.create_task(self._take(entry, self._earlier.get(entry.application_id or "")))
        if entry.application_id is not None:
            self._earlier[entry.application_id] = task
        return task

    async def _take(self, entry: Entry, earlier: asyncio.Task[Delivered] | None) -> Delivered:
        if earlier is not None:
            await asyncio.wait({earlier})
        async with self._free:
            answer = await self._hand_in(entry)
        self._told()
        return answer

    async def _hand_in(self, entry: Entry) -> Delivered:
        if entry.message is None:
            return Delivered(entry, error=told_in(entry.error, self._session.words.language))
        answer = await self._intake.submit(
            entry.message,
            source=self._source,
            command_id=f"cli:submit:{case_id_of(self._source, entry.message.application_id)}",
            actor=Actor(kind=ActorKind.APPLICANT, id=self._source, assurance=Assurance.CLAIMED),
            received_at=now(),
            strict=self._strict,
        )
        if isinstance(answer, Refusal):
            return Delivered(entry, error=_error_of(answer, entry, self._session.wiring.settings.language))
        view = await self._recorded(answer.case_id)
        return Delivered(entry, case_id=answer.case_id, known=answer.known, view=view, left_out=answer.left_out)

    async def _recorded(self, case_id: str) -> CaseView | None:
        deadline = time.monotonic() + self._patience_seconds
        while (view := await asyncio.to_thread(self._session.views.case, case_id)) is None:
            if time.monotonic() >= deadline:
                # Without a worker every further case would wait as long: say it once, for all.
                self._patience_seconds = 0.0
                return None
            await asyncio.sleep(LOOK_SECONDS)
        return view


def _error_of(refusal: Refusal, entry: Entry, language: str) -> dict[str, Any]:
    return {
        "code": refusal.code,
        "field": refusal.field or "",
        "message": refusal.message(language),
        "remedy": refusal.remedy(language),
        "file": entry.file,
        "line": entry.line,
    }
