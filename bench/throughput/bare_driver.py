"""Drives bare workflows: so many in flight, the next signal as soon as the activity of the last has run.

`python -m bench.throughput.bare_driver ADDRESS TASK_QUEUE PORT CASES IN_FLIGHT` prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Callable, Coroutine

from temporalio.client import Client

from bench.throughput.bare import STEPS
from workflows.converter import DATA_CONVERTER


class Told(asyncio.DatagramProtocol):
    """Hears the worker's datagrams."""

    def __init__(self, hear: Callable[[str], None]) -> None:
        self._hear = hear

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - the base's signature
        """An activity has run."""
        self._hear(data.decode())


class Driver:
    """Keeps cases in flight until all are done."""

    def __init__(self, client: Client, task_queue: str, cases: int, in_flight: int) -> None:
        self._client = client
        self._task_queue = task_queue
        self._left = cases
        self._in_flight = in_flight
        self._signals: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._done = asyncio.Event()
        self._run = uuid.uuid4().hex[:8]

    def hear(self, workflow_id: str) -> None:
        """The activity of this case has run: send its next signal, or start another case."""
        sent = self._signals.get(workflow_id)
        if sent is None:
            return
        if sent == STEPS:
            del self._signals[workflow_id]
            self._start_next()
            if not self._signals:
                self._done.set()
            return
        self._signals[workflow_id] = sent + 1
        self._spawn(self._signal(workflow_id))

    async def run(self) -> float:
        """Seconds from the first start to the last end."""
        began = time.perf_counter()
        for _ in range(self._in_flight):
            self._start_next()
        await self._done.wait()
        return time.perf_counter() - began

    def _start_next(self) -> None:
        if self._left:
            self._left -= 1
            workflow_id = f"bare-{self._run}-{self._left}"
            self._signals[workflow_id] = 0
            self._spawn(self._start(workflow_id))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start(self, workflow_id: str) -> None:
        await self._client.start_workflow("Bare", id=workflow_id, task_queue=self._task_queue)

    async def _signal(self, workflow_id: str) -> None:
        await self._client.get_workflow_handle(workflow_id).signal("step")


async def main(address: str, task_queue: str, port: int, cases: int, in_flight: int) -> None:
    """One round."""
    client = await Client.connect(address, data_converter=DATA_CONVERTER)
    driver = Driver(client, task_queue, cases, in_flight)
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: Told(driver.hear), local_addr=("127.0.0.1", port))
    warm_cpu_s = time.process_time()
    seconds = await driver.run()
    cpu_s = time.process_time() - warm_cpu_s
    sys.stdout.write(json.dumps({"cases_per_s": cases / seconds, "cpu_s": cpu_s}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], *(int(word) for word in sys.argv[3:6])))
