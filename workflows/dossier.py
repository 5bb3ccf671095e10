"""DossierWorkflow: one dossier. What every stream does is in workflows/stream.py; this one opens and withdraws its cases."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.linked import CARRY_OUT, Answers, Order
    from cases.dossier.decide import DOSSIERS
    from cases.dossier.model import Dossier
    from cases.dossier.orders import Wanted, application_of, wanted
    from cases.turn import CommandOutcome
    from catalog.dossier import DossierDefinitions
    from events.language.commands import Actor, ActorKind, Assurance
    from events.language.dossier_commands import DossierCommand, RecordEnd
    from events.language.linking import end_command_id
    from events.language.reasons import ReasonCode
    from events.language.refusals import Refusal
    from workflows.messages import (
        COMMAND_SIGNAL,
        COMMAND_UPDATE,
        DOSSIER_WORKFLOW,
        DossierCarried,
        DossierInput,
        DossierMessage,
        StreamResult,
    )
    from workflows.recording import run_local
    from workflows.stream import StreamWorkflow

ORDERS_MAX = 10
"""So many cases are opened by one activity: within its time limit even where each takes a second."""


@workflow.defn(name=DOSSIER_WORKFLOW)
class DossierWorkflow(StreamWorkflow[Dossier, DossierCommand]):
    """One dossier, from its opening until its joint result."""

    rules = DOSSIERS
    carried_type = DossierCarried

    @workflow.init
    def __init__(self, stream_input: DossierInput, definitions: DossierDefinitions) -> None:
        super().__init__(stream_input, definitions)
        self._done: set[str] = set(stream_input.carried.done) if stream_input.carried else set()

    @workflow.run
    async def run(self, _: DossierInput, __: DossierDefinitions) -> StreamResult:
        """Take turns until the dossier is over; after each, do what it wants done."""
        return await self.live()

    @workflow.signal(name=COMMAND_SIGNAL)
    def receive(self, message: DossierMessage | None = None) -> None:
        """A command nobody waits for, such as the end of a case: durable once the server acknowledged it."""
        self.take_in(message)

    @workflow.update(name=COMMAND_UPDATE)
    async def answer(self, message: DossierMessage) -> CommandOutcome:
        """A command whose sender waits."""
        return await self._mail.answer_to(message.command)

    @answer.validator
    def refuse_early(self, message: DossierMessage) -> None:
        """A no that is certain already leaves no trace in the history."""
        self.check_early(message)

    def _carried(self) -> DossierCarried:
        # What is wanted no more is never asked about again.
        done = sorted(self._done & {one.key for one in wanted(self._state)})
        return DossierCarried.of(self._state, self._mail.waiting, self._mail.conflicting, done=tuple(done))

    async def _after_turn(self) -> None:
        """Open and withdraw cases as the dossier wants it: told from what stands in the ledger, each once a run."""
        orders = [self._order(one) for one in wanted(self._state) if one.key not in self._done]
        for place in range(0, len(orders), ORDERS_MAX):
            some = orders[place : place + ORDERS_MAX]
            answers = await run_local(CARRY_OUT, [tuple(some)], Answers, f"{some[0].kind} {some[0].name} ...")
            if answers is None:
                # Nobody could be reached for long: try again with the next turn, or at once when nothing else waits.
                self._asks = True
                return
            for order, done in zip(some, answers.done, strict=True):
                self._done.add(order.key)
                if done.refusal is not None:
                    self._mail.put(self._refused(order, done.refusal))

    def _order(self, one: Wanted) -> Order:
        return Order(
            kind=one.kind,
            dossier_id=self._state.dossier_id,
            name=one.part.name,
            round=one.part.round,
            case_id=one.case_id,
            at=one.at if one.kind == "open" else self._now(),
            application=application_of(self._state, one.part) if one.kind == "open" else None,
            reason_code=ReasonCode.NO_LONGER_NEEDED if one.kind == "withdraw" else None,
        )

    def _refused(self, order: Order, refusal: Refusal) -> RecordEnd:
        """An application that is none came back before it was a case."""
        return RecordEnd(
            command_id=end_command_id(order.case_id),
            received_at=order.at,
            actor=Actor(kind=ActorKind.SYSTEM, id="intake", assurance=Assurance.TOKEN),
            name=order.name,
            round=order.round,
            case_id=order.case_id,
            outcome="returned",
            refusal=refusal,
        )

    def _show(self) -> None:
        if self._state.sequence:
            view = self.rules.view(self._state)
            workflow.set_current_details(
                f"**{view.dossier_id}** {view.status}, {view.granted} of {view.applications} granted, "
                f"{view.released} open, holder: {view.holder or '-'}"
            )
