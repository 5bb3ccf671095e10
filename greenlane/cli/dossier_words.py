"""What the screens say about linked dossiers, in Vietnamese and English; a part of the one table in words.py."""

from __future__ import annotations

from typing import Final

DOSSIER_TABLE: Final[dict[str, tuple[str, str]]] = {
    "after": ("Sau", "After"),
    "cap_broken": ("Vượt thời hạn chung: {due}.", "Beyond the joint limit: {due}."),
    "cap_kept": ("Trong thời hạn chung: {due}.", "Within the joint limit: {due}."),
    "dossier_plan": ("Kế hoạch nhóm hồ sơ từ {at}", "Plan of the dossier from {at}"),
    "no_promise": ("Chưa thể cam kết: {reason}", "No promise: {reason}"),
    "path": ("Đường găng: {path}", "Critical path: {path}"),
    "promise_is": ("Cam kết: {at}, hết ngày {day}.", "Promise: {at}, lawful end: {day}."),
    "slack": ("Dự trữ", "Slack"),
}
