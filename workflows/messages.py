"""What goes into a case workflow and comes out of it: one input, one message, one result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from temporalio.common import SearchAttributeKey

from cases.model import Case
from cases.older import read_state
from catalog.model import Definitions
from events.language.commands import CaseCommand, Command, Message
from events.language.refusals import Refusal
from sla.business_time import BusinessTime
from workflows.packing import packed, unpacked

CASE_WORKFLOW = "CaseWorkflow"
COMMAND_SIGNAL = "command"
COMMAND_UPDATE = "answer"
WAKE_SIGNAL = "wake"
VIEW_QUERY = "view"
REFUSAL = "Refusal"
"""The type of the application error with which an update is refused; its detail is the Refusal."""

PROCEDURE_ATTRIBUTE = SearchAttributeKey.for_keyword("GreenlaneProcedure")
LANE_ATTRIBUTE = SearchAttributeKey.for_keyword("GreenlaneLane")
STATUS_ATTRIBUTE = SearchAttributeKey.for_keyword("GreenlaneStatus")
"""Of open cases; of a closed one Temporal's own execution status tells."""


SHOWN = ("case_id", "status", "lane")
"""Of a state that travels packed."""


class Carried(Message):
    """What a case takes along into a new run: so that nobody can tell that it was continued, and never more than fits.

    How its commands ended is not among it: the ledger's transaction knows.
    """

    state: dict[str, Any]
    """The case as JSON, without the definitions, which go beside it; a long one is packed."""
    settled: dict[str, Refusal | None] = {}
    """Of older programs only: outcomes by command."""
    waiting: tuple[CaseCommand, ...] = ()
    conflicting: tuple[CaseCommand, ...] = ()
    """To be refused: another command had their ids."""

    @classmethod
    def of(
        cls,
        case: Case,
        waiting: Iterable[Command] = (),
        conflicting: Iterable[Command] = (),
    ) -> Self:
        """Pack a case."""
        state = packed(case.model_dump(mode="json", exclude={"definitions"}), SHOWN)
        return cls.model_validate({"state": state, "waiting": tuple(waiting), "conflicting": tuple(conflicting)})

    def case(self, definitions: Definitions) -> Case:
        """The case again, under its definitions."""
        return Case.model_validate({**read_state(unpacked(self.state)), "definitions": definitions})


class CaseInput(Message):
    """The input of a case: its first command, and the stack's time. The law it is decided under is a second argument,
    alone, so that it can be shared by all cases that have the same; see workflows/converter.py."""

    case_id: str
    business_time: BusinessTime
    waiting: tuple[CaseCommand, ...] = ()
    """The first command of a new case."""
    carried: Carried | None = None
    turns_max: int | None = None
    """Continue as new after so many turns; None: when Temporal suggests it."""


class CommandMessage(Message):
    """One command as a signal or update."""

    command: CaseCommand
    case_id: str | None = None
    """For whom it is: one that was sealed for another stream is nobody's. None: of an older program."""

    def is_for(self, workflow_id: str) -> bool:
        """Whether it was meant for this workflow."""
        return self.case_id in (None, workflow_id)


class CaseResult(Message):
    """How the case ended; the whole story is in the ledger."""

    outcome: str | None
    sequence: int
