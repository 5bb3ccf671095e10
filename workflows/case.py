"""CaseWorkflow: the durable loop around the core. It holds no rule: it waits, asks the core, records, and evolves."""

from __future__ import annotations

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.linked import REPORT_END
    from activities.record import RECORD, Proposal, Standing, proposal_arguments
    from cases.decide import decide
    from cases.evolve import evolve
    from cases.model import Case, CaseStatus, blank
    from cases.timetable import next_due
    from cases.turn import CaseView, CommandOutcome, Turn
    from cases.turns import take_turn
    from cases.views import view_of
    from catalog.model import Definitions
    from events.language.case_events import CaseClosed
    from events.language.commands import Command, DossierReference, SubmitApplication
    from events.language.linking import end_of
    from events.language.refusals import Refusal, refuse
    from workflows.mailbox import Mailbox
    from workflows.messages import (
        CASE_WORKFLOW,
        COMMAND_SIGNAL,
        COMMAND_UPDATE,
        LANE_ATTRIBUTE,
        REFUSAL,
        STATUS_ATTRIBUTE,
        VIEW_QUERY,
        WAKE_SIGNAL,
        Carried,
        CaseInput,
        CaseResult,
        CommandMessage,
    )
    from workflows.recording import run_local
    from workflows.timer import DueTimer


