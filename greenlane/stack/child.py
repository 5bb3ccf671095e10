"""Child processes that never outlive the supervisor, and are never mistaken for somebody else's."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from greenlane.errors import StackError
from greenlane.stack.account import Account
from greenlane.stack.errors import StartFailedError, StateFolderFullError
from greenlane.stack.folder import StateFolder
from wording.text import LazyText, _, layout

LAUNCHER = Path(__file__).with_name("launch.py")
LOG_ROTATED_AT_BYTES = 20_000_000
FULL_BELOW_BYTES = 20 * 1024 * 1024
"""PostgreSQL takes room for its log 16 MB at a time: with less it stops, though some is left."""
SIGNS_OF_A_FULL_DISK = ("No space left on device", "database or disk is full", "Check free disk space")
CLOCK_TOLERANCE_SECONDS = 2.0
"""A process's start is reckoned from the machine's boot time, which moves a little when the clock is set."""


@dataclass(frozen=True, slots=True)
class Command:
    """How one program is started and stopped."""

    name: str
    argv: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10
    death_signal: int = signal.SIGKILL
    """Sent by the kernel when the supervisor is gone."""


def server_environment() -> dict[str, str]:
    """A bare environment for servers: PGOPTIONS or JAVA_TOOL_OPTIONS of the user must not change what we start."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**inherited, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


