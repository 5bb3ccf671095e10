"""Workflows in Temporal, as the intake reaches them; and those of cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from cases.classification import classify
from cases.turn import CommandOutcome
from catalog.model import Definitions
from events.language.commands import CaseCommand, Command, Message, SubmitApplication
from events.language.refusals import Refusal
from events.transport.errors import Unavailable
from intake.lost_runs import given_to
from wording.text import _
from workflows.messages import (
    CASE_WORKFLOW,
    COMMAND_SIGNAL,
    COMMAND_UPDATE,
    LANE_ATTRIBUTE,
    PROCEDURE_ATTRIBUTE,
    REFUSAL,
    STATUS_ATTRIBUTE,
    WAKE_SIGNAL,
    CaseInput,
    CommandMessage,
)

TEMPORARY = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.UNKNOWN,
)


class StreamUnknownError(Exception):
    """Temporal runs no such case: closed, never started, or lost. The inbox knows which."""


@contextmanager
def outages_as_unavailable() -> Iterator[None]:
    """Errors of Temporal that may pass, as Unavailable."""
    try:
        yield
    except RPCError as error:
        if error.status in TEMPORARY:
            raise Unavailable(f"Temporal ({error.status.name.lower()})") from error
        raise


@contextmanager
def missing_as_unknown() -> Iterator[None]:
    """A workflow that Temporal does not run, as StreamUnknownError."""
    try:
        yield
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise StreamUnknownError from error
        raise


class Gateway:
    """How the intake reaches the workflows of one kind: starts one, gives one a command; each once, however often tried."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start_once(
        self, workflow: str, workflow_id: str, given: Sequence[Any], *, again: bool = False, **named: Any
    ) -> bool:
        """Start the workflow with these arguments; False if it runs or has come to its end. Raises Unavailable.

        `again`: also if it has, for the ledger knows better. A run that was terminated came to no end of its own: what its case
        owes is not done.
        """
        policies = WorkflowIDReusePolicy
        reuse = policies.ALLOW_DUPLICATE if again else policies.ALLOW_DUPLICATE_FAILED_ONLY
        try:
            with outages_as_unavailable():
                await self._client.start_workflow(
                    workflow,
                    args=given,
                    id=workflow_id,
                    task_queue=self._task_queue,
                    id_reuse_policy=reuse,
                    **named,
                )
        except WorkflowAlreadyStartedError:
            return False
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise
            return False
        return True

    async def given(self, workflow_id: str, given: type[Any], message: type[Any]) -> list[Any]:
        """What the last run of the workflow was given that did not come to its own end, as messages. Raises Unavailable."""
        with outages_as_unavailable():
            found = await given_to(self._client, workflow_id, given, message)
        return [one for one in found if one.is_for(workflow_id)]

    async def send(self, workflow_id: str, message: Message, request_id: str) -> None:
        """Give the workflow a command; durable when this returns. The server drops a repeated request.

        Raises StreamUnknownError, Unavailable.
        """
        # The SDK's own signal call makes a random request id; with one of ours the server deduplicates redeliveries.
        payloads = await self._client.data_converter.encode([message])
        request = SignalWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id),
            signal_name=COMMAND_SIGNAL,
            identity=self._client.identity,
            request_id=request_id,
        )
        request.input.payloads.extend(payloads)
        with missing_as_unknown(), outages_as_unavailable():
            await self._client.workflow_service.signal_workflow_execution(request, retry=True)

    async def wake(self, workflow_id: str) -> None:
        """Let the workflow look what is due. Raises StreamUnknownError, Unavailable."""
        with missing_as_unknown(), outages_as_unavailable():
            await self._client.get_workflow_handle(workflow_id).signal(WAKE_SIGNAL)

    async def ask(self, workflow_id: str, message: Message, command: Command) -> CommandOutcome:
        """Give the workflow a command and wait for the answer. Raises StreamUnknownError, Unavailable."""
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            with missing_as_unknown(), outages_as_unavailable():
                answer: CommandOutcome = await handle.execute_update(
                    COMMAND_UPDATE, message, id=request_id_of(command), result_type=CommandOutcome
                )
                return answer
        except WorkflowUpdateFailedError as error:
            refusal = refusal_in(error.cause)
            if refusal is None:
                raise
            return CommandOutcome(command_id=command.command_id, refusal=refusal)
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise Unavailable(_("the worker")) from error


class CaseGateway(Gateway):
    """What the intake does with the workflows of cases."""

    async def start(self, given: CaseInput, definitions: Definitions, *, again: bool = False) -> bool:
        """Start the case; False if it runs, or has ended and is not to run again. Raises Unavailable."""
        return await self.start_once(
            CASE_WORKFLOW,
            given.case_id,
            (given, definitions),
            again=again,
            search_attributes=_attributes(given, definitions),
            static_summary=f"{definitions.procedure.id} {definitions.procedure.version}",
        )

    async def signal(self, case_id: str, command: CaseCommand) -> None:
        """Give the case a command; nobody waits. Raises StreamUnknownError, Unavailable."""
        await self.send(case_id, CommandMessage(command=command, case_id=case_id), request_id_of(command))

    async def update(self, case_id: str, command: CaseCommand) -> CommandOutcome:
        """Give the case a command and wait for the answer. Raises StreamUnknownError, Unavailable."""
        return await self.ask(case_id, CommandMessage(command=command, case_id=case_id), command)


def request_id_of(command: Command) -> str:
    """What Temporal knows a command by: with its digest, so that it drops no other command that came under the same id."""
    return command.command_id if command.digest is None else f"{command.command_id}.{command.digest}"


def refusal_in(cause: BaseException | None) -> Refusal | None:
    """The refusal with which a workflow answered an update."""
    if isinstance(cause, ApplicationError) and cause.type == REFUSAL and cause.details:
        return Refusal.model_validate(cause.details[0])
    return None


def _attributes(given: CaseInput, definitions: Definitions) -> TypedSearchAttributes:
    status, lane = "in_progress", "standard"
    if given.carried is not None:
        status, lane = given.carried.state["status"], given.carried.state["lane"]
    opening = next((command for command in given.waiting if isinstance(command, SubmitApplication)), None)
    if opening is not None:
        lane = classify(definitions.lanes, definitions.procedure, opening.application.facts).lane
    return TypedSearchAttributes(
        [
            SearchAttributePair(PROCEDURE_ATTRIBUTE, definitions.procedure.id),
            SearchAttributePair(LANE_ATTRIBUTE, str(lane)),
            SearchAttributePair(STATUS_ATTRIBUTE, str(status)),
        ]
    )
