"""Progress for a person, on standard error only: standard output belongs to the command's result."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from rich.status import Status

from greenlane.console import Console
from wording.text import in_language

LINE_EVERY_SECONDS = 2.0


class Progress(Protocol):
    """What the stack tells while it works."""

    def doing(self, what: str) -> None:
        """Shown until the next call; may be shown on one line that is overwritten."""

    def done(self, what: str) -> None:
        """A step that is finished; stays."""

    def say(self, what: str) -> None:
        """A remark that stays, such as a part that died and is started again."""


class Silent:
    """Tells nobody: for tests and machines."""

    def say(self, what: str) -> None:
        """Nothing."""

    doing = done = say


class Terminal(AbstractContextManager["Terminal"]):
    """A spinner on a terminal; plain lines, each once, into a file or a pipe."""

    def __init__(self, console: Console | None = None, language: str = "vi") -> None:
        self.console = console or Console(stderr=True)
        self.language = language
        self._status: Status | None = None
        self._began = time.monotonic()
        self._last = ""
        self._quiet_until = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the spinner off the terminal."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def doing(self, what: str) -> None:
        """Show it on the spinner; into a file, now and then on a line of its own."""
        what = in_language(what, self.language)
        if what == self._last:
            return
        if not self.console.is_terminal:
            # Into a file a spinner's every change would be a line.
            if time.monotonic() < self._quiet_until:
                return
            self._quiet_until = time.monotonic() + LINE_EVERY_SECONDS
            self._line("…", what)
        elif self._status is None:
            self._status = self.console.status(what)
            self._status.start()
        else:
            self._status.update(what)
        self._last = what

    def done(self, what: str) -> None:
        """A line with a tick."""
        self.close()
        self._last = ""
        self._line("✓", what, style="green")

    def say(self, what: str) -> None:
        """A line with an exclamation mark."""
        self.close()
        self._line("!", what, style="yellow")

    def _line(self, mark: str, what: str, style: str = "dim") -> None:
        elapsed = time.monotonic() - self._began
        self.console.print(f"[{style}]{mark}[/] [dim]{elapsed:5.1f}s[/]  ", end="", soft_wrap=True)
        self.console.print(in_language(what, self.language), markup=False, soft_wrap=True)
