"""Killing parts of a running stack, for tests of the whole."""

from __future__ import annotations

import time

import psutil
import pytest

from bench.throughput.usage import stack_processes

PORTS = ("temporal_port", "temporal_ui_port", "postgres_port", "kafka_port", "kafka_controller_port", "metrics_port")
BACK_SECONDS = 180


def kill(supervisor: psutil.Process, name: str) -> None:
    """SIGKILL, once the part runs: it may still be coming back from the last one."""
    ends_at = time.monotonic() + BACK_SECONDS
    while time.monotonic() < ends_at:
        running = stack_processes(supervisor).get(name, [])
        if running:
            running[0].kill()
            return
        time.sleep(0.2)
    pytest.fail(f"{name} never came back")
