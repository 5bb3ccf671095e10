"""Text in two languages. The lowest room has it, so that every room can tell what it refuses in the language asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from wording.libraries import os_vi

Texts = Mapping[str, tuple[str, str, str, str]]
"""By key: message en, remedy en, message vi, remedy vi; {names} come from the details."""


class Said(str):
    """An English text that knows its Vietnamese: logs and exceptions have the English, a person what was asked for."""

    vi: str

    def __new__(cls, en: str, vi: str) -> Self:
        """The text in both languages."""
        text = super().__new__(cls, en)
        text.vi = vi
        return text

    def __reduce__(self) -> tuple[type[Said], tuple[str, str]]:
        """Copies and pickles keep both."""
        return type(self), (str(self), self.vi)


def in_language(text: str, language: str) -> str:
    """The text in the language; one that is not ours, as a library's, stays as it is."""
    return text.vi if language == "vi" and isinstance(text, Said) else str(text)


def spoken(en: str, vi: str, /, **details: object) -> Said:
    """Both texts with their gaps filled, each with the details in its own language."""
    return Said(en.format_map(_in("en", details)), vi.format_map(_in("vi", details)))


def message_and_remedy(texts: Texts, key: str, details: Mapping[str, object]) -> tuple[Said, Said]:
    """What a table says under the key: one sentence that says what is wrong, and one that says what to do."""
    message_en, remedy_en, message_vi, remedy_vi = texts[key]
    return spoken(message_en, message_vi, **details), spoken(remedy_en, remedy_vi, **details)


def _in(language: str, details: Mapping[str, object]) -> dict[str, object]:
    return {name: in_language(value, language) if isinstance(value, str) else value for name, value in details.items()}


def os_said(error: OSError) -> Said:
    """What the operating system refuses; it says it in one language only."""
    return Said(error.strerror or type(error).__name__, os_vi(error.errno))


def library_said(text: str) -> Said:
    """What a server or a library says: a name of its own is one in every language, a sentence is English only."""
    if isinstance(text, Said):
        return text
    return Said(text, text if " " not in text.strip() else "chi tiết bằng tiếng Anh, với GREENLANE_LANGUAGE=en")


def joined(between: str, parts: Iterable[str]) -> Said:
    """The parts in one text, in each language with what stands between them there."""
    given = list(parts)
    en, vi = (in_language(between, language).join(in_language(p, language) for p in given) for language in ("en", "vi"))
    return Said(en, vi)


def sentences(*parts: str) -> Said:
    """The parts as sentences, each with one mark at its end."""
    return joined(
        " ", [part if part.endswith(("?", ".")) else spoken("{text}.", "{text}.", text=part) for part in parts]
    )
