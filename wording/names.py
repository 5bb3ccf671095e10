"""Names and ids that are compared, hashed or become topics: one form from the way in on."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from wording.foreign import is_plain

SHORT_MAX: Final = 200
MARKS_MAX: Final = 64
"""Accents on one letter; no script needs ten."""


def tidy(text: str) -> str:
    """The text in NFC without outer blanks: two that look the same are the same.

    One that puts accents on a letter without end stays as it is: to order them takes time with the square of their number.
    """
    if text.isascii() or (len(text) > SHORT_MAX and _heaps(text)):
        return text.strip()
    return unicodedata.normalize("NFC", text).strip()


def _heaps(text: str) -> bool:
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > MARKS_MAX:
            return True
    return False


def tidied(value: Any) -> Any:
    """A JSON-like value with all its texts and keys tidy: what is hashed to find out whether it was sent before."""
    match value:
        case str():
            return tidy(value)
        case dict():
            return {tidy(str(key)): tidied(inner) for key, inner in value.items()}
        case list():
            return [tidied(inner) for inner in value]
        case _:
            return value


def normal(name: str) -> str:
    """The name in NFC without outer blanks. Raises ValueError where it holds a control or an invisible character."""
    tidied_name = tidy(name)
    if not is_plain(tidied_name):
        raise ValueError("a control or an invisible character")
    return tidied_name
