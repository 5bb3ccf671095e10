"""Cases in Temporal: starting one, and giving it a command; each once, however often it is tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from cases.classification import classify
from cases.turn import CommandOutcome
from catalog.model import Definitions
from events.language.commands import CaseCommand, SubmitApplication
from events.language.refusals import Refusal
from events.transport.errors import Unavailable
from workflows.messages import (
    CASE_WORKFLOW,
    COMMAND_SIGNAL,
    COMMAND_UPDATE,
    LANE_ATTRIBUTE,
    PROCEDURE_ATTRIBUTE,
    REFUSAL,
    STATUS_ATTRIBUTE,
    CaseInput,
    CaseResult,
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


class CaseUnknownError(Exception):
    """Temporal runs no such case: closed, never started, or lost. The inbox knows which."""


@contextmanager
def translated() -> Iterator[None]:
    """Errors of Temporal that may pass, as Unavailable."""
    try:
        yield
    except RPCError as error:
        if error.status in TEMPORARY:
            raise Unavailable(f"Temporal ({error.status.name.lower()})") from error
        raise


class CaseGateway:
    """What the intake does with Temporal."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start(self, given: CaseInput, definitions: Definitions) -> None:
        """Start the case's workflow; nothing happens if it runs or has ended. Raises Unavailable."""
        try:
            with translated():
                await self._client.start_workflow(
                    CASE_WORKFLOW,
                    args=[given, definitions],
                    id=given.case_id,
                    task_queue=self._task_queue,
                    result_type=CaseResult,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    search_attributes=_attributes(given, definitions),
                    static_summary=f"{definitions.procedure.id} {definitions.procedure.version}",
                )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise

    async def signal(self, case_id: str, command: CaseCommand) -> None:
        """Give the case a command; durable when this returns. The server drops a repeated id.

        Raises CaseUnknownError, Unavailable.
        """
        # The SDK's own signal call makes a random request id; with the command's id the server deduplicates redeliveries.
        payloads = await self._client.data_converter.encode([CommandMessage(command=command)])
        request = SignalWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=case_id),
            signal_name=COMMAND_SIGNAL,
            identity=self._client.identity,
            request_id=command.command_id,
        )
        request.input.payloads.extend(payloads)
        try:
            with translated():
                await self._client.workflow_service.signal_workflow_execution(request, retry=True)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise CaseUnknownError from error
            raise

    async def update(self, case_id: str, command: CaseCommand) -> CommandOutcome:
        """Give the case a command and wait for the answer. Raises CaseUnknownError, Unavailable."""
        handle = self._client.get_workflow_handle(case_id)
        try:
            with translated():
                answer: CommandOutcome = await handle.execute_update(
                    COMMAND_UPDATE,
                    CommandMessage(command=command),
                    id=command.command_id,
                    result_type=CommandOutcome,
                )
                return answer
        except WorkflowUpdateFailedError as error:
            refusal = refusal_in(error.cause)
            if refusal is None:
                raise
            return CommandOutcome(command_id=command.command_id, refusal=refusal)
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise Unavailable("the case's worker") from error
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise CaseUnknownError from error
            raise


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
