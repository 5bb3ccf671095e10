"""What lies behind a failure on a stack of this machine: its disk is full, or a server that we started is down."""

from __future__ import annotations

from typing import Final

from greenlane.settings import PREFIX, Settings
from greenlane.stack.child import has_room
from greenlane.stack.errors import ServerAwayError, StateFolderFullError
from wording.errors import GreenlaneError
from wording.text import Said, spoken

PARTS_BY_SETTING: Final = {"temporal_address": "temporal", "kafka_bootstrap": "kafka", "database_url": "postgresql"}
"""Each server that is embedded where this setting is not set."""


def disk_full(settings: Settings, again: str = "") -> StateFolderFullError | None:
    """That the disk is full under a stack of ours; `again`: what to do once it is not. `settings`: as the shell gives them."""
    if all(getattr(settings, name) is not None for name in PARTS_BY_SETTING) or has_room(settings.state_dir):
        return None
    folder = settings.state_dir
    remedy = Said(
        "Free some space; the stack then goes on by itself.", "Giải phóng dung lượng; hệ thống sẽ tự chạy tiếp."
    )
    if again:
        remedy = spoken("Free some space, then: {again}", "Giải phóng dung lượng, sau đó: {again}", again=again)
    return StateFolderFullError(
        Said(
            f"The disk of {folder} is full, and the stack cannot work.",
            f"Đĩa của {folder} đã đầy nên hệ thống không làm việc được.",
        ),
        field=f"{PREFIX}STATE_DIR",
        remedy=remedy,
    )


def of_our_own(error: BaseException, settings: Settings) -> GreenlaneError | None:
    """A server that is away, for one that we started: nobody set its address. None: it is somebody else's."""
    if not isinstance(error, ServerAwayError):
        return None
    for name, part in PARTS_BY_SETTING.items():
        if error.field == f"{PREFIX}{name.upper()}" and getattr(settings, name) is None:
            log = settings.state_dir / "logs" / f"{part}.log"
            return ServerAwayError(
                error.message,
                field=f"{PREFIX}STATE_DIR",
                remedy=Said(
                    f"Its stack starts it again by itself; if it does not come back, its log {log} says why.",
                    f"Hệ thống sẽ tự khởi động lại; nếu không được, xem lý do trong nhật ký {log}.",
                ),
            )
    return None