class Child:
    """One running program. Start it in a thread that lives as long as it should: the kernel watches that thread."""

    def __init__(self, command: Command) -> None:
        self.command = command
        if command.log.exists() and command.log.stat().st_size > LOG_ROTATED_AT_BYTES:
            command.log.replace(command.log.with_suffix(".log.1"))
        account = command.account
        spec = {
            "parent": os.getpid(),
            "signal": int(command.death_signal),
            "uid": account.uid if account else None,
            "gid": account.gid if account else None,
            "capability": account.capability if account else None,
        }
        with command.log.open("ab") as log:
            self.log_start = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(spec, allow_nan=False), "--", *command.argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(command.environment),
                # Of its own, so that Ctrl-C reaches the supervisor alone, which stops the parts in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative is the number of the signal that ended it."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Send it the signal by which it stops, and do not wait."""
        if self._process.poll() is None:
            self._process.send_signal(self.command.stop_signal)

    def finish(self) -> bool:
        """Waits for the end after `ask_to_stop`, then kills; whether it ended by itself."""
        try:
            self._process.wait(self.command.stop_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        return True

    def kill_self(self) -> None:
        """SIGKILL, without waiting; safe in a signal handler."""
        if self._process.returncode is None:
            os.kill(self.pid, signal.SIGKILL)

    def kill(self) -> None:
        """Ends it, with the processes that it started itself."""
        try:
            family = psutil.Process(self.pid).children(recursive=True)
        except psutil.Error:
            family = []
        self._process.kill()
        self._process.wait()
        for member in family:
            _signal(member, signal.SIGKILL)

    def last_words(self, lines: int = 6) -> str:
        """The end of what it wrote to its log since it was started."""
        try:
            with self.command.log.open("rb") as log:
                log.seek(0, os.SEEK_END)
                log.seek(max(self.log_start, log.tell() - 4_000))
                text = log.read().decode("utf-8", "replace")
        except OSError:  # Somebody removed the log.
            return ""
        return "\n".join(text.strip().splitlines()[-lines:])


def describe_exit(code: int) -> LazyText:
    """An exit code in words."""
    if code >= 0:
        return _("exit code {code}", code=code)
    try:
        name = signal.Signals(-code).name
        return layout("{name}", name=name)
    except ValueError:
        return _("signal {code}", code=-code)


def run_once(command: Command, seconds: float = 120) -> None:
    """Runs a program to its end, such as initdb. Raises StartFailedError with its last words."""
    child = Child(command)
    deadline = time.monotonic() + seconds
    while (code := child.exit_code()) is None:
        if time.monotonic() > deadline:
            child.kill()
            raise StartFailedError(
                _("{name} did not finish within {seconds:.0f} s.", name=command.name, seconds=seconds),
                field=command.name,
                remedy=_("Its log is {log}.", log=command.log),
            )
        time.sleep(0.02)
    if code != 0:
        raise failure(
            child,
            _("{name} failed ({reason}).", name=command.name, reason=describe_exit(code)),
        )


def has_room(folder: Path) -> bool:
    """Whether the disk of a folder has room for servers to work."""
    try:
        return shutil.disk_usage(folder).free >= FULL_BELOW_BYTES
    except OSError:
        return True  # it is gone, or cannot be asked: that is another matter


def failure(child: Child, what: str) -> StackError:
    """Why a program did not do its work, with its last words; a full disk by its own name, whoever met it."""
    log, words = child.command.log, child.last_words()
    # On a full disk a program may not even be able to write its last words.
    if not has_room(log.parent) or any(sign in words for sign in SIGNS_OF_A_FULL_DISK):
        return StateFolderFullError(
            _("{what} The disk of {parent} is full.", what=what, parent=log.parent.parent),
            field="GREENLANE_STATE_DIR",
            remedy=_("Free some space, or set GREENLANE_STATE_DIR to another disk."),
        )
    return StartFailedError(
        layout("{what} {words}", what=what, words=words) if words else what,
        field=child.command.name,
        remedy=_("Its log is {log}.", log=log),
    )


class ProcessList:
    """What runs from a state folder, on disk, so that the next start can end what a killed supervisor left."""

    def __init__(self, folder: StateFolder) -> None:
        self._folder = folder
        self._entries: dict[str, dict[str, object]] = {}

    def add(self, child: Child) -> None:
        """Note a process that was started."""
        try:
            started_at = psutil.Process(child.pid).create_time()
        except psutil.Error:
            return  # Ended already; there is nothing to leave behind.
        program = Path(child.command.argv[0]).name
        self._entries[child.command.name] = {"pid": child.pid, "started_at": started_at, "program": program}
        self._save()

    def remove(self, child: Child) -> None:
        """Forget a process that has ended."""
        entry = self._entries.get(child.command.name)
        if entry is not None and entry["pid"] == child.pid:
            del self._entries[child.command.name]
            self._save()

    def _save(self) -> None:
        # On a full disk the stack must still be watched and stopped; the kernel ends leftovers too, where it can.
        with contextlib.suppress(StackError):
            self._folder.write(self._folder.process_file, self._entries)

    def end_leftovers(self) -> list[str]:
        """Ends processes of an earlier supervisor of this folder, surely none but those; names of what was ended."""
        recorded = self._folder.read(self._folder.process_file)
        leftovers = {name: process for name, entry in recorded.items() if (process := identified(entry))}
        family = [*leftovers.values()]
        for process in leftovers.values():
            try:
                family += process.children(recursive=True)
            except psutil.Error:
                continue
        for process in leftovers.values():
            # PostgreSQL's own signal for an immediate stop also ends its backends; the others have no children.
            _signal(process, signal.SIGQUIT if "postgres" in _program(process) else signal.SIGKILL)
        _, alive = psutil.wait_procs(family, timeout=5)
        for process in alive:
            _signal(process, signal.SIGKILL)
        psutil.wait_procs(alive, timeout=5)
        self._entries = {}
        self._save()
        return sorted(leftovers)


def identified(entry: Mapping[str, object]) -> psutil.Process | None:
    """The process that was recorded, if it still runs: same number, same start, same program."""
    try:
        process = psutil.Process(int(str(entry["pid"])))
        same_start = abs(process.create_time() - float(str(entry["started_at"]))) < CLOCK_TOLERANCE_SECONDS
        alive = process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, KeyError, ValueError):
        return None
    # Between fork and exec it is still the launcher, a Python.
    same_program = _program(process) in {entry.get("program"), Path(sys.executable).name}
    return process if alive and same_start and same_program else None


def _program(process: psutil.Process) -> str:
    try:
        command = process.cmdline()
    except psutil.Error:
        return ""
    return Path(command[0]).name if command else ""


def _signal(process: psutil.Process, number: int) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)


def python_command(arguments: Sequence[str]) -> tuple[str, ...]:
    """The command line that runs a module of ours with this interpreter."""
    return (sys.executable, *arguments)
