"""Files that a command writes beside what it shows."""

from __future__ import annotations

from pathlib import Path

from greenlane.new_files import FileRefusedError, not_written
from wording.text import _


def write_file(file: Path, content: str, field: str) -> None:
    """Write a text as UTF-8. Raises FileRefusedError that names the option."""
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise not_written(file, field, error) from error


def writable(file: Path | None, suffix: str, field: str) -> None:
    """Raises FileRefusedError before any server is asked, where the file cannot be meant."""
    if file is None:
        return
    if file.suffix.lower() != suffix:
        raise FileRefusedError(
            _("{file} is no {suffix} file.", file=file, suffix=suffix),
            field=field,
            remedy=_("Name a file that ends in {suffix}.", suffix=suffix),
        )
    try:
        has_folder = file.absolute().parent.is_dir()
    except OSError as error:
        raise not_written(file, field, error) from error
    if not has_folder:
        raise FileRefusedError(
            _("There is no folder {parent}.", parent=file.parent),
            field=field,
            remedy=_("Make the folder first."),
        )
