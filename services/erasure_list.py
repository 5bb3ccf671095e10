"""Who was erased, kept outside the database: so that a back-up that is restored forgets them again.

One canonical JSON object a line, only ever added to. It names no person: a reference, streams and accounts.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from events.language.commands import Actor
from services.errors import ServiceError
from wording.json_text import JsonRefusedError, read_json
from wording.libraries import os_said
from wording.regular_files import open_regular
from wording.text import _

MODE: Final = 0o600
BEGINNING: Final = b'{"actor":{'
"""Of every line, since its keys are sorted."""


class ErasureListError(ServiceError):
    """The list of erasures cannot be read or written, or a line of it is none of ours."""

    code = "erasure_list"


class ListedErasure(BaseModel):
    """One line: whose data were erased, when (real time), why, and by whom."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject_ref: str
    erased_at: AwareDatetime
    reason: str
    legal_basis: str
    actor: Actor
    approved_by: str
    streams: tuple[str, ...]
    """The cases and linked dossiers whose data went; one that came later was none of these."""
    seal: str = ""
    """Keyed digest of all of it, by the installation's own key: whoever only may write the file erases nobody with it."""

    def sealed_by(self, keyed: Callable[[str], str]) -> Self:
        """The same with its seal. `keyed`: the keyed digest of what has this SHA-256."""
        return self.model_copy(update={"seal": keyed(self._digest)})

    def is_sealed_by(self, keyed: Callable[[str], str]) -> bool:
        """Whether it is as it was sealed, with that key."""
        return hmac.compare_digest(self.seal.encode(), keyed(self._digest).encode())

    @property
    def _digest(self) -> str:
        said = self.model_copy(update={"seal": ""}).line
        return hashlib.sha256(f"erasure\n{said}".encode()).hexdigest()

    @property
    def line(self) -> str:
        """The entry as it stands in the list, with its end of line."""
        content = self.model_dump(mode="json")
        return json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")) + "\n"


class ErasureList:
    """The list in one file. Safe for several processes on one machine."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def add(self, entry: ListedErasure) -> None:
        """Add a line; it is on the disk when this returns.

        Raises ErasureListError, before anything is written, where the file holds a line that is none of ours: it is no list.
        """
        with self._errors(), self._opened() as handle:
            self._begin_line(handle)
            content = entry.line.encode()
            while content:
                content = content[os.write(handle, content) :]
            os.fsync(handle)

    def entries(self) -> tuple[ListedErasure, ...]:
        """Every line, the oldest first; none where there is no list yet. Raises ErasureListError.

        What a kill has left of a last line does not count: nothing of it was done.
        """
        with self._errors():
            if not self.file.exists():
                return ()
            with open_regular(self.file) as opened:
                content = opened.read()
        return self._entries(content)

    def _entries(self, content: bytes) -> tuple[ListedErasure, ...]:
        lines = content.split(b"\n")
        if _is_torn(lines[-1]):
            lines.pop()
        return tuple(self._entry(number, line) for number, line in enumerate(lines, 1) if line.strip())

    def _entry(self, number: int, line: bytes) -> ListedErasure:
        try:
            return ListedErasure.model_validate(read_json(line))
        except (JsonRefusedError, ValidationError):
            raise ErasureListError(
                _("Line {number} of {file} is no erasure.", number=number, file=str(self.file)),
                field="GREENLANE_ERASURE_FILE",
                remedy=_("Restore the file from its own copy: without it a restored back-up holds who was erased."),
            ) from None

    @contextmanager
    def _opened(self) -> Iterator[int]:
        is_new = not self.file.exists()
        handle = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if is_new:
                _sync_folder(self.file.absolute().parent)
            yield handle
        finally:
            os.close(handle)

    def _begin_line(self, handle: int) -> None:
        """Cut off what a kill left of a line, or end one whose end an editor took away, so that the next one is whole."""
        content = os.pread(handle, os.fstat(handle).st_size, 0)
        self._entries(content)
        last = content.rpartition(b"\n")[2]
        if _is_torn(last):
            os.ftruncate(handle, len(content) - len(last))
        elif last:
            os.write(handle, b"\n")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ErasureListError(
                _("The list of erasures, {file}, cannot be used: {why}.", file=str(self.file), why=os_said(error)),
                field="GREENLANE_ERASURE_FILE",
                remedy=_("Check its folder, its rights and its disk; nothing is erased without it."),
            ) from None


def _is_torn(line: bytes) -> bool:
    """Whether it is the beginning of a line of ours, and no more: what else somebody wrote is never cut off."""
    if not line.startswith(BEGINNING) and not BEGINNING.startswith(line):
        return False
    try:
        read_json(line)
    except JsonRefusedError:
        return bool(line)
    return False


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
