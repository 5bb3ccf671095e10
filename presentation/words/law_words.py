"""What the screens say about legal bases and about the acts that a procedure allows, in Vietnamese and English."""

from __future__ import annotations

from typing import Final

LAW_TABLE: Final[dict[str, tuple[str, str]]] = {
    "acts": ("Các việc được làm với hồ sơ", "What may be done to a case"),
    "act": ("Việc", "Act"),
    "rule_text": ("Quy định", "What holds"),
    # legal bases
    "law.article": ("điều {article}", "art. {article}"),
    "law.superseded": ("hết hiệu lực từ {day}, thay bằng {document}", "superseded since {day} by {document}"),
    "law.ended": ("hết hiệu lực từ {day}", "no longer in force since {day}"),
    "law.amended": ("được sửa đổi, thay thế bởi {document}", "amended or replaced by {document}"),
    "law.not_yet": ("có hiệu lực từ {day}", "in force from {day}"),
    "law.unverified": ("chưa kiểm chứng", "not verified"),
    # acts
    "act.supplement": ("Yêu cầu bổ sung hồ sơ", "Request for documents"),
    "act.explanation": ("Yêu cầu giải trình", "Request for an explanation"),
    "act.refusal": ("Từ chối giải quyết", "Refusal"),
    "act.stop": ("Dừng giải quyết", "Stop"),
    "act.suspension": ("Tạm dừng tính thời hạn", "Suspension"),
    "act.appointment": ("Hẹn lại, gia hạn", "New appointment, extension"),
    "act.rounds": ("tối đa {count} lần", "at most {count} time(s)"),
    "act.notice": ("thông báo trong {budget}", "asked for within {budget}"),
    "act.applicant": ("người nộp trả lời trong {budget}", "answered within {budget}"),
    "act.expiry.returned": ("hết thời gian đó thì trả lại hồ sơ", "else the dossier is returned"),
    "act.expiry.refused": ("hết thời gian đó thì từ chối", "else it is refused"),
    "act.clock.RESTART": ("thời hạn tính lại từ đầu", "the limit starts again"),
    "act.clock.PAUSE": ("không tính thời gian chờ", "the waiting is not counted"),
    "act.clock.RUN": ("thời hạn vẫn tính", "the limit runs on"),
    "act.steps": ("ở các bước: {steps}", "at the steps: {steps}"),
    "act.reason": ("bằng văn bản, nêu rõ lý do", "in writing, with the reason"),
    "act.cap": ("không quá {budget}", "at most {budget}"),
    "act.review": ("xem xét lại sau mỗi {budget}", "looked at again every {budget}"),
    "act.approval": ("phải có người thứ hai phê duyệt", "approved by a second person"),
    "act.return": ("được trả lại hồ sơ", "the dossier may be returned"),
    "act.backdate": ("ghi lùi không quá {budget}", "entered at most {budget} later"),
    "act.apology": ("xin lỗi trước hạn ít nhất {budget}", "with an apology at least {budget} before"),
    "act.move": ("hẹn lại không quá {budget}", "moved by at most {budget}"),
    "act.extension": ("gia hạn không quá {budget}", "extended by at most {budget}"),
}
