"""A Kafka broker of a test's own, that may be killed, started again, and replaced by an empty one."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

from events.transport.cluster import Cluster
from greenlane.settings import Settings
from greenlane.stack.child import Child
from greenlane.stack.folder import StateFolder
from greenlane.stack.kafka import Kafka
from greenlane.stack.ports import Ports

START_SECONDS = 120


class Broker:
    """The embedded Kafka, run without its supervisor."""

    def __init__(self, root: Path) -> None:
        self._folder = StateFolder(root)
        self._folder.prepare(0)
        self._settings = Settings(state_dir=root, kafka_port=0, kafka_controller_port=0, kafka_heap_mb=256)
        ports = Ports(self._folder)
        # For clients and for its controller.
        self.ports = ports.of("kafka_port", 0), ports.of("kafka_controller_port", 0)
        self._child: Child | None = None
        self._part = self._fresh_part()

    @property
    def bootstrap(self) -> str:
        """host:port; the same after every restart."""
        return self._part.address

    @property
    def cluster(self) -> Cluster:
        """It, as its owner reaches it."""
        return self._part.owners_cluster

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._part.prepare(lambda _: None)
        self._child = Child(self._part.command())
        deadline = time.monotonic() + START_SECONDS
        while not self._part.answers():
            assert self._child.exit_code() is None, self._child.last_words()
            assert time.monotonic() < deadline, "the broker did not come up"
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def stop(self) -> None:
        """In its own time."""
        if self._child is not None:
            self._child.ask_to_stop()
            assert self._child.finish()
            self._child = None

    def renew(self) -> None:
        """Have the next start be one of the program as it is now."""
        self._part = self._fresh_part()

    def replace(self) -> None:
        """Kill it and start an empty cluster at the same address."""
        self.kill()
        shutil.rmtree(self._folder.path / "kafka")
        self._part = self._fresh_part()
        self.start()

    def _fresh_part(self) -> Kafka:
        return Kafka(self._settings, self._folder, *self.ports, threading.Event())
