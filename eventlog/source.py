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
from wording.text import Said, in_language, os_said

BLOCK_BYTES = 1 << 20
"""Large blocks keep a hostile file with one endless attribute from being scanned again and again."""
UNPACKED_MAX_BYTES = 4 << 30
DENSITY_MAX = 250
"""Bytes that one packed byte may stand for: event logs reach 60, endless blanks a thousand."""
DENSE_FROM_BYTES = 32 << 20
"""What is smaller does no harm, however dense it is."""
GZIP = b"\x1f\x8b"
ARCHIVES = {
    b"PK\x03\x04": (Said("a ZIP archive", "tệp nén ZIP"), "unzip"),
    b"BZh": (Said("compressed with bzip2", "tệp nén bzip2"), "bunzip2"),
    b"\xfd7zXZ": (Said("compressed with xz", "tệp nén xz"), "unxz"),
    b"\x28\xb5\x2f\xfd": (Said("compressed with zstd", "tệp nén zstd"), "unzstd"),
    b"7z\xbc\xaf": (Said("a 7-Zip archive", "tệp nén 7-Zip"), "7z x"),
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
                kind = (
                    Said("a folder", "một thư mục")
                    if stat.S_ISDIR(status.st_mode)
                    else Said("no regular file", "không phải tệp thường")
                )
                raise LogMissingError(
                    path,
                    Said(f"this is {kind}.", f"đây là {in_language(kind, 'vi')}."),
                    remedy=Said("Name a file that ends in .xes or .xes.gz.", "Nêu tệp có đuôi .xes hoặc .xes.gz."),
                )
            with path.open("rb") as file:
                self._head = file.read(8)
        except OSError as error:
            raise LogMissingError(
                path,
                Said(f"cannot be opened ({error.strerror}).", f"không mở được ({os_said(error).vi})."),
                remedy=Said("Check the path and the rights of the file.", "Kiểm tra đường dẫn và quyền đọc tệp."),
            ) from error
        self.size_bytes = status.st_size
        if not self._head:
            raise LogEmptyError(path, Said("the file is empty (0 bytes).", "tệp trống (0 byte)."), remedy=EXPORT_AGAIN)
        for magic, (what, tool) in ARCHIVES.items():
            if self._head.startswith(magic):
                raise LogNotXesError(
                    path,
                    Said(f"this is {what}.", f"đây là {in_language(what, 'vi')}."),
                    remedy=Said(
                        f"Unpack it first ({tool}); gzip is read as it is.",
                        f"Giải nén trước ({tool}); gzip thì đọc được trực tiếp.",
                    ),
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
                self.path,
                Said("the file changed while it was read.", "tệp thay đổi trong khi đọc."),
                remedy=Said("Wait until it is complete, then try again.", "Chờ đến khi tệp hoàn chỉnh rồi thử lại."),
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
                Said(f"cannot be read ({error.strerror}).", f"không đọc được ({os_said(error).vi})."),
                remedy=Said("Check the disk, and try again.", "Kiểm tra đĩa rồi thử lại."),
            ) from error
        if unpacked == 0:
            raise LogEmptyError(
                self.path,
                Said("it unpacks to nothing (0 bytes).", "giải nén ra tệp trống (0 byte)."),
                remedy=EXPORT_AGAIN,
            )

    def _refuse_endless(self, unpacked: int, read: int) -> None:
        if unpacked > UNPACKED_MAX_BYTES:
            raise LogTooLargeError(
                self.path,
                Said(
                    f"it has more than {UNPACKED_MAX_BYTES} bytes.",
                    f"tệp có hơn {UNPACKED_MAX_BYTES} byte sau giải nén.",
                ),
                remedy=Said("Split it into several logs.", "Tách thành nhiều nhật ký."),
            )
        if unpacked > DENSE_FROM_BYTES and unpacked > DENSITY_MAX * read:
            raise LogTooLargeError(
                self.path,
                Said(
                    f"its first {read} bytes unpack to {unpacked}: that is no event log.",
                    f"{read} byte đầu giải nén ra {unpacked} byte: đây không phải nhật ký sự kiện.",
                ),
                remedy=Said("Look into it, or unpack it yourself.", "Kiểm tra tệp, hoặc tự giải nén."),
            )

    def _damaged(self, error: Exception, unpacked: int) -> LogDamagedError:
        what = (
            Said("the file ends too early", "tệp kết thúc quá sớm")
            if isinstance(error, EOFError)
            else Said(f"the compressed data are wrong ({error})", f"dữ liệu nén bị sai ({error})")
        )
        return LogDamagedError(
            self.path,
            Said(
                f"{what}; at least {unpacked} bytes could be unpacked, and the compressed file has {self.size_bytes}.",
                f"{what.vi}; giải nén được ít nhất {unpacked} byte, tệp nén có {self.size_bytes} byte.",
            ),
            remedy=EXPORT_AGAIN,
        )
