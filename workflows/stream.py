"""The durable loop of every kind of stream, around its rules. It holds no rule: it waits, asks them, records, and evolves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Generic, NoReturn, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.record import RECORD, Proposal, Standing, proposal_arguments
    from cases.stream import StreamRules, StreamState
    from cases.turn import CaseView, DossierView, Turn
    from events.language.case_events import EventRecord
    from events.language.commands import Command
    from events.language.refusals import Refusal, refuse
    from workflows.mailbox import Mailbox
    from workflows.messages import (
        REFUSAL,
        VIEW_QUERY,
        WAKE_SIGNAL,
        StreamCarried,
        StreamInput,
        StreamMessage,
        StreamResult,
    )
    from workflows.recording import run_local
    from workflows.timer import DueTimer

S = TypeVar("S", bound=StreamState)
C = TypeVar("C", bound=Command)


class StreamWorkflow(Generic[S, C]):
    """One stream, from its opening until it is over.

    Every command that it gives to Temporal follows from what its history holds: what was sent to it, and what its
    activities returned. Rules run only to make the next proposal. So a changed rule never parts a running stream from its
    history.

    A kind of stream subclasses it with its rules, and with the handlers whose payloads the SDK must know by type: `run`, which
    returns `live()`; `receive` and `answer`, which hand on what came; and the answer's validator, which calls `check_early`.
    """

    rules: ClassVar[StreamRules[Any, Any, Any]]
    carried_type: ClassVar[type[StreamCarried[Any, Any]]]
    record_activity: ClassVar[str] = RECORD
    proposal_type: ClassVar[type[Proposal]] = Proposal
    standing_type: ClassVar[type[Standing]] = Standing

    def __init__(self, stream_input: StreamInput[Any, Any], definitions: Any) -> None:
        carried = stream_input.carried
        self._input = stream_input
        self._state: S = (
            carried.restored(definitions) if carried else self.rules.blank(stream_input.stream_id, definitions)
        )
        self._mail: Mailbox[C] = (
            Mailbox(carried.waiting, carried.settled, carried.conflicting)
            if carried
            else Mailbox(stream_input.waiting, {})
        )
        self._timer = DueTimer()
        self._next_due_at: datetime | None = None
        self._asks = carried is not None
        """When it is next due is not in the history of this run: it asks."""
        self._turns = 0
        self._is_unheard = False
        """The ledger was away for long when it was last asked."""

    async def live(self) -> StreamResult:
        """Take turns until the stream is over and nobody waits for an answer."""
        while not self._may_leave:
            await workflow.wait_condition(lambda: self._is_called or self._timer.has_fired or self._may_leave)
            if self._is_called or self._timer.has_reached(self._wakes_at):
                await self._take_turn()
            await self._after_turn()
            self._arm()
        if not self._is_over:
            carried = self._carried()
            # The definitions that stand now: another calendar or procedure version may have been applied in this run.
            args = [self._input.model_copy(update={"waiting": (), "carried": carried}), self._state.definitions]
            workflow.continue_as_new(args=args)
        return StreamResult(outcome=self._state.outcome, sequence=self._state.sequence)

    @workflow.signal(name=WAKE_SIGNAL)
    def wake(self) -> None:
        """Look what is due: an older program may have left the stream without a timer, or with one that is too late."""
        self._asks = True

    @workflow.query(name=VIEW_QUERY)
    def view(self) -> CaseView | DossierView | None:
        """Where the stream stands, for whoever looks into Temporal."""
        return self.rules.view(self._state) if self._state.sequence else None

    def take_in(self, message: StreamMessage[Any] | None) -> None:
        """Put a signalled command with what waits."""
        # Whoever reaches Temporal can send a signal with nothing in it, or with what was sealed for another stream.
        if message is not None and message.is_for(self._input.stream_id):
            self._mail.put(message.command)

    def check_early(self, message: StreamMessage[Any]) -> None:
        """Raise an ApplicationError of type Refusal when a no is certain already: so it leaves no trace in the history."""
        if not message.is_for(self._input.stream_id):
            _refuse(self.rules.unknown)
        now = self._now()
        due_at = self.rules.next_due(self._state)
        # Only a first run knows all that was settled: to a command of long ago the ledger's transaction gives its old answer.
        is_known = self._input.carried is not None or message.command.command_id in self._mail.settled
        unsure = not self._mail.is_empty or self._asks or (due_at is not None and due_at <= now)
        if self._mail.is_conflict(message.command):
            _refuse(refuse("command_conflict", "command_id"))
        if unsure or is_known:
            return
        decided = self.rules.decide(self._state, message.command, now)
        if isinstance(decided, Refusal):
            _refuse(decided)

    # ---- what a kind may add

    async def _after_turn(self) -> None:
        """Do what the stream's state asks for, after each turn."""

    @property
    def _owes(self) -> bool:
        """Whether something is still to be done for others before the stream may leave."""
        return False

    def _carried(self) -> StreamCarried[C, Any]:
        """What goes along into the next run."""
        return self.carried_type.of(self._state, self._mail.waiting, self._mail.conflicting)

    def _show(self) -> None:
        """Tell whoever looks into Temporal."""

    def _evolve(self, record: EventRecord) -> None:
        self._state = self.rules.evolve(self._state, record)

    # ---- the loop

    def _now(self) -> datetime:
        return self._input.business_time.to_business(workflow.now())

    @property
    def _is_called(self) -> bool:
        return not self._mail.is_empty or self._asks or self._owes

    @property
    def _is_over(self) -> bool:
        # What was refused at its opening never became a stream: nobody can ever ask it anything.
        return self._state.is_closed or (not self._state.sequence and bool(self._mail.settled))

    @property
    def _may_leave(self) -> bool:
        # Whoever waits in an update must get the answer from this run. So must every other, that nothing need go along into
        # the next; but where the ledger is away for so long that the history has grown, what waits goes along, if it is short.
        if self._is_over:
            return self._mail.is_empty and not self._owes and workflow.all_handlers_finished()
        leaves = self._mail.is_empty or (self._is_unheard and self._mail.is_light)
        return self._is_long and leaves and workflow.all_handlers_finished()

    @property
    def _is_long(self) -> bool:
        limit = self._input.turns_max
        return workflow.info().is_continue_as_new_suggested() if limit is None else self._turns >= limit

    async def _take_turn(self) -> None:
        commands, conflicting = self._mail.next_turn()
        turn = self.rules.take_turn(self._state, commands, self._now(), conflicting)
        view = turn.view if turn is not None else None
        next_due_at = self.rules.next_due(self._state) if view is None else view.next_due_at
        standing = await self._recorded(self.proposal_type(turn=turn, next_due_at=next_due_at))
        self._is_unheard = standing is None
        if standing is None:
            return
        # The stream evolves only on what stands in the ledger; that may be another turn than the one just proposed.
        for record in standing.records:
            self._evolve(record)
        self._mail.settle(standing.outcomes)
        self._next_due_at, self._asks = standing.next_due_at, standing.differs
        # To ask is no turn: a run of one turn would do nothing else, and continue for ever.
        self._turns += bool(standing.records or standing.outcomes)
        self._show()

    async def _recorded(self, proposal: Proposal) -> Standing | None:
        """What stands in the ledger; None: it could not be reached for long, and the turn is to be decided anew."""
        arguments, summary = proposal_arguments(proposal), _summary(proposal.turn)
        return await run_local(self.record_activity, arguments, self.standing_type, summary)

    @property
    def _wakes_at(self) -> datetime | None:
        return None if self._next_due_at is None else self._input.business_time.to_real(self._next_due_at)

    def _arm(self) -> None:
        if not self._is_over and not self._is_called:
            self._timer.arm(self._wakes_at, summary="next due instant")


def _refuse(refusal: Refusal) -> NoReturn:
    raise ApplicationError(refusal.message(), refusal, type=REFUSAL, non_retryable=True)


def _summary(turn: Turn | None) -> str:
    if turn is None:
        return "next due instant"
    names: list[str] = [record.event.type for record in turn.records] or ["refusal"]
    return ", ".join(dict.fromkeys(names))
