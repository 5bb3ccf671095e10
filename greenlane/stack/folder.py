"""The state folder of one stack: who holds it, which ports and passwords it chose, and what is running from it."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from greenlane.errors import StackError
from greenlane.stack.errors import StackAlreadyRunningError, StateFolderFullError, StateFolderUnusableError
from wording.json_text import read_json
from wording.libraries import os_said
from wording.text import _

MEGABYTE = 1_000_000
SECRETS = threading.Lock()
LOCK_PATIENCE_SECONDS = 1.0
"""A command that only looks whether a stack runs holds the lock for an instant; that must not refuse a start."""


class StateFolder:
    """Paths below one state folder, and the small files in it, each replaced in one step."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[bytes] | None = None
        self._users: IO[bytes] | None = None

    @property
    def logs(self) -> Path:
        """The folder of the members' logs."""
        return self.path / "logs"

    @property
    def stack_file(self) -> Path:
        """What runs, for commands in other processes."""
        return self.path / "stack.json"

    @property
    def process_file(self) -> Path:
        """The processes that were started, so that a later run finds what an earlier one left."""
        return self.path / "processes.json"

    def prepare(self, min_free_mb: int) -> None:
        """Make the folder and try to write in it. Raises StateFolderUnusableError or StateFolderFullError."""
        if "," in str(self.path):
            raise StateFolderUnusableError(
                _(
                    "The state folder {path} has a comma in its path, which Kafka takes for two folders.",
                    path=self.path,
                ),
                field="GREENLANE_STATE_DIR",
                remedy=_("Set GREENLANE_STATE_DIR to a folder without one."),
            )
        try:
            self._make()
            self.logs.mkdir(exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self.path) as probe:
                probe.write(b"0" * 4096)
                probe.flush()
                os.fsync(probe.fileno())
        except OSError as error:
            raise folder_error(self.path, error) from error
        free_mb = shutil.disk_usage(self.path).free // MEGABYTE
        if free_mb < min_free_mb:
            raise StateFolderFullError(
                _(
                    "Only {free_mb} MB are free on the disk of {path}; {min_free_mb} MB are needed to start.",
                    free_mb=free_mb,
                    path=self.path,
                    min_free_mb=min_free_mb,
                ),
                field="GREENLANE_STATE_DIR",
                remedy=_(
                    "Free some space, set GREENLANE_STATE_DIR to another disk, or lower GREENLANE_MIN_FREE_DISK_MB."
                ),
            )

    def _make(self) -> None:
        # Root's servers run under another account, which must get through to its own part, and to no other.
        self.path.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)

    def hold(self) -> None:
        """Take the folder for this process until it ends. Raises StackAlreadyRunningError, StateFolderUnusableError."""
        try:
            lock = _for_locking(self.path / "lock")
        except OSError as error:
            raise folder_error(self.path / "lock", error) from error
        deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if time.monotonic() < deadline:
                    time.sleep(0.05)
                    continue
                lock.close()
                raise self._already_running() from error
            self._lock = lock
            return

    def release(self) -> None:
        """Give the locks back."""
        for lock in (self._lock, self._users):
            if lock is not None:
                lock.close()
        self._lock = self._users = None

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Mark this command as a user of the stack, which keeps an owned one from stopping; wait out a stop."""
        try:
            self._make()
            self._users = _for_locking(self.path / "users")
            fcntl.flock(self._users, fcntl.LOCK_SH)
        except OSError as error:
            raise folder_error(self.path, error) from error
        try:
            yield
        finally:
            self.detach()

    def detach(self) -> None:
        """End this command's use of the stack."""
        if self._users is not None:
            self._users.close()
            self._users = None

    def retire(self) -> bool:
        """Whether no command uses the stack any more; if so, new ones wait until this process has let go."""
        users = _for_locking(self.path / "users")
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            users.close()
            return False
        self._users = users
        return True

    def is_held(self) -> bool:
        """Whether a supervisor has this folder now."""
        try:
            with (self.path / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError as error:
            if error.errno in {errno.EWOULDBLOCK, errno.EAGAIN}:
                return True
            raise folder_error(self.path, error) from error
        return False

    def _already_running(self) -> StackAlreadyRunningError:
        holder = self.read(self.stack_file).get("supervisor", {}).get("pid")
        whose = _(" (process {holder})", holder=holder) if holder else ""
        return StackAlreadyRunningError(
            _("A stack is already running in {path}{whose}.", path=self.path, whose=whose),
            field="GREENLANE_STATE_DIR",
            remedy=_("Use it, stop it with Ctrl-C in its terminal, or set GREENLANE_STATE_DIR to start another."),
        )

    def read(self, file: Path) -> dict[str, Any]:
        """A small JSON file of ours; empty when there is none yet or a crash of the machine left it torn.

        Raises StateFolderUnusableError for one that this account may not read.
        """
        try:
            content = read_json(file.read_bytes())
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return {}
        except OSError as error:
            raise folder_error(file, error) from error
        return content if isinstance(content, dict) else {}

    def write(self, file: Path, content: Mapping[str, object]) -> None:
        """Replace a small JSON file, readable by nobody else: it may hold a password."""
        try:
            handle, name = tempfile.mkstemp(dir=self.path, prefix=file.name)  # mkstemp gives mode 0600
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(content, stream, indent=1, allow_nan=False)
            Path(name).replace(file)
        except OSError as error:
            raise folder_error(self.path, error) from error

    @property
    def has_secrets(self) -> bool:
        """Whether an embedded server was ever made here."""
        return (self.path / "secrets.json").is_file()

    def secret(self, name: str) -> str:
        """A random password of this folder, made on first use."""
        file = self.path / "secrets.json"
        with SECRETS:  # Servers are prepared at the same time, each with its own.
            known = self.read(file)
            if name not in known:
                known[name] = secrets.token_urlsafe(24)
                self.write(file, known)
            return str(known[name])


def _for_locking(path: Path) -> IO[bytes]:
    """Opened for nobody else: who may read a file may lock it, and so keep a stack from starting or stopping."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    if os.fstat(handle).st_uid == os.geteuid():
        os.fchmod(handle, 0o600)  # a folder of before
    return os.fdopen(handle, "ab")


def folder_error(path: Path, error: OSError) -> StackError:
    """An error of the file system as one that names the folder and the remedy."""
    remedy = _("Set GREENLANE_STATE_DIR to a folder that this account can write, or repair this one.")
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StateFolderFullError(
            _("The disk of {path} is full.", path=path),
            field="GREENLANE_STATE_DIR",
            remedy=_("Free some space, or set GREENLANE_STATE_DIR to another disk."),
        )
    reasons = {
        errno.EROFS: _("is on a read-only file system"),
        errno.EACCES: _("may not be written by this account"),
        errno.EPERM: _("may not be written by this account"),
        errno.ENOTDIR: _("lies below something that is not a folder"),
        errno.EEXIST: _("is not a folder"),
        errno.EISDIR: _("is a folder where a file is needed"),
    }
    reason = reasons.get(
        error.errno or 0,
        _("cannot be used: {reason}", reason=os_said(error)),
    )
    return StateFolderUnusableError(
        _("The state folder {path} {reason}.", path=path, reason=reason),
        field="GREENLANE_STATE_DIR",
        remedy=remedy,
    )
