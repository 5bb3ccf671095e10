"""The bare workflow: five signals, an empty local activity and a timer for each, and nothing else. And its worker.

`python -m bench.throughput.bare ADDRESS TASK_QUEUE PORT` runs the worker; after each activity it tells the driver, by one
datagram to the local PORT, that the case may be sent its next signal.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker

with workflow.unsafe.imports_passed_through():
    from workflows.converter import DATA_CONVERTER
    from workflows.worker import POLLERS_MAX, runner

STEPS = 5
DRIVER = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


class Empty:
    """The empty activity. The datagram is the bench's own, so that the driver need not poll."""

    def __init__(self, port: int) -> None:
        self._address = ("127.0.0.1", port)

    @activity.defn(name="empty")
    async def empty(self) -> None:
        """Do nothing."""
        DRIVER.sendto(activity.info().workflow_id.encode(), self._address)  # type: ignore[union-attr]


@workflow.defn(name="Bare")
class BareWorkflow:
    """Waits for a signal, runs the activity, arms a timer; five times."""

    def __init__(self) -> None:
        self._signals = 0

    @workflow.signal
    def step(self) -> None:
        """The next step is answered."""
        self._signals += 1

    @workflow.run
    async def run(self) -> int:
        """Five steps."""
        await self._activity()
        for number in range(1, STEPS + 1):
            timer = asyncio.create_task(workflow.sleep(timedelta(days=number)))
            await workflow.wait_condition(lambda number=number: self._signals >= number)  # type: ignore[misc]
            timer.cancel()
            await self._activity()
        return self._signals

    async def _activity(self) -> None:
        await workflow.execute_local_activity("empty", start_to_close_timeout=timedelta(seconds=10))


async def main(address: str, task_queue: str, port: int) -> None:
    """Run the worker until killed, set up as ours is."""
    client = await Client.connect(address, data_converter=DATA_CONVERTER)
    await Worker(
        client,
        task_queue=task_queue,
        workflows=[BareWorkflow],
        activities=[Empty(port).empty],
        no_remote_activities=True,
        workflow_runner=runner(sandbox=False),
        max_concurrent_workflow_tasks=16,
        max_concurrent_local_activities=16,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(minimum=2, maximum=POLLERS_MAX, initial=2),
    ).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
