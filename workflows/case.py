"""CaseWorkflow: one case. What every stream does is in workflows/stream.py; a linked one tells its dossier of its end."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.linked import REPORT_END
    from cases.decide import CASES
    from cases.model import Case
    from cases.turn import CommandOutcome
    from catalog.model import Definitions
    from events.language.case_events import CaseClosed, EventRecord
    from events.language.commands import CaseCommand, DossierReference, SubmitApplication
    from events.language.linking import end_of
    from workflows.messages import (
        CASE_WORKFLOW,
        COMMAND_SIGNAL,
        COMMAND_UPDATE,
        LANE_ATTRIBUTE,
        STATUS_ATTRIBUTE,
        Carried,
        CaseInput,
        CommandMessage,
        StreamResult,
    )
    from workflows.recording import run_local
    from workflows.stream import StreamWorkflow


@workflow.defn(name=CASE_WORKFLOW)
class CaseWorkflow(StreamWorkflow[Case, CaseCommand]):
    """One case, from its submission until it is closed."""

    rules = CASES
    carried_type = Carried

    @workflow.init
    def __init__(self, stream_input: CaseInput, definitions: Definitions) -> None:
        super().__init__(stream_input, definitions)
        self._ending: CaseClosed | None = None
        self._linked = _linked_of(stream_input, self._state)
        """The dossier that waits for this case's end; None: it stands alone, or has told it."""

    @workflow.run
    async def run(self, _: CaseInput, __: Definitions) -> StreamResult:
        """Take turns until the case is over and nobody waits for an answer."""
        return await self.live()

    @workflow.signal(name=COMMAND_SIGNAL)
    def receive(self, message: CommandMessage | None = None) -> None:
        """A command from Kafka: durable once the server acknowledged it."""
        self.take_in(message)

    @workflow.update(name=COMMAND_UPDATE)
    async def answer(self, message: CommandMessage) -> CommandOutcome:
        """A command whose sender waits. Raises ApplicationError of type Refusal when a no is certain at once."""
        return await self._mail.answer_to(message.command)

    @answer.validator
    def refuse_early(self, message: CommandMessage) -> None:
        """A no that is certain already leaves no trace in the history."""
        self.check_early(message)

    @property
    def _owes(self) -> bool:
        return self._is_over and self._linked is not None

    def _evolve(self, record: EventRecord) -> None:
        super()._evolve(record)
        if isinstance(record.event, CaseClosed):
            self._ending = record.event

    async def _after_turn(self) -> None:
        """Tell the dossier of the end, from what stands in the ledger; until that is done the case does not leave."""
        if self._linked is None or not self._is_over:
            return
        refusal = next((refusal for refusal in self._mail.settled.values() if refusal is not None), None)
        command = end_of(self._linked, self._input.stream_id, self._ending, refusal, self._now())
        arguments = [self._linked.dossier, command]
        if await run_local(REPORT_END, arguments, bool, f"end of {self._linked.name}") is not None:
            self._linked = None

    def _show(self) -> None:
        case = self._state
        workflow.set_current_details(
            f"**{case.dossier_code or case.case_id}** {case.status}, lane {case.lane}, "
            f"open: {', '.join(f'{s.id} ({s.department})' for s in case.open_steps) or '-'}"
        )
        if self._is_over:
            return  # Temporal's own execution status tells that a case has ended
        shown = workflow.info().typed_search_attributes
        changed = [
            attribute.value_set(str(now))
            for attribute, now in ((STATUS_ATTRIBUTE, case.status), (LANE_ATTRIBUTE, case.lane))
            if shown.get(attribute) != now
        ]
        if changed:
            workflow.upsert_search_attributes(changed)


def _linked_of(stream_input: CaseInput, case: Case) -> DossierReference | None:
    if case.application is not None:
        return case.application.linked
    opening = next((command for command in stream_input.waiting if isinstance(command, SubmitApplication)), None)
    return None if opening is None else opening.application.linked
