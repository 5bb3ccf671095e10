"""Files of signing keys: the private one for this account alone and never over another, the public one beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from greenlane.new_files import FileRefusedError, not_written
from greenlane.side_files import write_file
from wording.text import _

if TYPE_CHECKING:
    from services.checkpoints import SigningKey

PUBLIC: Final = ".pub.pem"


def write_pair(file: Path, key: SigningKey) -> Path:
    """Write the key, for its owner only, and its public half beside it, whose path comes back.

    Raises FileRefusedError; an older key is never overwritten.
    """
    public = file.with_name(file.name.removesuffix(".pem") + PUBLIC)
    for path in (file, public):
        if os.path.lexists(path):  # where that cannot be asked, writing says why
            raise _refused_existing(path)
    # The public one first: once the key is there, both are.
    for path, content, mode in ((public, key.public_pem, 0o644), (file, key.private_pem, 0o600)):
        _write_new(path, content, mode)
    return public


def write_public(file: Path, key: SigningKey) -> None:
    """Write the public half. Raises FileRefusedError."""
    write_file(file, key.public_pem, "--out")


def _write_new(file: Path, content: str, mode: int) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise _refused_existing(file) from None
    except OSError as error:
        raise not_written(file, "--new", error) from error
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        # A key that signed and is lost after a power cut could not be handed over.
        os.fsync(stream.fileno())


def _refused_existing(file: Path) -> FileRefusedError:
    return FileRefusedError(
        _("{file} is there already: a key is never overwritten.", file=file),
        field="--new",
        remedy=_("Name a file that is not there yet."),
    )
