"""How a value may be written in a text, and what in a text could be one: numbers, addresses, names. Pure.

A text is brought into one form first: escapes of JSON, HTML and addresses undone, accents composed, small letters. Numbers are
read through blanks, dots and strokes; ids, instants and dossier codes of ours, which are full of digits, are passed over.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from store.vault.numbers import BARRED, phone_in

DIGITS_MIN: Final = 9
"""Shorter numbers are days, amounts and places in a list as often as anything of a person."""
DIGITS_MAX: Final = 15
WITHOUT_ZERO: Final = 11
"""Digits of an identity number of which a spreadsheet, or JSON, has taken the leading zero."""
WORDS_MIN: Final = 2
"""A single word is an ordinary one as often as a name."""
WORDS_MAX: Final = 16
FOLDED_WORDS_MIN: Final = 3
"""From so many words on accents do not matter: `Thanh Hòa` is no place name, `Nguyễn Văn An` is a name in any spelling."""

WORDS_KEPT: Final = 50_000
"""Texts say the same words again and again."""

_ESCAPED: Final = re.compile(r"(?<!\\)\\++u([0-9a-f]{4})", re.IGNORECASE)
_LINES: Final = re.compile(r"(?<!\\)\\++[nrt]")
_OURS: Final = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|\b[0-9a-f]{16,}\b"
    r"|(?:\b\d{3}\.\d{2}\.\d{2}\.)?\bh\d{2}(?:\.\d+){0,3}-\d{6}-\d{4,}"
    r"|\b\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:\d{2})?)?"
)
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
"""Signs without a look of their own, which come along where a text is copied."""
_NUMBER: Final = re.compile(r"\+?\d+(?:[ .\-()/_\u00a0\u2010-\u2015]{1,2}\d+)*")
_PASSPORT: Final = re.compile(r"(?<![0-9a-z])[a-z]{1,2}\d{6,8}(?![0-9a-z])")
_EMAIL: Final = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+")
_WORDS: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]++(?:[\s_.\-+]{1,2}[^\W\d_]++)+")
_WORD: Final = re.compile(r"[^\W\d_]+")
_TONES: Final = {"\u0300": "2", "\u0301": "3", "\u0303": "4", "\u0309": "5", "\u0323": "6"}


def cleaned(text: str) -> str:
    """A text in the form in which values are looked for."""
    if "\\" in text:
        text = _LINES.sub(" ", _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text))
    if "%" in text:
        text = unquote(text, errors="replace")
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return text.lower()


def numbers_in(text: str) -> Iterator[str]:
    """All numbers that a cleaned text may be read to hold, as digits alone; phones also in the form of the vault."""
    for run in _NUMBER.finditer(_OURS.sub(" ", text)):
        groups = re.findall(r"\d+", run[0])
        for start in range(len(groups)):
            yield from _joined(groups[start : start + DIGITS_MAX], abroad=start == 0 and run[0].startswith("+"))
    for passport in _PASSPORT.finditer(text):
        yield passport[0].upper()


def _joined(groups: list[str], *, abroad: bool) -> Iterator[str]:
    digits = ""
    for group in groups:
        digits += group
        if len(digits) > DIGITS_MAX:
            return
        if len(digits) >= DIGITS_MIN:
            yield digits
            if len(digits) == WITHOUT_ZERO:
                yield f"0{digits}"
            if abroad or digits.startswith(("84", "00")):
                phone = phone_in(f"+{digits}" if abroad else digits)
                yield from (phone,) if phone is not None else ()


def emails_in(text: str) -> Iterator[str]:
    """All e-mail addresses in a cleaned text."""
    if "@" in text:
        for found in _EMAIL.finditer(text):
            yield found[0].strip(".")


def names_in(text: str, starts: Collection[str], lengths: Collection[int]) -> Iterator[str]:
    """All sequences of words in a cleaned text that begin with one of these pairs (folded) and have one of these lengths.

    Each as written, in one place of its accents, and folded where that may be compared.
    """
    for run in _WORDS.finditer(text):
        written = [toned(word) for word in _WORD.findall(run[0])]
        folded = [plain(word) for word in written]
        for place in range(len(folded) - 1):
            if f"{folded[place]} {folded[place + 1]}" in starts:
                for length in lengths:
                    if place + length <= len(folded):
                        yield from name_forms(written[place : place + length], folded[place : place + length])


def name_forms(written: list[str], folded: list[str]) -> Iterator[str]:
    """The forms of a name by which it is compared: exact, and without accents where none are written or it is long enough."""
    exact = " ".join(written)
    yield exact
    if len(written) >= FOLDED_WORDS_MIN and (without := " ".join(folded)) != exact:
        yield without


def words_of(name: str) -> tuple[list[str], list[str]]:
    """The words of a name as written, in one place of its accents, and folded."""
    written = [toned(word) for word in _WORD.findall(cleaned(name))]
    return written, [plain(word) for word in written]


@lru_cache(WORDS_KEPT)
def toned(word: str) -> str:
    """A word with its tone at the end: `hòa` and `hoà` are one word."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word)
    tone = "".join(_TONES[sign] for sign in parts if sign in _TONES)
    return unicodedata.normalize("NFC", "".join(sign for sign in parts if sign not in _TONES)) + tone


@lru_cache(WORDS_KEPT)
def plain(word: str) -> str:
    """A word without any accent."""
    if word.isascii():
        return word.rstrip("23456")
    parts = unicodedata.normalize("NFKD", word.translate(BARRED))
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).rstrip("23456")
