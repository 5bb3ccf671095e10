"""Files that a command writes beside what it shows."""

from __future__ import annotations

from pathlib import Path

from wording.errors import GreenlaneError
from wording.libraries import os_said
from wording.text import _


class FileRefusedError(GreenlaneError):
    """A file cannot be written, or is of a kind that is not made."""

    code = "file_refused"


def write_file(file: Path, content: str, field: str) -> None:
    """Write a text as UTF-8. Raises FileRefusedError that names the option."""
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise FileRefusedError(
            _("{file} cannot be written: {reason}.", file=file, reason=os_said(error)),
            field=field,
            remedy=_("Name a file that this user may write."),
        ) from error
