"""Files that are handed in: by name, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from wording.errors import GreenlaneError
from wording.text import Said, os_said

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
            Said(f"{name} cannot be read: {error.strerror}.", f"Không đọc được {name}: {os_said(error).vi}."),
            field=name,
            remedy=Said("Check its name and its rights.", "Kiểm tra tên tệp và quyền đọc."),
        ) from None
    if len(content) > FILE_MAX_BYTES:
        raise FileUnreadableError(
            Said(
                f"{name} has {len(content)} bytes; {FILE_MAX_BYTES} are read at most.",
                f"{name} có {len(content)} byte; chỉ đọc tối đa {FILE_MAX_BYTES}.",
            ),
            field=name,
            remedy=Said("Split it into several files.", "Tách thành nhiều tệp."),
        )
    return content
