"""A log's bytes: plain or compressed with gzip, in blocks, with an account of what is wrong with the file."""

from __future__ import annotations

import gzip
import hashlib
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from greenlane.importing.errors import (
    LogChangedError,
    LogDamagedError,
    LogEmptyError,
    LogMissingError,
    LogNotXesError,
)
from greenlane.importing.xes import EXPORT_AGAIN

BLOCK_BYTES = 1 << 20
"""Large blocks keep a hostile file with one endless attribute from being scanned again and again."""
GZIP = b"\x1f\x8b"
ARCHIVES = {
    b"PK\x03\x04": ("a ZIP archive", "unzip"),
    b"BZh": ("compressed with bzip2", "bunzip2"),
    b"\xfd7zXZ": ("compressed with xz", "unxz"),
    b"\x28\xb5\x2f\xfd": ("compressed with zstd", "unzstd"),
    b"7z\xbc\xaf": ("a 7-Zip archive", "7z x"),
}

Watch = Callable[[int], None]
"""Called with the bytes of the file read so far."""


class LogFile:
    """One file with an event log. It is read more than once, so it must be a regular file."""

    def __init__(self, path: Path) -> None:
        """Raises LogMissingError, LogEmptyError, LogNotXesError."""
        self.path = path
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
                raise LogMissingError(path, f"this is {kind}.", remedy="Name a file that ends in .xes or .xes.gz.")
            with path.open("rb") as file:
                self._head = file.read(8)
        except OSError as error:
            raise LogMissingError(
                path, f"cannot be opened ({error.strerror}).", remedy="Check the path and the rights of the file."
            ) from error
        self.size_bytes = status.st_size
        if not self._head:
            raise LogEmptyError(path, "the file is empty (0 bytes).", remedy=EXPORT_AGAIN)
        for magic, (what, tool) in ARCHIVES.items():
            if self._head.startswith(magic):
                raise LogNotXesError(
                    path, f"this is {what}.", remedy=f"Unpack it first ({tool}); gzip is read as it is."
                )

    @property
    def compressed(self) -> bool:
        """Whether the file is compressed with gzip, whatever its name says."""
        return self._head.startswith(GZIP)

    def digest(self, watch: Watch | None = None) -> str:
        """SHA-256 (hex) of the unpacked content: the same log, packed or not, is the same import. Raises LogError."""
        found = hashlib.sha256()
        for block in self.blocks(watch):
            found.update(block)
        return found.hexdigest()

    def verified_blocks(self, digest: str, watch: Watch | None = None) -> Iterator[bytes]:
        """The content in blocks. Raises LogError, and LogChangedError at the end if it is not that of the digest."""
        found = hashlib.sha256()
        for block in self.blocks(watch):
            found.update(block)
            yield block
        if found.hexdigest() != digest:
            raise LogChangedError(
                self.path, "the file changed while it was read.", remedy="Wait until it is complete, then try again."
            )

    def blocks(self, watch: Watch | None = None) -> Iterator[bytes]:
        """The unpacked content in blocks. Raises LogDamagedError, LogEmptyError, LogMissingError."""
        unpacked = 0
        try:
            with self.path.open("rb") as raw:
                source = gzip.GzipFile(fileobj=raw) if self.compressed else raw
                while block := source.read(BLOCK_BYTES):
                    unpacked += len(block)
                    yield block
                    if watch is not None:
                        watch(raw.tell())
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise self._damaged(error, unpacked) from error
        except OSError as error:
            raise LogMissingError(
                self.path, f"cannot be read ({error.strerror}).", remedy="Check the disk, and try again."
            ) from error
        if unpacked == 0:
            raise LogEmptyError(self.path, "it unpacks to nothing (0 bytes).", remedy=EXPORT_AGAIN)

    def _damaged(self, error: Exception, unpacked: int) -> LogDamagedError:
        what = "the file ends too early" if isinstance(error, EOFError) else f"the compressed data are wrong ({error})"
        return LogDamagedError(
            self.path,
            f"{what}; at least {unpacked} bytes could be unpacked, and the compressed file has {self.size_bytes}.",
            remedy=EXPORT_AGAIN,
        )
