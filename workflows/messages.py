"""What goes into a case workflow and comes out of it: one input, one message, one result."""

from __future__ import annotations

from temporalio.common import SearchAttributeKey

from cases.model import Case
from catalog.model import Definitions
from events.language.commands import CaseCommand, Message
from events.language.refusals import Refusal
from sla.business_time import BusinessTime

CASE_WORKFLOW = "CaseWorkflow"
COMMAND_SIGNAL = "command"
COMMAND_UPDATE = "answer"
VIEW_QUERY = "view"
REFUSAL = "Refusal"
"""The type of the application error with which an update is refused; its detail is the Refusal."""

PROCEDURE_ATTRIBUTE = SearchAttributeKey.for_keyword("GreenlaneProcedure")
LANE_ATTRIBUTE = SearchAttributeKey.for_keyword("GreenlaneLane")
STATUS_ATTRIBUTE = SearchAttributeKey.for_keyword("GreenlaneStatus")
"""Of open cases; of a closed one Temporal's own execution status tells."""


class Carried(Message):
    """What a case takes along into a new run: all of it, so that nobody can tell that it was continued."""

    case: Case
    settled: dict[str, Refusal | None] = {}
    waiting: tuple[CaseCommand, ...] = ()


class CaseInput(Message):
    """The input of a case: its first command, the law it is decided under, and the stack's time."""

    case_id: str
    definitions: Definitions
    business_time: BusinessTime
    waiting: tuple[CaseCommand, ...] = ()
    """The first command of a new case."""
    carried: Carried | None = None
    turns_max: int | None = None
    """Continue as new after so many turns; None: when Temporal suggests it."""


class CommandMessage(Message):
    """One command as a signal or update."""

    command: CaseCommand


class CaseResult(Message):
    """How the case ended; the whole story is in the ledger."""

    outcome: str | None
    sequence: int
