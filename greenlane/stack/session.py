"""How commands use a stack: find the one that runs, or have one for as long as it is needed. Loads no driver."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psutil

from greenlane.addresses import StackAddresses
from greenlane.connection_rules import PREFIX
from greenlane.settings import Settings
from greenlane.stack.child import CLOCK_TOLERANCE_SECONDS, describe_exit
from greenlane.stack.errors import OtherStackError, StartFailedError, relayed
from greenlane.stack.folder import StateFolder
from greenlane.stack.progress import Progress
from wording.json_text import read_json
from wording.text import _

LOOK_SECONDS = 0.1
STOP_PATIENCE_SECONDS = 60
UP_COMMAND = (sys.executable, "-m", "greenlane", "up", "--owned")
"""Ends in `run_up(..., owned=True)`; the settings travel in the environment."""


def running_stack(settings: Settings) -> StackAddresses | None:
    """Addresses of the stack that runs and is ready in the state folder; None when there is none (yet)."""
    folder = StateFolder(settings.state_dir)
    return _ready_stack(folder) if folder.is_held() else None


def _ready_stack(folder: StateFolder) -> StackAddresses | None:
    content = folder.read(folder.stack_file)
    holder = content.get("supervisor", {})
    try:
        process = psutil.Process(int(holder["pid"]))
        started_at, alive = process.create_time(), process.status() != psutil.STATUS_ZOMBIE
    except (KeyError, psutil.Error):
        return None
    # A killed supervisor leaves its file, and holds its lock until its last thread is gone.
    same = abs(started_at - float(holder["started_at"])) < CLOCK_TOLERANCE_SECONDS
    return StackAddresses.from_json(content["addresses"]) if alive and same and content.get("ready") else None


@contextmanager
def ensure_stack(
    settings: Settings, command: Sequence[str] = UP_COMMAND, progress: Progress | None = None
) -> Iterator[StackAddresses]:
    """The stack of the state folder: the running one, or one started for as long as it is needed, and stopped then.

    Raises a StackError when none can be had, with what stopped it.
    """
    folder = StateFolder(settings.state_dir)
    with folder.in_use():
        if running := _wait_while_starting(settings, folder, progress):
            refuse_other(settings, running)
            yield running
            return
        folder.prepare(settings.min_free_disk_mb)
        owned = OwnedStack(settings, command)
        try:
            yield owned.addresses()
        finally:
            folder.detach()
            owned.disown()


def _wait_while_starting(settings: Settings, folder: StateFolder, progress: Progress | None) -> StackAddresses | None:
    deadline = time.monotonic() + 3 * settings.start_timeout_seconds
    while folder.is_held():
        if running := _ready_stack(folder):
            return running
        if time.monotonic() > deadline:
            raise StartFailedError(
                _(
                    "The stack in {state_dir} is being started by another process, but does not get ready.",
                    state_dir=settings.state_dir,
                ),
                field="GREENLANE_STATE_DIR",
                remedy=_("Stop that one, and try again."),
            )
        if progress is not None:
            progress.doing(_("waiting for the stack, which is being started or stopped"))
        time.sleep(LOOK_SECONDS)
    return None


def refuse_other(settings: Settings, running: StackAddresses) -> None:
    """Raises OtherStackError: a setting that names another server than the running stack uses would be ignored."""
    for name in ("temporal_address", "kafka_bootstrap", "database_url"):
        wanted = getattr(settings, name)
        if wanted is not None and wanted != getattr(running, name):
            variable = f"{PREFIX}{name.upper()}"
            raise OtherStackError(
                _(
                    "The stack running in {state_dir} uses another server than {variable} names.",
                    state_dir=settings.state_dir,
                    variable=variable,
                ),
                field=variable,
                remedy=_("Unset {variable}, or set GREENLANE_STATE_DIR to another folder.", variable=variable),
            )


class OwnedStack:
    """A stack in a process of its own, whose main thread outlives ours if need be; it stops when our pipe closes.

    So it stops too when we are killed, and Ctrl-C in the terminal reaches us alone.
    """

    def __init__(self, settings: Settings, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [*command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=settings.environment_of_child(with_keys=True),
            start_new_session=True,
        )

    def _messages(self) -> Iterator[dict[str, Any]]:
        for line in self._process.stdout or ():
            with suppress(ValueError):
                message = read_json(line)
                if isinstance(message, dict):
                    yield message

    def addresses(self) -> StackAddresses:
        """Wait until it is ready. Raises what kept it from it."""
        for message in self._messages():
            if "ready" in message:
                return StackAddresses.from_json(message["ready"])
            if "error" in message:
                raise relayed(message["error"])
        code = self._process.wait()
        raise StartFailedError(
            _("The stack ended while it was being started ({reason}).", reason=describe_exit(code)),
            remedy=_("Its messages are above."),
        )

    def disown(self) -> None:
        """Let it stop, and wait for that unless other commands still use it."""
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()
        staying = any("staying" in message for message in self._messages())
        if self._process.stdout:
            self._process.stdout.close()
        if staying:
            # It goes on for others; forget it, lest the interpreter warns of a child that still runs.
            self._process.returncode = 0
            return
        try:
            self._process.wait(STOP_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()  # Its parts die with it.
            self._process.wait()
