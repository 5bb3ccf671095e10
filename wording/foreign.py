"""Text that others wrote, made safe to show: nothing in it may act on a terminal, or change how its neighbours read."""

from __future__ import annotations

import re
from html import escape
from typing import Final

_ACTING: Final = re.compile(
    # C0 and C1 controls with DEL, marks that turn the direction of writing, separators that break a line, tags; halves of
    # surrogate pairs and what is no character, which neither a terminal's encoding nor XML can hold.
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_UNSEEN: Final = re.compile("[\u00ad\u034f\u115f\u1160\u180e\u200c\u200d\u3164\uffa0]")
"""Shown as they are, since scripts and pictures need them, but not in a name: two names would look the same."""
_FORMULA: Final = ("=", "+", "-", "@")
_KEPT_IN_TEXT: Final = frozenset("\n\t")
_FOUR_DIGITS_MAX: Final = 0xFFFF


def visible(text: str, *, lines: bool = False) -> str:
    """The text with every control and every invisible or turning character written out, as `\\u001b`.

    `lines`: line ends and tabs stay, for text that is shown as a block.
    """
    if text.isprintable():
        return text
    return _ACTING.sub(lambda match: _kept(match.group()) if lines else _written(match.group()), text)


def plain(text: str) -> str:
    """The text as a name may have it: what is invisible is written out as well. For names that cannot be refused."""
    return _UNSEEN.sub(lambda match: _written(match.group()), visible(text))


def in_xml(text: str) -> str:
    """The text for a picture or a page: visible, and no markup of it."""
    return escape(visible(text))


def in_cell(text: str) -> str:
    """The text for a table that a spreadsheet opens: visible, and no formula of it."""
    text_shown = visible(text)
    return f"'{text_shown}" if text_shown.startswith(_FORMULA) else text_shown


def is_plain(text: str) -> bool:
    """Whether nothing in the text is a control, or invisible."""
    return _ACTING.search(text) is None and _UNSEEN.search(text) is None


def _kept(character: str) -> str:
    return character if character in _KEPT_IN_TEXT else _written(character)


def _written(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= _FOUR_DIGITS_MAX else f"\\U{code:08x}"
