"""What the screens of dead letters say, in Vietnamese and English."""

from __future__ import annotations

from typing import Final

LETTER_TABLE: Final[dict[str, tuple[str, str]]] = {
    "letter.attempts": ("Số lần thử", "Attempts"),
    "letter.code": ("Mã lỗi", "Code"),
    "letter.dead_at": ("Chuyển vào lúc", "Put away"),
    "letter.dead_letter_topic": ("Kênh thông điệp hỏng", "Dead-letter topic"),
    "letter.event_id": ("Mã thông điệp", "Message id"),
    "letter.event_type": ("Loại thông điệp", "Kind of message"),
    "letter.field": ("Trường", "Field"),
    "letter.first_seen_at": ("Nhận lần đầu", "First seen"),
    "letter.id": ("Thư", "Letter"),
    "letter.key": ("Khóa", "Key"),
    "letter.offset": ("Vị trí", "Offset"),
    "letter.omitted": ("Quá lớn, không giữ nội dung", "Too large to be kept"),
    "letter.partition": ("Phân vùng", "Partition"),
    "letter.reason": ("Lý do", "Reason"),
    "letter.replayed_at": ("Gửi lại lúc", "Sent again"),
    "letter.size_bytes": ("Kích thước (byte)", "Size (bytes)"),
    "letter.topic": ("Kênh ban đầu", "Came on topic"),
}
