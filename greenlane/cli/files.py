"""Files that are handed in: by name, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from wording.errors import GreenlaneError
from wording.libraries import os_said
from wording.text import _

STANDARD_INPUT: Final = "-"
FILE_MAX_BYTES: Final = 64_000_000


class FileUnreadableError(GreenlaneError):
    """A file cannot be read at all."""

    code = "file_unreadable"


def contents_of(names: list[str]) -> list[tuple[str, bytes]]:
    """All files as bytes with the name to show, before anything of any is sent. Raises FileUnreadableError."""
    return [("(stdin)" if name == STANDARD_INPUT else name, _content(name)) for name in names]


def _content(name: str) -> bytes:
    try:
        content = sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
    except OSError as error:
        raise FileUnreadableError(
            _("{name} cannot be read: {reason}.", name=name, reason=os_said(error)),
            field=name,
            remedy=_("Check its name and its rights."),
        ) from None
    if len(content) > FILE_MAX_BYTES:
        raise FileUnreadableError(
            _(
                "{name} has {count} bytes; {file_max_bytes} are read at most.",
                name=name,
                count=len(content),
                file_max_bytes=FILE_MAX_BYTES,
            ),
            field=name,
            remedy=_("Split it into several files."),
        )
    return content
