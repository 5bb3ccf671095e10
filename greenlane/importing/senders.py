"""The senders as processes: started, watched, started again when they die, stopped; they never outlive this process."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from events.transport.backoff import Backoff
from greenlane.importing.errors import SenderFailedError
from greenlane.importing.orders import NoteBook, Orders
from greenlane.importing.player import note_name
from greenlane.importing.submitter import NOTE
from greenlane.stack.child import Child, Command, describe_exit, python_command
from wording.text import _

ORDERS = "orders.json"
SUBMITTER = "greenlane.importing.submitter"
PLAYER = "greenlane.importing.player"
"""The modules that are run; tests put a player here that holds its answers back."""
FAILURES_MAX = 8
"""In a row, without anything sent or closed in between."""
RESTART = Backoff(first_seconds=0.5, most_seconds=10.0)
STOP_SECONDS = 5.0


@dataclass(slots=True)
class Counts:
    """What the senders have noted together."""

    submitted: int = 0
    closed: int = 0
    failed: int = 0
    """Submissions that ended as dead letters."""
    in_flight: int = 0
    decided: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def progress(self) -> tuple[int, int, int, int]:
        """What moves as long as the import moves."""
        return self.submitted, self.closed, self.failed, self.decided


class Sender:
    """One process and its failures."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.child: Child | None = None
        self.failures = 0
        self.retry_at = 0.0

    def start(self) -> None:
        """Start it. In the thread that shall live as long as it."""
        self.child = Child(self.command)

    def ended(self) -> int | None:
        """Its exit code; None while it runs or waits to be started again."""
        return None if self.child is None else self.child.exit_code()

    def failed(self, code: int, tell: Callable[[str], None]) -> None:
        """Plan the next start. Raises SenderFailedError when that was tried too often."""
        words = self.child.last_words() if self.child is not None else ""
        self.child = None
        self.failures += 1
        if self.failures > FAILURES_MAX:
            raise SenderFailedError(
                _(
                    "The {name} of the import ended {failures} times ({reason}): {words}",
                    name=self.command.name,
                    failures=self.failures,
                    reason=describe_exit(code),
                    words=words,
                ),
                field=self.command.name,
                remedy=_("See {log}; then start the same import again, which continues.", log=self.command.log),
            )
        self.retry_at = time.monotonic() + RESTART.pause(self.failures)
        tell(_("the {name} ended ({how}); it is started again", name=self.command.name, how=describe_exit(code)))


class Senders:
    """One submitter and some players."""

    def __init__(self, orders: Orders, tell: Callable[[str], None]) -> None:
        self._folder = Path(orders.folder)
        self._tell = tell
        self._players = range(1, orders.players + 1)
        for name in (NOTE, *(note_name(number) for number in self._players)):
            (self._folder / name).unlink(missing_ok=True)
        path = self._folder / ORDERS
        orders.write(path)
        self.submitter = Sender(self._command("submitter", SUBMITTER, str(path)))
        self._all = [
            self.submitter,
            *(Sender(self._command(f"player-{number}", PLAYER, str(path), str(number))) for number in self._players),
        ]
        self._seen = Counts().progress

    def _command(self, name: str, module: str, *arguments: str) -> Command:
        return Command(
            name=name,
            argv=python_command(("-m", module, *arguments)),
            log=self._folder / f"{name}.log",
            environment=dict(os.environ),
            stop_seconds=STOP_SECONDS,
        )

    def start(self) -> None:
        """Start all. In the thread that shall live as long as they: the kernel ends them with it."""
        for sender in self._all:
            sender.start()

    def tend(self) -> bool:
        """Start again what died; whether every case has ended. Raises SenderFailedError."""
        for sender in self._all:
            code = sender.ended()
            if code == 0 and sender is self.submitter:
                return True
            if code is not None:
                sender.failed(code, self._tell)
            elif sender.child is None and time.monotonic() >= sender.retry_at:
                sender.start()
        return False

    def counts(self) -> Counts:
        """How far they are."""
        noted = NoteBook.read(self._folder / NOTE)
        counts = Counts(
            submitted=int(noted.get("submitted", 0)),
            closed=int(noted.get("closed", 0)),
            failed=int(noted.get("failed", 0)),
            in_flight=int(noted.get("in_flight", 0)),
        )
        for number in self._players:
            played = NoteBook.read(self._folder / note_name(number))
            counts.decided += int(played.get("decided", 0))
            counts.refused.update(played.get("refused", {}))
        if counts.progress != self._seen:
            self._seen = counts.progress
            for sender in self._all:
                sender.failures = 0
        return counts

    def stop(self) -> None:
        """Let them finish what they do, then end them."""
        running = [sender.child for sender in self._all if sender.child is not None]
        for child in running:
            child.ask_to_stop()
        for child in running:
            child.finish()
