"""What pydantic finds wrong with a value, in both languages; the English message is pydantic's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sla.wording import Said

CORRECT: Final = Said("Correct this place.", "Sửa chỗ này.")
ONE_OF_THESE: Final = Said("Write one of these words", "Ghi một trong các từ này")
NEAR: Final = ("Did you mean {near}?", "Có phải ý bạn là {near}?")
_CORRECT_VALUE: Final = Said("Correct the value", "Sửa giá trị")
_FIELDS: Final = Said("Write fields and values", "Ghi các trường và giá trị")
_LIST: Final = Said(
    "Write a list, one entry a line with a dash", "Ghi một danh sách, mỗi mục một dòng có gạch đầu dòng"
)
_LARGER: Final = Said("Write a larger number", "Ghi số lớn hơn")
_SMALLER: Final = Said("Write a smaller number", "Ghi số nhỏ hơn")

_REMEDIES: Final[Mapping[str, Said]] = {
    "missing": Said("Add the field", "Thêm trường này"),
    "control_character": Said(
        "Type the name anew, without what cannot be seen", "Gõ lại tên, bỏ ký tự không nhìn thấy"
    ),
    "string_type": Said("Put the text in quotes", "Đặt văn bản trong dấu ngoặc kép"),
    "too_short": Said("Write at least one", "Ghi ít nhất một mục"),
    "too_long": Said("Write fewer of them", "Ghi ít mục hơn"),
    "greater_than": _LARGER,
    "greater_than_equal": _LARGER,
    "less_than_equal": _SMALLER,
    "fact_size": _SMALLER,
    "string_pattern_mismatch": Said("Keep to the pattern", "Ghi đúng mẫu"),
    "date_from_datetime_parsing": Said("Write the day as YYYY-MM-DD", "Ghi ngày theo dạng YYYY-MM-DD"),
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
}


def value_message(kind: str, error: Mapping[str, Any]) -> Said:
    """What is wrong with a value; a kind without Vietnamese of its own is at least said to be one."""
    english = str(error["msg"])
    try:
        vietnamese = _MESSAGES_VI[kind].format_map(error.get("ctx", {}))
    except KeyError:
        vietnamese = f"Giá trị không hợp lệ ({english})"
    return Said(english, vietnamese)


def value_remedy(kind: str) -> Said:
    """What helps against a finding of that kind."""
    return _REMEDIES.get(kind, _CORRECT_VALUE)


def unsound_message(message: str) -> str:
    """Why a definition contradicts itself; for the administrator of the catalogue, whose checks speak English."""
    return message if isinstance(message, Said) else Said(message, f"Nội dung tự mâu thuẫn ({message})")
