"""A bridge in a process of its own, to be killed: `python -m tests.events.bridge_process BOOTSTRAP PREFIX FILE`."""

from __future__ import annotations

import asyncio
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

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", buffering=1)

    async def handle(self, message: Incoming) -> Disposition:
        await asyncio.sleep(0.002)
        self._file.write(f"{message.partition} {message.offset} {(message.key or b'').decode()}\n")
        return Done()


async def main(bootstrap: str, prefix: str, file: str) -> None:
    topics = Topics(prefix)
    bridge = Bridge(
        Cluster(bootstrap),
        incoming_pattern(topics),
        Writing(Path(file)),
        settings=BridgeSettings(
            ConsumerSettings(group=f"{prefix}-bridge", instance_id="bridge-1", session_seconds=6), LaneSettings()
        ),
        metrics=BridgeMetrics(CollectorRegistry()),
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, bridge.stop)
    await bridge.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
