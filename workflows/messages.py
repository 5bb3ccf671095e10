"""What goes into a stream's workflow and comes out of it: one input, one message, one result; for every kind the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel
from temporalio.common import SearchAttributeKey

from cases.dossier.model import Dossier
from cases.model import Case
from cases.older import read_state
from events.language.commands import CaseCommand, Message
from events.language.dossier_commands import DossierCommand
from events.language.refusals import Refusal
from sla.business_time import BusinessTime
from workflows.packing import packed, unpacked

CASE_WORKFLOW = "CaseWorkflow"
DOSSIER_WORKFLOW = "DossierWorkflow"
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

C = TypeVar("C")
"""The commands of a kind of stream."""
S = TypeVar("S", bound=BaseModel)
"""Its state."""
K = TypeVar("K", bound="StreamCarried[Any, Any]")


class StreamCarried(Message, Generic[C, S]):
    """What a stream takes along into a new run: so that nobody can tell that it was continued, and never more than fits.

    How its commands ended is not among it: the ledger's transaction knows.
    """

    model: ClassVar[type[BaseModel]]
    """Of the state."""
    shown: ClassVar[tuple[str, ...]]
    """Of a state that travels packed."""

    state: dict[str, Any]
    """The state as JSON, without the definitions, which go beside it; a long one is packed."""
    settled: dict[str, Refusal | None] = {}
    """Of older programs only: outcomes by command."""
    waiting: tuple[C, ...] = ()
    conflicting: tuple[C, ...] = ()
    """To be refused: another command had their ids."""

    @classmethod
    def of(cls, state: S, waiting: Iterable[C] = (), conflicting: Iterable[C] = (), **more: Any) -> Self:
        """Pack a state."""
        written = packed(state.model_dump(mode="json", exclude={"definitions"}), cls.shown)
        mail = {"waiting": tuple(waiting), "conflicting": tuple(conflicting)}
        return cls.model_validate({"state": written, **mail, **more})

    @staticmethod
    def read(state: Mapping[str, Any]) -> Mapping[str, Any]:
        """The state as today's program writes it, whichever wrote it."""
        return state

    def restored(self, definitions: Any) -> S:
        """The state again, under its definitions."""
        state: Any = self.model.model_validate({**self.read(unpacked(self.state)), "definitions": definitions})
        return state  # type: ignore[no-any-return]


class StreamInput(Message, Generic[C, K]):
    """The input of a stream: its first command, and the stack's time. The law it is decided under is a second argument,
    alone, so that it can be shared by all streams that have the same; see workflows/converter.py."""

    wire_id: ClassVar[str]
    """The field that holds the stream's id."""

    business_time: BusinessTime
    waiting: tuple[C, ...] = ()
    """The first command of a new stream."""
    carried: K | None = None
    turns_max: int | None = None
    """Continue as new after so many turns; None: when Temporal suggests it."""

    @classmethod
    def of(cls, stream_id: str, business_time: BusinessTime, **begins_with: Any) -> Self:
        """The input of a stream."""
        return cls.model_validate({cls.wire_id: stream_id, "business_time": business_time, **begins_with})

    @property
    def stream_id(self) -> str:
        """The stream's id in the ledger, whatever the wire calls it."""
        return str(getattr(self, self.wire_id))


class StreamMessage(Message, Generic[C]):
    """One command as a signal or update."""

    wire_id: ClassVar[str]
    """The field that says for whom it is: what was sealed for another stream is nobody's. None: of an older program."""

    command: C

    @classmethod
    def of(cls, stream_id: str, command: C) -> Self:
        """A command for this stream."""
        return cls.model_validate({cls.wire_id: stream_id, "command": command})

    def is_for(self, stream_id: str) -> bool:
        """Whether it was meant for this stream."""
        return getattr(self, self.wire_id) in (None, stream_id)


class StreamResult(Message):
    """How the stream ended; the whole story is in the ledger."""

    outcome: str | None
    sequence: int


class Carried(StreamCarried[CaseCommand, Case]):
    """What a case takes along."""

    model = Case
    shown = ("case_id", "status", "lane")

    @staticmethod
    def read(state: Mapping[str, Any]) -> Mapping[str, Any]:
        """The state of today, of what versions before left behind."""
        return read_state(state)


class CaseInput(StreamInput[CaseCommand, Carried]):
    """The input of a case."""

    wire_id = "case_id"

    case_id: str


class CommandMessage(StreamMessage[CaseCommand]):
    """One command for a case."""

    wire_id = "case_id"

    case_id: str | None = None


class DossierCarried(StreamCarried[DossierCommand, Dossier]):
    """What a dossier takes along."""

    model = Dossier
    shown = ("dossier_id",)

    done: tuple[str, ...] = ()
    """Orders that were carried out; one that is missing is carried out again, which does nothing."""


class DossierInput(StreamInput[DossierCommand, DossierCarried]):
    """The input of a dossier."""

    wire_id = "dossier_id"

    dossier_id: str


class DossierMessage(StreamMessage[DossierCommand]):
    """One command for a dossier."""

    wire_id = "dossier_id"

    dossier_id: str | None = None
