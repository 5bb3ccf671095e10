"""Files that are handed in: by name, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, Final

from wording.errors import GreenlaneError
from wording.libraries import os_said
from wording.regular_files import open_regular
from wording.text import _

STANDARD_INPUT: Final = "-"
FILE_MAX_BYTES: Final = 64_000_000
LINE_MAX_BYTES: Final = 1_000
KEYS_MAX_BYTES: Final = 1_000_000
"""A public key has about a hundred."""


class FileUnreadableError(GreenlaneError):
    """A file cannot be read at all."""

    code = "file_unreadable"


def contents_of(names: list[str]) -> list[tuple[str, bytes]]:
    """All files as bytes with the name to show, before anything of any is sent. Raises FileUnreadableError."""
    return [("(stdin)" if name == STANDARD_INPUT else name, _content(name, _open)) for name in names]


def value_of(text: str) -> str:
    """A value that somebody typed, or, of `-`, the first line of standard input; without blanks around it."""
    if text != STANDARD_INPUT:
        return text.strip()
    return sys.stdin.buffer.readline(LINE_MAX_BYTES).decode(errors="replace").strip()


def keys_of(file: Path) -> str:
    """What a file of public keys holds. Raises FileUnreadableError, also for what is no regular file."""
    return _content(str(file), lambda name: open_regular(Path(name)), KEYS_MAX_BYTES).decode(errors="replace")


def _open(name: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if name == STANDARD_INPUT else Path(name).open("rb")


def _content(
    name: str, opened: Callable[[str], AbstractContextManager[BinaryIO]], most_bytes: int = FILE_MAX_BYTES
) -> bytes:
    try:
        with opened(name) as stream:
            # One more than is allowed, and no more: what never ends is refused too.
            content = stream.read(most_bytes + 1)
    except OSError as error:
        raise FileUnreadableError(
            _("{name} cannot be read: {reason}.", name=name, reason=os_said(error)),
            field=name,
            remedy=_("Check its name and its rights."),
        ) from None
    if len(content) > most_bytes:
        raise FileUnreadableError(
            _("{name} has more than {file_max_bytes} bytes, which is the most.", name=name, file_max_bytes=most_bytes),
            field=name,
            remedy=_("Split it into several files."),
        )
    return content
