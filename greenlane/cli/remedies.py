"""What helps where a service gave no answer, in this door's commands."""

from __future__ import annotations

from presentation.acknowledging import acknowledge_command, show_command
from services.acknowledging import NothingToAcknowledgeError, NoSuchAlertError, SeveralEscalationsError, UnnamedError
from services.errors import NotAnsweredError, ServiceError
from wording.text import Said


def remedy_of(error: ServiceError) -> str:
    """One sentence that says what to do; the error's own, where it has one."""
    if error.remedy:
        return error.remedy
    if isinstance(error, NotAnsweredError):
        command_id = error.details["command_id"]
        return Said(
            f"Ask again with --command-id {command_id}: it takes effect once.",
            f"Gửi lại với --command-id {command_id}: yêu cầu chỉ có hiệu lực một lần.",
        )
    return _naming(error, **error.details) if isinstance(error, UnnamedError) else ""


def _naming(error: UnnamedError, *, reference: str, waiting: tuple[int | str, ...], linked: bool) -> Said:
    commands = "; ".join(acknowledge_command(reference, one, linked=linked) for one in waiting)
    shown = show_command(reference, linked=linked)
    if isinstance(error, NothingToAcknowledgeError):
        return Said(
            f"Its timeline tells what was acknowledged, and when: {shown}",
            f"Xem diễn biến để biết đã xác nhận gì, lúc nào: {shown}",
        )
    if isinstance(error, SeveralEscalationsError):
        return Said(f"Say which one: {commands}", f"Nêu rõ cảnh báo nào: {commands}")
    if isinstance(error, NoSuchAlertError) and waiting:
        return Said(f"These wait: {commands}", f"Các cảnh báo đang chờ: {commands}")
    return Said(f"None of it waits; its timeline: {shown}", f"Không có cảnh báo nào đang chờ; xem diễn biến: {shown}")
