"""Files that come to an end: whoever names a pipe or a device where a file is meant neither waits nor reads for ever."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

NOT_REGULAR: Final = -1000
"""The number of an OSError of our own; those of the operating system are positive, of the resolver small."""


def open_regular(path: Path) -> BinaryIO:
    """A regular file, or one that a symbolic link leads to, open for reading.

    Raises OSError at once, also for a folder, a pipe and a device.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        demand_regular(os.fstat(handle).st_mode)
    except OSError:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def demand_regular(mode: int) -> None:
    """Raises OSError unless this mode (`st_mode`) is a regular file's."""
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(NOT_REGULAR, "Not a regular file")
