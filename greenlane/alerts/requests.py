"""What a letter asks its reader to do, by what has happened and who reads it."""

from __future__ import annotations

from typing import Final

from cases.ticks import ALARMS
from greenlane.alerts.matter import Matter
from wording.text import Said, spoken

READ: Final = Said(
    "Nothing is left to do; this letter is for your information.", "Không cần làm gì thêm; thư này để biết."
)

REQUESTS: Final = {
    # a step's clock
    ("step", "warning", "officer"): Said(
        "Please answer this step before its limit{until}.", "Đề nghị xử lý và trả lời bước này trước hạn{until}."
    ),
    ("step", "warning", "*"): Said(
        "Please see that the step is answered before its limit{until}, or give it to another officer.",
        "Đề nghị đôn đốc để bước này có trả lời trước hạn{until}, hoặc giao cho cán bộ khác.",
    ),
    ("step", "alarm", "officer"): Said(
        "Please answer this step now, and tell your head what holds it up.",
        "Đề nghị trả lời bước này ngay và báo cáo lãnh đạo điều đang vướng mắc.",
    ),
    ("step", "alarm", "head"): Said(
        "Please have the step decided now, or give it to another officer.",
        "Đề nghị chỉ đạo giải quyết ngay bước này, hoặc giao lại cho cán bộ khác.",
    ),
    ("step", "alarm", "lead"): Said(
        "Please agree with {department} when it will answer; where it cannot, have the step given to somebody else.",
        "Đề nghị làm việc với {department} để ấn định thời điểm trả lời; nếu không được, giao lại bước này.",
    ),
    ("step", "alarm", "office"): Said(
        "Please acknowledge the report and have {department} say why it is late and when it will be done.",
        "Đề nghị xác nhận đã nhận báo cáo và yêu cầu {department} giải trình lý do chậm, ấn định thời điểm xong.",
    ),
    # an opinion
    ("consultation", "warning", "*"): Said(
        "Please see that the opinion is given before its limit{until}: agreed or not, and why.",
        "Đề nghị cho ý kiến trước hạn{until}, nêu rõ đồng ý hay không đồng ý và lý do.",
    ),
    ("consultation", "alarm", "officer"): Said(
        "Please give the opinion now: agreed or not, and why.",
        "Đề nghị cho ý kiến ngay, nêu rõ đồng ý hay không đồng ý và lý do.",
    ),
    ("consultation", "alarm", "head"): Said(
        "Please have the opinion given now: agreed or not, and why.",
        "Đề nghị chỉ đạo cho ý kiến ngay, nêu rõ đồng ý hay không đồng ý và lý do.",
    ),
    ("consultation", "alarm", "lead"): Said(
        "Please agree with {department} when it will answer, or decide whether to go on without its opinion.",
        "Đề nghị làm việc với {department} để có ý kiến, hoặc quyết định tiếp tục khi chưa có ý kiến.",
    ),
    ("consultation", "alarm", "office"): Said(
        "Please acknowledge the report and have {department} give its opinion.",
        "Đề nghị xác nhận đã nhận báo cáo và yêu cầu {department} cho ý kiến.",
    ),
    # the whole case
    ("case", "warning", "officer"): Said(
        "Please go through the steps that are left, and tell your head where the time will not do.",
        "Đề nghị rà soát các bước còn lại và báo cáo lãnh đạo nếu không kịp.",
    ),
    ("case", "warning", "*"): Said(
        "Please press for the steps that are left. Where the time will not do, write an apology with a new appointment "
        "before this one.",
        "Đề nghị đôn đốc các bước còn lại. Nếu không kịp, gửi văn bản xin lỗi và hẹn lại trước ngày hẹn.",
    ),
    ("case", "past_appointment", "*"): Said(
        "Please hand over the result now{until}, and apologise to the applicant for the missed appointment.",
        "Đề nghị trả kết quả ngay{until}, và xin lỗi người nộp vì đã lỡ hẹn.",
    ),
    ("case", "alarm", "office"): Said(
        "Please acknowledge the report and have {department} say why it is late and when the result will be there.",
        "Đề nghị xác nhận đã nhận báo cáo và yêu cầu {department} giải trình lý do chậm, ấn định ngày có kết quả.",
    ),
    ("case", "alarm", "*"): Said(
        "Please have the dossier decided now, and write an apology to the applicant with the reason and a new date.",
        "Đề nghị chỉ đạo giải quyết ngay và gửi văn bản xin lỗi người nộp, nêu rõ lý do và ngày trả kết quả.",
    ),
    ("green", "alarm", "office"): Said(
        "Please acknowledge the report and have {department} say why the promise was broken and when the result will be there.",
        "Đề nghị xác nhận đã nhận báo cáo và yêu cầu {department} giải trình việc chậm cam kết, ấn định ngày có kết quả.",
    ),
    ("green", "alarm", "*"): Said(
        "Please have the dossier decided now, and tell the applicant when the result will be there.",
        "Đề nghị chỉ đạo giải quyết ngay và báo người nộp thời điểm trả kết quả.",
    ),
    ("applicant", "warning", "*"): Said(
        "Please remind the applicant of what is missing, before the limit{until}.",
        "Đề nghị nhắc người nộp những gì còn thiếu, trước hạn{until}.",
    ),
    ("applicant", "alarm", "*"): Said(
        "Please see that the applicant is told how the dossier ended, and why.",
        "Đề nghị thông báo cho người nộp việc kết thúc hồ sơ và lý do.",
    ),
    # a linked dossier
    ("joint", "warning", "*"): Said(
        "Please press for the procedures that are left; everything waits for {department}.",
        "Đề nghị đôn đốc các thủ tục còn lại; hiện tất cả chờ {department}.",
    ),
    ("joint", "past_appointment", "*"): Said(
        "Please have {department} finish now{until}, and apologise to the applicant for the missed appointment.",
        "Đề nghị đôn đốc {department} hoàn thành ngay{until}, và xin lỗi người nộp vì đã lỡ hẹn.",
    ),
    ("joint", "alarm", "office"): Said(
        "Please acknowledge the report and have {department} say why it is late and when it will be done.",
        "Đề nghị xác nhận đã nhận báo cáo và yêu cầu {department} giải trình lý do chậm, ấn định thời điểm xong.",
    ),
    ("joint", "alarm", "*"): Said(
        "Please have {department} finish now, and write an apology to the applicant with the reason and a new date.",
        "Đề nghị đôn đốc {department} hoàn thành ngay và gửi văn bản xin lỗi người nộp, nêu rõ lý do và ngày trả kết quả.",
    ),
    # duties
    ("suspension", "duty", "*"): Said(
        "Please look whether the reason still holds: let the case go on, or set a day on which the suspension ends.",
        "Đề nghị xem xét lý do tạm dừng còn hay không: cho giải quyết tiếp, hoặc ấn định ngày kết thúc tạm dừng.",
    ),
    ("stop", "duty", "*"): Said(
        "Please look whether the reason still holds: let the case go on, or return the dossier with the reason.",
        "Đề nghị xem xét lý do dừng còn hay không: cho giải quyết tiếp, hoặc trả lại hồ sơ và nêu rõ lý do.",
    ),
    ("calendar", "duty", "*"): Said(
        "Please have a calendar applied that reaches further; until then nobody is warned of these limits.",
        "Đề nghị áp dụng lịch làm việc dài hơn; đến khi đó các thời hạn này chưa được nhắc.",
    ),
}
"""By group of limits, what has happened, and who reads it; `*`: whoever else reads it."""
_GROUPS: Final = {"statutory": "case", "supplement": "applicant", "explanation": "applicant"}


def request_of(matter: Matter) -> Said:
    """What the reader is asked to do; that nothing is left to do, where it has been settled meanwhile."""
    if matter.settled is not None:
        return READ
    event = "alarm" if matter.kind in ALARMS else matter.kind
    group = _GROUPS.get(matter.topic, matter.topic)
    text = next(REQUESTS[key] for key in _keys(group, event, matter.asked) if key in REQUESTS)
    return spoken(
        text,
        text.vi,
        department=matter.department or Said("the department", "cơ quan"),
        until=_until(matter),
    )


def _keys(group: str, event: str, asked: str) -> list[tuple[str, str, str]]:
    groups = (group, "case") if group == "green" else (group,)
    events = ("past_appointment", "alarm") if event == "past_appointment" else (event,)
    # An opinion or a step that a ladder of another province tells an agency of in its own way.
    readers = (asked, "*", "head")
    return [(g, e, reader) for g in groups for e in events for reader in readers]


def _until(matter: Matter) -> Said:
    if matter.until is None:
        return Said("", "")
    if matter.kind == "past_appointment":
        return spoken(", before {until}", ", trước {until}", until=matter.until)
    return spoken(" ({until})", " ({until})", until=matter.until)
