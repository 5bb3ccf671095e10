"""Not a test: a log with all that real ones hold, read into an index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from eventlog.identity import ImportKey
from eventlog.index import Index
from eventlog.reading import read_log
from eventlog.source import LogFile

VARIETY = Path(__file__).parent / "data" / "variety.xes"


class ReadLog(NamedTuple):
    """A log read to its end."""

    key: ImportKey
    index: Index


@contextmanager
def a_read_log(folder: Path, file: Path = VARIETY, message_max_bytes: int = 1_000_000) -> Iterator[ReadLog]:
    """The log's index, made in the folder and closed at the end."""
    log = LogFile(file)
    key = ImportKey(log.digest())
    index = read_log(log, key, folder / "log.sqlite", message_max_bytes, lambda position: None)
    try:
        yield ReadLog(key, index)
    finally:
        index.close()
