"""A worker process that kills itself at one effect boundary, once for each boundary that it is told.

`python -m tests.e2e.dying_worker TASK_QUEUE FOLDER BOUNDARY...`; the servers come from the settings. At a boundary whose
file is not in the folder yet it leaves the file, and is gone: SIGKILL, no word to anybody. Started again it goes on.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from cases.turn import Recorded, Turn
from catalog.model import Definitions
from events.language.commands import CaseCommand, WithdrawApplication
from events.language.dossier_commands import DossierCommand, RecordEnd
from greenlane.settings import Settings
from greenlane.wiring import Wiring
from intake.cases import CaseIntake
from intake.dossiers import DossierIntake
from intake.temporal import CaseGateway, DossierGateway
from store.dossiers import Dossiers, LinkedCase
from store.recorder import Recorder
from workflows.messages import CaseInput
from workflows.worker import case_worker

BOUNDARIES = (
    "opening recorded",
    "release recorded",
    "case linked",
    "case accepted",
    "case started",
    "case end recorded",
    "end told",
    "cascade recorded",
    "withdrawal sent",
    "joint result recorded",
)


class Death:
    """Comes once for each boundary."""

    def __init__(self, folder: Path, boundaries: list[str]) -> None:
        self._folder = folder
        self._boundaries = boundaries

    def at(self, boundary: str) -> None:
        file = self._folder / boundary.replace(" ", "-")
        if boundary in self._boundaries and not file.exists():
            file.touch()
            os.kill(os.getpid(), signal.SIGKILL)


class DyingRecorder:
    """Commits, and then is gone."""

    def __init__(self, recorder: Recorder, death: Death) -> None:
        self._recorder = recorder
        self._death = death

    async def record(self, turn: Turn) -> Recorded:
        recorded = await self._recorder.record(turn)
        names = {record.event.type for record in turn.records}
        if "DossierOpened" in names:
            self._death.at("opening recorded")
        elif "DossierClosed" in names:
            self._death.at("joint result recorded")
        elif "CascadeApplied" in names:
            self._death.at("cascade recorded")
        elif "ApplicationReleased" in names:
            self._death.at("release recorded")
        elif "CaseClosed" in names:
            self._death.at("case end recorded")
        return recorded


class DyingDossiers(Dossiers):
    def __init__(self, wiring: Wiring, death: Death) -> None:
        super().__init__(wiring.store)
        self._death = death

    def link(self, linked: LinkedCase) -> None:
        super().link(linked)
        self._death.at("case linked")


class DyingCases(CaseGateway):
    def __init__(self, death: Death, *given: Any) -> None:
        super().__init__(*given)
        self._death = death

    async def start(self, stream_input: CaseInput, definitions: Definitions, *, again: bool = False) -> bool:
        self._death.at("case accepted")
        was_started = await super().start(stream_input, definitions, again=again)
        self._death.at("case started")
        return was_started

    async def signal(self, case_id: str, command: CaseCommand) -> None:
        await super().signal(case_id, command)
        if isinstance(command, WithdrawApplication):
            self._death.at("withdrawal sent")


class DyingDossierGateway(DossierGateway):
    def __init__(self, death: Death, *given: Any) -> None:
        super().__init__(*given)
        self._death = death

    async def signal(self, dossier_id: str, command: DossierCommand) -> None:
        await super().signal(dossier_id, command)
        if isinstance(command, RecordEnd):
            self._death.at("end told")


async def work(task_queue: str, folder: str, *boundaries: str) -> None:
    wiring = Wiring(Settings.load(task_queue=task_queue))
    client = await wiring.temporal()
    death = Death(Path(folder), list(boundaries))
    cases = DyingCases(death, client, task_queue)
    intake = CaseIntake(cases, wiring.intake_records, wiring.catalogue, wiring.business_time, wiring.zone)
    gateway = DyingDossierGateway(death, client, task_queue)
    desk = DossierIntake(intake, gateway, DyingDossiers(wiring, death), wiring.catalogue)
    recorder = DyingRecorder(Recorder(wiring.store, wiring.topics), death)
    await case_worker(client, recorder, task_queue=task_queue, carrier=desk).run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
