"""A terminal of our own, of any size: a program runs in it, keys are pressed, and one reads what stands on it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

PATIENCE_SECONDS = 60
HOME = "\x1b[H"
MARKS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
OWN_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
"""Only to a program whose terminal it is does Ctrl-C come as a signal."""


@dataclass
class Terminal:
    """A program in its terminal."""

    master: int
    slave: int
    program: subprocess.Popen[bytes]
    written: str = ""
    before: list[Any] = field(default_factory=list)

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def resize(self, width: int, height: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    @property
    def screen(self) -> list[str]:
        """The lines that were drawn last, without their colours."""
        drawn = self.written.rpartition(HOME)[2]
        return [line.rstrip() for line in MARKS.sub("", drawn).replace("\r", "").split("\n")]

    def await_screen(self, wanted: Callable[[list[str]], bool]) -> list[str]:
        """The screen, once it is as it is wanted."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while not wanted(self.screen):
            assert time.monotonic() < ends_at, self.written[-3000:]
            self._read()
        return self.screen

    def await_foot(self, begins: str) -> list[str]:
        """The screen, once its last line begins so."""
        return self.await_screen(lambda screen: screen[-1].startswith(begins))

    def await_end(self) -> int:
        """The program's exit code, with all that it wrote read."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while self.program.poll() is None:
            assert time.monotonic() < ends_at, self.written[-3000:]
            self._read()
        self._read()
        return self.program.returncode

    @property
    def is_as_before(self) -> bool:
        """Whether whoever has the terminal next finds it as it was: its modes, the cursor, and the screen."""
        modes = termios.tcgetattr(self.slave) == self.before
        return modes and self.written.count("\x1b[?1049h") == self.written.count("\x1b[?1049l") and self._has_cursor

    @property
    def _has_cursor(self) -> bool:
        return self.written.rfind("\x1b[?25h") >= self.written.rfind("\x1b[?25l")

    def _read(self) -> None:
        while select.select([self.master], [], [], 0.05)[0]:
            try:
                self.written += os.read(self.master, 65536).decode(errors="replace")
            except OSError as error:  # how Linux says that the other side has gone
                if error.errno != errno.EIO:
                    raise
                return


@contextmanager
def terminal_with(code: str, *, width: int = 80, height: int = 24) -> Iterator[Terminal]:
    """Run Python code in a new terminal."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    before = termios.tcgetattr(slave)
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    program = subprocess.Popen(
        [sys.executable, "-c", OWN_TERMINAL + code],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env=environment | {"TERM": "xterm-256color"},
    )
    try:
        yield Terminal(master, slave, program, before=before)
    finally:
        with contextlib.suppress(ProcessLookupError):
            program.send_signal(signal.SIGKILL)
        program.wait()
        os.close(master)
        os.close(slave)
