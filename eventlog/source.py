"""A log's bytes: plain or compressed with gzip, in blocks, with an account of what is wrong with the file."""

from __future__ import annotations

import gzip
import hashlib
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from eventlog.errors import (
    LogChangedError,
    LogDamagedError,
    LogEmptyError,
    LogMissingError,
    LogNotXesError,
    LogTooLargeError,
)
from eventlog.xes import EXPORT_AGAIN
from wording.libraries import os_said
from wording.text import _

BLOCK_BYTES = 1 << 20
"""Large blocks keep a hostile file with one endless attribute from being scanned again and again."""
UNPACKED_MAX_BYTES = 4 << 30
DENSITY_MAX = 250
"""Bytes that one packed byte may stand for: event logs reach 60, endless blanks a thousand."""
DENSE_FROM_BYTES = 32 << 20
"""What is smaller does no harm, however dense it is."""
GZIP = b"\x1f\x8b"
ARCHIVES = {
    b"PK\x03\x04": (_("a ZIP archive"), "unzip"),
    b"BZh": (_("compressed with bzip2"), "bunzip2"),
    b"\xfd7zXZ": (_("compressed with xz"), "unxz"),
    b"\x28\xb5\x2f\xfd": (_("compressed with zstd"), "unzstd"),
    b"7z\xbc\xaf": (_("a 7-Zip archive"), "7z x"),
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
                kind = _("a folder") if stat.S_ISDIR(status.st_mode) else _("no regular file")
                raise LogMissingError(
                    path,
                    _("this is {kind}.", kind=kind),
                    remedy=_("Name a file that ends in .xes or .xes.gz."),
                )
            with path.open("rb") as file:
                self._head = file.read(8)
        except OSError as error:
            raise LogMissingError(
                path,
                _("cannot be opened ({reason}).", reason=os_said(error)),
                remedy=_("Check the path and the rights of the file."),
            ) from error
        self.size_bytes = status.st_size
        if not self._head:
            raise LogEmptyError(path, _("the file is empty (0 bytes)."), remedy=EXPORT_AGAIN)
        for magic, (what, tool) in ARCHIVES.items():
            if self._head.startswith(magic):
                raise LogNotXesError(
                    path,
                    _("this is {what}.", what=what),
                    remedy=_("Unpack it first ({tool}); gzip is read as it is.", tool=tool),
                )

    @property
    def compressed(self) -> bool:
        """Whether the file is compressed with gzip, whatever its name says."""
        return self._head.startswith(GZIP)

    def digest(self, watch: Watch | None = None) -> str:
        """SHA-256 (hex) of the unpacked content: the same log, packed or not, is the same import. Raises LogError."""
        hashing = hashlib.sha256()
        for block in self.blocks(watch):
            hashing.update(block)
        return hashing.hexdigest()

    def verified_blocks(self, digest: str, watch: Watch | None = None) -> Iterator[bytes]:
        """The content in blocks. Raises LogError, and LogChangedError at the end if it is not that of the digest."""
        hashing = hashlib.sha256()
        for block in self.blocks(watch):
            hashing.update(block)
            yield block
        if hashing.hexdigest() != digest:
            raise LogChangedError(
                self.path,
                _("the file changed while it was read."),
                remedy=_("Wait until it is complete, then try again."),
            )

    def blocks(self, watch: Watch | None = None) -> Iterator[bytes]:
        """The unpacked content in blocks. Raises LogDamagedError, LogEmptyError, LogMissingError."""
        unpacked = 0
        try:
            with self.path.open("rb") as raw:
                source = gzip.GzipFile(fileobj=raw) if self.compressed else raw
                while block := source.read(BLOCK_BYTES):
                    unpacked += len(block)
                    self._refuse_endless(unpacked, raw.tell())
                    yield block
                    if watch is not None:
                        watch(raw.tell())
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise self._damaged(error, unpacked) from error
        except OSError as error:
            raise LogMissingError(
                self.path,
                _("cannot be read ({reason}).", reason=os_said(error)),
                remedy=_("Check the disk, and try again."),
            ) from error
        if unpacked == 0:
            raise LogEmptyError(
                self.path,
                _("it unpacks to nothing (0 bytes)."),
                remedy=EXPORT_AGAIN,
            )

    def _refuse_endless(self, unpacked: int, read: int) -> None:
        if unpacked > UNPACKED_MAX_BYTES:
            raise LogTooLargeError(
                self.path,
                _("it has more than {unpacked_max_bytes} bytes.", unpacked_max_bytes=UNPACKED_MAX_BYTES),
                remedy=_("Split it into several logs."),
            )
        if unpacked > DENSE_FROM_BYTES and unpacked > DENSITY_MAX * read:
            raise LogTooLargeError(
                self.path,
                _("its first {read} bytes unpack to {unpacked}: that is no event log.", read=read, unpacked=unpacked),
                remedy=_("Look into it, or unpack it yourself."),
            )

    def _damaged(self, error: Exception, unpacked: int) -> LogDamagedError:
        what = (
            _("the file ends too early")
            if isinstance(error, EOFError)
            else _("the compressed data are wrong ({error})", error=error)
        )
        return LogDamagedError(
            self.path,
            _(
                "{what}; at least {unpacked} bytes could be unpacked, and the compressed file has {size_bytes}.",
                what=what,
                unpacked=unpacked,
                size_bytes=self.size_bytes,
            ),
            remedy=EXPORT_AGAIN,
        )
