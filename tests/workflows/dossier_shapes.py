"""The shapes that linked dossiers take, each played the same way every time: for golden histories and the baseline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from activities.linked import Done, Order
from events.language.dossier_commands import LinkedApplication, RecordEnd
from events.language.identity import dossier_id_of
from events.language.refusals import refuse
from tests.cases.dossier.openings import a_submission, an_application, an_end, days, definitions
from tests.workflows.stage import Stage, StagedCase, soon
from workflows.messages import COMMAND_SIGNAL, DOSSIER_WORKFLOW, DossierInput, DossierMessage, StreamResult

NONE = "none"
"""An application of this name is none: it becomes no case."""


class Desk:
    """Opens every application but one, and hears of every end."""

    async def carry_out(self, order: Order) -> Done:
        return Done(key=order.key, refusal=refuse("documents_missing", documents="x") if order.name == NONE else None)

    async def report_end(self, dossier_id: str, command: RecordEnd) -> None:
        """The dossier of a case on this stage is elsewhere."""


@dataclass
class StagedDossier(StagedCase):
    """One dossier on the stage."""

    async def grants(self, *names: str) -> StagedDossier:
        """Cases of it are granted, one after the other; waits until the dossier knows of each."""
        for name in names:
            await soon(lambda name=name: name in self._cases)
            command = an_end(name, self._cases[name], await self.stage.now())
            await self.handle.signal(COMMAND_SIGNAL, DossierMessage(command=command))
            await soon(lambda command=command: (self.case_id, command.command_id) in self.stage.memory.outcomes)
            await self.quiet()
        return self

    @property
    def _cases(self) -> dict[str, str]:
        return {event.name: event.case_id for event in self.events("ApplicationReleased")}


async def _opened(
    stage: Stage, own_id: str, parts: Iterable[LinkedApplication], turns_max: int | None = None
) -> StagedDossier:
    parts, dossier_id = tuple(parts), dossier_id_of("/portal", own_id)
    given = DossierInput(
        dossier_id=dossier_id,
        business_time=stage.business_time,
        waiting=(a_submission(parts, dossier_id=own_id),),
        turns_max=turns_max,
    )
    law = definitions({part.name: days(3) for part in parts})
    handle = await stage.client.start_workflow(
        DOSSIER_WORKFLOW, args=[given, law], id=dossier_id, task_queue=stage.task_queue, result_type=StreamResult
    )
    dossier = StagedDossier(stage, dossier_id, handle)
    stage.cases.append(dossier)
    await dossier.opened()
    await dossier.quiet()
    return dossier


THREE = (an_application("a"), an_application("b", "a"), an_application("c"))


async def dossier_granted(stage: Stage) -> StagedDossier:
    """Two cases at once, a third when the first is granted."""
    return await (await _opened(stage, "D-granted", THREE)).grants("a", "c", "b")


async def dossier_of_many(stage: Stage) -> StagedDossier:
    """More cases at once than one activity opens."""
    names = [f"a{number}" for number in range(12)]
    return await (await _opened(stage, "D-many", map(an_application, names))).grants(*names)


async def dossier_with_none(stage: Stage) -> StagedDossier:
    """One of its applications is none, and comes back before it was a case."""
    return await (await _opened(stage, "D-none", map(an_application, ("a", NONE)))).grants("a")


async def dossier_continued(stage: Stage) -> StagedDossier:
    """A new run after every second turn."""
    return await (await _opened(stage, "D-continued", THREE, turns_max=2)).grants("a", "c", "b")
