"""A third kind of stream, made on the kit as a real one would be: complaints about how an application was handled.

Its types and its rules stand here; its page of wiring is complaint_workflow.py. Law on Complaints 02/2011/QH13 art. 27: within
ten days of receipt the agency says whether it takes the complaint up.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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
    opening = ComplaintLodged
    record_type = ComplaintRecord

    def evolved(self, record: EventRecord) -> Complaint:
        return evolve_complaint(self.state, record)


class ComplaintRules(StreamRules[Complaint, ComplaintLaw, ComplaintDraft]):
    opening = LodgeComplaint
    turn_type = ComplaintTurn

    def blank(self, stream_id: str, definitions: ComplaintLaw) -> Complaint:
        return Complaint(complaint_id=stream_id, definitions=definitions)

    def evolve(self, state: Complaint, record: EventRecord) -> Complaint:
        return evolve_complaint(state, record)

    def draft(self, state: Complaint, *, at: datetime, now: datetime, command_id: str, actor: Actor) -> ComplaintDraft:
        return ComplaintDraft(state, at=at, now=now, command_id=command_id, actor=actor)

    def next_due(self, state: Complaint) -> datetime | None:
        return None if state.overdue or state.is_closed else state.due_at

    def fire(self, draft: ComplaintDraft, tick: Tick) -> None:
        due_at = self.next_due(draft.state)
        if due_at is not None and due_at <= tick.due_at:
            draft.emit(ComplaintOverdue())

    def unknown(self) -> Refusal:
        return refuse("case_unknown", "case")

    def stranger(self, state: Complaint, command: Command) -> Refusal | None:
        is_other = command.actor.kind is ActorKind.DEPARTMENT and command.actor.id != state.agency
        return self.unknown() if state.sequence and is_other else None

    def apply(self, draft: ComplaintDraft, command: ComplaintCommand) -> Refusal | None:
        match command:
            case LodgeComplaint(about=about, agency=agency):
                if draft.state.sequence:
                    return refuse("case_exists")
                due_at = draft.at + timedelta(days=draft.state.definitions.days)
                draft.emit(ComplaintLodged(about=about, agency=agency, due_at=due_at.astimezone(UTC)))
            case AnswerComplaint(taken_up=taken_up):
                if draft.state.is_closed:
                    return refuse("case_closed", outcome=draft.state.outcome)
                draft.emit(ComplaintAnswered(taken_up=taken_up, by=command.actor))
        return None

    def view(self, state: Complaint) -> ComplaintView:
        return ComplaintView(
            case_id=state.complaint_id,
            sequence=state.sequence,
            agency=state.agency or "",
            overdue=state.overdue,
            outcome=state.outcome,
            next_due_at=self.next_due(state),
        )


COMPLAINTS = ComplaintRules()
