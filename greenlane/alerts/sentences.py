"""What each kind of letter says first, and under which title. `quá hạn` is the law's word: said of nothing else."""

from __future__ import annotations

from typing import Final

from cases.ticks import ALARMS
from greenlane.alerts.matter import Matter
from wording.text import Said, spoken

TITLES: Final = {
    ("statutory", "warning"): Said("Appointment is near", "Sắp đến hẹn trả kết quả"),
    ("statutory", "past_appointment"): Said("Past the appointment, not overdue", "Quá giờ hẹn, chưa quá hạn"),
    ("statutory", "breach"): Said("OVERDUE", "QUÁ HẠN"),
    ("statutory", "escalation"): Said("ESCALATION, overdue", "BÁO CÁO VƯỢT CẤP, quá hạn"),
    ("green", "warning"): Said("Green appointment is near", "Sắp đến hẹn theo cam kết"),
    ("green", "past_appointment"): Said("Past the green appointment", "Quá giờ hẹn theo cam kết"),
    ("green", "breach"): Said("GREEN PROMISE BROKEN", "CHẬM SO VỚI CAM KẾT"),
    ("green", "escalation"): Said("ESCALATION, green promise broken", "BÁO CÁO VƯỢT CẤP, chậm so với cam kết"),
    ("step", "warning"): Said("Step falls due", "Bước sắp đến hạn"),
    ("step", "breach"): Said("STEP LATE", "BƯỚC CHẬM"),
    ("step", "escalation"): Said("ESCALATION, step late", "BÁO CÁO VƯỢT CẤP, bước chậm"),
    ("consultation", "warning"): Said("Opinion falls due", "Sắp đến hạn cho ý kiến"),
    ("consultation", "breach"): Said("OPINION LATE", "CHẬM CHO Ý KIẾN"),
    ("consultation", "escalation"): Said("ESCALATION, opinion late", "BÁO CÁO VƯỢT CẤP, chậm cho ý kiến"),
    ("supplement", "warning"): Said("Applicant's documents fall due", "Người nộp sắp hết hạn bổ sung"),
    ("supplement", "breach"): Said("APPLICANT'S DOCUMENTS DID NOT COME", "NGƯỜI NỘP KHÔNG BỔ SUNG"),
    ("explanation", "warning"): Said("Applicant's explanation falls due", "Người nộp sắp hết hạn giải trình"),
    ("explanation", "breach"): Said("APPLICANT'S EXPLANATION DID NOT COME", "NGƯỜI NỘP KHÔNG GIẢI TRÌNH"),
    ("joint", "warning"): Said("Joint appointment is near", "Sắp đến hẹn chung"),
    ("joint", "past_appointment"): Said("Past the joint appointment, not overdue", "Quá giờ hẹn chung, chưa quá hạn"),
    ("joint", "breach"): Said("JOINT LIMIT OVERDUE", "QUÁ HẠN CHUNG"),
    ("joint", "escalation"): Said("ESCALATION, joint limit overdue", "BÁO CÁO VƯỢT CẤP, quá hạn chung"),
    ("statutory", "before_end"): Said("ESCALATION, past the appointment", "BÁO CÁO VƯỢT CẤP, quá giờ hẹn"),
    ("green", "before_end"): Said("ESCALATION, past the green appointment", "BÁO CÁO VƯỢT CẤP, quá giờ hẹn cam kết"),
    ("joint", "before_end"): Said("ESCALATION, past the joint appointment", "BÁO CÁO VƯỢT CẤP, quá giờ hẹn chung"),
    ("suspension", "duty"): Said("Suspension to be reviewed", "Cần xem xét lại việc tạm dừng"),
    ("stop", "duty"): Said("Stop to be reviewed", "Cần xem xét lại việc dừng giải quyết"),
    ("calendar", "duty"): Said("Working calendar too short", "Lịch làm việc không đủ dài"),
}
"""By topic and kind; what has one end is never past an appointment, and the applicant's limits escalate to nobody."""

SETTLED: Final = Said("For information, settled meanwhile", "Để biết, không cần xử lý thêm")
"""Of whatever was settled before the letter was written."""

