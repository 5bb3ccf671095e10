"""The page of wiring of a third kind of stream."""

from __future__ import annotations

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from activities.record import Recording
    from cases.turn import CommandOutcome
    from tests.workflows.complaints import (
        COMPLAINTS,
        Complaint,
        ComplaintCommand,
        ComplaintLaw,
        ComplaintProposal,
        ComplaintStanding,
    )
    from workflows.messages import (
        COMMAND_SIGNAL,
        COMMAND_UPDATE,
        StreamCarried,
        StreamInput,
        StreamMessage,
        StreamResult,
    )
    from workflows.stream import StreamWorkflow


class ComplaintCarried(StreamCarried[ComplaintCommand, Complaint]):
    model = Complaint
    shown = ("complaint_id",)


class ComplaintInput(StreamInput[ComplaintCommand, ComplaintCarried]):
    wire_id = "complaint_id"

    complaint_id: str


class ComplaintMessage(StreamMessage[ComplaintCommand]):
    wire_id = "complaint_id"

    complaint_id: str | None = None


@workflow.defn(name="ComplaintWorkflow")
class ComplaintWorkflow(StreamWorkflow[Complaint, ComplaintCommand]):
    rules = COMPLAINTS
    record_activity, proposal_type, standing_type = "record_complaint", ComplaintProposal, ComplaintStanding
    carried_type = ComplaintCarried

    @workflow.init
    def __init__(self, stream_input: ComplaintInput, definitions: ComplaintLaw) -> None:
        super().__init__(stream_input, definitions)

    @workflow.run
    async def run(self, _: ComplaintInput, __: ComplaintLaw) -> StreamResult:
        return await self.live()

    @workflow.signal(name=COMMAND_SIGNAL)
    def receive(self, message: ComplaintMessage | None = None) -> None:
        self.take_in(message)

    @workflow.update(name=COMMAND_UPDATE)
    async def answer(self, message: ComplaintMessage) -> CommandOutcome:
        return await self._mail.answer_to(message.command)

    @answer.validator
    def refuse_early(self, message: ComplaintMessage) -> None:
        self.check_early(message)


class ComplaintRecording(Recording):
    @activity.defn(name="record_complaint")
    async def record(self, proposal: ComplaintProposal, opening: None) -> ComplaintStanding:
        standing = await Recording.record(self, proposal, opening)
        return ComplaintStanding(**dict(standing))
