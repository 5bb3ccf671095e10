"""The worker of the cases: what runs their workflows and writes their turns."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, UnsandboxedWorkflowRunner, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.failures import FailureMapping
from activities.linked import DossierCarrier, Linking
from activities.record import Recording, TurnRecorder
from workflows.case import CaseWorkflow
from workflows.dossier import DossierWorkflow

POLLERS_MAX = 8


def case_worker(
    client: Client,
    recorder: TurnRecorder,
    *,
    task_queue: str,
    sandbox: bool = True,
    max_workflow_tasks: int = 16,
    max_activities: int = 16,
    max_cached_cases: int = 1000,
    graceful_shutdown_seconds: float = 10,
    identity: str | None = None,
    carrier: DossierCarrier | None = None,
) -> Worker:
    """A worker on this task queue; `run()` or `async with` it. The client must use workflows.converter.DATA_CONVERTER.

    `max_workflow_tasks`: with many more than 16 at once on one Python process, tasks sit past their timeout.
    `carrier`: what linked dossiers ask to be done; None: a worker of cases that stand alone.
    `graceful_shutdown_seconds`: for a turn that is being written when the worker is told to stop.
    """
    linking = None if carrier is None else Linking(carrier)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[CaseWorkflow, DossierWorkflow],
        activities=[
            Recording(recorder).record,
            *(() if linking is None else (linking.carry_out, linking.report_end)),
        ],
        # The recording runs as a local activity; there is no task queue to poll for it.
        no_remote_activities=True,
        interceptors=[FailureMapping()],
        workflow_runner=runner(sandbox),
        identity=identity,
        max_cached_workflows=max_cached_cases,
        max_concurrent_workflow_tasks=max(2, max_workflow_tasks),
        max_concurrent_local_activities=max_activities,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(minimum=2, maximum=POLLERS_MAX, initial=2),
        graceful_shutdown_timeout=timedelta(seconds=graceful_shutdown_seconds),
    )


def runner(sandbox: bool) -> WorkflowRunner:
    """How workflow code runs: in Temporal's sandbox, which catches what is not deterministic, or at half its cost."""
    return SandboxedWorkflowRunner() if sandbox else UnsandboxedWorkflowRunner()
