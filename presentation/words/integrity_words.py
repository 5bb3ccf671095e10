"""What the screens about the ledger's soundness say, in Vietnamese and English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from presentation.words.words import Words

INTEGRITY_TABLE: Final[dict[str, tuple[str, str]]] = {
    "invariant.I1": ("Mỗi hồ sơ đã nhận được mở đúng một lần", "Every accepted application has exactly one case"),
    "invariant.I2": ("Sự kiện của mỗi hồ sơ liền mạch và đúng quy tắc", "Events of a case have no gap and are lawful"),
    "invariant.I3": ("Các kênh có đúng những gì phải gửi, đúng thứ tự", "The topics hold what is owed, in order"),
    "invariant.I4": ("Mỗi tác động ra ngoài chỉ xảy ra một lần", "Each outside effect happens once"),
    "invariant.I5": ("Mỗi đồng hồ kết thúc theo đúng một cách", "Every clock ends in exactly one way"),
    "invariant.I6": ("Mỗi cảnh báo phát đúng một lần, đúng lúc", "Each rung fires once, and in time"),
    "invariant.I7": ("Thời gian đã dùng được tính đúng", "Consumed time is reckoned right"),
    "invariant.I8": ("Danh sách khớp với sổ cái", "The lists are what the ledger says"),
    "invariant.I12": ("Phiên bản thủ tục không tự thay đổi", "No procedure version changes silently"),
    "difference.case": ("dòng của hồ sơ", "row of the case"),
    "difference.worklist": ("việc chờ xử lý", "waiting steps"),
    "difference.escalations": ("báo cáo vượt cấp", "escalations"),
    "difference.hash": ("mã băm của dòng", "hash of the row"),
    "difference.chain": ("chuỗi băm của sổ cái", "hash chain of the ledger"),
    "difference.unreadable": ("sổ cái không đọc được", "the ledger cannot be read"),
    "difference.definitions": ("định nghĩa của hồ sơ", "definitions of the case"),
    "difference.surplus": ("dòng thừa", "surplus row"),
    "finding": ("{invariant}: sai ở {place}", "{invariant}: wrong at {place}"),
    "finding_event": ("{stream}, sự kiện {event}", "{stream}, event {event}"),
    "findings_in_english": (
        "Chi tiết của từng sai lệch có bằng tiếng Anh: chạy lại với --lang en.",
        "Each in detail above.",
    ),
}
_FINDING: Final = re.compile(r"^(?P<invariant>I\d+): (?P<stream>\S+?)(?: event (?P<event>\d+))?(?:[: ].*)?$", re.DOTALL)


def finding_text(finding: str, words: Words) -> str:
    """A finding on the screen. The auditor's own words are English; in Vietnamese it says which rule is broken, and where."""
    found = _FINDING.match(finding)
    if words.language == "en" or found is None:
        return finding
    place = found["stream"]
    if found["event"] is not None:
        place = words("finding_event", stream=place, event=found["event"])
    return words("finding", invariant=words.named("invariant", found["invariant"]), place=place)
