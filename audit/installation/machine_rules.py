"""What the machine must have for an installation: rules over figures that were measured. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from audit.installation.check import Check, listed
from wording.text import LazyText, _

PYTHON_NEEDED: Final = (3, 11)
MEMORY_TO_START_MB: Final = 1_200
"""Free memory that a whole stack on one machine takes: three servers and three processes."""
MEMORY_TO_GO_ON_MB: Final = 200
FREE_FILES_MIN: Final = 2_000
"""A disk that can hold no further file is as full as one without a byte: servers make files all the time."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of a folder."""

    folder: str
    free_mb: int
    free_files: int | None
    """How many more files it can hold; None: the file system has no such bound."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A state folder as this account meets it."""

    path: str
    """Where something in it cannot be written, that."""
    exists: bool
    writable: bool
    owner: str
    """The account that owns it, or the nearest folder above that is there."""
    account: str
    """Ours."""
    obstacle: LazyText | None = None
    """What else keeps a stack from living there, as the end of a sentence about the folder."""


def python(version: tuple[int, int, int]) -> Check:
    """The interpreter."""
    shown = ".".join(map(str, version))
    if version[:2] >= PYTHON_NEEDED:
        return Check("python", _("Python {shown} runs the program.", shown=shown))
    needed = ".".join(map(str, PYTHON_NEEDED))
    return Check(
        "python",
        _("Python {shown} is too old.", shown=shown),
        _("Install Python {needed} or later.", needed=needed),
    )


def programs(there_by_name: Mapping[str, bool]) -> Check:
    """Programs of the servers that `greenlane up` starts by itself."""
    missing = [name for name, there in there_by_name.items() if not there]
    if missing:
        names = listed(missing)
        return Check(
            "programs",
            _("The programs of embedded servers are missing: {names}.", names=names),
            _("Install the program's wheels again (make setup), or name outside servers."),
        )
    if not there_by_name:
        return Check("programs", _("All servers are outside ones."))
    names = listed(list(there_by_name))
    return Check(
        "programs",
        _("The programs of embedded servers are there: {names}.", names=names),
    )


def memory(available_mb: int, *, starts: bool) -> Check:
    """Whether there is memory for what runs here; `starts`: a whole stack is still to be started."""
    needed = MEMORY_TO_START_MB if starts else MEMORY_TO_GO_ON_MB
    if available_mb >= needed:
        return Check(
            "memory",
            _("{available_mb} MB of memory are free.", available_mb=available_mb),
        )
    what = _("to start the stack") if starts else _("to go on")
    return Check(
        "memory",
        _(
            "Only {available_mb} MB of memory are free; {needed} MB are needed {what}.",
            available_mb=available_mb,
            needed=needed,
            what=what,
        ),
        _("End other programs, or add memory: the system kills what asks for more than there is."),
    )


def state_folder(folder: Folder) -> Check:
    """Whether this account can work in the state folder."""
    if folder.obstacle is not None:
        return Check(
            "state_folder",
            _("The state folder {path} {obstacle}.", path=folder.path, obstacle=folder.obstacle),
            _("Set GREENLANE_STATE_DIR to another folder."),
        )
    if folder.writable:
        said = (
            _("The state folder {path} can be written by {account}.", path=folder.path, account=folder.account)
            if folder.exists
            else _("The state folder {path} can be made by {account}.", path=folder.path, account=folder.account)
        )
        return Check("state_folder", said)
    return Check(
        "state_folder",
        _(
            "The account {account} may not write {path}, which belongs to {owner}.",
            account=folder.account,
            path=folder.path,
            owner=folder.owner,
        ),
        _("Work as {owner}, or set GREENLANE_STATE_DIR to a folder that this account can write.", owner=folder.owner),
    )


def disk(measured: Disk, needed_mb: int) -> Check:
    """The room on the disk of the state folder."""
    remedy = _("Free some space, or set GREENLANE_STATE_DIR to another disk.")
    if measured.free_mb < needed_mb:
        return Check(
            "disk",
            _(
                "Only {free_mb} MB are free on the disk of {folder}; {needed_mb} MB are needed.",
                free_mb=measured.free_mb,
                folder=measured.folder,
                needed_mb=needed_mb,
            ),
            remedy,
        )
    if measured.free_files is not None and measured.free_files < FREE_FILES_MIN:
        return Check(
            "disk",
            _(
                "The disk of {folder} can hold only {free_files} more files.",
                folder=measured.folder,
                free_files=measured.free_files,
            ),
            remedy,
        )
    return Check(
        "disk",
        _("{free_mb} MB are free on the disk of {folder}.", free_mb=measured.free_mb, folder=measured.folder),
    )