@workflow.defn(name=CASE_WORKFLOW)
class CaseWorkflow:
    """One case, from its submission until it is closed.

    Every command that it gives to Temporal follows from what its history holds: what was sent to it, and what the
    recording activity returned. Rules run only to make the next proposal. So a changed rule never parts a running case
    from its history.
    """

    @workflow.init
    def __init__(self, given: CaseInput, definitions: Definitions) -> None:
        self._given = given
        carried = given.carried
        self._case: Case = carried.case(definitions) if carried else blank(given.case_id, definitions)
        self._mail: Mailbox[Command] = (
            Mailbox(carried.waiting, carried.settled, carried.conflicting) if carried else Mailbox(given.waiting, {})
        )
        self._timer = DueTimer()
        self._next_due_at: datetime | None = None
        self._asks = carried is not None
        """When it is next due is not in the history of this run: it asks."""
        self._turns = 0
        self._is_unheard = False
        """The ledger was away for long when it was last asked."""
        self._ending: CaseClosed | None = None
        self._linked = _linked_of(given, self._case)
        """The dossier that waits for this case's end; None: it stands alone, or has told it."""

    @workflow.run
    async def run(self, given: CaseInput, _: Definitions) -> CaseResult:
        """Take turns until the case is over and nobody waits for an answer."""
        while not self._may_leave:
            await workflow.wait_condition(lambda: self._is_called or self._timer.has_fired or self._may_leave)
            if self._is_called or self._timer.has_reached(self._wakes_at):
                await self._take_turn()
            await self._report_end()
            self._arm()
        if not self._is_over:
            carried = Carried.of(self._case, self._mail.waiting, self._mail.conflicting)
            # The definitions that stand now: another calendar or procedure version may have been applied in this run.
            args = [given.model_copy(update={"waiting": (), "carried": carried}), self._case.definitions]
            workflow.continue_as_new(args=args)
        return CaseResult(outcome=self._case.outcome, sequence=self._case.sequence)

    @workflow.signal(name=COMMAND_SIGNAL)
    def receive(self, message: CommandMessage | None = None) -> None:
        """A command from Kafka: durable once the server acknowledged it."""
        # Whoever reaches Temporal can send a signal with nothing in it, or with what was sealed for another case.
        if message is not None and message.is_for(self._given.case_id):
            self._mail.put(message.command)

    @workflow.signal(name=WAKE_SIGNAL)
    def wake(self) -> None:
        """Look what is due: an older program may have left the case without a timer, or with one that is too late."""
        self._asks = True

    @workflow.update(name=COMMAND_UPDATE)
    async def answer(self, message: CommandMessage) -> CommandOutcome:
        """A command whose sender waits. Raises ApplicationError of type Refusal when a no is certain at once."""
        return await self._mail.answer_to(message.command)

    @answer.validator
    def refuse_early(self, message: CommandMessage) -> None:
        """A no that is certain already leaves no trace in the history."""
        if not message.is_for(self._given.case_id):
            unknown = refuse("case_unknown", "case")
            raise ApplicationError(unknown.message(), unknown, type=REFUSAL, non_retryable=True)
        now = self._now()
        due_at = next_due(self._case)
        # Only a first run knows all that was settled: to a command of long ago the ledger's transaction gives its old answer.
        is_known = self._given.carried is not None or message.command.command_id in self._mail.settled
        unsure = not self._mail.is_empty or self._asks or (due_at is not None and due_at <= now)
        if self._mail.is_conflict(message.command):
            refused = refuse("command_conflict", "command_id")
            raise ApplicationError(refused.message(), refused, type=REFUSAL, non_retryable=True)
        if unsure or is_known:
            return
        decided = decide(self._case, message.command, now)
        if isinstance(decided, Refusal):
            raise ApplicationError(decided.message(), decided, type=REFUSAL, non_retryable=True)

    @workflow.query(name=VIEW_QUERY)
    def view(self) -> CaseView | None:
        """Where the case stands, for whoever looks into Temporal."""
        return view_of(self._case) if self._case.application is not None else None

    def _now(self) -> datetime:
        return self._given.business_time.to_business(workflow.now())

    @property
    def _is_called(self) -> bool:
        return not self._mail.is_empty or self._asks or self._owes_report

    @property
    def _owes_report(self) -> bool:
        return self._is_over and self._linked is not None

    @property
    def _is_over(self) -> bool:
        # A submission that the rules refused never became a case: nobody can ever ask it anything.
        refused = self._case.status is CaseStatus.NEW and bool(self._mail.settled)
        return self._case.is_closed or refused

    @property
    def _may_leave(self) -> bool:
        # Whoever waits in an update must get the answer from this run. So must every other, that nothing need go along into
        # the next; but where the ledger is away for so long that the history has grown, what waits goes along, if it is short.
        if self._is_over:
            return self._mail.is_empty and not self._owes_report and workflow.all_handlers_finished()
        leaves = self._mail.is_empty or (self._is_unheard and self._mail.is_light)
        return self._is_long and leaves and workflow.all_handlers_finished()

    @property
    def _is_long(self) -> bool:
        limit = self._given.turns_max
        return workflow.info().is_continue_as_new_suggested() if limit is None else self._turns >= limit

    async def _take_turn(self) -> None:
        commands, conflicting = self._mail.next_turn()
        turn = take_turn(self._case, commands, self._now(), conflicting)
        view = turn.view if turn is not None else None
        proposal = Proposal(turn=turn, next_due_at=next_due(self._case) if view is None else view.next_due_at)
        standing = await self._recorded(proposal)
        self._is_unheard = standing is None
        if standing is None:
            return
        # The case evolves only on what stands in the ledger; that may be another turn than the one just proposed.
        for record in standing.records:
            self._case = evolve(self._case, record)
            if isinstance(record.event, CaseClosed):
                self._ending = record.event
        self._mail.settle(standing.outcomes)
        self._next_due_at, self._asks = standing.next_due_at, standing.differs
        # To ask is no turn: a run of one turn would do nothing else, and continue for ever.
        self._turns += bool(standing.records or standing.outcomes)
        self._show()

    async def _recorded(self, proposal: Proposal) -> Standing | None:
        """What stands in the ledger; None: it could not be reached for long, and the turn is to be decided anew."""
        return await run_local(RECORD, proposal_arguments(proposal), Standing, _summary(proposal.turn))

    async def _report_end(self) -> None:
        """Tell the dossier of the end, from what stands in the ledger; until that is done the case does not leave."""
        if self._linked is None or not self._is_over:
            return
        refusal = next((found for found in self._mail.settled.values() if found is not None), None)
        command = end_of(self._linked, self._given.case_id, self._ending, refusal, self._now())
        told = await run_local(REPORT_END, [self._linked.dossier, command], bool, f"end of {self._linked.name}")
        if told is not None:
            self._linked = None

    def _show(self) -> None:
        case = self._case
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

    @property
    def _wakes_at(self) -> datetime | None:
        return None if self._next_due_at is None else self._given.business_time.to_real(self._next_due_at)

    def _arm(self) -> None:
        if not self._is_over and not self._is_called:
            self._timer.arm(self._wakes_at, summary="next due instant")


def _linked_of(given: CaseInput, case: Case) -> DossierReference | None:
    if case.application is not None:
        return case.application.linked
    opening = next((command for command in given.waiting if isinstance(command, SubmitApplication)), None)
    return None if opening is None else opening.application.linked


def _summary(turn: Turn | None) -> str:
    if turn is None:
        return "next due instant"
    names: list[str] = [record.event.type for record in turn.records] or ["refusal"]
    return ", ".join(dict.fromkeys(names))
