"""CaseWorkflow: the durable loop around the core. It holds no rule: it waits, asks the core, records, and evolves."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.record import RECORD
    from cases.clocks import next_due
    from cases.decide import decide
    from cases.evolve import evolve
    from cases.model import Case, blank
    from cases.turn import CaseView, CommandOutcome, Recorded, Turn
    from cases.turns import COMMANDS_MAX, take_turn
    from cases.views import view_of
    from events.language.commands import Command
    from events.language.refusals import Refusal
    from workflows.messages import (
        CASE_WORKFLOW,
        COMMAND_SIGNAL,
        COMMAND_UPDATE,
        LANE_ATTRIBUTE,
        REFUSAL,
        STATUS_ATTRIBUTE,
        VIEW_QUERY,
        Carried,
        CaseInput,
        CaseResult,
        CommandMessage,
    )
    from workflows.timer import DueTimer

RECORD_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(seconds=20)
)
"""For ever: a case waits for its ledger as long as it takes; nothing that was accepted is dropped."""


@workflow.defn(name=CASE_WORKFLOW)
class CaseWorkflow:
    """One case, from its submission until it is closed."""

    @workflow.init
    def __init__(self, given: CaseInput) -> None:
        self._given = given
        carried = given.carried
        self._case: Case = carried.case if carried else blank(given.case_id, given.definitions)
        self._settled: dict[str, Refusal | None] = dict(carried.settled) if carried else {}
        self._waiting: list[Command] = list(carried.waiting if carried else given.waiting)
        self._timer = DueTimer()
        self._turns = 0

    @workflow.run
    async def run(self, given: CaseInput) -> CaseResult:  # noqa: ARG002 - __init__ has taken it
        """Take turns until the case is closed and nobody waits for an answer."""
        self._arm()
        while not self._case.is_closed or self._waiting:
            await workflow.wait_condition(lambda: bool(self._waiting) or self._timer.has_fired)
            await self._take_turn()
            self._arm()
            if self._is_long and not self._case.is_closed:
                await self._continue()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return CaseResult(outcome=self._case.outcome, sequence=self._case.sequence)

    @workflow.signal(name=COMMAND_SIGNAL)
    def receive(self, message: CommandMessage) -> None:
        """A command from Kafka: durable once the server acknowledged it."""
        self._enqueue(message.command)

    @workflow.update(name=COMMAND_UPDATE)
    async def answer(self, message: CommandMessage) -> CommandOutcome:
        """A command whose sender waits. Raises ApplicationError of type Refusal when the rules say no."""
        command_id = message.command.command_id
        self._enqueue(message.command)
        await workflow.wait_condition(lambda: command_id in self._settled)
        return CommandOutcome(command_id=command_id, refusal=self._settled[command_id])

    @answer.validator
    def refuse_early(self, message: CommandMessage) -> None:
        """A no that is certain already leaves no trace in the history."""
        if message.command.command_id in self._settled or self._waiting:
            return
        decided = decide(self._case, message.command, self._now())
        if isinstance(decided, Refusal):
            raise ApplicationError(decided.message(), decided, type=REFUSAL, non_retryable=True)

    @workflow.query(name=VIEW_QUERY)
    def view(self) -> CaseView | None:
        """Where the case stands, for whoever looks into Temporal."""
        return view_of(self._case) if self._case.application is not None else None

    def _enqueue(self, command: Command) -> None:
        known = command.command_id in self._settled or any(c.command_id == command.command_id for c in self._waiting)
        if not known:
            self._waiting.append(command)

    def _now(self) -> datetime:
        return self._given.business_time.to_business(workflow.now())

    async def _take_turn(self) -> None:
        turn = take_turn(self._case, self._waiting[:COMMANDS_MAX], self._now())
        if turn is None:
            return
        before = self._case
        recorded: Recorded = await workflow.execute_local_activity(
            RECORD,
            turn,
            result_type=Recorded,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=RECORD_RETRY,
            summary=_summary(turn),
        )
        # The case evolves only on what stands in the ledger; that may be another turn than the one just proposed.
        for record in recorded.records:
            self._case = evolve(self._case, record)
        self._settled.update({outcome.command_id: outcome.refusal for outcome in recorded.outcomes})
        self._waiting = [command for command in self._waiting if command.command_id not in self._settled]
        self._turns += 1
        self._show(before)

    def _show(self, before: Case) -> None:
        case = self._case
        workflow.set_current_details(
            f"**{case.dossier_code or case.case_id}** {case.status}, lane {case.lane}, "
            f"open: {', '.join(f'{s.id} ({s.department})' for s in case.open_steps) or '-'}"
        )
        if before.application is None or case.is_closed:
            return  # set at start; and Temporal's own execution status tells that a case is closed
        changed = [
            attribute.value_set(str(now))
            for attribute, then, now in (
                (STATUS_ATTRIBUTE, before.status, case.status),
                (LANE_ATTRIBUTE, before.lane, case.lane),
            )
            if then != now
        ]
        if changed:
            workflow.upsert_search_attributes(changed)

    def _arm(self) -> None:
        if self._case.is_closed:
            return
        due_at = next_due(self._case)
        wakes_at = None if due_at is None else self._given.business_time.to_real(due_at)
        self._timer.arm(wakes_at, summary="next due instant")

    @property
    def _is_long(self) -> bool:
        limit = self._given.turns_max
        return workflow.info().is_continue_as_new_suggested() if limit is None else self._turns >= limit

    async def _continue(self) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        carried = Carried(case=self._case, settled=self._settled, waiting=tuple(self._waiting))
        workflow.continue_as_new(self._given.model_copy(update={"waiting": (), "carried": carried}))


def _summary(turn: Turn) -> str:
    names: list[str] = [record.event.type for record in turn.records] or ["refusal"]
    return ", ".join(dict.fromkeys(names))[:180]
