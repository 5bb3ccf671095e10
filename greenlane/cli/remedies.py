"""What helps where a service gave no answer, in this door's commands."""

from __future__ import annotations

from presentation.acknowledging import acknowledge_command, show_command
from services.acknowledging import NoSuchAlertError, NothingToAcknowledgeError, SeveralEscalationsError, UnnamedError
from services.errors import NotAnsweredError, ServiceError
from wording.text import Said


def remedy_of(error: ServiceError) -> str:
    """One sentence that says what to do; the error's own, where it has one."""
    if error.remedy:
        return error.remedy
    if isinstance(error, NotAnsweredError):
        return Said(
            f"Ask again with --command-id {error.command_id}: it takes effect once.",
            f"Gửi lại với --command-id {error.command_id}: yêu cầu chỉ có hiệu lực một lần.",
        )
    return _naming(error) if isinstance(error, UnnamedError) else ""


def _naming(error: UnnamedError) -> Said:
    commands = "; ".join(acknowledge_command(error.reference, one, linked=error.linked) for one in error.waiting)
    shown = show_command(error.reference, linked=error.linked)
    if isinstance(error, NothingToAcknowledgeError):
        return Said(
            f"Its timeline tells what was acknowledged, and when: {shown}",
            f"Xem diễn biến để biết đã xác nhận gì, lúc nào: {shown}",
        )
    if isinstance(error, SeveralEscalationsError):
        return Said(f"Say which one: {commands}", f"Nêu rõ cảnh báo nào: {commands}")
    if isinstance(error, NoSuchAlertError) and error.waiting:
        return Said(f"These wait: {commands}", f"Các cảnh báo đang chờ: {commands}")
    return Said(f"None of it waits; its timeline: {shown}", f"Không có cảnh báo nào đang chờ; xem diễn biến: {shown}")
