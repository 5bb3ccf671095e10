"""The texts of refusals about acts: explanations, stops, lanes, second persons, and what is too much."""

from __future__ import annotations

from typing import Final

ACT_TEXTS: Final[dict[str, tuple[str, str, str, str]]] = {
    # code: (message en, remedy en, message vi, remedy vi), as in refusals.py
    "act_not_here": (
        "The procedure does not allow this at step {step}.",
        "It may be done at: {steps}.",
        "Thủ tục không cho phép việc này ở bước {step}.",
        "Chỉ được thực hiện ở các bước: {steps}.",
    ),
    "application_too_large": (
        "What follows from this application would have {size} bytes; {most} are taken at most.",
        "Send less of it, or hand it in as several applications.",
        "Nội dung phát sinh từ hồ sơ này có {size} byte; tối đa {most}.",
        "Gửi ít nội dung hơn, hoặc nộp thành nhiều hồ sơ.",
    ),
    "appointment_too_far": (
        "A new appointment may lie at most {most} after the first; {by} were asked for.",
        "Choose a nearer day, or ask for an extension of the limit where the law allows it.",
        "Chỉ được hẹn lại chậm nhất {most} sau lịch hẹn ban đầu; yêu cầu là {by}.",
        "Chọn ngày gần hơn, hoặc đề nghị gia hạn thời hạn nếu pháp luật cho phép.",
    ),
    "awaiting_explanation": (
        "The case waits for the applicant's explanation.",
        "Wait until it is received.",
        "Hồ sơ đang chờ người nộp giải trình.",
        "Chờ đến khi nhận được giải trình.",
    ),
    "calendar_too_short": (
        "Version of calendar {calendar} from {first} to {last} does not cover clock {clock}, which would have no end.",
        "Apply a version that reaches beyond the case's limits.",
        "Phiên bản lịch {calendar} từ {first} đến {last} không bao trùm đồng hồ {clock}, đồng hồ sẽ không có hạn.",
        "Áp dụng phiên bản lịch đủ dài cho thời hạn của hồ sơ.",
    ),
    "case_stopped": (
        "The handling of the case is stopped: {reason}.",
        "Resume it, or return it to the applicant.",
        "Hồ sơ đang dừng giải quyết: {reason}.",
        "Tiếp tục giải quyết hoặc trả lại hồ sơ cho người nộp.",
    ),
    "explanation_rounds": (
        "The applicant was asked to explain {rounds} time(s) already; the procedure allows no more.",
        "Decide on the case.",
        "Đã yêu cầu giải trình {rounds} lần; thủ tục không cho phép thêm.",
        "Hãy giải quyết hồ sơ.",
    ),
    "fact_unknown": (
        "There is no fact {fact}.",
        "The nearest by name: {near}. Correct it or leave it out; without --strict it is kept with the person only.",
        "Không có thông tin phân luồng {fact}.",
        "Tên gần giống: {near}. Sửa hoặc bỏ; nếu không có --strict, thông tin chỉ được lưu cùng người nộp.",
    ),
    "fact_value_unknown": (
        "No list knows the value of the fact {fact}.",
        "The nearest entry: {near}. Correct it or leave it out; without --strict it is kept with the person only.",
        "Không danh mục nào có giá trị của thông tin {fact}.",
        "Mục gần giống: {near}. Sửa hoặc bỏ; nếu không có --strict, thông tin chỉ được lưu cùng người nộp.",
    ),
    "no_explanation_awaited": (
        "The case does not wait for an explanation.",
        "Nothing is to be done; look at the case's timeline.",
        "Hồ sơ không chờ giải trình.",
        "Không cần làm gì thêm; xem tiến trình hồ sơ.",
    ),
    "not_entitled": (
        "No rule of the decision table gives procedure {procedure} the lane {lane} for this application.",
        "Leave it in its lane, or decide an override with its own legal basis, approved by a second person.",
        "Không có quy tắc phân luồng nào cho hồ sơ này của thủ tục {procedure} vào luồng {lane}.",
        "Giữ nguyên luồng, hoặc quyết định ngoại lệ có căn cứ pháp lý riêng và người thứ hai phê duyệt.",
    ),
    "not_stopped": (
        "The handling of the case is not stopped.",
        "Stop it first, with reason and legal basis.",
        "Hồ sơ không ở trạng thái dừng giải quyết.",
        "Trước hết hãy dừng giải quyết, nêu lý do và căn cứ pháp lý.",
    ),
    "return_not_allowed": (
        "Procedure {procedure} does not allow a stopped case to be returned.",
        "Resume it and decide.",
        "Thủ tục {procedure} không cho phép trả lại hồ sơ đang dừng giải quyết.",
        "Tiếp tục giải quyết và ra quyết định.",
    ),
    "second_person": (
        "This needs the approval of a second person, another one than {by}.",
        "Name the account that approved it with --approved-by (approved_by).",
        "Việc này cần người thứ hai phê duyệt, không phải {by}.",
        "Ghi tài khoản người phê duyệt bằng --approved-by (approved_by).",
    ),
    "stop_past": (
        "The end of the stop has passed already.",
        "Name an instant to come, or none.",
        "Thời điểm kết thúc dừng giải quyết đã qua.",
        "Nêu thời điểm trong tương lai, hoặc không nêu.",
    ),
    "command_too_large": (
        "The command has {size} bytes; {most} are taken at most.",
        "Shorten it; send documents by reference.",
        "Yêu cầu có {size} byte; tối đa {most}.",
        "Rút ngắn nội dung; gửi giấy tờ bằng tham chiếu.",
    ),
    "too_many_waiting": (
        "Too many of your commands wait for this case; at most {most} may, or fewer long ones. This one was not taken.",
        "Wait for the answers to those sent before, then send this one again under a new id.",
        "Quá nhiều yêu cầu của bạn đang chờ hồ sơ này; tối đa {most}, hoặc ít hơn nếu dài. Yêu cầu này chưa được nhận.",
        "Chờ kết quả của các yêu cầu đã gửi, rồi gửi lại yêu cầu này với mã mới.",
    ),
    "too_many_suspensions": (
        "The case has stood still {most} times already; more are not taken.",
        "Decide on the case, or return it to the applicant.",
        "Hồ sơ đã dừng {most} lần; không nhận thêm.",
        "Giải quyết hồ sơ, hoặc trả lại hồ sơ cho người nộp.",
    ),
    "too_much_written": (
        "The reasons and questions that this case keeps have {size} bytes with this one; {most} are kept at most.",
        "Write more briefly.",
        "Tổng các lý do và câu hỏi lưu trong hồ sơ này là {size} byte; tối đa {most}.",
        "Viết ngắn gọn hơn.",
    ),
    "too_many_opinions": (
        "{asked} opinions were asked in this case already; at most {most} may be.",
        "Ask fewer departments, or decide.",
        "Hồ sơ này đã lấy {asked} ý kiến; tối đa là {most}.",
        "Lấy ý kiến ít cơ quan hơn, hoặc giải quyết hồ sơ.",
    ),
    "supplement_incomplete": (
        "None of the documents that were asked for is among these; still missing: {documents}.",
        "Send what was asked for; an officer may declare the dossier complete.",
        "Không có giấy tờ nào đã được yêu cầu bổ sung; còn thiếu: {documents}.",
        "Gửi đúng giấy tờ được yêu cầu; cán bộ có thể xác nhận hồ sơ đã đủ.",
    ),
}
