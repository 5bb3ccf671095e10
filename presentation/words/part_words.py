"""The words of screens about the parts of a stack."""

from __future__ import annotations

from typing import Final

PART_TABLE: Final[dict[str, tuple[str, str]]] = {
    "part": ("Thành phần", "Part"),
    "address": ("Địa chỉ", "Address"),
    "metrics": ("Số đo", "Metrics"),
    "parts_ok": ("Mọi thành phần đang chạy.", "All parts run."),
    "parts_not_ok": ("Có thành phần không chạy.", "Not all parts run."),
    "no_stack": ("Không có hệ thống nào đang chạy trong {folder}.", "No stack runs in {folder}."),
    "checks_passed": ("Đã kiểm tra {total} mục: mọi thứ đều tốt.", "{total} checks: all is well."),
    "checks_failed": ("Đã kiểm tra {total} mục: {wrong} mục cần xử lý.", "{total} checks: {wrong} to be mended."),
    "part_state.running": ("đang chạy", "running"),
    "part_state.not_answering": ("đang chạy nhưng không trả lời", "runs, does not answer"),
    "part_state.starting": ("đang khởi động", "starting"),
    "part_state.restarting": ("đã dừng, đang khởi động lại", "ended, being started again"),
    "part_state.away": ("máy chủ bên ngoài không trả lời", "outside server does not answer"),
    "part_state.refuses": ("máy chủ bên ngoài không cho dùng", "outside server cannot be used"),
    "part_state.unknown": ("không rõ, có thể chạy ở máy khác", "unknown, may run elsewhere"),
    "part_state.stopped": ("không chạy", "not running"),
}
