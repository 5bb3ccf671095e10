"""Run a stack in the foreground: what `greenlane up` does, for a person, a service manager or a command that owns it."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import IO

from greenlane.addresses import StackAddresses
from greenlane.settings import Settings
from greenlane.stack.errors import StartCancelledError, for_relaying
from greenlane.stack.member import ProcessSpec
from greenlane.stack.progress import Progress, Terminal
from greenlane.stack.supervisor import Prepare, Supervisor
from wording.errors import GreenlaneError
from wording.text import _

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Wish:
    """Whether somebody wants the stack to stop: a signal, or the end of the command that owns it."""

    def __init__(self, owner: IO[bytes] | None) -> None:
        self._owner = owner
        self._signalled = False
        self._disowned = False

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Note that somebody asked to stop."""
        del number, frame
        self._signalled = True

    @property
    def signalled(self) -> bool:
        """Whether a signal asked to stop."""
        return self._signalled

    def __call__(self) -> bool:
        if self._owner is not None and not self._disowned and select.select([self._owner], [], [], 0)[0]:
            self._disowned = os.read(self._owner.fileno(), 4096) == b""
        return self._signalled or self._disowned


def run_up(
    settings: Settings,
    processes: Sequence[ProcessSpec] = (),
    prepare: Prepare | None = None,
    *,
    owned: bool = False,
    progress: Progress | None = None,
) -> int:
    """Run a stack in the foreground until Ctrl-C or SIGTERM; the exit code. Must be called in the main thread.

    `prepare` gets the settings with all addresses once the servers answer, before our processes start.
    `owned`: standard input is a pipe whose end means "stop", standard output tells the owner one JSON object a line.
    Raises a StackError when it cannot start (with `owned` it is told to the owner instead, and the code is 2).
    """
    terminal = Terminal(language=settings.language)
    shown = progress or terminal
    wish = Wish(sys.stdin.buffer if owned else None)
    supervisor = Supervisor(settings, processes, prepare, shown, stop_wanted=wish)
    former = {number: signal.signal(number, wish.on_signal) for number in STOP_SIGNALS}
    try:
        addresses = supervisor.start()
        _announce(shown, settings, addresses)
        _tell_owner(owned, {"ready": addresses.as_json()})
        supervisor.watch(wish)
        _stop(supervisor, wish, owned=owned)
        shown.done(_("stopped"))
    except StartCancelledError:
        return 130
    except GreenlaneError as error:
        if not owned:
            raise
        _tell_owner(owned, {"error": for_relaying(error)})
        return 2
    finally:
        terminal.close()
        for number, handler in former.items():
            signal.signal(number, handler)
    return 0


def _stop(supervisor: Supervisor, wish: Wish, *, owned: bool) -> None:
    """Stops; when only the owner has gone, not before other commands that use the stack have finished too."""
    if owned and not wish.signalled and not supervisor.folder.retire():
        _tell_owner(owned, {"staying": True})
        supervisor.watch(lambda: wish.signalled or supervisor.folder.retire())
    _tell_owner(owned, {"stopping": True})
    for number in STOP_SIGNALS:  # Whoever cannot wait and asks again gets a hard stop, which loses nothing either.
        signal.signal(number, lambda *_: supervisor.kill())
    supervisor.stop()


def _tell_owner(owned: bool, message: dict[str, object]) -> None:
    if owned:
        with suppress(OSError):  # The owner may be gone, which its pipe tells us anyway.
            os.write(1, json.dumps(message, allow_nan=False).encode() + b"\n")


def _announce(progress: Progress, settings: Settings, addresses: StackAddresses) -> None:
    lines = {
        "Temporal": addresses.temporal_address + (f"  ({addresses.temporal_ui})" if addresses.temporal_ui else ""),
        "Kafka": addresses.kafka_bootstrap,
        "PostgreSQL": addresses.shown_database,
        **{f"{name} /metrics": url for name, url in addresses.metrics.items()},
    }
    width = max(map(len, lines))
    for name, value in lines.items():
        progress.done(f"{name:<{width}}  {value}")
    folder = settings.state_dir
    progress.done(_("{folder}: state; logs in logs, passwords in secrets.json", folder=folder))
