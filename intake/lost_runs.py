"""Runs that Temporal ended: what they had been given, and which ended otherwise than by their own end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog
from prometheus_client import Counter
from pydantic_core import to_json
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode

from events.language.commands import Command
from workflows.mailbox import CARRIED_MAX_BYTES
from workflows.messages import CASE_WORKFLOW, COMMAND_SIGNAL, DOSSIER_WORKFLOW, StreamInput, StreamMessage

BROUGHT_BACK = Counter(
    "greenlane_cases_brought_back",
    "Cases and dossiers started again from their ledger: Temporal failed, ended or lost their run.",
    ["kind"],
)
ENDED_OTHERWISE = ("Failed", "Terminated", "TimedOut", "Canceled")
"""How a run ends that did not come to its own end. None of ours is ever cancelled by us."""
LOST = (
    WorkflowExecutionStatus.FAILED,
    WorkflowExecutionStatus.TERMINATED,
    WorkflowExecutionStatus.TIMED_OUT,
    WorkflowExecutionStatus.CANCELED,
)
LISTED_MAX = 10_000

log = structlog.get_logger()

C = TypeVar("C", bound=Command)
M = TypeVar("M", bound=StreamMessage[Any])


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A run that ended otherwise than by its own end."""

    workflow_id: str
    run_id: str
    closed_at: datetime


async def messages_of_lost_run(
    client: Client, workflow_id: str, input_type: type[StreamInput[C, Any]], message: type[M]
) -> list[M]:
    """What the last run of a workflow was given, in order, as its messages, if it did not come to its own end.

    `input_type`: the type of its input, which has `waiting` and `carried`; `message`: that of its signals, which has `command`.
    What bears no seal of ours was never said.
    """
    messages: list[M] = []
    handle = client.get_workflow_handle(workflow_id)
    try:
        if (await handle.describe()).status not in LOST:
            return []
        async for event in handle.fetch_history_events():
            messages += await _messages_in(event, client.data_converter, input_type, message)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return messages


async def _messages_in(
    event: HistoryEvent, converter: DataConverter, input_type: type[StreamInput[C, Any]], message: type[M]
) -> list[M]:
    try:
        if event.HasField("workflow_execution_signaled_event_attributes"):
            signal = event.workflow_execution_signaled_event_attributes
            if signal.signal_name != COMMAND_SIGNAL or not signal.input.payloads:
                return []
            return list(await converter.decode(signal.input.payloads[:1], [message]))
        if event.HasField("workflow_execution_started_event_attributes"):
            started = event.workflow_execution_started_event_attributes
            [input_] = await converter.decode(started.input.payloads[:1], [input_type])
            carried = input_.carried
            along = input_.waiting if carried is None else (*carried.waiting, *carried.conflicting)
            return [message(command=command) for command in along]
    except Exception as error:
        # A stranger's signal, or one of a program that nobody remembers: the run had not taken it either.
        log.warning("a message of a lost run cannot be read", number=event.event_id, error=type(error).__name__)
    return []


async def ended_otherwise(client: Client, since: datetime) -> list[EndedRun]:
    """Runs of cases and dossiers that did not come to their own end, closed since then (real time)."""
    statuses = ", ".join(f"'{status}'" for status in ENDED_OTHERWISE)
    query = (
        f"WorkflowType IN ('{CASE_WORKFLOW}', '{DOSSIER_WORKFLOW}') AND ExecutionStatus IN ({statuses})"
        f" AND CloseTime >= '{since.isoformat()}'"
    )
    return [
        EndedRun(run.id, run.run_id, run.close_time)
        async for run in client.list_workflows(query, limit=LISTED_MAX)
        if run.close_time is not None
    ]


def within_one_payload(commands: Sequence[C]) -> tuple[list[C], list[C]]:
    """The first of these commands that fit into the input of a run, and those that do not."""
    size = 0
    for number, command in enumerate(commands):
        size += len(to_json(command))
        if number and size > CARRIED_MAX_BYTES:
            return list(commands[:number]), list(commands[number:])
    return list(commands), []