LEADS: Final = {
    ("statutory", "warning"): Said(
        "{named} {nears} its appointment to hand over the result.", "{named} {nears} giờ hẹn trả kết quả."
    ),
    ("statutory", "past_appointment"): Said(
        "{named} passed its appointment to hand over the result {ago}{lawful}.",
        "{named} đã quá giờ hẹn trả kết quả {ago}{lawful}.",
    ),
    ("statutory", "breach"): Said("{named} is overdue in law {by}.", "{named} đã quá hạn giải quyết theo luật {by}."),
    ("statutory", "escalation"): Said(
        "{named} is still overdue in law, {by} now, and nobody has acknowledged it.",
        "{named} vẫn quá hạn giải quyết theo luật, đến nay {by}, và chưa có ai xác nhận xử lý.",
    ),
    ("green", "warning"): Said(
        "{named} {nears} its appointment in the green lane.", "{named} {nears} giờ hẹn theo cam kết luồng xanh."
    ),
    ("green", "past_appointment"): Said(
        "{named} passed its appointment in the green lane {ago}{promise}.",
        "{named} đã quá giờ hẹn theo cam kết luồng xanh {ago}{promise}.",
    ),
    ("green", "breach"): Said(
        "{named} has broken its green-lane promise, late {by}{lawful}.",
        "{named} đã chậm so với cam kết luồng xanh {by}{lawful}.",
    ),
    ("green", "escalation"): Said(
        "{named} still breaks its green-lane promise, late {by} now{lawful}; nobody has acknowledged it.",
        "{named} vẫn chậm so với cam kết luồng xanh, đến nay {by}{lawful}; chưa có ai xác nhận xử lý.",
    ),
    ("step", "warning"): Said(
        "Step “{step}” of {inner} {nears} its limit.", "Bước “{step}” của {inner} {nears} thời hạn của bước."
    ),
    ("step", "breach"): Said(
        "Step “{step}” of {inner} is late {by}, at {department}.",
        "Bước “{step}” của {inner} đã chậm {by} so với thời hạn của bước, tại {department}.",
    ),
    ("step", "escalation"): Said(
        "Step “{step}” of {inner} is still not done, late {by} now, at {department}; nobody has acknowledged it.",
        "Bước “{step}” của {inner} vẫn chưa xong, đến nay chậm {by}, tại {department}; chưa có ai xác nhận xử lý.",
    ),
    ("consultation", "warning"): Said(
        "The opinion of {department} on {inner} {nears} its limit.",
        "Ý kiến của {department} về {inner} {nears} hạn phải trả lời.",
    ),
    ("consultation", "breach"): Said(
        "{department} has given no opinion on {inner}, late {by}.",
        "{department} chưa cho ý kiến về {inner}, chậm {by}.",
    ),
    ("consultation", "escalation"): Said(
        "{department} has still given no opinion on {inner}, late {by} now; nobody has acknowledged it.",
        "{department} vẫn chưa cho ý kiến về {inner}, đến nay chậm {by}; chưa có ai xác nhận xử lý.",
    ),
    ("supplement", "warning"): Said(
        "The applicant of {inner} {nears} the end of the time to hand in documents.",
        "Người nộp {inner} {nears} hạn bổ sung giấy tờ.",
    ),
    ("supplement", "breach"): Said(
        "The applicant of {inner} did not hand in the documents in time.",
        "Người nộp {inner} không bổ sung giấy tờ trong thời hạn.",
    ),
    ("explanation", "warning"): Said(
        "The applicant of {inner} {nears} the end of the time to explain.",
        "Người nộp {inner} {nears} hạn giải trình.",
    ),
    ("explanation", "breach"): Said(
        "The applicant of {inner} did not explain in time.", "Người nộp {inner} không giải trình trong thời hạn."
    ),
    ("joint", "warning"): Said(
        "{named} {nears} its joint appointment to hand over the results.", "{named} {nears} giờ hẹn trả kết quả chung."
    ),
    ("joint", "past_appointment"): Said(
        "{named} passed its joint appointment {ago}{lawful}.", "{named} đã quá giờ hẹn trả kết quả chung {ago}{lawful}."
    ),
    ("joint", "breach"): Said("{named} is over its joint limit {by}.", "{named} đã quá hạn chung {by}."),
    ("joint", "escalation"): Said(
        "{named} is still over its joint limit, {by} now, and nobody has acknowledged it.",
        "{named} vẫn quá hạn chung, đến nay {by}, và chưa có ai xác nhận xử lý.",
    ),
    ("statutory", "before_end"): Said(
        "{named} passed its appointment to hand over the result {ago}{lawful}; nobody has acknowledged it.",
        "{named} đã quá giờ hẹn trả kết quả {ago}{lawful}; chưa có ai xác nhận xử lý.",
    ),
    ("green", "before_end"): Said(
        "{named} passed its appointment in the green lane {ago}{promise}; nobody has acknowledged it.",
        "{named} đã quá giờ hẹn theo cam kết luồng xanh {ago}{promise}; chưa có ai xác nhận xử lý.",
    ),
    ("joint", "before_end"): Said(
        "{named} passed its joint appointment {ago}{lawful}; nobody has acknowledged it.",
        "{named} đã quá giờ hẹn trả kết quả chung {ago}{lawful}; chưa có ai xác nhận xử lý.",
    ),
    ("suspension", "duty"): Said(
        "{named} has stood still for {amount}, since {until}, and nothing ends that.",
        "{named} đã tạm dừng {amount}, từ {until}, và chưa có ngày kết thúc.",
    ),
    ("stop", "duty"): Said(
        "The handling of {inner} has been stopped for {amount}, since {until}, and nothing ends that.",
        "Việc giải quyết {inner} đã dừng {amount}, từ {until}, và chưa có ngày kết thúc.",
    ),
    ("calendar", "duty"): Said(
        "The working calendar ends on {until}, so that these limits of {inner} have no end: {extra}.",
        "Lịch làm việc chỉ có đến hết ngày {until}, nên chưa tính được các thời hạn sau của {inner}: {extra}.",
    ),
}
JUST: Final = {
    ("statutory", "past_appointment"): Said(
        "{named} has just passed its appointment to hand over the result{lawful}.",
        "{named} vừa quá giờ hẹn trả kết quả{lawful}.",
    ),
    ("statutory", "breach"): Said(
        "{named} has just become overdue in law.", "{named} vừa quá hạn giải quyết theo luật."
    ),
    ("green", "past_appointment"): Said(
        "{named} has just passed its appointment in the green lane{promise}.",
        "{named} vừa quá giờ hẹn theo cam kết luồng xanh{promise}.",
    ),
    ("green", "breach"): Said(
        "{named} has just broken its green-lane promise{lawful}.",
        "{named} vừa lỡ cam kết luồng xanh{lawful}.",
    ),
    ("step", "breach"): Said(
        "The limit of step “{step}” of {inner} has just passed, and {department} has not answered.",
        "Bước “{step}” của {inner} vừa hết thời hạn mà {department} chưa trả lời.",
    ),
    ("consultation", "breach"): Said(
        "The limit for the opinion of {department} on {inner} has just passed, and it has not answered.",
        "{department} vừa hết hạn cho ý kiến về {inner} mà chưa trả lời.",
    ),
    ("joint", "past_appointment"): Said(
        "{named} has just passed its joint appointment{lawful}.", "{named} vừa quá giờ hẹn trả kết quả chung{lawful}."
    ),
    ("joint", "breach"): Said("{named} has just gone over its joint limit.", "{named} vừa quá hạn chung."),
}
"""The same where there is no time to tell yet: the letter is written at once."""
NOTHING_YET: Final = Said("less than a minute", "chưa đầy một phút")


