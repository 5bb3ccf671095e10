"""Names and ids that are compared, hashed or become topics: one form from the way in on."""

from __future__ import annotations

import unicodedata
from typing import Any

from wording.foreign import is_plain


def tidy(text: str) -> str:
    """The text in NFC without outer blanks: two that look the same are the same."""
    return unicodedata.normalize("NFC", text).strip()


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
    found = tidy(name)
    if not is_plain(found):
        raise ValueError("a control or an invisible character")
    return found
