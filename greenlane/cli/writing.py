"""Files that a command writes beside what it shows."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, cast

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
    if not file.absolute().parent.is_dir():
        raise FileRefusedError(
            _("There is no folder {parent}.", parent=file.parent),
            field=field,
            remedy=_("Make the folder first."),
        )


@contextmanager
def new_file(file: Path, field: str, *, force: bool) -> Iterator[IO[bytes]]:
    """A file that is there when the block has ended well, wholly, and else not at all; one that ends in .gz is compressed.

    Raises FileRefusedError, at once where the file is there already and may not be written over.
    """
    if not force and file.exists():
        raise _there_already(file, field)
    try:
        with NamedTemporaryFile(dir=file.absolute().parent, prefix=f".{file.name}.", delete=False) as draft:
            path = Path(draft.name)
            try:
                # Without a time of its own: the same content is the same file.
                packed = (
                    gzip.GzipFile(fileobj=draft, mode="wb", filename="", mtime=0) if file.suffix == ".gz" else draft
                )
                yield cast("IO[bytes]", packed)
                if packed is not draft:
                    packed.close()
                draft.flush()
                os.fsync(draft.fileno())
                _move(path, file, force=force)
            finally:
                path.unlink(missing_ok=True)
    except FileExistsError:
        raise _there_already(file, field) from None
    except OSError as error:
        raise FileRefusedError(
            _("{file} cannot be written: {reason}.", file=file, reason=os_said(error)),
            field=field,
            remedy=_("Name a file that this user may write."),
        ) from error


def _move(draft: Path, file: Path, *, force: bool) -> None:
    draft.chmod(0o666 & ~_umask())
    if force:
        draft.replace(file)
    else:
        # A link, unlike a rename, never takes the place of a file that came meanwhile.
        os.link(draft, file)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _there_already(file: Path, field: str) -> FileRefusedError:
    return FileRefusedError(
        _("{file} is there already.", file=file),
        field=field,
        remedy=_("Name another file, or add --force to write over it."),
    )