def title_of(matter: Matter) -> Said:
    """What it is about in a few words: the beginning of the subject, and the heading in a digest."""
    return SETTLED if matter.settled is not None else TITLES[_key(matter)]


def lead_of(matter: Matter) -> Said:
    """The first sentence, which says it all: which dossier, which step, how late in words."""
    key, amount = _key(matter), matter.amount
    text = LEADS[key] if amount is not None else JUST.get(key, LEADS[key])
    return spoken(
        text,
        text.vi,
        named=Said(matter.named[:1].upper() + matter.named[1:], matter.named.vi[:1].upper() + matter.named.vi[1:]),
        inner=matter.named,
        step=matter.step or Said("of the work", "công việc"),
        department=matter.department or Said("the department", "cơ quan"),
        nears=_nears(matter),
        ago=spoken("{amount} ago", "{amount}", amount=amount or NOTHING_YET),
        by=spoken("by {amount}", "{amount}", amount=amount or NOTHING_YET),
        amount=amount or Said("some time", "một thời gian"),
        until=matter.until or Said("some time ago", "trước đây"),
        extra=matter.extra or Said("some limits", "một số thời hạn"),
        lawful=_lawful(matter),
        promise=_promise(matter),
    )


def _key(matter: Matter) -> tuple[str, str]:
    key = (matter.topic, "before_end" if matter.is_before_end else matter.kind)
    if key in LEADS:
        return key
    # What a ladder of another province may hold: a limit with one end past its appointment, an applicant's that escalates.
    return matter.topic, "breach" if matter.kind in (*ALARMS, "past_appointment") else "warning"


def _nears(matter: Matter) -> Said:
    if matter.is_past:
        return Said("has reached", "đã đến")
    if matter.amount is None:
        return Said("comes near to", "sắp đến")
    return spoken("has {amount} left until", "còn {amount} nữa là đến", amount=matter.amount)


def _lawful(matter: Matter) -> Said:
    if matter.topic == "green":
        if matter.is_lawful_past:
            return Said("; it is overdue in law as well", "; hồ sơ cũng đã quá hạn theo luật")
        return Said("; it is not overdue in law", "; chưa quá hạn theo luật")
    if matter.is_lawful_past:
        return Said(", and by now it is overdue", " và nay đã quá hạn")
    return Said("; it is not overdue yet", "; chưa quá hạn")


def _promise(matter: Matter) -> Said:
    if matter.until is None:
        return Said("", "")
    return spoken("; the promise holds until {until}", "; cam kết còn đến {until}", until=matter.until)
