"""The one reader of JSON for every way in: what it takes is JSON (RFC 8259), said once, and within bounds."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any, Final

NUMBER_MAX: Final = 400
"""Characters of a number; a double needs 25."""
DIGITS_MAX: Final = 40
"""Digits of an integer: more than any amount or number that is counted."""
DEPTH_MAX: Final = 64
_BOM: Final = "\ufeff"


class JsonRefusedError(ValueError):
    """Text that is no JSON, or says one thing twice. Holds no value of the text.

    `code`: invalid_utf8, malformed_json, duplicate_key, not_a_number, number_too_long, too_deep.
    """

    def __init__(self, code: str, reason: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.line = line
        self.column = column


def read_json(given: str | bytes, *, depth_max: int = DEPTH_MAX) -> Any:
    """The value. A byte order mark before it is passed over. Raises JsonRefusedError."""
    text = _decoded(given) if isinstance(given, bytes) else given
    text = text.removeprefix(_BOM)
    _refuse_deep(text, depth_max)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"not JSON at line {error.lineno} column {error.colno}"
        raise JsonRefusedError("malformed_json", where, line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise JsonRefusedError("too_deep", f"nested deeper than {depth_max}") from None


def _decoded(given: bytes) -> str:
    try:
        return given.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonRefusedError("invalid_utf8", f"not UTF-8 at byte {error.start}") from None


_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


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
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise JsonRefusedError("duplicate_key", "an object says one key twice")
        found[key] = value
    return found


def _no_number(word: str) -> Any:
    raise JsonRefusedError("not_a_number", f"{word} is no JSON")


def _real(text: str) -> float:
    if len(text) > NUMBER_MAX:
        raise JsonRefusedError("number_too_long", f"a number of more than {NUMBER_MAX} characters")
    value = float(text)
    if not math.isfinite(value):
        raise JsonRefusedError("not_a_number", "a number beyond what can be kept")
    return value


def _whole(text: str) -> int:
    if len(text) > DIGITS_MAX:
        raise JsonRefusedError("number_too_long", f"an integer of more than {DIGITS_MAX} digits")
    return int(text)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_number, parse_float=_real, parse_int=_whole
)
