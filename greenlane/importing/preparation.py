"""A log read into its index and held, before anything is sent: a log that cannot be read to its end drives nothing."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eventlog.identity import ImportKey
from eventlog.index import Index, Summary
from eventlog.reading import read_log
from eventlog.source import LogFile
from greenlane.importing.display import Display
from greenlane.importing.errors import ImportRunningError
from greenlane.settings import Settings
from greenlane.stack.errors import StateFolderFullError, StateFolderUnusableError
from greenlane.stack.folder import StateFolder, folder_error
from sla.units import Budget
from wording.text import _


@dataclass(slots=True)
class Prepared:
    """A log that was read to its end."""

    file: Path
    key: ImportKey
    folder: Path
    """Below the state folder: the index, and what the senders note."""
    index: Index

    @property
    def summary(self) -> Summary:
        """What the log holds."""
        return self.index.summary


@contextmanager
def prepared_log(settings: Settings, file: Path, limit: Budget | None, display: Display) -> Iterator[Prepared]:
    """The log read and held for this process. No server is needed. Raises LogError, ImportRunningError, StackError."""
    log = LogFile(file)
    display.reading(file.name, log.size_bytes)
    key = ImportKey(log.digest(), limit)
    StateFolder(settings.state_dir).prepare(settings.min_free_disk_mb)
    folder = settings.state_dir / "imports" / key.key[:16]
    with _locked(folder):
        path = folder / "log.sqlite"
        with state_folder_errors(path):
            index = Index.of(path, key.log_digest) or read_log(
                log, key, path, settings.max_message_bytes, display.read_bytes
            )
        display.read(index.summary)
        try:
            yield Prepared(file, key, folder, index)
        finally:
            index.close()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "lock").open("ab")
    except OSError as error:
        raise folder_error(folder, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ImportRunningError(
                _("Another process imports this log into this stack now."),
                field=str(folder),
                remedy=_("Wait for it, or stop it; the import continues where it stopped."),
            ) from error
        yield


@contextmanager
def state_folder_errors(path: Path) -> Iterator[None]:
    """SQLite's errors within as errors of the state folder."""
    try:
        yield
    except OSError as error:
        raise folder_error(path.parent, error) from error
    except sqlite3.Error as error:
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        kind = StateFolderFullError if full else StateFolderUnusableError
        raise kind(
            _("The prepared log {path} cannot be used ({error}).", path=path, error=error),
            field="GREENLANE_STATE_DIR",
            remedy=_("Free some space, or set GREENLANE_STATE_DIR to another folder."),
        ) from error
