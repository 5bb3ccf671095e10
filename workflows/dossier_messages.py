"""What goes into a dossier's workflow and comes out of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from cases.dossier.model import Dossier
from catalog.dossier import DossierDefinitions
from events.language.commands import Message
from events.language.dossier_commands import DossierCommand
from events.language.refusals import Refusal
from sla.business_time import BusinessTime
from workflows.packing import packed, unpacked

DOSSIER_WORKFLOW = "DossierWorkflow"
SHOWN = ("dossier_id",)
"""Of a state that travels packed."""


class DossierCarried(Message):
    """What a dossier takes along into a new run; as with a case, how its commands ended is not among it."""

    state: dict[str, Any]
    """The dossier as JSON, without the definitions, which go beside it; a long one is packed."""
    settled: dict[str, Refusal | None] = {}
    """Of older programs only: outcomes by command."""
    waiting: tuple[DossierCommand, ...] = ()
    conflicting: tuple[DossierCommand, ...] = ()
    """To be refused: another command had their ids."""
    done: tuple[str, ...] = ()
    """Orders that were carried out; one that is missing is carried out again, which does nothing."""

    @classmethod
    def of(
        cls,
        dossier: Dossier,
        waiting: Iterable[DossierCommand] = (),
        done: Iterable[str] = (),
        conflicting: Iterable[DossierCommand] = (),
    ) -> Self:
        """Pack a dossier."""
        state = packed(dossier.model_dump(mode="json", exclude={"definitions"}), SHOWN)
        mail = {"waiting": tuple(waiting), "conflicting": tuple(conflicting)}
        return cls.model_validate({"state": state, "done": tuple(done), **mail})

    def dossier(self, definitions: DossierDefinitions) -> Dossier:
        """The dossier again, under its definitions."""
        return Dossier.model_validate({**unpacked(self.state), "definitions": definitions})


class DossierInput(Message):
    """The input of a dossier: its first command, and the stack's time. What it is decided under is a second argument."""

    dossier_id: str
    business_time: BusinessTime
    waiting: tuple[DossierCommand, ...] = ()
    carried: DossierCarried | None = None
    turns_max: int | None = None
    """Continue as new after so many turns; None: when Temporal suggests it."""


class DossierMessage(Message):
    """One command as a signal or update."""

    command: DossierCommand
    dossier_id: str | None = None
    """For whom it is: one that was sealed for another stream is nobody's. None: of an older program."""

    def is_for(self, workflow_id: str) -> bool:
        """Whether it was meant for this workflow."""
        return self.dossier_id in (None, workflow_id)


class DossierResult(Message):
    """How the dossier ended; the whole story is in the ledger."""

    outcome: str | None
    sequence: int
