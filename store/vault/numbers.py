"""By what a subject is found: numbers, phones, names and e-mail addresses in one form, however they were written. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

IndexKind = Literal["number", "phone", "name", "email"]
SubjectKind = Literal["person", "enterprise", "unnumbered"]

NUMBER_LENGTHS: Final = (9, 10, 12, 13)
"""Digits of an old identity card, a tax code, a personal identification number, and the tax code of a branch."""
PASSPORT: Final = re.compile(r"[A-Z]{1,2}[0-9]{6,8}")
PHONE_LENGTHS: Final = range(8, 16)
"""Digits of a phone number (E.164 has 15 at most)."""
NATIONAL_WITH_CODE: Final = 11
"""From so many digits on, a number that begins with 84 begins with Vietnam's code, whether or not a + was typed."""
BARRED: Final = str.maketrans("đĐðÐ", "dDdD")
"""Letters that no normal form takes apart; the third and fourth are Iceland's, typed for the first two."""
TEXT_MAX: Final = 200
"""Longer texts are no name, number or address of anybody."""


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What an applicant said by which he, or it, is found; each in the form that is indexed."""

    kind: SubjectKind = "unnumbered"
    number: str | None = None
    """The one number that makes two applications those of one subject."""
    other_numbers: tuple[str, ...] = ()
    """Numbers that lead to the subject, and by which no other application becomes its own."""
    phones: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


def number_in(text: str) -> str | None:
    """An identity number, a tax code or a passport's number without what was written between its signs; None: it is none."""
    plain = _signs(text).upper()
    if PASSPORT.fullmatch(plain):
        return plain
    is_number = plain.isascii() and plain.isdecimal() and len(plain) in NUMBER_LENGTHS
    # 000000000 and the like are typed where a form asks for a number that somebody does not have.
    return plain if is_number and len(set(plain)) > 1 else None


def phone_in(text: str) -> str | None:
    """A phone number in digits, one of Vietnam with its 0, another with + and its country's code; None: it is none."""
    plain = re.sub(r"[()]", "", _signs(text))
    abroad = re.fullmatch(r"(?:\+|00)([0-9]+)", plain)
    digits = abroad[1] if abroad else plain
    if not (digits.isascii() and digits.isdecimal() and len(digits) in PHONE_LENGTHS):
        return None
    if digits.startswith("84") and (abroad or len(digits) >= NATIONAL_WITH_CODE):
        return "0" + digits[2:].removeprefix("0")
    return f"+{digits}" if abroad else digits


def folded_name(text: str) -> str | None:
    """A name without accents, case, punctuation and superfluous blanks; None: no letter or digit is left."""
    letters = unicodedata.normalize("NFKD", _visible(text).translate(BARRED)).casefold()
    plain = "".join(" " if not letter.isalnum() else letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.split()) or None


def email_in(text: str) -> str | None:
    """An e-mail address in lower case; None: it is none."""
    plain = _visible(text).strip().lower()
    return plain if re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", plain) else None


def _visible(text: str) -> str:
    # What is pasted from a page or a chat brings invisible signs along.
    normal = unicodedata.normalize("NFKC", text[:TEXT_MAX])
    return "".join(sign for sign in normal if unicodedata.category(sign) != "Cf")


def _signs(text: str) -> str:
    """The text without blanks, hyphens and dashes of any kind, dots, slashes and underscores."""
    plain = re.sub(r"[\s.\-/_]", "", _visible(text))
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Pd")


FORMS: Final[Mapping[IndexKind, Callable[[str], str | None]]] = {
    "number": number_in,
    "phone": phone_in,
    "name": folded_name,
    "email": email_in,
}
"""How each kind is brought into the form that is indexed."""
