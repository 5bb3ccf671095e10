"""What the catalogue says when it refuses a question, a file or a line of it, in both languages."""

from __future__ import annotations

from typing import Final

from wording.text import Said, Texts

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
    "no_catalogue": (
        "No file in {folder} is one of a catalogue.",
        "Name the folder in which procedures/, lanes/ and departments.yaml stand; `greenlane catalog export DIR` writes one.",
        "Không có tệp nào trong {folder} thuộc danh mục.",
        "Nêu thư mục chứa procedures/, lanes/ và departments.yaml; `greenlane catalog export DIR` ghi ra thư mục như vậy.",
    ),
    "no_regular_file": (
        "{file} is no regular file.",
        "Put the text itself there, or take it out of the folder.",
        "{file} không phải là tệp thường.",
        "Đặt chính nội dung vào đó, hoặc bỏ nó khỏi thư mục.",
    ),
    "file_unreadable": (
        "{file} cannot be read ({why}).",
        "Name a file that this user may read.",
        "Không đọc được {file} ({why}).",
        "Nêu một tệp mà người dùng này được đọc.",
    ),
    "file_unwritable": (
        "{file} cannot be written ({why}).",
        "Name a folder in which this user may write.",
        "Không ghi được {file} ({why}).",
        "Nêu một thư mục mà người dùng này được ghi.",
    ),
    "not_empty": (
        "{folder} is not an empty folder.",
        "Name a new folder: nothing that is there is written over.",
        "{folder} không phải thư mục trống.",
        "Nêu một thư mục mới: không ghi đè lên nội dung đã có.",
    ),
    "shipped_folder": (
        "The shipped catalogue belongs to the program; no version of it is retired there.",
        "Get a folder of your own with `greenlane catalog export DIR`, and set GREENLANE_CATALOG_DIR to it; or start "
        "the stack: then its catalogue is meant.",
        "Danh mục đi kèm thuộc về chương trình; không bãi bỏ phiên bản nào ở đó.",
        "Lấy thư mục riêng bằng `greenlane catalog export DIR` rồi đặt GREENLANE_CATALOG_DIR; hoặc khởi động hệ "
        "thống: khi đó lệnh áp dụng cho danh mục của hệ thống.",
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
    # published versions
    "version_changed": (
        "{noun} '{id}' version '{version}' was published with other content.",
        "Restore its text, and put the change under a new version in a file of its own: cases run, and are audited, "
        "under the old one.",
        "{noun} '{id}' phiên bản '{version}' đã ban hành với nội dung khác.",
        "Khôi phục nội dung cũ, và ghi thay đổi vào phiên bản mới ở một tệp riêng: hồ sơ đang chạy và được kiểm tra "
        "theo bản cũ.",
    ),
    "end_written": (
        "{noun} '{id}' version '{version}' was published; its last day is no part of its file.",
        "Take valid_until out again. The valid_from of the next version ends it by itself; to end it without one, run "
        "`greenlane catalog retire {key} --on {day}`.",
        "{noun} '{id}' phiên bản '{version}' đã ban hành; ngày cuối có hiệu lực không ghi trong tệp này.",
        "Bỏ lại trường valid_until. Phiên bản sau tự chấm dứt phiên bản này từ ngày valid_from của nó; để bãi bỏ mà "
        "không có phiên bản sau, chạy `greenlane catalog retire {key} --on {day}`.",
    ),
    "version_gone": (
        "{noun} '{id}' version '{version}' was published and is gone.",
        "Restore its file: cases are audited under it.",
        "{noun} '{id}' phiên bản '{version}' đã ban hành nhưng không còn.",
        "Khôi phục tệp: hồ sơ được kiểm tra theo phiên bản này.",
    ),
    "version_overwritten": (
        "{noun} '{id}' version '{version}' was published and is gone; {place} holds version '{newer}' now.",
        "Restore the file as it was, and keep version '{newer}' in a file of its own beside it.",
        "{noun} '{id}' phiên bản '{version}' đã ban hành nhưng không còn; {place} nay chứa phiên bản '{newer}'.",
        "Khôi phục tệp như cũ, và lưu phiên bản '{newer}' ở một tệp riêng bên cạnh.",
    ),
    "no_beginning": (
        "Version '{version}' says no day on which it begins, and would stand before version '{other}'.",
        "Write valid_from, the first day on which it holds: that day ends the version before.",
        "Phiên bản '{version}' không ghi ngày bắt đầu, nên sẽ đứng trước phiên bản '{other}'.",
        "Ghi valid_from là ngày đầu tiên có hiệu lực: ngày đó chấm dứt phiên bản trước.",
    ),
    "folder_behind": (
        "Meanwhile {key} was published, and this folder does not have it.",
        "Get it with `greenlane catalog export DIR`, put its file into this folder, and look whether the new version "
        "says what it says.",
        "Trong lúc đó {key} đã được ban hành, mà thư mục này chưa có.",
        "Lấy về bằng `greenlane catalog export DIR`, chép tệp đó vào thư mục này, rồi xem phiên bản mới đã gồm nội dung "
        "của nó chưa.",
    ),
    "version_older": (
        "Version '{version}' counts as older than '{newer}', which is published: it would never be used.",
        "Give it a number after '{newer}': of a {noun} the newest holds.",
        "Phiên bản '{version}' được coi là cũ hơn '{newer}' đã ban hành: sẽ không bao giờ được áp dụng.",
        "Đặt số sau '{newer}': đối với {noun}, phiên bản mới nhất được áp dụng.",
    ),
    # retirements
    "retirement_line": (
        "The line says no kind, id, version and day.",
        "Write them with a blank between, the day as 2026-12-31; `greenlane catalog retire` does it.",
        "Dòng này không có loại, mã, phiên bản và ngày.",
        "Ghi cách nhau bằng dấu cách, ngày dạng 2026-12-31; `greenlane catalog retire` tự ghi.",
    ),
    "retirement_unknown": (
        "{named} is no published version of this catalogue.",
        "Correct the line; `greenlane catalog list` shows the versions.",
        "{named} không phải phiên bản đã ban hành của danh mục này.",
        "Sửa dòng này; `greenlane catalog list` liệt kê các phiên bản.",
    ),
    "retire_kind": (
        "A {noun} has no last day: of its versions the newest holds.",
        "Publish a newer version: it takes the place of this one.",
        "Không bãi bỏ riêng một {noun}: phiên bản mới nhất luôn được áp dụng.",
        "Ban hành phiên bản mới hơn: phiên bản đó thay thế bản này.",
    ),
    "retire_version": (
        "There is no version '{version}' of the {noun} '{id}'.",
        "Name one of its versions: {known}.",
        "Không có phiên bản '{version}' của {noun} '{id}'.",
        "Nêu một trong các phiên bản: {known}.",
    ),
    "retire_draft": (
        "Version '{version}' of the {noun} '{id}' is not published.",
        "Publish it first, or take its file out of the folder.",
        "Phiên bản '{version}' của {noun} '{id}' chưa được ban hành.",
        "Ban hành trước, hoặc lấy tệp ra khỏi thư mục.",
    ),
    "retire_before_beginning": (
        "Version '{version}' of the {noun} '{id}' begins on {begins}; {on} is earlier.",
        "Name {begins} or a later day.",
        "Phiên bản '{version}' của {noun} '{id}' bắt đầu ngày {begins}; ngày {on} sớm hơn.",
        "Nêu ngày {begins} hoặc sau đó.",
    ),
    "retire_past": (
        "{on} is past, today is {today}: applications were received under this version since.",
        "Name today or a later day; it is the last day on which the version holds.",
        "Ngày {on} đã qua, hôm nay là {today}: hồ sơ đã được tiếp nhận theo phiên bản này từ đó.",
        "Nêu ngày hôm nay hoặc sau đó; đó là ngày cuối phiên bản có hiệu lực.",
    ),
    "retire_ended": (
        "Version '{version}' of the {noun} '{id}' ended on {end}.",
        "Nothing is to be done; to let it hold again, publish its content as a new version.",
        "Phiên bản '{version}' của {noun} '{id}' đã hết hiệu lực từ sau ngày {end}.",
        "Không cần làm gì; nếu muốn áp dụng lại, ban hành nội dung đó thành phiên bản mới.",
    ),
    "retire_stated": (
        "Version '{version}' of the {noun} '{id}' says itself that it ends on {end}.",
        "Name that day or an earlier one.",
        "Phiên bản '{version}' của {noun} '{id}' tự ghi ngày hết hiệu lực là {end}.",
        "Nêu ngày đó hoặc sớm hơn.",
    ),
    "retire_replaced": (
        "Version '{newer}' follows on {begins}: it ends version '{version}' on {end} by itself.",
        "Nothing is to be done; to end it sooner, name a day before {end}.",
        "Phiên bản '{newer}' áp dụng từ {begins}: phiên bản '{version}' tự hết hiệu lực sau ngày {end}.",
        "Không cần làm gì; nếu muốn kết thúc sớm hơn, nêu một ngày trước {end}.",
    ),
    "retire_lanes": (
        "After {on} no table of lanes would be in force: every application would be refused.",
        "Publish the table that follows, with the day after as its valid_from: its beginning ends this one.",
        "Sau ngày {on} sẽ không có bảng luồng nào có hiệu lực: mọi hồ sơ sẽ bị từ chối.",
        "Ban hành bảng luồng kế tiếp với valid_from là ngày hôm sau: bảng mới tự kết thúc bảng này.",
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
