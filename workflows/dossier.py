"""DossierWorkflow: the durable loop around a dossier's core. It holds no rule: it asks the core, records, and carries out."""

from __future__ import annotations

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.linked import CARRY_OUT, Answers, Order
    from activities.record import RECORD, Proposal, Standing
    from cases.dossier.decide import decide_dossier
    from cases.dossier.evolve import evolve_dossier
    from cases.dossier.model import Dossier, blank_dossier
    from cases.dossier.orders import Wanted, application_of, wanted
    from cases.dossier.ticks import next_due
    from cases.dossier.turns import take_dossier_turn
    from cases.dossier.views import dossier_view_of
    from cases.turn import CommandOutcome, DossierView
    from catalog.dossier import DossierDefinitions
    from events.language.commands import Actor, ActorKind, Assurance
    from events.language.dossier_commands import DossierCommand, RecordEnd
    from events.language.linking import end_command_id
    from events.language.reasons import ReasonCode
    from events.language.refusals import Refusal, refuse
    from workflows.dossier_messages import (
        DOSSIER_WORKFLOW,
        DossierCarried,
        DossierInput,
        DossierMessage,
        DossierResult,
    )
    from workflows.mailbox import Mailbox
    from workflows.messages import COMMAND_SIGNAL, COMMAND_UPDATE, REFUSAL, VIEW_QUERY, WAKE_SIGNAL
    from workflows.recording import run_local
    from workflows.timer import DueTimer

ORDERS_MAX = 10
"""So many cases are opened by one activity: within its time limit even where each takes a second."""


