"""Text that others wrote, made safe to show: nothing in it may act on a terminal, or change how its neighbours read."""

from __future__ import annotations

import re
from typing import Final

_ACTING: Final = re.compile(
    # C0 and C1 controls with DEL, marks that turn the direction of writing, separators that break a line, tags.
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_KEPT_IN_TEXT: Final = frozenset("\n\t")


def visible(text: str, *, lines: bool = False) -> str:
    """The text with every control and every invisible or turning character written out, as `\\u001b`.

    `lines`: line ends and tabs stay, for text that is shown as a block.
    """
    if text.isprintable() and not _ACTING.search(text):
        return text
    return _ACTING.sub(lambda found: _kept(found.group()) if lines else _written(found.group()), text)


def is_plain(text: str) -> bool:
    """Whether nothing in the text is a control, or invisible."""
    return _ACTING.search(text) is None


def _kept(character: str) -> str:
    return character if character in _KEPT_IN_TEXT else _written(character)


def _written(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the last code of four digits
