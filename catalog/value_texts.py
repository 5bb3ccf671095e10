"""What pydantic finds wrong with a value, in both languages; the English message is pydantic's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from catalog.soundness import Path, Unsound, field_name
from catalog.texts import OR
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
_KINDS: Final = {
    # what is said of findings of these kinds; the gaps are pydantic's context: bounds and patterns, never a value
    "missing": _("This field is missing"),
    "control_character": _("A name holds a control or an invisible character"),
    "fact_size": _("A number is {most} at most"),
    "fact_length": _("A text has {most} characters at most"),
    "string_type": _("The value must be a text"),
    "string_too_short": _("A text has at least {min_length} characters"),
    "string_too_long": _("A text has {max_length} characters at most"),
    "string_pattern_mismatch": _("The text must match the pattern {pattern}"),
    "int_type int_parsing int_from_float": _("The value must be a whole number"),
    (
        "float_type float_parsing decimal_type decimal_parsing fraction_type fraction_parsing "
        "complex_type complex_str_parsing "
    ): _("The value must be a number"),
    "bool_type bool_parsing": _("The value must be true or false"),
    "too_short": _("At least {min_length} entries are needed"),
    "too_long": _("{max_length} entries are allowed at most"),
    "greater_than": _("The number must be greater than {gt}"),
    "greater_than_equal": _("The number must be {ge} or more"),
    "less_than": _("The number must be less than {lt}"),
    "less_than_equal": _("The number must be {le} or less"),
    "literal_error enum": _("The value must be one of: {expected}"),
    ("tuple_type list_type iterable_type deque_type set_type frozen_set_type named_tuple_type "): _(
        "The value must be a list"
    ),
    (
        "model_type dict_type model_attributes_type mapping_type frozen_dict_type ordered_dict_type "
        "counter_type dataclass_type "
    ): _("This is not made of fields and values"),
    "date_type date_parsing date_from_datetime_parsing": _("The value must be a day"),
    "date_from_datetime_inexact": _("The value must be a day without a time"),
    "date_past": _("The day must be in the past"),
    "date_future": _("The day must be in the future"),
    "time_type time_parsing": _("The value must be a time of day"),
    ("datetime_type datetime_parsing datetime_object_invalid datetime_from_date_parsing "): _(
        "The value must be an instant"
    ),
    "datetime_past": _("The instant must be in the past"),
    "datetime_future": _("The instant must be in the future"),
    "timezone_naive": _("The instant must have no offset from UTC"),
    "timezone_aware": _("The instant must have its offset from UTC"),
    "timezone_offset": _("The offset from UTC is wrong"),
    "time_delta_type time_delta_parsing": _("The value must be a length of time"),
    "extra_forbidden": _("There is no such field"),
    "invalid_key": _("The name of a field must be a text"),
    "none_required": _("This must be empty"),
    "multiple_of": _("The number must be a multiple of {multiple_of}"),
    "finite_number": _("The number must be finite"),
    "int_parsing_size": _("The number is too large"),
    "string_unicode": _("The text must be Unicode"),
    "string_not_ascii": _("The text must be ASCII"),
    "bytes_type": _("The value must be bytes"),
    "bytes_too_short": _("At least {min_length} bytes are needed"),
    "bytes_too_long": _("{max_length} bytes are allowed at most"),
    "bytes_invalid_encoding": _("The bytes are not in their encoding"),
    "iteration_error": _("The list cannot be read"),
    "set_item_not_hashable": _("Every entry must be a text or a number"),
    "union_tag_invalid": _("The kind must be one of: {expected_tags}"),
    "union_tag_not_found": _("The field that names the kind is missing"),
    "url_type url_parsing": _("The value must be a URL"),
    "url_syntax_violation": _("The URL is malformed"),
    "url_too_long": _("The URL has {max_length} characters at most"),
    "url_scheme": _("The URL must begin with one of: {expected_schemes}"),
    "uuid_type uuid_parsing": _("The value must be a UUID"),
    "uuid_version": _("The value must be a UUID of version {expected_version}"),
    "decimal_max_digits": _("The number has {max_digits} digits at most"),
    "decimal_max_places": _("The number has {decimal_places} decimals at most"),
    "decimal_whole_digits": _("The number has {whole_digits} digits before the point at most"),
    "json_type": _("The value must be JSON"),
    "json_invalid": _("The value is not JSON"),
    "recursion_loop": _("This is nested in itself"),
    "recursion_depth_exceeded": _("This is nested too deeply"),
}
_MESSAGES: Final = {kind: text for kinds, text in _KINDS.items() for kind in kinds.split()}
_BETWEEN: Final = re.compile(r"(?<=['\"]) or (?=['\"])")
"""How pydantic joins the last two of the values there are."""
_INVALID: Final = _("The value is not valid")


def value_message(kind: str, error: Mapping[str, Any]) -> LazyText:
    """What is wrong with a value: by pydantic's finding, or by what a check of ours says itself.

    A kind without Vietnamese of its own is at least said to be wrong: pydantic's English helps nobody who reads no English.
    """
    context = error.get("ctx") or {}
    own = _own(context.get("error"))
    if own is not None:
        return own
    gaps = {name: joined(OR, _BETWEEN.split(str(value))) for name, value in context.items()}
    try:
        said = _MESSAGES.get(kind, _INVALID).filled(**gaps)
    except KeyError:
        said = _INVALID
    return Bilingual(str(error["msg"]), said)


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
