"""Refusals: a business no is a value with a code, the field it is about, and what to do; never an exception."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict

from events.language.act_refusals import ACT_TEXTS
from wording.foreign import visible

TEXTS: dict[str, tuple[str, str, str, str]] = ACT_TEXTS | {
    # code: (message en, remedy en, message vi, remedy vi); {names} come from the refusal's details, never personal data
    "already_acknowledged": (
        "Escalation {escalation} was acknowledged before.",
        "Nothing is to be done.",
        "Cảnh báo {escalation} đã được xác nhận trước đó.",
        "Không cần làm gì thêm.",
    ),
    "already_answered": (
        "Step {step} is {status} already.",
        "Nothing is to be done; look at the case's timeline.",
        "Bước {step} đã ở trạng thái {status}.",
        "Không cần làm gì thêm; xem tiến trình hồ sơ.",
    ),
    "application_conflict": (
        "Application {application} was submitted before with other content.",
        "Send changed content under a new application_id, or send the first content again.",
        "Hồ sơ {application} đã được nộp trước đó với nội dung khác.",
        "Gửi nội dung mới với application_id khác, hoặc gửi lại đúng nội dung ban đầu.",
    ),
    "awaiting_supplement": (
        "The case waits for the applicant's documents.",
        "Wait until they are received.",
        "Hồ sơ đang chờ người nộp bổ sung giấy tờ.",
        "Chờ đến khi nhận được giấy tờ bổ sung.",
    ),
    "appointment_late": (
        "The appointment is at {due}; a new one needs an apology at least {notice} before.",
        "It is too late for a new appointment: decide, or report the breach.",
        "Lịch hẹn là {due}; hẹn lại phải kèm thư xin lỗi trước ít nhất {notice}.",
        "Đã quá muộn để hẹn lại: hãy giải quyết hoặc báo cáo quá hạn.",
    ),
    "appointment_moved": (
        "The appointment was moved {times} time(s) already; the law allows no more.",
        "Decide on the case.",
        "Đã hẹn lại {times} lần; quy định không cho phép thêm.",
        "Hãy giải quyết hồ sơ.",
    ),
    "awaiting_payment": (
        "The case waits for the applicant's payment.",
        "Wait until the payment is confirmed.",
        "Hồ sơ đang chờ người nộp thực hiện nghĩa vụ tài chính.",
        "Chờ xác nhận đã nộp tiền.",
    ),
    "command_conflict": (
        "This id was used before for another command; nothing was done.",
        "Give each command an id of its own.",
        "Mã này đã được dùng cho một yêu cầu khác; chưa có việc gì được thực hiện.",
        "Dùng mã riêng cho mỗi yêu cầu.",
    ),
    "calendar_other": (
        "The case runs on calendar {calendar}, not on {given}.",
        "Apply a version of that very calendar.",
        "Hồ sơ chạy theo lịch {calendar}, không phải {given}.",
        "Áp dụng phiên bản của chính lịch đó.",
    ),
    "clock_would_vanish": (
        "Under {procedure} {version} the clock {clock} would vanish.",
        "Migrate when it is over, or to a version that keeps it.",
        "Theo {procedure} {version}, đồng hồ {clock} sẽ mất.",
        "Chuyển khi đồng hồ đã kết thúc, hoặc dùng phiên bản giữ lại nó.",
    ),
    "extension_refused": (
        "The procedure allows no extension by {by}; the most is {most}.",
        "Ask for less, or decide in time.",
        "Thủ tục không cho gia hạn {by}; tối đa {most}.",
        "Đề nghị ít hơn hoặc giải quyết đúng hạn.",
    ),
    "no_clock": (
        "The case has no running {clock} clock.",
        "Nothing can be moved.",
        "Hồ sơ không có đồng hồ {clock} đang chạy.",
        "Không có gì để điều chỉnh.",
    ),
    "no_payment_awaited": (
        "The case does not wait for a payment.",
        "Nothing is to be done.",
        "Hồ sơ không chờ thanh toán.",
        "Không cần làm gì thêm.",
    ),
    "nothing_changes": (
        "That is so already.",
        "Nothing is to be done.",
        "Hiện trạng đã như vậy.",
        "Không cần làm gì thêm.",
    ),
    "procedure_other": (
        "The case runs under {procedure}, not under {given}.",
        "Migrate to a version of the case's own procedure.",
        "Hồ sơ thuộc thủ tục {procedure}, không phải {given}.",
        "Chuyển sang phiên bản của chính thủ tục đó.",
    ),
    "suspension_backdated": (
        "A suspension may begin {most} back at the most.",
        "Begin it later.",
        "Tạm dừng chỉ được tính lùi tối đa {most}.",
        "Chọn thời điểm bắt đầu muộn hơn.",
    ),
    "suspension_future": (
        "A suspension cannot begin or end in the future.",
        "Enter it when it happens.",
        "Không thể tạm dừng ở tương lai.",
        "Nhập khi việc đó xảy ra.",
    ),
    "suspension_reversed": (
        "The suspension ends before it begins.",
        "Give an end after the beginning.",
        "Thời điểm kết thúc tạm dừng trước thời điểm bắt đầu.",
        "Nhập thời điểm kết thúc sau thời điểm bắt đầu.",
    ),
    "unit_other": (
        "The limit is counted in {unit}, not in {given}.",
        "Give the amount in {unit}.",
        "Thời hạn tính theo {unit}, không phải {given}.",
        "Nhập theo {unit}.",
    ),
    "calendar_range": (
        "Calendar {calendar} does not cover the days {first} to {last} plus the time this needs.",
        "Publish a version of the calendar that covers the needed year.",
        "Lịch {calendar} chỉ có hiệu lực từ {first} đến {last}, không đủ cho thời hạn này.",
        "Ban hành phiên bản lịch bao gồm năm cần thiết.",
    ),
    "cascade_nothing": (
        "Nothing depends on {application}, or it has not ended.",
        "Nothing is to be done.",
        "Không hồ sơ nào phụ thuộc {application}, hoặc hồ sơ đó chưa kết thúc.",
        "Không cần làm gì thêm.",
    ),
    "dossier_application_unknown": (
        "The dossier has no application {application}.",
        "Use a name of the dossier: {names}.",
        "Nhóm hồ sơ không có hồ sơ {application}.",
        "Dùng tên trong nhóm: {names}.",
    ),
    "dossier_closed": (
        "The dossier is closed ({outcome}).",
        "A closed dossier takes no more commands.",
        "Nhóm hồ sơ đã kết thúc ({outcome}).",
        "Nhóm hồ sơ đã kết thúc không nhận thêm yêu cầu.",
    ),
    "dossier_cycle": (
        "These applications need each other in a circle: {cycle}.",
        "Take one of the needs out.",
        "Các hồ sơ này phụ thuộc vòng tròn: {cycle}.",
        "Bỏ một quan hệ phụ thuộc.",
    ),
    "dossier_exists": (
        "The dossier is open already.",
        "Nothing is to be done.",
        "Nhóm hồ sơ đã được mở.",
        "Không cần làm gì thêm.",
    ),
    "dossier_too_large": (
        "The dossier has {size} bytes; {most} are taken at most.",
        "Hand it in as several dossiers, or take out needs that follow from others.",
        "Nhóm hồ sơ có {size} byte; tối đa {most}.",
        "Nộp thành nhiều nhóm, hoặc bỏ các quan hệ suy ra được từ quan hệ khác.",
    ),
    "dossier_unknown": (
        "There is no such dossier.",
        "Check the dossier's id.",
        "Không có nhóm hồ sơ này.",
        "Kiểm tra mã nhóm hồ sơ.",
    ),
    "name_repeated": (
        "Two applications are called {name}.",
        "Give each a name of its own.",
        "Hai hồ sơ cùng tên {name}.",
        "Đặt tên riêng cho từng hồ sơ.",
    ),
    "reference_unknown": (
        "Application {application} needs {reference}, which the dossier does not have.",
        "The nearest by name: {near}. Name an application of the dossier, or give a result.",
        "Hồ sơ {application} cần {reference} nhưng nhóm không có.",
        "Tên gần giống: {near}. Nêu tên một hồ sơ trong nhóm, hoặc cung cấp kết quả đã có.",
    ),
    "result_invalid": (
        "Result {number}, which {application} needs, is not valid on {day}: it counts from {issued_on} to {valid_until}.",
        "Give a result that is valid, or apply for one in the dossier.",
        "Kết quả {number} mà {application} cần không có hiệu lực ngày {day}: từ {issued_on} đến {valid_until}.",
        "Cung cấp kết quả còn hiệu lực, hoặc nộp hồ sơ xin cấp trong nhóm.",
    ),
    "result_not_granted": (
        "Application {application} has no result to revoke: it is {status}.",
        "Name an application whose result was granted.",
        "Hồ sơ {application} chưa có kết quả để thu hồi: đang {status}.",
        "Nêu hồ sơ đã được cấp kết quả.",
    ),
    "result_not_held": (
        "Application {application} stands on no result {number} from elsewhere, or it is lost already.",
        "Name the number of a result that stands among its needs.",
        "Hồ sơ {application} không dựa trên kết quả {number} của nơi khác, hoặc kết quả đó đã mất hiệu lực.",
        "Nêu số của một kết quả trong phần needs của hồ sơ.",
    ),
    "result_not_needed": (
        "Nothing waits for a result of {application}.",
        "Name an application that ended without a result.",
        "Không có hồ sơ nào chờ kết quả của {application}.",
        "Nêu hồ sơ đã kết thúc mà không có kết quả.",
    ),
    "template_unknown": (
        "There is no template {template}.",
        "The nearest by name: {near}. List all of them with `greenlane dossier templates`.",
        "Không có mẫu {template}.",
        "Tên gần giống: {near}. Xem tất cả bằng `greenlane dossier templates`.",
    ),
    "case_closed": (
        "The case is closed ({outcome}).",
        "A closed case takes no more commands; submit a new application if needed.",
        "Hồ sơ đã kết thúc ({outcome}).",
        "Hồ sơ đã kết thúc không nhận thêm yêu cầu; nộp hồ sơ mới nếu cần.",
    ),
    "case_exists": (
        "The case is open already.",
        "Nothing is to be done.",
        "Hồ sơ đã được mở.",
        "Không cần làm gì thêm.",
    ),
    "case_suspended": (
        "The case is suspended ({reason}).",
        "Resume the case first.",
        "Hồ sơ đang tạm dừng ({reason}).",
        "Tiếp tục hồ sơ trước.",
    ),
    "case_unknown": (
        "There is no such case.",
        "Check the case id or dossier code.",
        "Không có hồ sơ này.",
        "Kiểm tra mã hồ sơ.",
    ),
    "consultation_open": (
        "Step {step} waits for the opinion of {departments}.",
        "Wait for the opinion, or until its time limit has passed.",
        "Bước {step} đang chờ ý kiến của {departments}.",
        "Chờ ý kiến hoặc chờ hết thời hạn lấy ý kiến.",
    ),
    "department_unknown": (
        "There is no department {department}.",
        "Use the id of a department of the catalogue.",
        "Không có cơ quan {department}.",
        "Dùng mã cơ quan trong danh mục.",
    ),
    "documents_missing": (
        "The dossier lacks: {documents}.",
        "Add these documents and submit again.",
        "Hồ sơ còn thiếu: {documents}.",
        "Bổ sung các giấy tờ này và nộp lại.",
    ),
    "escalation_unknown": (
        "There is no escalation {escalation} in this case.",
        "Use an escalation id of the case's timeline.",
        "Không có cảnh báo {escalation} trong hồ sơ này.",
        "Dùng mã cảnh báo trong tiến trình hồ sơ.",
    ),
    "field_missing": (
        "The field {name} is needed.",
        "Give {name}.",
        "Cần có trường {name}.",
        "Điền {name}.",
    ),
    "not_suspended": (
        "The case is not suspended.",
        "Nothing is to be done.",
        "Hồ sơ không ở trạng thái tạm dừng.",
        "Không cần làm gì thêm.",
    ),
    "not_in_force": (
        "No version of {what} is in force on {day}.",
        "Look at the days of its versions with `greenlane procedures`, or publish a version that covers the day.",
        "Không có phiên bản nào của {what} có hiệu lực ngày {day}.",
        "Xem thời hạn hiệu lực bằng lệnh `greenlane procedures`, hoặc ban hành phiên bản cho ngày đó.",
    ),
    "no_supplement_awaited": (
        "The case does not wait for documents.",
        "Send documents only after a request for supplements.",
        "Hồ sơ không chờ bổ sung giấy tờ.",
        "Chỉ gửi giấy tờ sau khi có yêu cầu bổ sung.",
    ),
    "opinion_only": (
        "Step {step} asks for an opinion.",
        "Answer approve (no objection) or refuse (objection, with a reason).",
        "Bước {step} chỉ lấy ý kiến.",
        "Trả lời approve (không phản đối) hoặc refuse (phản đối, kèm lý do).",
    ),
    "procedure_unknown": (
        "There is no procedure {procedure}.",
        "The nearest by name: {near}. List all of them with `greenlane procedures`.",
        "Không có thủ tục {procedure}.",
        "Tên gần giống: {near}. Xem tất cả bằng lệnh `greenlane procedures`.",
    ),
    "route_not_declarable": (
        "The procedure {procedure} has steps of its own.",
        "Leave `route` out.",
        "Thủ tục {procedure} đã có quy trình riêng.",
        "Bỏ trường `route`.",
    ),
    "route_repeats": (
        "The route names a step twice: {step}.",
        "Give every step an id of its own.",
        "Quy trình nêu bước {step} hai lần.",
        "Đặt mã riêng cho từng bước.",
    ),
    "silence_no_consent": (
        "The silence of {department} may never mean consent here: {silence} is not allowed.",
        "Ask with `escalate`, or leave `silence` out.",
        "Việc {department} không trả lời không được coi là đồng ý: không cho phép {silence}.",
        "Dùng `escalate`, hoặc bỏ trường `silence`.",
    ),
    "step_not_assigned": (
        "Step {step} is not assigned yet.",
        "Wait until the steps before it are done.",
        "Bước {step} chưa được giao.",
        "Chờ các bước trước hoàn thành.",
    ),
    "step_unknown": (
        "There is no step {step} in this case.",
        "Use a step id of the case: {steps}.",
        "Không có bước {step} trong hồ sơ này.",
        "Dùng mã bước của hồ sơ: {steps}.",
    ),
    "supplement_rounds": (
        "Supplements were asked for {rounds} time(s) already; the procedure allows no more.",
        "Decide on what is there: approve or refuse with a reason.",
        "Đã yêu cầu bổ sung {rounds} lần; thủ tục không cho phép thêm.",
        "Quyết định trên hồ sơ hiện có: chấp thuận hoặc từ chối kèm lý do.",
    ),
    "wrong_department": (
        "Step {step} belongs to {owner}, not to {department}.",
        "Let the owning department answer on its own topic.",
        "Bước {step} thuộc {owner}, không thuộc {department}.",
        "Để cơ quan phụ trách trả lời trên kênh của mình.",
    ),
}


QUOTES: Final[dict[str, tuple[str, ...]]] = {
    "application_conflict": ("application",),
    "procedure_unknown": ("procedure",),
    "route_repeats": ("step",),
}
"""The details of refused submissions that are the sender's own words."""


