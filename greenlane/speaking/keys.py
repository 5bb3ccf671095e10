"""Keys as they are pressed at a terminal, one by one, without Enter; the terminal is as it was before whatever happens."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto

LOOK_SECONDS = 0.25
"""So often it is looked whether the window has another size."""
SEQUENCE_SECONDS = 0.1
"""What belongs to one key comes within so long, also over a slow line."""
SEQUENCE_MAX = 16
ESCAPE = b"\x1b"


class Key(Enum):
    """What was pressed, or what else may need another look."""

    FORWARD = auto()
    BACK = auto()
    FIRST = auto()
    LAST = auto()
    DOWN = auto()
    UP = auto()
    PAGE_DOWN = auto()
    PAGE_UP = auto()
    HELP = auto()
    LEAVE = auto()
    OTHER = auto()
    NONE = auto()
    """Nothing was pressed for a while."""


_LETTERS = {
    b" ": Key.FORWARD,
    b"l": Key.FORWARD,
    b"\r": Key.FORWARD,
    b"\n": Key.FORWARD,
    b"h": Key.BACK,
    b"\x7f": Key.BACK,
    b"\x08": Key.BACK,
    b"g": Key.FIRST,
    b"G": Key.LAST,
    b"j": Key.DOWN,
    b"k": Key.UP,
    b"?": Key.HELP,
    b"q": Key.LEAVE,
    b"Q": Key.LEAVE,
    b"\x04": Key.LEAVE,
}
_SEQUENCES = {
    b"C": Key.FORWARD,
    b"D": Key.BACK,
    b"H": Key.FIRST,
    b"1~": Key.FIRST,
    b"7~": Key.FIRST,
    b"F": Key.LAST,
    b"4~": Key.LAST,
    b"8~": Key.LAST,
    b"B": Key.DOWN,
    b"6~": Key.PAGE_DOWN,
    b"A": Key.UP,
    b"5~": Key.PAGE_UP,
}
"""What follows ESC [ or ESC O, as the terminals of the last forty years send it."""


@contextmanager
def pressed_keys() -> Iterator[Callable[[], Key]]:
    """What waits for the next key on standard input, and gives it. Ctrl-C interrupts as always; Ctrl-Z stops nothing meanwhile.

    Raises termios.error where standard input is no terminal.
    """
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        meanwhile = termios.tcgetattr(descriptor)
        # Stopped half-way, the shell would have our screen: without echo, and drawn over.
        meanwhile[6][termios.VSUSP] = b"\0"
        termios.tcsetattr(descriptor, termios.TCSANOW, meanwhile)
        yield lambda: _next(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


def _next(descriptor: int) -> Key:
    """The next key; LEAVE where the terminal has gone."""
    if not _ready(descriptor, LOOK_SECONDS):
        return Key.NONE
    pressed = os.read(descriptor, 1)
    if not pressed:
        return Key.LEAVE
    return _sequence(descriptor) if pressed == ESCAPE else _LETTERS.get(pressed, Key.OTHER)


def _sequence(descriptor: int) -> Key:
    """What stands behind an escape, read to its end: no part of it is ever taken for a letter."""
    if not _ready(descriptor, SEQUENCE_SECONDS) or os.read(descriptor, 1) not in (b"[", b"O"):
        return Key.OTHER
    read = b""
    while len(read) < SEQUENCE_MAX and _ready(descriptor, SEQUENCE_SECONDS):
        read += os.read(descriptor, 1)
        if read[-1:].isalpha() or read.endswith(b"~"):
            break
    return _SEQUENCES.get(read, Key.OTHER)


def _ready(descriptor: int, seconds: float) -> bool:
    return bool(select.select([descriptor], [], [], seconds)[0])