@workflow.defn(name=DOSSIER_WORKFLOW)
class DossierWorkflow:
    """One dossier, from its opening until its joint result."""

    @workflow.init
    def __init__(self, given: DossierInput, definitions: DossierDefinitions) -> None:
        self._given = given
        carried = given.carried
        self._dossier: Dossier = (
            carried.dossier(definitions) if carried else blank_dossier(given.dossier_id, definitions)
        )
        self._mail: Mailbox[DossierCommand] = (
            Mailbox(carried.waiting, carried.settled, carried.conflicting) if carried else Mailbox(given.waiting, {})
        )
        self._done: set[str] = set(carried.done) if carried else set()
        self._timer = DueTimer()
        self._next_due_at: datetime | None = None
        self._asks = carried is not None
        self._turns = 0
        self._is_unheard = False

    @workflow.run
    async def run(self, given: DossierInput, definitions: DossierDefinitions) -> DossierResult:
        """Take turns until the dossier is over; after each, do what it wants done."""
        while not self._may_leave:
            await workflow.wait_condition(lambda: self._is_called or self._timer.has_fired or self._may_leave)
            if self._is_called or self._timer.has_reached(self._wakes_at):
                await self._take_turn()
            await self._carry_out()
            self._arm()
        if not self._is_over:
            # What is wanted no more is never asked about again.
            done = sorted(self._done & {one.key for one in wanted(self._dossier)})
            carried = DossierCarried.of(self._dossier, self._mail.waiting, done, self._mail.conflicting)
            workflow.continue_as_new(args=[given.model_copy(update={"waiting": (), "carried": carried}), definitions])
        return DossierResult(outcome=self._dossier.outcome, sequence=self._dossier.sequence)

    @workflow.signal(name=COMMAND_SIGNAL)
    def receive(self, message: DossierMessage | None = None) -> None:
        """A command nobody waits for, such as the end of a case: durable once the server acknowledged it."""
        if message is not None and message.is_for(self._given.dossier_id):
            self._mail.put(message.command)

    @workflow.signal(name=WAKE_SIGNAL)
    def wake(self) -> None:
        """Look what is due, as a case does."""
        self._asks = True

    @workflow.update(name=COMMAND_UPDATE)
    async def answer(self, message: DossierMessage) -> CommandOutcome:
        """A command whose sender waits."""
        return await self._mail.answer_to(message.command)

    @answer.validator
    def refuse_early(self, message: DossierMessage) -> None:
        """A no that is certain already leaves no trace in the history."""
        if not message.is_for(self._given.dossier_id):
            unknown = refuse("dossier_unknown")
            raise ApplicationError(unknown.message(), unknown, type=REFUSAL, non_retryable=True)
        now = self._now()
        due_at = next_due(self._dossier)
        is_known = self._given.carried is not None or message.command.command_id in self._mail.settled
        unsure = not self._mail.is_empty or self._asks or (due_at is not None and due_at <= now)
        if self._mail.is_conflict(message.command):
            refused = refuse("command_conflict", "command_id")
            raise ApplicationError(refused.message(), refused, type=REFUSAL, non_retryable=True)
        if unsure or is_known:
            return
        decided = decide_dossier(self._dossier, message.command, now)
        if isinstance(decided, Refusal):
            raise ApplicationError(decided.message(), decided, type=REFUSAL, non_retryable=True)

    @workflow.query(name=VIEW_QUERY)
    def view(self) -> DossierView | None:
        """Where the dossier stands."""
        return dossier_view_of(self._dossier) if self._dossier.declaration is not None else None

    def _now(self) -> datetime:
        return self._given.business_time.to_business(workflow.now())

    @property
    def _is_called(self) -> bool:
        return not self._mail.is_empty or self._asks

    @property
    def _is_over(self) -> bool:
        refused = self._dossier.declaration is None and bool(self._mail.settled)
        return self._dossier.is_closed or refused

    @property
    def _may_leave(self) -> bool:
        # As a case leaves.
        leaves = self._mail.is_empty or (not self._is_over and self._is_unheard and self._mail.is_light)
        return leaves and (self._is_over or self._is_long) and workflow.all_handlers_finished()

    @property
    def _is_long(self) -> bool:
        limit = self._given.turns_max
        return workflow.info().is_continue_as_new_suggested() if limit is None else self._turns >= limit

    async def _take_turn(self) -> None:
        commands, conflicting = self._mail.next_turn()
        turn = take_dossier_turn(self._dossier, commands, self._now(), conflicting)
        view = turn.view if turn is not None else None
        proposal = Proposal(turn=turn, next_due_at=next_due(self._dossier) if view is None else view.next_due_at)
        names = [] if turn is None else [str(record.event.type) for record in turn.records]
        summary = ", ".join(dict.fromkeys(names)) or "next due instant"
        standing = await run_local(RECORD, [proposal, None], Standing, summary)
        self._is_unheard = standing is None
        if standing is None:
            return
        for record in standing.records:
            self._dossier = evolve_dossier(self._dossier, record)
        self._mail.settle(standing.outcomes)
        self._next_due_at, self._asks = standing.next_due_at, standing.differs
        self._turns += 1
        self._show()

    async def _carry_out(self) -> None:
        """Open and withdraw cases as the dossier wants it: told from what stands in the ledger, each once a run."""
        orders = [self._order(one) for one in wanted(self._dossier) if one.key not in self._done]
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
            dossier_id=self._dossier.dossier_id,
            name=one.part.name,
            round=one.part.round,
            case_id=one.case_id,
            at=one.at if one.kind == "open" else self._now(),
            application=application_of(self._dossier, one.part) if one.kind == "open" else None,
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
        view = self.view()
        if view is not None:
            workflow.set_current_details(
                f"**{view.dossier_id}** {view.status}, {view.granted} of {view.applications} granted, "
                f"{view.released} open, holder: {view.holder or '-'}"
            )

    @property
    def _wakes_at(self) -> datetime | None:
        return None if self._next_due_at is None else self._given.business_time.to_real(self._next_due_at)

    def _arm(self) -> None:
        if not self._is_over and not self._is_called:
            self._timer.arm(self._wakes_at, summary="next due instant")
