"""What Temporal holds of an installation, in a few questions; nothing is started."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from audit.installation.server_rules import Server
from greenlane.probing.temporal import client_of
from greenlane.settings import Settings
from workflows.messages import LANE_ATTRIBUTE, PROCEDURE_ATTRIBUTE, STATUS_ATTRIBUTE

AT_WORK_WITHIN: Final = timedelta(seconds=90)
"""A worker asks for work again at least once a minute; Temporal remembers who asked for five minutes."""


@dataclass(frozen=True, slots=True)
class Temporal:
    """Temporal, which can be used."""

    server: Server
    missing: tuple[str, ...]
    """Search attributes that are not there."""
    workers: int
    """Workers that asked for work lately."""


def temporal(settings: Settings) -> Temporal:
    """Look at Temporal. Raises ServerUnusableError, RPCError."""
    return asyncio.run(_looked_at(settings))


async def _looked_at(settings: Settings) -> Temporal:
    client = await client_of(settings)
    version = (await client.workflow_service.get_system_info(GetSystemInfoRequest())).server_version
    account = "API key" if settings.temporal_api_key is not None else None
    if account is None and settings.temporal_cert_file is not None:
        account = settings.temporal_cert_file.name
    return Temporal(
        Server("temporal", str(settings.temporal_address), _numbers(version), account, settings.temporal_tls),
        await _missing(client),
        await _workers(client, settings.task_queue),
    )


async def _missing(client: Client) -> tuple[str, ...]:
    """Asked by a search for each: the list of attributes is an administrator's, a search everybody's."""
    missing = []
    for key in (PROCEDURE_ATTRIBUTE, LANE_ATTRIBUTE, STATUS_ATTRIBUTE):
        try:
            await client.count_workflows(f"{key.name} = 'none'")
        except RPCError as error:
            if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                raise
            missing.append(key.name)
    return tuple(missing)


async def _workers(client: Client, task_queue: str) -> int:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    answer = await client.workflow_service.describe_task_queue(request)
    since = datetime.now(UTC) - AT_WORK_WITHIN
    return len({each.identity for each in answer.pollers if each.last_access_time.ToDatetime(UTC) > since})


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.partition("-")[0].split(".")
    return tuple(int(part) for part in parts if part.isdigit())
