"""The file of checkpoints: one canonical JSON a line, only ever appended to. It may lie where nobody here can change it."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from events.language.checkpoint import Checkpoint, canonical_checkpoint
from wording.errors import GreenlaneError
from wording.json_text import read_json
from wording.libraries import os_said
from wording.regular_files import demand_regular
from wording.text import LazyText, _

VARIABLE: Final = "GREENLANE_CHECKPOINT_FILE"
LINE_BYTES_MAX: Final = 65_536
"""A line is about a kilobyte; whatever is longer is none of ours."""
LINE_BEGINS: Final = b'{"algorithm":'
"""How every canonical checkpoint begins: what a power cut left of one is known by it."""
LOCK_SECONDS: Final = 3.0
"""Whoever may read the file can hold its lock, and the thread that waits for it signs too."""
LOCK_STEP_SECONDS: Final = 0.05
LEAVE_IT: Final = _("Leave that file as it is and name another; if this one was right, see `greenlane verify`.")

Stored = Callable[[int], Iterable[Checkpoint]]
"""The stored checkpoints from a number on, in their order."""


class CheckpointFileError(GreenlaneError):
    """The file of checkpoints cannot be written, or is not this installation's."""

    code = "checkpoint_file_unusable"


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    """One installation's file. Several processes may write the same one."""

    path: Path
    installation: str
    lock_seconds: float = LOCK_SECONDS
    """Real seconds that another writer is waited for."""

    def bring_up_to_date(self, stored: Stored) -> int:
        """Append what the file lacks of the stored ones, for good; returns how many that were.

        Of a line that a power cut left unfinished nothing stays. Raises CheckpointFileError, and what `stored` raises.
        """
        with self._opened(os.O_RDWR | os.O_CREAT | os.O_APPEND) as handle:
            self._lock(handle)
            end = self._end_of_whole_lines(handle)
            last = self._last(handle, end)
            lacking = iter(stored(1 if last is None else last.number))
            if last is not None:
                self._refuse_other(last, next(lacking, None))
            lines = [canonical_checkpoint(checkpoint) + b"\n" for checkpoint in lacking]
            if end < os.fstat(handle).st_size:  # only now is it known for ours
                os.ftruncate(handle, end)
            _append(handle, b"".join(lines))
            if end == 0:
                _keep_entry(self.path.parent)
            return len(lines)

    def last(self) -> Checkpoint | None:
        """The last one that stands whole in the file; None: there is none yet. Changes nothing.

        Raises CheckpointFileError, also where this account could not write.
        """
        try:
            is_there = self.path.exists()
        except OSError as error:
            raise self._unwritable(error) from error
        place, right = (self.path, os.W_OK) if is_there else (self.path.parent, os.W_OK | os.X_OK)
        if not os.access(place, right):
            raise self._unwritable(PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
        if not is_there:
            return None
        with self._opened(os.O_RDONLY) as handle:
            return self._last(handle, self._end_of_whole_lines(handle))

    @contextmanager
    def _opened(self, flags: int) -> Iterator[int]:
        try:
            handle = os.open(self.path, flags | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY, 0o644)
            try:
                demand_regular(os.fstat(handle).st_mode)
                yield handle
            finally:
                os.close(handle)
        except OSError as error:
            raise self._unwritable(error) from error

    def _lock(self, handle: int) -> None:
        ends_at = time.monotonic() + self.lock_seconds
        while True:
            try:
                return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= ends_at:
                    raise self._locked() from None
            time.sleep(LOCK_STEP_SECONDS)

    def _end_of_whole_lines(self, handle: int) -> int:
        """Where the last line that was written to its end ends. What follows must be the beginning of one of ours."""
        size = os.fstat(handle).st_size
        tail = os.pread(handle, LINE_BYTES_MAX, max(0, size - LINE_BYTES_MAX))
        torn = tail[tail.rfind(b"\n") + 1 :]
        is_ours = torn.startswith(LINE_BEGINS) or LINE_BEGINS.startswith(torn) or not torn.strip(b"\0")
        # Zeros alone may be anybody's; behind a line of ours they come from a power cut.
        is_blank = len(torn) == size > 0 and not torn.strip(b"\0")
        if len(torn) == LINE_BYTES_MAX or is_blank or not is_ours:
            raise self._of_something_else()
        return size - len(torn)

    def _last(self, handle: int, end: int) -> Checkpoint | None:
        if end == 0:
            return None
        start = max(0, end - LINE_BYTES_MAX)
        lines = os.pread(handle, end - start, start).splitlines()
        if len(lines) < 2 and start > 0:  # noqa: PLR2004 - the first of several may be cut
            raise self._of_something_else()
        return self._checkpoint(lines[-1])

    def _checkpoint(self, line: bytes) -> Checkpoint:
        try:
            checkpoint = Checkpoint.model_validate(read_json(line))
        except ValueError:
            raise self._of_something_else() from None
        if checkpoint.installation != self.installation:
            said = _("holds those of another installation ({other})", other=checkpoint.installation)
            raise self._unusable(said)
        return checkpoint

    def _refuse_other(self, last: Checkpoint, same: Checkpoint | None) -> None:
        """What left the house and is stored no more, or otherwise, is the very thing that the file is for."""
        if same is None:
            raise self._unusable(_("holds checkpoint {number}, and the database holds none", number=last.number))
        if canonical_checkpoint(same) != canonical_checkpoint(last):
            raise self._unusable(_("holds another checkpoint {number} than the database", number=last.number))

    def _unwritable(self, error: OSError) -> CheckpointFileError:
        helps = _("Let this account write there, make room, or name another place.")
        return self._unusable(_("cannot be written ({why})", why=os_said(error)), helps)

    def _locked(self) -> CheckpointFileError:
        helps = _("What it lacks is written once nobody holds it: look with `lsof` who does.")
        return self._unusable(_("is held (flock) by another program"), helps)

    def _of_something_else(self) -> CheckpointFileError:
        return self._unusable(_("holds something else than checkpoints"))

    def _unusable(self, reason: LazyText, remedy: LazyText = LEAVE_IT) -> CheckpointFileError:
        said = _("The file {file} of {variable} {reason}.", file=self.path, variable=VARIABLE, reason=reason)
        return CheckpointFileError(said, field=VARIABLE, remedy=remedy)


def _append(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]
    os.fsync(handle)


def _keep_entry(folder: Path) -> None:
    """That a new file is there survives a power cut only so."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
