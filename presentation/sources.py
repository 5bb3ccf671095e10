"""Where the shipped catalogue and the calculator take something from, on a Vietnamese screen.

A source is one text, written once by whoever publishes. What is published never changes, so what was published in English
gets its Vietnamese here; a source that is not known here is shown as it was written.
"""

from __future__ import annotations

import re
from typing import Final

SOURCES: Final[dict[str, str]] = {
    "0.4 of the limit, rounded up": "bằng 0,4 thời hạn theo luật, làm tròn lên",
    "24 hours by the clock for the whole application: our setting": "24 giờ theo đồng hồ cho cả hồ sơ: thiết lập của tỉnh",
    "45/2020/NĐ-CP art. 11(4): notice of receipt or of correction within 8 working hours after the system received it": (
        "45/2020/NĐ-CP điều 11(4): thông báo tiếp nhận hoặc yêu cầu sửa trong 8 giờ làm việc kể từ khi hệ thống nhận"
    ),
    "61/2018/NĐ-CP art. 18, until 30/6/2025: within the working day; received after 15:00, at the start of the next one; "
    "118/2025/NĐ-CP not read": (
        "61/2018/NĐ-CP điều 18, đến 30/6/2025: trong ngày làm việc; nhận sau 15:00 thì đầu ngày làm việc tiếp theo; "
        "chưa đọc 118/2025/NĐ-CP"
    ),
    "61/2018/NĐ-CP art. 19(4), until 30/6/2025: within 3 working days of receipt, unless the sector's law has its own; "
    "118/2025/NĐ-CP not read": (
        "61/2018/NĐ-CP điều 19(4), đến 30/6/2025: trong 3 ngày làm việc từ khi nhận, trừ khi luật chuyên ngành quy định "
        "khác; chưa đọc 118/2025/NĐ-CP"
    ),
    "Labour Code 2019 art. 105, 111, 112; yearly decisions of the Prime Minister, as reported by the press; sessions as in "
    "one-stop practice. 2027 is an estimate.": (
        "Bộ luật Lao động 2019 điều 105, 111, 112; quyết định hằng năm của Thủ tướng theo báo chí; giờ làm việc theo thực "
        "tế một cửa. Năm 2027 là ước tính."
    ),
    "NQ 80-NQ/TW of 7/1/2026 and NQ 30/NQ-CP: to amend Labour Code art. 112; the amended law is not confirmed": (
        "NQ 80-NQ/TW ngày 7/1/2026 và NQ 30/NQ-CP: sửa Bộ luật Lao động điều 112; luật sửa đổi chưa được xác nhận"
    ),
    "QĐ 20/2020/QĐ-TTg for the form; numbers are a draft": "QĐ 20/2020/QĐ-TTg về dạng mã; các số là dự thảo",
    "UBND tỉnh Bắc Ninh 1/8/2025, by the press of 15/9 and 12/12/2025": (
        "UBND tỉnh Bắc Ninh 1/8/2025, theo báo chí ngày 15/9 và 12/12/2025"
    ),
    "make-up Saturday for 2 January 2026 (press, 24h.com.vn 26/12/2025)": (
        "thứ Bảy làm bù cho ngày 2/1/2026 (báo chí, 24h.com.vn 26/12/2025)"
    ),
    "make-up Saturday for 2 May 2025": "thứ Bảy làm bù cho ngày 2/5/2025",
    "make-up Saturday for 31 August 2026": "thứ Bảy làm bù cho ngày 31/8/2026",
    "no green lane yet": "chưa có luồng xanh",
}
_BOTH: Final = re.compile(r"^(?P<vi>.+?) / (?P<en>.+?)(?P<articles> art\. .+)?$")
"""What the calculator cites in both languages at once, with the articles behind."""
_ARTICLE: Final = re.compile(r"\bart\. ")


def source_text(source: str, language: str) -> str:
    """A source in the screen's language."""
    both = _BOTH.match(source)
    if both is not None:
        source = f"{both[language]}{both['articles'] or ''}"
    if language == "en":
        return source
    return SOURCES.get(source) or _ARTICLE.sub("điều ", source)
