"""A bridge in a process of its own, to be killed: `python -m tests.events.bridge_process CLUSTER PREFIX FILE HELD_AFTER`.

Having handled so many messages it holds all others in hand, until it is killed; 0: it goes on to the end.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry

from events.language.topics import Topics
from events.transport.bridge import Bridge, BridgeSettings, ConsumerSettings, LaneSettings, incoming_pattern
from events.transport.cluster import Cluster
from events.transport.metrics import BridgeMetrics
from events.transport.ports import Disposition, Done, Incoming


class Writing:
    """Appends what it was given to a file: one line is one effect."""

    def __init__(self, file: Path, held_after: int) -> None:
        self._file = file.open("a", buffering=1)
        self._held_after = held_after
        self._handled = 0

    async def handle(self, message: Incoming) -> Disposition:
        await asyncio.sleep(0.002)
        if self._handled == self._held_after > 0:
            await asyncio.Event().wait()
        self._handled += 1
        self._file.write(f"{message.partition} {message.offset} {(message.key or b'').decode()}\n")
        return Done()


async def main(cluster: str, prefix: str, file: str, held_after: str) -> None:
    topics = Topics(prefix)
    bridge = Bridge(
        Cluster(*json.loads(cluster)),
        incoming_pattern(topics),
        Writing(Path(file), int(held_after)),
        settings=BridgeSettings(
            ConsumerSettings(group=f"{prefix}-bridge", instance_id="bridge-1", session_seconds=30), LaneSettings()
        ),
        metrics=BridgeMetrics(CollectorRegistry()),
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, bridge.stop)
    await bridge.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
