"""What is said of each fault of a program, and how it is mended; and what each rule asks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wording.text import Said, message_and_remedy

FAULTS: Final[dict[str, tuple[str, str, str, str]]] = {
    "unanswered": (
        "The step “{step}” was assigned (message {assigned}, round {round}) and never answered.",
        "Read the work topic from where you stopped, in one consumer group, and send DecideStep for every StepAssigned.",
        "Bước “{step}” đã được giao (thông điệp {assigned}, lượt {round}) nhưng không có câu trả lời.",
        "Đọc tiếp kênh công việc từ chỗ đã dừng, dùng một nhóm đọc, và gửi DecideStep cho từng StepAssigned.",
    ),
    "answered_twice": (
        "The step “{step}” (round {round}) was answered by {first}, and {count} time(s) again, first by"
        " {id} ({place}): {outcome}.",
        "Make the id of an answer out of the StepAssigned's id, and decide each StepAssigned once, also when it comes twice.",
        "Bước “{step}” (lượt {round}) đã được trả lời bằng {first}, rồi thêm {count} lần, đầu tiên bằng"
        " {id} ({place}): {outcome}.",
        "Lập mã của câu trả lời từ mã của StepAssigned, và chỉ quyết định mỗi StepAssigned một lần, kể cả khi nhận hai lần.",
    ),
    "id_not_new": (
        "The step “{step}” was assigned anew (round {round}, message {assigned}) and answered under an id that was used"
        " before: {id} ({place}). Nothing came of it.",
        "A new assignment needs a new id: put the round, or the id of the StepAssigned, into it.",
        "Bước “{step}” được giao lại (lượt {round}, thông điệp {assigned}) nhưng câu trả lời dùng lại mã đã dùng:"
        " {id} ({place}). Câu trả lời đó không có hiệu lực.",
        "Mỗi lần giao cần một mã mới: đưa số lượt hoặc mã của StepAssigned vào mã câu trả lời.",
    ),
    "id_not_unique": (
        "The id {id} of source {source} was used for messages with different content: ({place}) and ({other}).",
        "Give every message an id of its own; only the very same message may be sent again under its id.",
        "Mã {id} của nguồn {source} được dùng cho các thông điệp có nội dung khác nhau: ({place}) và ({other}).",
        "Cấp cho mỗi thông điệp một mã riêng; chỉ chính thông điệp đó mới được gửi lại với cùng mã.",
    ),
    "conflict": (
        "The answer {id} ({place}) to “{step}” was refused: its id was used before with other content.",
        "Give every message an id of its own; only the very same message may be sent again under its id.",
        "Câu trả lời {id} ({place}) cho “{step}” bị từ chối: mã này đã dùng với nội dung khác.",
        "Cấp cho mỗi thông điệp một mã riêng; chỉ chính thông điệp đó mới được gửi lại với cùng mã.",
    ),
    "refused_answer": (
        "The answer {id} ({place}) to “{step}” was refused ({code}): {why}",
        "{what}",
        "Câu trả lời {id} ({place}) cho “{step}” bị từ chối ({code}): {why}",
        "{what}",
    ),
    "repeats_refused": (
        "The answer to “{step}” was sent again, {count} time(s), first as {id} ({place}), although it had been refused"
        " for the same reason ({code}): {why}",
        "Read AnswerRefused on the work topic (its command_id is that of your message), show it to an officer, and send nothing"
        " until the reason is gone.",
        "Câu trả lời cho “{step}” được gửi lại {count} lần, đầu tiên bằng {id} ({place}), dù đã bị từ chối"
        " vì cùng lý do ({code}): {why}",
        "Đọc AnswerRefused trên kênh công việc (command_id là mã thông điệp của bạn), báo cho cán bộ, và không gửi lại khi lý"
        " do vẫn còn.",
    ),
    "answered_cancelled": (
        "The step “{step}” had been taken back (StepCancelled), and was answered later all the same: {id} ({place}).",
        "On StepCancelled take the step off your list: nothing is to be answered any more.",
        "Bước “{step}” đã bị rút lại (StepCancelled) nhưng sau đó vẫn được trả lời: {id} ({place}).",
        "Khi nhận StepCancelled, bỏ bước đó khỏi danh sách việc: không phải trả lời nữa.",
    ),
    "not_its_step": (
        "The answer {id} ({place}) is to a step that was not assigned to this department then: {step} ({code}).",
        "Take case_id and step_id as they stand in the StepAssigned that you answer, and answer after it, not before.",
        "Câu trả lời {id} ({place}) là cho một bước không được giao cho cơ quan này vào lúc đó: {step} ({code}).",
        "Lấy đúng case_id và step_id trong StepAssigned đang trả lời, và chỉ trả lời sau khi nhận nó.",
    ),
    "unreadable": (
        "The message at {place} (id {id}) cannot be used ({code}, field {field}): {why}",
        "{what}",
        "Thông điệp tại {place} (mã {id}) không dùng được ({code}, trường {field}): {why}",
        "{what}",
    ),
    "source_not_own": (
        "The program gives {source} as its CloudEvents source, which is somebody else's.",
        "Use a source of your own that stays, such as /DEPARTMENT/program.",
        "Chương trình dùng nguồn CloudEvents {source}, vốn là của bên khác.",
        "Dùng một nguồn riêng và cố định, ví dụ /CƠ-QUAN/chuong-trinh.",
    ),
    "source_changes": (
        "The program gave {count} different CloudEvents sources.",
        "Use one source that stays: an event is known by its source and id together, so a resent one is else another event.",
        "Chương trình dùng {count} nguồn CloudEvents khác nhau.",
        "Dùng một nguồn cố định: sự kiện được nhận biết bằng nguồn và mã, nên nếu đổi nguồn thì gửi lại thành sự kiện khác.",
    ),
    "key_other": (
        "{count} answer(s) have another Kafka key than their case, first {id} ({place}).",
        "Send every message with the case_id as its key: only then do the answers of one case keep their order.",
        "{count} câu trả lời có khóa Kafka khác với hồ sơ, đầu tiên là {id} ({place}).",
        "Gửi mọi thông điệp với khóa là case_id: chỉ khi đó các câu trả lời của một hồ sơ mới giữ đúng thứ tự.",
    ),
    "late": (
        "The step “{step}” was assigned in time and answered after its limit: {id} ({place}).",
        "See due_at of the StepAssigned, and answer the most urgent first.",
        "Bước “{step}” được giao còn thời hạn nhưng được trả lời khi bước đã trễ hạn: {id} ({place}).",
        "Xem due_at trong StepAssigned và trả lời việc gấp nhất trước.",
    ),
}

RULES: Final[dict[str, Said]] = {
    "readable": Said("Messages can be read", "Thông điệp đọc được"),
    "answered": Said("Every step is answered", "Mọi bước đều được trả lời"),
    "once": Said("Each assignment is answered once", "Mỗi lần giao chỉ trả lời một lần"),
    "kinds": Said("With what the step takes", "Đúng loại câu trả lời của bước"),
    "own_steps": Said("Only steps that were assigned", "Chỉ trả lời bước được giao"),
    "ids": Said("Ids are unique, and new for each assignment", "Mã không trùng, mỗi lần giao một mã mới"),
    "source": Said("A source of its own that stays", "Nguồn riêng và cố định"),
    "order": Said("The case is the key, so order is kept", "Khóa là hồ sơ để giữ thứ tự"),
    "refusals": Said("A refusal is heeded", "Tôn trọng từ chối"),
    "cancelled": Said("What was taken back is left alone", "Không trả lời bước đã rút lại"),
    "in_time": Said("In time, where there was time", "Đúng hạn khi còn thời hạn"),
}


def fault_text(code: str, details: Mapping[str, object]) -> tuple[Said, Said]:
    """What is wrong, and what to do, in both languages."""
    return message_and_remedy(FAULTS, code, details)
