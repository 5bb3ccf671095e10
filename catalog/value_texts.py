"""What pydantic finds wrong with a value, in both languages; the English message is pydantic's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from catalog.soundness import Path, Unsound, field_name
from wording.text import Bilingual, LazyText, _, joined, layout

CORRECT: Final = _("Correct this place.")
ONE_OF_THESE: Final = _("Write one of these words")
NEAR: Final = _("Did you mean {near}?")
_CORRECT_VALUE: Final = _("Correct the value")
_FIELDS: Final = _("Write fields and values")
_LIST: Final = _("Write a list, one entry a line with a dash")
_LARGER: Final = _("Write a larger number")
_SMALLER: Final = _("Write a smaller number")

_REMEDIES: Final[Mapping[str, LazyText]] = {
    "missing": _("Add the field"),
    "control_character": _("Type the name anew, without what cannot be seen"),
    "string_type": _("Put the text in quotes"),
    "too_short": _("Write at least one"),
    "too_long": _("Write fewer of them"),
    "greater_than": _LARGER,
    "greater_than_equal": _LARGER,
    "less_than_equal": _SMALLER,
    "fact_size": _SMALLER,
    "string_pattern_mismatch": _("Keep to the pattern"),
    "date_from_datetime_parsing": _("Write the day as YYYY-MM-DD"),
    "tuple_type": _LIST,
    "model_type": _FIELDS,
    "dict_type": _FIELDS,
}
_MESSAGES_VI: Final[Mapping[str, str]] = {
    # kind: message vi; the gaps are pydantic's context: bounds and patterns, never a value that somebody wrote
    "missing": "Thiếu trường này",
    "control_character": "Tên có ký tự điều khiển hoặc ký tự không nhìn thấy",
    "fact_size": "Số không được quá {most}",
    "fact_length": "Văn bản chỉ được có tối đa {most} ký tự",
    "string_type": "Giá trị phải là văn bản",
    "string_too_short": "Văn bản phải có ít nhất {min_length} ký tự",
    "string_too_long": "Văn bản chỉ được có tối đa {max_length} ký tự",
    "string_pattern_mismatch": "Văn bản phải đúng mẫu {pattern}",
    "int_type": "Giá trị phải là số nguyên",
    "int_parsing": "Giá trị phải là số nguyên",
    "int_from_float": "Giá trị phải là số nguyên",
    "float_type": "Giá trị phải là một số",
    "float_parsing": "Giá trị phải là một số",
    "bool_type": "Giá trị phải là true hoặc false",
    "bool_parsing": "Giá trị phải là true hoặc false",
    "too_short": "Phải có ít nhất {min_length} mục",
    "too_long": "Chỉ được có tối đa {max_length} mục",
    "greater_than": "Số phải lớn hơn {gt}",
    "greater_than_equal": "Số phải từ {ge} trở lên",
    "less_than": "Số phải nhỏ hơn {lt}",
    "less_than_equal": "Số không được quá {le}",
    "literal_error": "Giá trị phải là một trong: {expected}",
    "enum": "Giá trị phải là một trong: {expected}",
    "tuple_type": "Giá trị phải là một danh sách",
    "list_type": "Giá trị phải là một danh sách",
    "model_type": "Nội dung không gồm các trường và giá trị",
    "dict_type": "Nội dung không gồm các trường và giá trị",
    "date_type": "Giá trị phải là một ngày",
    "date_parsing": "Giá trị phải là một ngày",
    "date_from_datetime_parsing": "Giá trị phải là một ngày",
    "date_from_datetime_inexact": "Giá trị phải là một ngày, không kèm giờ",
    "date_past": "Ngày phải ở quá khứ",
    "date_future": "Ngày phải ở tương lai",
    "time_type": "Giá trị phải là giờ trong ngày",
    "time_parsing": "Giá trị phải là giờ trong ngày",
    "datetime_type": "Giá trị phải là một thời điểm",
    "datetime_parsing": "Giá trị phải là một thời điểm",
    "datetime_object_invalid": "Giá trị phải là một thời điểm",
    "datetime_from_date_parsing": "Giá trị phải là một thời điểm",
    "datetime_past": "Thời điểm phải ở quá khứ",
    "datetime_future": "Thời điểm phải ở tương lai",
    "timezone_naive": "Thời điểm không được kèm độ lệch múi giờ",
    "timezone_aware": "Thời điểm phải kèm độ lệch múi giờ",
    "timezone_offset": "Độ lệch múi giờ không đúng",
    "time_delta_type": "Giá trị phải là một khoảng thời gian",
    "time_delta_parsing": "Giá trị phải là một khoảng thời gian",
    "extra_forbidden": "Không có trường này",
    "invalid_key": "Tên trường phải là văn bản",
    "none_required": "Phải để trống",
    "multiple_of": "Số phải chia hết cho {multiple_of}",
    "finite_number": "Số phải hữu hạn",
    "int_parsing_size": "Số quá lớn",
    "string_unicode": "Văn bản phải là Unicode",
    "string_not_ascii": "Văn bản chỉ được có ký tự ASCII",
    "bytes_type": "Giá trị phải là chuỗi byte",
    "bytes_too_short": "Phải có ít nhất {min_length} byte",
    "bytes_too_long": "Chỉ được có tối đa {max_length} byte",
    "bytes_invalid_encoding": "Chuỗi byte sai bảng mã",
    "model_attributes_type": "Nội dung không gồm các trường và giá trị",
    "mapping_type": "Nội dung không gồm các trường và giá trị",
    "frozen_dict_type": "Nội dung không gồm các trường và giá trị",
    "ordered_dict_type": "Nội dung không gồm các trường và giá trị",
    "counter_type": "Nội dung không gồm các trường và giá trị",
    "dataclass_type": "Nội dung không gồm các trường và giá trị",
    "iterable_type": "Giá trị phải là một danh sách",
    "iteration_error": "Không đọc được danh sách",
    "deque_type": "Giá trị phải là một danh sách",
    "set_type": "Giá trị phải là một danh sách",
    "frozen_set_type": "Giá trị phải là một danh sách",
    "named_tuple_type": "Giá trị phải là một danh sách",
    "set_item_not_hashable": "Mỗi mục phải là văn bản hoặc số",
    "union_tag_invalid": "Loại phải là một trong: {expected_tags}",
    "union_tag_not_found": "Thiếu trường cho biết loại",
    "url_type": "Giá trị phải là một địa chỉ URL",
    "url_parsing": "Giá trị phải là một địa chỉ URL",
    "url_syntax_violation": "Địa chỉ URL sai cú pháp",
    "url_too_long": "Địa chỉ URL chỉ được có tối đa {max_length} ký tự",
    "url_scheme": "Địa chỉ URL phải bắt đầu bằng một trong: {expected_schemes}",
    "uuid_type": "Giá trị phải là một UUID",
    "uuid_parsing": "Giá trị phải là một UUID",
    "uuid_version": "Giá trị phải là một UUID phiên bản {expected_version}",
    "decimal_type": "Giá trị phải là một số",
    "decimal_parsing": "Giá trị phải là một số",
    "decimal_max_digits": "Số chỉ được có tối đa {max_digits} chữ số",
    "decimal_max_places": "Số chỉ được có tối đa {decimal_places} chữ số thập phân",
    "decimal_whole_digits": "Số chỉ được có tối đa {whole_digits} chữ số phần nguyên",
    "fraction_type": "Giá trị phải là một số",
    "fraction_parsing": "Giá trị phải là một số",
    "complex_type": "Giá trị phải là một số",
    "complex_str_parsing": "Giá trị phải là một số",
    "json_type": "Giá trị phải là JSON",
    "json_invalid": "Giá trị không phải JSON",
    "recursion_loop": "Nội dung lồng vào chính nó",
    "recursion_depth_exceeded": "Nội dung lồng nhau quá sâu",
}
_BETWEEN: Final = re.compile(r"(?<=['\"]) or (?=['\"])")
"""How pydantic joins the last two of the values there are."""
_INVALID_VI: Final = "Giá trị không hợp lệ"


def value_message(kind: str, error: Mapping[str, Any]) -> LazyText:
    """What is wrong with a value: by pydantic's finding, or by what a check of ours says itself.

    A kind without Vietnamese of its own is at least said to be wrong: pydantic's English helps nobody who reads no English.
    """
    context = error.get("ctx") or {}
    own = _own(context.get("error"))
    if own is not None:
        return own
    try:
        vietnamese = _MESSAGES_VI[kind].format_map(context)
    except KeyError:
        vietnamese = _INVALID_VI
    return Bilingual(str(error["msg"]), _BETWEEN.sub(" hoặc ", vietnamese))


def _own(cause: object) -> LazyText | None:
    if isinstance(cause, Unsound):
        return joined("; ", [layout("{at}{text}", at=_at(path), text=text) for path, text in cause.problems])
    said = cause.args[0] if isinstance(cause, ValueError) and cause.args else None
    return said if isinstance(said, LazyText) else None


def _at(path: Path) -> str:
    return f"{field_name(path)}: " if path else ""


def value_remedy(kind: str) -> LazyText:
    """What helps against a finding of that kind."""
    return _REMEDIES.get(kind, _CORRECT_VALUE)
