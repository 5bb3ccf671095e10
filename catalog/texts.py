"""What the catalogue says when it refuses a question, a file or a line of it, in both languages."""

from __future__ import annotations

from typing import Final

from sla.wording import Said, Texts

NONE: Final = Said("none", "không có")
OR: Final = Said(" or ", " hoặc ")

TEXTS: Final[Texts] = {
    # key: message en, remedy en, message vi, remedy vi
    "unknown": (
        "The catalogue has no {noun} {asked}.",
        "Name a {noun} it has.",
        "Danh mục không có {noun} {asked}.",
        "Nêu một {noun} có trong danh mục.",
    ),
    "unknown_near": (
        "The catalogue has no {noun} {asked}.",
        "Did you mean {near}?",
        "Danh mục không có {noun} {asked}.",
        "Có phải ý bạn là {near}?",
    ),
    "not_in_force": (
        "No version of {noun} {asked} is in force on {day}.",
        "Versions are in force: {held}.",
        "Không có phiên bản nào của {noun} {asked} có hiệu lực ngày {day}.",
        "Các phiên bản có hiệu lực: {held}.",
    ),
    "system_account_taken": (
        "{system} is a department's id, or an account of the engine's own.",
        "Register the system under another id.",
        "{system} là mã của một cơ quan, hoặc là tài khoản riêng của hệ thống.",
        "Đăng ký hệ thống nộp dưới mã khác.",
    ),
    "system_other": (
        "A submitting system {system} with other content is registered already.",
        "Register the system under another id: what is registered never changes.",
        "Hệ thống nộp {system} đã được đăng ký với nội dung khác.",
        "Đăng ký dưới mã khác: nội dung đã đăng ký không bao giờ thay đổi.",
    ),
    "system_source_shared": (
        "{source} is a source of system {system} too, in whole or in part.",
        "Name sources that no other system has.",
        "Nguồn {source} cũng thuộc hệ thống {system}, toàn bộ hoặc một phần.",
        "Chỉ nêu những nguồn mà không hệ thống nào khác có.",
    ),
    "one_fault": (
        "The catalogue has {count} fault:\n{faults}",
        "Correct the named lines; a catalogue is taken as a whole or not at all.",
        "Danh mục có {count} lỗi:\n{faults}",
        "Sửa các dòng đã nêu; danh mục chỉ được nhận khi toàn bộ đều đúng.",
    ),
    "faults": (
        "The catalogue has {count} faults:\n{faults}",
        "Correct the named lines; a catalogue is taken as a whole or not at all.",
        "Danh mục có {count} lỗi:\n{faults}",
        "Sửa các dòng đã nêu; danh mục chỉ được nhận khi toàn bộ đều đúng.",
    ),
    "no_folder": (
        "There is no folder of a catalogue at {folder}.",
        "Name a folder with procedures/.",
        "Không có thư mục danh mục tại {folder}.",
        "Nêu thư mục có procedures/.",
    ),
    "file_unreadable": (
        "{file} cannot be read ({why}).",
        "Name a file that this user may read.",
        "Không đọc được {file} ({why}).",
        "Nêu một tệp mà người dùng này được đọc.",
    ),
    # faults of a file's form
    "tag": (
        "The value has the tag {tag}.",
        "Write the plain value without a tag.",
        "Giá trị có thẻ {tag}.",
        "Ghi giá trị thường, không có thẻ.",
    ),
    "aliases_endless": (
        "There are aliases that stand for each other, or for more than {most} values.",
        "Write the values out.",
        "Có bí danh trỏ vòng tròn, hoặc thay cho hơn {most} giá trị.",
        "Ghi đầy đủ các giá trị.",
    ),
    "alias": (
        "There is an alias, *{anchor}.",
        "Write the value out.",
        "Có bí danh *{anchor}.",
        "Ghi đầy đủ giá trị.",
    ),
    "key_no_text": (
        "There is a key that is no text.",
        "Write a plain name before the colon.",
        "Có khóa không phải văn bản.",
        "Ghi một tên thường trước dấu hai chấm.",
    ),
    "key_twice_at": (
        "The key stands in line {line} already.",
        "Keep one of the two.",
        "Khóa này đã có ở dòng {line}.",
        "Chỉ giữ một trong hai.",
    ),
    "key_twice": (
        "The key {name} stands twice.",
        "Keep one of the two.",
        "Khóa {name} xuất hiện hai lần.",
        "Chỉ giữ một trong hai.",
    ),
    "file_empty": (
        "The file is empty.",
        "Write a definition, or remove the file.",
        "Tệp trống.",
        "Ghi một định nghĩa, hoặc xóa tệp.",
    ),
    "no_mapping": (
        "It is no mapping of fields.",
        "Begin with a field such as id:.",
        "Nội dung không gồm các trường và giá trị.",
        "Bắt đầu bằng một trường, ví dụ id:.",
    ),
    "file_too_large": (
        "It has more than {most} bytes.",
        "Split the file.",
        "Tệp có hơn {most} byte.",
        "Tách tệp.",
    ),
    "not_utf8": (
        "The text is not UTF-8.",
        "Save the file as UTF-8.",
        "Văn bản không phải UTF-8.",
        "Lưu tệp ở dạng UTF-8.",
    ),
    "nesting": (
        "There are more than {most} levels of nesting.",
        "Write the values out flat.",
        "Có hơn {most} cấp lồng nhau.",
        "Ghi các giá trị ít cấp hơn.",
    ),
    "control_character": (
        "There is a character that YAML does not allow ({why}).",
        "Remove the control character.",
        "Có ký tự mà YAML không cho phép ({why}).",
        "Xóa ký tự điều khiển.",
    ),
    "tab": (
        "There is a tab character.",
        "Indent with spaces: YAML allows no tabs.",
        "Có ký tự tab.",
        "Thụt dòng bằng dấu cách: YAML không cho phép tab.",
    ),
    "yaml_syntax": (
        "The YAML is malformed ({why}).",
        "Check indentation, quotes, colons and brackets at this place.",
        "YAML sai cú pháp ({why}).",
        "Kiểm tra thụt dòng, dấu ngoặc kép, dấu hai chấm và ngoặc ở chỗ này.",
    ),
    "json_syntax": (
        "The JSON is malformed ({why}).",
        "Correct this place.",
        "JSON sai cú pháp ({why}).",
        "Sửa chỗ này.",
    ),
    "json_number": (
        "There is a number that JSON does not have.",
        "Write a plain number.",
        "Có số mà JSON không cho phép.",
        "Ghi một số thường.",
    ),
    # faults of a field
    "unknown_field": (
        "There is no field {name}.",
        "Remove it, or correct its name.",
        "Không có trường {name}.",
        "Xóa trường này, hoặc sửa tên.",
    ),
    "unknown_field_near": (
        "There is no field {name}.",
        "Did you mean {near}?",
        "Không có trường {name}.",
        "Có phải ý bạn là {near}?",
    ),
    # application and dossier files
    "no_application": (
        "It holds no application.",
        "Write one.",
        "Tệp không có hồ sơ nào.",
        "Ghi ít nhất một hồ sơ.",
    ),
    "not_an_application": (
        "It is no mapping of fields.",
        "Write fields and values.",
        "Nội dung không gồm các trường và giá trị.",
        "Ghi các trường và giá trị.",
    ),
    "unstorable_text": (
        "There is a text with a NUL or half a surrogate pair.",
        "Remove it.",
        "Có văn bản chứa ký tự NUL hoặc một nửa cặp thay thế.",
        "Xóa ký tự đó.",
    ),
    "message_too_large": (
        "It has {size} bytes; {most} are taken at most.",
        "Send documents by reference, or raise GREENLANE_MAX_MESSAGE_BYTES.",
        "Hồ sơ có {size} byte; tối đa {most}.",
        "Gửi giấy tờ bằng tham chiếu, hoặc tăng GREENLANE_MAX_MESSAGE_BYTES.",
    ),
    "no_dossier": (
        "It holds no dossier.",
        "Write one.",
        "Tệp không có nhóm hồ sơ nào.",
        "Ghi một nhóm hồ sơ.",
    ),
    "several_dossiers": (
        "It holds more than one document.",
        "Write one dossier a file.",
        "Tệp có nhiều hơn một tài liệu.",
        "Mỗi tệp chỉ ghi một nhóm hồ sơ.",
    ),
    "not_a_dossier": (
        "It is no mapping of fields.",
        "Begin with applications:.",
        "Nội dung không gồm các trường và giá trị.",
        "Bắt đầu bằng applications:.",
    ),
}
