"""What the machine must have for an installation: rules over figures that were measured. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from audit.installation.check import Check, listed
from wording.text import Said

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
    obstacle: Said | None = None
    """What else keeps a stack from living there, as the end of a sentence about the folder."""


def python(version: tuple[int, int, int]) -> Check:
    """The interpreter."""
    shown = ".".join(map(str, version))
    if version[:2] >= PYTHON_NEEDED:
        return Check("python", Said(f"Python {shown} runs the program.", f"Chương trình chạy trên Python {shown}."))
    needed = ".".join(map(str, PYTHON_NEEDED))
    return Check(
        "python",
        Said(f"Python {shown} is too old.", f"Python {shown} quá cũ."),
        Said(f"Install Python {needed} or later.", f"Cài Python {needed} trở lên."),
    )


def programs(found: Mapping[str, bool]) -> Check:
    """Programs of the servers that `greenlane up` starts by itself."""
    missing = [name for name, there in found.items() if not there]
    if missing:
        names = listed(missing)
        return Check(
            "programs",
            Said(
                f"The programs of embedded servers are missing: {names}.",
                f"Thiếu chương trình của máy chủ nhúng: {names.vi}.",
            ),
            Said(
                "Install the program's wheels again (make setup), or name outside servers.",
                "Cài lại các gói của chương trình (make setup), hoặc nêu máy chủ bên ngoài.",
            ),
        )
    if not found:
        return Check("programs", Said("All servers are outside ones.", "Mọi máy chủ đều ở bên ngoài."))
    names = listed(list(found))
    return Check(
        "programs",
        Said(
            f"The programs of embedded servers are there: {names}.",
            f"Có đủ chương trình của máy chủ nhúng: {names.vi}.",
        ),
    )


def memory(available_mb: int, *, starts: bool) -> Check:
    """Whether there is memory for what runs here; `starts`: a whole stack is still to be started."""
    needed = MEMORY_TO_START_MB if starts else MEMORY_TO_GO_ON_MB
    if available_mb >= needed:
        return Check(
            "memory",
            Said(f"{available_mb} MB of memory are free.", f"Bộ nhớ còn trống {available_mb} MB."),
        )
    what = Said("to start the stack", "để khởi động hệ thống") if starts else Said("to go on", "để chạy tiếp")
    return Check(
        "memory",
        Said(
            f"Only {available_mb} MB of memory are free; {needed} MB are needed {what}.",
            f"Bộ nhớ chỉ còn trống {available_mb} MB; cần {needed} MB {what.vi}.",
        ),
        Said(
            "End other programs, or add memory: the system kills what asks for more than there is.",
            "Dừng chương trình khác, hoặc thêm bộ nhớ: khi hết bộ nhớ, hệ điều hành sẽ dừng các tiến trình.",
        ),
    )


def state_folder(folder: Folder) -> Check:
    """Whether this account can work in the state folder."""
    if folder.obstacle is not None:
        return Check(
            "state_folder",
            Said(
                f"The state folder {folder.path} {folder.obstacle}.",
                f"Thư mục trạng thái {folder.path} {folder.obstacle.vi}.",
            ),
            Said("Set GREENLANE_STATE_DIR to another folder.", "Đặt GREENLANE_STATE_DIR sang thư mục khác."),
        )
    if folder.writable:
        said = (
            Said(
                f"The state folder {folder.path} can be written by {folder.account}.",
                f"Tài khoản {folder.account} ghi được thư mục trạng thái {folder.path}.",
            )
            if folder.exists
            else Said(
                f"The state folder {folder.path} can be made by {folder.account}.",
                f"Tài khoản {folder.account} tạo được thư mục trạng thái {folder.path}.",
            )
        )
        return Check("state_folder", said)
    return Check(
        "state_folder",
        Said(
            f"The account {folder.account} may not write {folder.path}, which belongs to {folder.owner}.",
            f"Tài khoản {folder.account} không được ghi {folder.path}, thuộc về {folder.owner}.",
        ),
        Said(
            f"Work as {folder.owner}, or set GREENLANE_STATE_DIR to a folder that this account can write.",
            f"Chạy bằng tài khoản {folder.owner}, hoặc đặt GREENLANE_STATE_DIR là thư mục mà tài khoản này ghi được.",
        ),
    )


def disk(found: Disk, needed_mb: int) -> Check:
    """The room on the disk of the state folder."""
    remedy = Said(
        "Free some space, or set GREENLANE_STATE_DIR to another disk.",
        "Giải phóng dung lượng, hoặc đặt GREENLANE_STATE_DIR sang đĩa khác.",
    )
    if found.free_mb < needed_mb:
        return Check(
            "disk",
            Said(
                f"Only {found.free_mb} MB are free on the disk of {found.folder}; {needed_mb} MB are needed.",
                f"Đĩa của {found.folder} chỉ còn trống {found.free_mb} MB; cần {needed_mb} MB.",
            ),
            remedy,
        )
    if found.free_files is not None and found.free_files < FREE_FILES_MIN:
        return Check(
            "disk",
            Said(
                f"The disk of {found.folder} can hold only {found.free_files} more files.",
                f"Đĩa của {found.folder} chỉ chứa thêm được {found.free_files} tệp.",
            ),
            remedy,
        )
    return Check(
        "disk",
        Said(
            f"{found.free_mb} MB are free on the disk of {found.folder}.",
            f"Đĩa của {found.folder} còn trống {found.free_mb} MB.",
        ),
    )
