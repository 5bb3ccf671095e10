"""The one reader of JSON for every way in: what it takes is JSON (RFC 8259), said once, and within bounds.

A number with more digits than can be kept as one becomes the text that was written: nothing is rounded in silence.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from wording.foreign import visible

NUMBER_MAX: Final = 400
"""Characters of a number; a double needs 25."""
DIGITS_MAX: Final = 40
"""Digits of an integer: more than any amount or number that is counted."""
EXACT_MAX: Final = 15
"""A decimal of so many characters, without an exponent, is kept to the last digit."""
DEPTH_MAX: Final = 64
_BOM: Final = "\ufeff"


class JsonRefusedError(ValueError):
    """Text that is no JSON, or says one thing twice. Its words hold nothing of the text.

    `code`: invalid_utf8, malformed_json, duplicate_key, not_a_number, number_too_long, too_deep.
    `name`: the key that stands twice, for whoever wrote the text, and nobody else.
    """

    def __init__(
        self, code: str, reason: str, *, line: int | None = None, column: int | None = None, name: str | None = None
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.line = line
        self.column = column
        self.name = name


def read_json(text: str | bytes, *, depth_max: int = DEPTH_MAX) -> Any:
    """The value. A byte order mark before it is passed over. Raises JsonRefusedError."""
    text = _decoded(text) if isinstance(text, bytes) else text
    text = text.removeprefix(_BOM)
    _refuse_deep(text, depth_max)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"not JSON at line {error.lineno} column {error.colno}"
        raise JsonRefusedError("malformed_json", where, line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise JsonRefusedError("too_deep", f"nested deeper than {depth_max}") from None


def next_json(text: str, place: int) -> tuple[Any, int]:
    """The value that begins at the place, and where it ends. For texts with several; asks nothing of its depth.

    Raises JsonRefusedError, RecursionError.
    """
    try:
        return _DECODER.raw_decode(text, place)
    except json.JSONDecodeError as error:
        raise JsonRefusedError("malformed_json", error.msg, line=error.lineno, column=error.colno) from None


def shown_json(value: Any, *, default: Callable[[Any], Any] | None = None) -> str:
    """A value as JSON on one line, for a terminal: what could act on it is escaped, and means the same."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=default)
    if text.isprintable():
        return text
    # Beyond four digits JSON has pairs.
    return visible(_BEYOND.sub(lambda beyond: json.dumps(beyond.group())[1:-1], text))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonRefusedError("invalid_utf8", f"not UTF-8 at byte {error.start}") from None


# A text is taken whole, also one that never ends: else a message could make us look at it from each of its characters.
_STRINGS: Final = re.compile(r'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)
_BEYOND: Final = re.compile("[\U00010000-\U0010ffff]")


def _refuse_deep(text: str, depth_max: int) -> None:
    # Only where there are so many brackets at all: nearly never.
    if text.count("[") + text.count("{") <= depth_max:
        return
    depth = 0
    for mark in re.findall(r"[\[\]{}]", _STRINGS.sub("", text)):
        depth += 1 if mark in "[{" else -1
        if depth > depth_max:
            raise JsonRefusedError("too_deep", f"nested deeper than {depth_max}")


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise JsonRefusedError("duplicate_key", "an object says one key twice", name=key)
        members[key] = value
    return members


def _no_number(word: str) -> Any:
    raise JsonRefusedError("not_a_number", f"{word} is no JSON")


def _real(text: str) -> float | str:
    if len(text) > NUMBER_MAX:
        raise JsonRefusedError("number_too_long", f"a number of more than {NUMBER_MAX} characters")
    value = float(text)
    if not math.isfinite(value):
        raise JsonRefusedError("not_a_number", "a number beyond what can be kept")
    is_short = len(text) <= EXACT_MAX and "e" not in text and "E" not in text
    return value if is_short or is_exact(value, text) else text


def is_exact(value: float, text: str) -> bool:
    """Whether the number says what was written, to the last digit."""
    try:
        return Decimal(repr(value)) == Decimal(text)
    except InvalidOperation:  # an exponent beyond any
        return False


def _whole(text: str) -> int:
    if len(text.removeprefix("-")) > DIGITS_MAX:
        raise JsonRefusedError("number_too_long", f"an integer of more than {DIGITS_MAX} digits")
    return int(text)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_number, parse_float=_real, parse_int=_whole
)
