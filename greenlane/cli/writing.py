"""Files that a command writes beside what it shows."""

from __future__ import annotations

from pathlib import Path

from wording.errors import GreenlaneError
from wording.text import Said, os_said


class FileRefusedError(GreenlaneError):
    """A file cannot be written, or is of a kind that is not made."""

    code = "file_refused"


def write_file(file: Path, content: str, field: str) -> None:
    """Write a text as UTF-8. Raises FileRefusedError that names the option."""
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise FileRefusedError(
            Said(f"{file} cannot be written: {error.strerror}.", f"Không ghi được {file}: {os_said(error).vi}."),
            field=field,
            remedy=Said("Name a file that this user may write.", "Nêu tệp mà người dùng này được ghi."),
        ) from error
