"""What a call of the program gives, and what it may run on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from events.transport.cluster import Cluster
from greenlane.addresses import StackAddresses
from greenlane.admission import access_of
from greenlane.settings import Settings


@dataclass(frozen=True)
class Answer:
    """What a call of the program gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output; fails when there is anything else."""
        assert self.out.count("\n") == 1, self.out + self.err
        body = json.loads(self.out)
        assert isinstance(body, dict)
        return body

    @property
    def error(self) -> dict[str, Any]:
        """The refusal, whole and with exit code 2."""
        assert self.code == 2, self
        assert set(self.json) == {"error"}
        error: dict[str, Any] = self.json["error"]
        assert set(error) == {"code", "field", "message", "remedy"}
        assert error["message"]
        assert error["remedy"]
        return error


Program = Callable[..., Answer]


@dataclass(frozen=True)
class LiveStack:
    """A whole stack that runs: servers, worker, bridge, publisher."""

    state_dir: Path
    addresses: StackAddresses
    settings: Settings
    """With all addresses, as the command line."""

    def cluster_of(self, account: str) -> Cluster:
        """Kafka, as a department, a submitting system or another account reaches it."""
        return access_of(self.settings, account).cluster


PORTS = ("temporal_port", "postgres_port", "kafka_port", "kafka_controller_port", "metrics_port")


@contextmanager
def a_stack(folder: Path, **given: Any) -> Iterator[LiveStack]:
    """A whole stack of one's own on free ports, with these settings."""
    from greenlane.prepare import prepare  # noqa: PLC0415 - most tests need no stack
    from greenlane.stack import ProcessSpec, Supervisor  # noqa: PLC0415

    settings = Settings.load(state_dir=folder, temporal_ui=False, **dict.fromkeys(PORTS, 0), **given)
    supervisor = Supervisor(settings, [ProcessSpec(name) for name in ("worker", "publisher", "bridge")], prepare)
    addresses = supervisor.start()
    try:
        yield LiveStack(settings.state_dir, addresses, settings.resolved(addresses))
    finally:
        supervisor.stop()