class Refusal(BaseModel):
    """Why a command was not taken. `details` fill the texts and hold no personal data."""

    model_config = ConfigDict(frozen=True)

    code: str
    field: str | None = None
    details: dict[str, str] = {}

    @property
    def without_quotes(self) -> Refusal:
        """The same without what a sender wrote and we do not know: for answers that are kept, on a topic or in a table."""
        quoted = QUOTES.get(self.code, ())
        return self.model_copy(
            update={"details": self.details | {name: "…" for name in quoted if name in self.details}}
        )

    @property
    def retryable(self) -> bool:
        """Whether the same command may succeed later without being changed."""
        return self.code in {"step_not_assigned", "case_suspended", "consultation_open", "calendar_range"}

    def message(self, language: str = "en") -> str:
        """One sentence that says why."""
        return self._text(0 if language == "en" else 2)

    def remedy(self, language: str = "en") -> str:
        """One sentence that says what to do."""
        return self._text(1 if language == "en" else 3)

    def _text(self, index: int) -> str:
        # A detail may be a name that somebody else wrote.
        return TEXTS[self.code][index].format_map({name: visible(detail) for name, detail in self.details.items()})


def refuse(code: str, field: str | None = None, **details: str) -> Refusal:
    """A refusal whose code is known to the texts."""
    if code not in TEXTS:
        raise KeyError(f"no text for the refusal {code!r}")
    return Refusal(code=code, field=field, details=details)
