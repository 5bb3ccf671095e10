"""A third kind of stream, made on the kit as a real one would be: complaints about how an application was handled.

Its types and its rules stand here; its page of wiring is complaint_workflow.py. Law on Complaints 02/2011/QH13 art. 27: within
ten days of receipt the agency says whether it takes the complaint up.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from activities.record import Proposal, Standing
from cases.model import State
from cases.stream import StreamDraft, StreamRules
from cases.turn import Turn
from events.language.case_events import EventRecord
from events.language.commands import Actor, ActorKind, Command, Message, Tick
from events.language.refusals import Refusal, refuse
from sla.calendar import CalendarDefinition

# ---- types


class LodgeComplaint(Command):
    """The first command: what is complained about."""

    type: Literal["LodgeComplaint"] = "LodgeComplaint"
    about: str
    agency: str


class AnswerComplaint(Command):
    """The agency takes it up, or says why not."""

    type: Literal["AnswerComplaint"] = "AnswerComplaint"
    taken_up: bool


ComplaintCommand = Annotated[LodgeComplaint | AnswerComplaint, Field(discriminator="type")]


class ComplaintLodged(Message):
    """It is on record, and when it is due is promised."""

    type: Literal["ComplaintLodged"] = "ComplaintLodged"
    about: str
    agency: str
    due_at: AwareDatetime


class ComplaintOverdue(Message):
    """Nobody answered in time."""

    type: Literal["ComplaintOverdue"] = "ComplaintOverdue"


class ComplaintAnswered(Message):
    """Its end."""

    type: Literal["ComplaintAnswered"] = "ComplaintAnswered"
    taken_up: bool
    by: Actor


class ComplaintRecord(EventRecord):
    """One event in its place. In the program the events would join the language's union, and this were not needed."""

    event: Annotated[ComplaintLodged | ComplaintOverdue | ComplaintAnswered, Field(discriminator="type")]


class ComplaintLaw(Message):
    """What it is decided under."""

    calendar: CalendarDefinition
    days: int = 10


class Complaint(State):
    """Where it stands."""

    complaint_id: str
    definitions: ComplaintLaw
    sequence: int = 0
    agency: str | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    overdue: bool = False
    outcome: str | None = None

    @property
    def stream_id(self) -> str:
        return self.complaint_id

    @property
    def is_closed(self) -> bool:
        return self.outcome is not None


class ComplaintView(Message):
    """Its row in a read model."""

    case_id: str
    sequence: int
    agency: str
    overdue: bool
    outcome: str | None
    next_due_at: AwareDatetime | None


class ComplaintTurn(Turn):
    records: tuple[ComplaintRecord, ...]
    view: ComplaintView | None


class ComplaintProposal(Proposal):
    turn: ComplaintTurn | None = None


class ComplaintStanding(Standing):
    records: tuple[ComplaintRecord, ...]


# ---- rules


def evolve_complaint(complaint: Complaint, record: EventRecord) -> Complaint:
    """What an event makes of a complaint."""
    change: dict[str, Any] = {"sequence": record.sequence}
    match record.event:
        case ComplaintLodged(agency=agency, due_at=due_at):
            change |= {"agency": agency, "opened_at": record.at, "due_at": due_at}
        case ComplaintOverdue():
            change |= {"overdue": True}
        case ComplaintAnswered(taken_up=taken_up):
            change |= {"outcome": "taken_up" if taken_up else "refused"}
    return complaint.changed(change)


class ComplaintDraft(StreamDraft[Complaint]):
    opening, evolve, record_type = ComplaintLodged, staticmethod(evolve_complaint), ComplaintRecord


def next_due(complaint: Complaint) -> datetime | None:
    return None if complaint.overdue or complaint.is_closed else complaint.due_at


def fire(draft: ComplaintDraft, tick: Tick) -> None:
    due_at = next_due(draft.state)
    if due_at is not None and due_at <= tick.due_at:
        draft.emit(ComplaintOverdue())


def stranger(complaint: Complaint, command: Command) -> Refusal | None:
    is_other = command.actor.kind is ActorKind.DEPARTMENT and command.actor.id != complaint.agency
    return UNKNOWN if complaint.sequence and is_other else None


def apply(draft: ComplaintDraft, command: ComplaintCommand) -> Refusal | None:
    match command:
        case LodgeComplaint(about=about, agency=agency):
            if draft.state.sequence:
                return refuse("case_exists")
            due_at = draft.at + timedelta(days=draft.state.definitions.days)
            draft.emit(ComplaintLodged(about=about, agency=agency, due_at=due_at))
        case AnswerComplaint(taken_up=taken_up):
            if draft.state.is_closed:
                return refuse("case_closed", outcome=draft.state.outcome)
            draft.emit(ComplaintAnswered(taken_up=taken_up, by=command.actor))
    return None


def view_of(complaint: Complaint) -> ComplaintView:
    return ComplaintView(
        case_id=complaint.complaint_id,
        sequence=complaint.sequence,
        agency=complaint.agency or "",
        overdue=complaint.overdue,
        outcome=complaint.outcome,
        next_due_at=next_due(complaint),
    )


UNKNOWN = refuse("case_unknown", "case")
COMPLAINTS = StreamRules(
    opening=LodgeComplaint,
    blank=lambda stream_id, law: Complaint(complaint_id=stream_id, definitions=law),
    evolve=evolve_complaint,
    draft=ComplaintDraft,
    next_due=next_due,
    fire=fire,
    unknown=UNKNOWN,
    stranger=stranger,
    apply=apply,
    view=view_of,
    turn_type=ComplaintTurn,
)
