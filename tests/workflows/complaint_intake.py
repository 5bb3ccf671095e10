"""How complaints are reached: the kit's intake, over what a MemoryRecorder holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, cast

from activities.memory import MemoryRecorder
from cases.turn import CommandOutcome
from events.language.case_events import EventRecord
from events.language.refusals import Refusal, refuse
from intake.records import IntakeRecords
from intake.streams import KnownStream, StreamIntake, Submitted
from intake.temporal import Gateway
from sla.business_time import BusinessTime
from store.inbox import Acceptance
from tests.workflows.complaint_workflow import ComplaintCarried, ComplaintInput, ComplaintMessage
from tests.workflows.complaints import COMPLAINTS, ComplaintCommand, ComplaintLaw, LodgeComplaint


class ComplaintGateway(Gateway[ComplaintCommand]):
    workflow, input_type = "ComplaintWorkflow", ComplaintInput
    carried_type, message_type = ComplaintCarried, ComplaintMessage

    def shown(self, _: ComplaintInput, __: ComplaintLaw) -> dict[str, Any]:
        return {}


class KnownComplaint(NamedTuple):
    closed_at: datetime | None
    outcome: str | None


class MemoryRecords:
    """The inbox and the ledger, as the kit asks them."""

    def __init__(self, memory: MemoryRecorder) -> None:
        self.memory = memory
        self.accepted: dict[str, LodgeComplaint] = {}

    def accept(self, stream_id: str, opening: LodgeComplaint) -> Acceptance:
        first = self.accepted.setdefault(stream_id, opening)
        if first is opening:
            return Acceptance.NEW
        if first.about != opening.about:
            return Acceptance.CONFLICT
        return Acceptance.SAME_OPEN if stream_id in self.memory.ledger else Acceptance.SAME_UNOPENED

    def unopened(self, _: float) -> list[str]:
        return [stream_id for stream_id in self.accepted if stream_id not in self.memory.ledger]

    def outcome_of(self, stream_id: str, command: ComplaintCommand) -> CommandOutcome | None:
        return self.memory.outcomes.get((stream_id, command.command_id))

    def without_outcome(self, stream_id: str, commands: Iterable[ComplaintCommand]) -> list[ComplaintCommand]:
        return [command for command in commands if self.outcome_of(stream_id, command) is None]


class ComplaintIntake(StreamIntake[ComplaintCommand, ComplaintLaw]):
    noun = "complaint"
    rules = COMPLAINTS

    def __init__(self, gateway: ComplaintGateway, stored: MemoryRecords, law: ComplaintLaw, time: BusinessTime) -> None:
        super().__init__(gateway, cast("IntakeRecords", stored), time)
        self.stored, self.law = stored, law

    def owns(self, stream_id: str) -> bool:
        return stream_id.startswith("complaint-")

    def stored_opening(self, stream_id: str) -> tuple[ComplaintCommand, ComplaintLaw] | None:
        return (self.stored.accepted[stream_id], self.law) if stream_id in self.stored.unopened(0) else None

    def stored_events(self, stream_id: str) -> tuple[ComplaintLaw, tuple[EventRecord, ...]]:
        return self.law, tuple(self.stored.memory.ledger[stream_id])

    def known(self, stream_id: str) -> KnownStream | None:
        if stream_id not in self.stored.memory.ledger:
            return None
        law, records = self.stored_events(stream_id)
        outcome = self.rules.fold(stream_id, law, records).outcome
        return KnownComplaint(records[-1].at if outcome is not None else None, outcome)

    async def take_after_end(self, _: str, __: ComplaintCommand, known: KnownStream) -> Refusal | None:
        return refuse("case_closed", outcome=known.outcome or "")

    async def lodge(self, stream_id: str, opening: LodgeComplaint) -> Submitted | None:
        return await self.open_as(self.stored.accept(stream_id, opening), stream_id, opening, self.law)
