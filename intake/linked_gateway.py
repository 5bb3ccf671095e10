"""Dossiers in Temporal: starting one, and giving it a command; each once, however often it is tried."""

from __future__ import annotations

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from cases.turn import CommandOutcome
from catalog.dossier import DossierDefinitions
from events.language.dossier_commands import DossierCommand
from events.transport.errors import Unavailable
from intake.temporal import CaseUnknownError, refusal_in, translated
from workflows.dossier_messages import DOSSIER_WORKFLOW, DossierInput, DossierMessage, DossierResult
from workflows.messages import COMMAND_SIGNAL, COMMAND_UPDATE


class DossierGateway:
    """What the intake does with the dossiers' workflows. As CaseGateway; see there."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start(self, given: DossierInput, definitions: DossierDefinitions) -> None:
        """Start the dossier's workflow; nothing happens if it runs or has ended. Raises Unavailable."""
        try:
            with translated():
                await self._client.start_workflow(
                    DOSSIER_WORKFLOW,
                    args=[given, definitions],
                    id=given.dossier_id,
                    task_queue=self._task_queue,
                    result_type=DossierResult,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    static_summary="linked dossier",
                )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise

    async def signal(self, dossier_id: str, command: DossierCommand) -> None:
        """Give the dossier a command; durable when this returns. Raises CaseUnknownError, Unavailable."""
        payloads = await self._client.data_converter.encode([DossierMessage(command=command)])
        request = SignalWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=dossier_id),
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

    async def update(self, dossier_id: str, command: DossierCommand) -> CommandOutcome:
        """Give the dossier a command and wait for the answer. Raises CaseUnknownError, Unavailable."""
        handle = self._client.get_workflow_handle(dossier_id)
        try:
            with translated():
                answer: CommandOutcome = await handle.execute_update(
                    COMMAND_UPDATE,
                    DossierMessage(command=command),
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
            raise Unavailable("the dossier's worker") from error
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise CaseUnknownError from error
            raise
