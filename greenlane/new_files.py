"""New files: there wholly or not at all, and never in place of what was there without being asked."""

from __future__ import annotations

import errno
import gzip
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO, Final

from wording.errors import GreenlaneError
from wording.libraries import os_said
from wording.regular_files import demand_regular
from wording.text import _

PREFIX_MAX: Final = 40
"""Letters of the name in that of its draft."""
NAMELESS: Final = getattr(os, "O_TMPFILE", None)
"""Makes a file that no folder names, and that is gone with its process; None: this system has none."""
NO_NAMELESS: Final = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}
"""What file systems say that have none, or kernels."""


class FileRefusedError(GreenlaneError):
    """A file cannot be written, or is of a kind that is not made."""

    code = "file_refused"


class Draft:
    """What is written of a new file so far; its errors name the option."""

    def __init__(self, file: Path, field: str, *, packs: bool, mode: int) -> None:
        self._file = file
        self._field = field
        self._mode = mode
        self._raw: BinaryIO
        self._name: Path | None
        with self._errors():
            self._raw, self._name = _nameless(file) or _named(file)
        # Without a time and a name of its own: the same content is the same file.
        self._packed = (
            gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, mtime=0)
            if packs and file.suffix == ".gz"
            else None
        )

    def write(self, block: bytes) -> None:
        """Write the next bytes. Raises FileRefusedError."""
        with self._errors():
            (self._packed or self._raw).write(block)

    def finish(self, *, force: bool) -> None:
        """The file is there. Raises FileRefusedError."""
        with self._errors():
            if self._packed is not None:
                self._packed.close()
            self._raw.flush()
            os.fsync(self._raw.fileno())
            os.fchmod(self._raw.fileno(), self._mode & ~_umask())
            if force:
                _demand_replaceable(self._file)
                os.replace(self._with_name(), self._file)
            else:
                # A link, unlike a rename, never takes the place of a file that came meanwhile.
                self._link(self._file)

    def close(self) -> None:
        """Give up what is not finished."""
        self._raw.close()
        if self._name is not None:
            self._name.unlink(missing_ok=True)

    def _with_name(self) -> Path:
        if self._name is None:
            name = self._file.absolute().parent / f"{_prefix_of(self._file)}{secrets.token_hex(4)}"
            self._link(name)
            self._name = name
        return self._name

    def _link(self, to: Path) -> None:
        handle = self._raw.fileno()
        # With a folder's handle, which an absolute path needs not, the link of the process's own handle is followed.
        os.link(self._name or _handle_path(handle), to, src_dir_fd=handle)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except FileExistsError:
            raise _there_already(self._file, self._field) from None
        except OSError as error:
            raise not_written(self._file, self._field, error) from error


def _nameless(file: Path) -> tuple[BinaryIO, None] | None:
    """A draft of which a kill leaves nothing; None: here is none. Raises OSError."""
    if NAMELESS is None:
        return None
    try:
        handle = os.open(file.absolute().parent, NAMELESS | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno in NO_NAMELESS:
            return None
        raise
    if not os.path.exists(_handle_path(handle)):
        os.close(handle)
        return None
    return os.fdopen(handle, "wb"), None


def _named(file: Path) -> tuple[BinaryIO, Path]:
    handle, name = mkstemp(dir=file.absolute().parent, prefix=_prefix_of(file))
    return os.fdopen(handle, "wb"), Path(name)


def _prefix_of(file: Path) -> str:
    # Short, so that the longest name of a file that can be has room for it.
    return f".{file.name[:PREFIX_MAX]}."


def _handle_path(handle: int) -> str:
    return f"/proc/self/fd/{handle}"


@contextmanager
def new_file(file: Path, field: str, *, force: bool, packs: bool = True, mode: int = 0o666) -> Iterator[Draft]:
    """A file that is there when the block has ended well, wholly, and else not at all.

    `packs`: one whose name ends in .gz is compressed. `mode`: its rights, but for what the umask takes; none are wider meanwhile.

    Raises FileRefusedError, at once where the file is there already and may not be written over.
    """
    try:
        if force:
            _demand_replaceable(file)
        elif _is_there(file):
            raise _there_already(file, field)
    except OSError as error:
        raise not_written(file, field, error) from error
    draft = Draft(file, field, packs=packs, mode=mode)
    try:
        yield draft
        draft.finish(force=force)
    finally:
        draft.close()


def _demand_replaceable(file: Path) -> None:
    """Only a file gives way to a file: never a pipe, a device, a folder or a link. Raises OSError."""
    if _is_there(file):
        demand_regular(file.lstat().st_mode)


def _is_there(file: Path) -> bool:
    """Also as a link that leads nowhere. Raises OSError."""
    try:
        file.lstat()
    except FileNotFoundError:
        return False
    return True


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


def key_is_there(file: Path, field: str) -> FileRefusedError:
    """Why a new key is not written where a file is: what the older one opens or signed could not be had back."""
    return FileRefusedError(
        _("{file} is there already: a key is never overwritten.", file=file),
        field=field,
        remedy=_("Name a file that is not there yet."),
    )


def not_written(file: Path, field: str, error: OSError) -> FileRefusedError:
    """Why a file cannot be written, by the option that names it."""
    return FileRefusedError(
        _("{file} cannot be written: {reason}.", file=file, reason=os_said(error)),
        field=field,
        remedy=_("Name a file that this user may write."),
    )
