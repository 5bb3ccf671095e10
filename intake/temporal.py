"""Workflows in Temporal, as the intake reaches them; and those of cases."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, TypeVar

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from cases.classification import classify
from cases.turn import CommandOutcome
from catalog.dossier import DossierDefinitions
from catalog.model import Definitions
from events.language.commands import CaseCommand, Command, SubmitApplication
from events.language.dossier_commands import DossierCommand
from events.language.refusals import Refusal
from events.transport.errors import Unavailable
from intake.lost_runs import messages_of_lost_run
from wording.text import _
from workflows.messages import (
    CASE_WORKFLOW,
    COMMAND_SIGNAL,
    COMMAND_UPDATE,
    DOSSIER_WORKFLOW,
    LANE_ATTRIBUTE,
    PROCEDURE_ATTRIBUTE,
    REFUSAL,
    STATUS_ATTRIBUTE,
    WAKE_SIGNAL,
    Carried,
    CaseInput,
    CommandMessage,
    DossierCarried,
    DossierInput,
    DossierMessage,
    StreamCarried,
    StreamInput,
    StreamMessage,
)

C = TypeVar("C", bound=Command)

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


class Gateway(ABC, Generic[C]):
    """How the intake reaches the workflows of one kind: starts one, gives one a command; each once, however often tried."""

    workflow: ClassVar[str]
    input_type: ClassVar[type[StreamInput[Any, Any]]]
    carried_type: ClassVar[type[StreamCarried[Any, Any]]]
    message_type: ClassVar[type[StreamMessage[Any]]]

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    @abstractmethod
    def shown(self, stream_input: Any, definitions: Any) -> dict[str, Any]:
        """What Temporal's web pages show of a workflow that is started: its summary, its search attributes."""

    async def start(self, stream_input: StreamInput[Any, Any], definitions: Any, *, again: bool = False) -> bool:
        """Start a stream; False if it runs, or has come to its end. Raises Unavailable.

        `again`: also if it has, for the ledger knows better. A run that was terminated came to no end of its own: what its
        stream owes is not done.
        """
        policies = WorkflowIDReusePolicy
        reuse = policies.ALLOW_DUPLICATE if again else policies.ALLOW_DUPLICATE_FAILED_ONLY
        try:
            with outages_as_unavailable():
                await self._client.start_workflow(
                    self.workflow,
                    args=(stream_input, definitions),
                    id=stream_input.stream_id,
                    task_queue=self._task_queue,
                    id_reuse_policy=reuse,
                    **self.shown(stream_input, definitions),
                )
        except WorkflowAlreadyStartedError:
            return False
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise
            return False
        return True

    async def commands_of_lost_run(self, stream_id: str) -> list[C]:
        """What the stream's last run was given that did not come to its own end, in order. Raises Unavailable."""
        with outages_as_unavailable():
            messages = await messages_of_lost_run(self._client, stream_id, self.input_type, self.message_type)
        return [message.command for message in messages if message.is_for(stream_id)]

    async def signal(self, stream_id: str, command: C) -> None:
        """Give the stream a command; durable when this returns. The server drops a repeated request.

        Raises StreamUnknownError, Unavailable.
        """
        # The SDK's own signal call makes a random request id; with one of ours the server deduplicates redeliveries.
        payloads = await self._client.data_converter.encode([self.message_type.of(stream_id, command)])
        request = SignalWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=stream_id),
            signal_name=COMMAND_SIGNAL,
            identity=self._client.identity,
            request_id=request_id_of(command),
        )
        request.input.payloads.extend(payloads)
        with missing_as_unknown(), outages_as_unavailable():
            await self._client.workflow_service.signal_workflow_execution(request, retry=True)

    async def wake(self, stream_id: str) -> None:
        """Let the stream look what is due. Raises StreamUnknownError, Unavailable."""
        with missing_as_unknown(), outages_as_unavailable():
            await self._client.get_workflow_handle(stream_id).signal(WAKE_SIGNAL)

    async def update(self, stream_id: str, command: C) -> CommandOutcome:
        """Give the stream a command and wait for the answer. Raises StreamUnknownError, Unavailable."""
        handle = self._client.get_workflow_handle(stream_id)
        message = self.message_type.of(stream_id, command)
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


class CaseGateway(Gateway[CaseCommand]):
    """What the intake does with the workflows of cases."""

    workflow, input_type, carried_type, message_type = CASE_WORKFLOW, CaseInput, Carried, CommandMessage

    def shown(self, stream_input: CaseInput, definitions: Definitions) -> dict[str, Any]:
        """The procedure, and where the case stands."""
        summary = f"{definitions.procedure.id} {definitions.procedure.version}"
        return {"search_attributes": _attributes(stream_input, definitions), "static_summary": summary}


class DossierGateway(Gateway[DossierCommand]):
    """What the intake does with the workflows of dossiers."""

    workflow, input_type, carried_type, message_type = DOSSIER_WORKFLOW, DossierInput, DossierCarried, DossierMessage

    def shown(self, _: DossierInput, __: DossierDefinitions) -> dict[str, Any]:
        """That it is one."""
        return {"static_summary": "linked dossier"}


def request_id_of(command: Command) -> str:
    """What Temporal knows a command by: with its digest, so that it drops no other command that came under the same id."""
    return command.command_id if command.digest is None else f"{command.command_id}.{command.digest}"


def refusal_in(cause: BaseException | None) -> Refusal | None:
    """The refusal with which a workflow answered an update."""
    if isinstance(cause, ApplicationError) and cause.type == REFUSAL and cause.details:
        return Refusal.model_validate(cause.details[0])
    return None


def _attributes(input_: CaseInput, definitions: Definitions) -> TypedSearchAttributes:
    status, lane = "in_progress", "standard"
    if input_.carried is not None:
        status, lane = input_.carried.state["status"], input_.carried.state["lane"]
    opening = next((command for command in input_.waiting if isinstance(command, SubmitApplication)), None)
    if opening is not None:
        lane = classify(definitions.lanes, definitions.procedure, opening.application.facts).lane
    return TypedSearchAttributes(
        [
            SearchAttributePair(PROCEDURE_ATTRIBUTE, definitions.procedure.id),
            SearchAttributePair(LANE_ATTRIBUTE, str(lane)),
            SearchAttributePair(STATUS_ATTRIBUTE, str(status)),
        ]
    )
