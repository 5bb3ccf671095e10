"""Text for people: English in place, said in another language where it is shown. The lowest room has it, so that all can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Final, Self

from wording.translations import translations

_PLAIN: Final = (str, int, float, Decimal, date, time, timedelta, type(None))
"""Details that stay what they are, so that a gap may say how they are written; any other is its own text at once."""


class LazyText(str):
    """A text that knows how to be said in another language; as a str it is the English, for logs and exceptions.

    `msgid`, `context` and `many` find it in the catalogue. Its {gaps} are filled from `details`, each in the same language;
    where there are none, they stay open.
    """

    msgid: str
    details: Mapping[str, object] | None
    context: str | None
    many: str | None

    def __new__(
        cls,
        msgid: str,
        details: Mapping[str, object] | None = None,
        context: str | None = None,
        many: str | None = None,
    ) -> Self:
        """The text; `many` is the English for a `count` in the details that is not one."""
        plain = None if details is None else {name: _plain(value) for name, value in details.items()}
        english = msgid if many is None or plain is None or plain["count"] == 1 else many
        text = super().__new__(cls, _filled(english, plain, "en"))
        text.msgid, text.details, text.context, text.many = msgid, plain, context, many
        return text

    def __reduce__(self) -> tuple[object, ...]:
        """Copies and pickles stay lazy."""
        return type(self), (self.msgid, self.details, self.context, self.many)

    def said_in(self, language: str) -> str:
        """The text in the language; what its catalogue lacks stays English."""
        return str(self) if language == "en" else _filled(self._pattern(language), self.details, language)

    def filled(self, **details: object) -> Self:
        """The text with these gaps filled as well."""
        return type(self)(self.msgid, {**(self.details or {}), **details}, self.context, self.many)

    def _pattern(self, language: str) -> str:
        known = translations(language)
        if self.many is not None and self.details is not None:
            return known.ngettext(self.msgid, self.many, int(str(self.details["count"])))
        return known.gettext(self.msgid) if self.context is None else known.pgettext(self.context, self.msgid)


class Layout(LazyText):
    """Texts put together in a way that is the same in every language, as `{label}: {text}`."""

    def _pattern(self, _language: str) -> str:
        return self.msgid


class Bilingual(LazyText):
    """A text that came with its Vietnamese, from a definition or over the wire."""

    vietnamese: str

    def __new__(cls, en: str, vi: str) -> Self:
        """The text in both languages."""
        text = super().__new__(cls, en)
        text.vietnamese = vi
        return text

    def __reduce__(self) -> tuple[object, ...]:
        """Copies and pickles keep both."""
        return type(self), (str(self), self.vietnamese)

    def _pattern(self, language: str) -> str:
        return in_language(self.vietnamese, language) if language == "vi" else self.msgid


Texts = Mapping[str, tuple[LazyText, LazyText]]
"""By key: what is wrong, and what to do; {names} come from the details."""


def _(msgid: str, /, **details: object) -> LazyText:
    """The text, for the catalogue too: a literal with named gaps. Without details it is a pattern, see `LazyText.filled`."""
    return LazyText(msgid, details or None)


def _p(context: str, msgid: str, /, **details: object) -> LazyText:
    """The same where one English has two Vietnamese: the context says which."""
    return LazyText(msgid, details or None, context)


def _n(one: str, many: str, count: int, /, **details: object) -> LazyText:
    """The text for `{count}` of something."""
    return LazyText(one, {"count": count, **details}, many=many)


def layout(pattern: str, /, **parts: object) -> LazyText:
    """The parts put together in a way that is the same in every language: no words in the pattern."""
    return Layout(pattern, parts or None)


def in_language(text: str, language: str) -> str:
    """The text in the language; one that is not ours, as a library's, stays as it is."""
    return text.said_in(language) if isinstance(text, LazyText) else str(text)


def message_and_remedy(texts: Texts, key: str, details: Mapping[str, object]) -> tuple[LazyText, LazyText]:
    """What a table says under the key: one sentence that says what is wrong, and one that says what to do."""
    message, remedy = texts[key]
    return message.filled(**details), remedy.filled(**details)


def joined(between: str, parts: Iterable[str]) -> LazyText:
    """The parts in one text, in each language with what stands between them there."""
    gaps = {f"part{number}": part for number, part in enumerate(parts)}
    return layout("{between}".join(f"{{{name}}}" for name in gaps), between=between, **gaps)


def sentences(*parts: str) -> LazyText:
    """The parts as sentences, each with one mark at its end."""
    return joined(" ", [part if part.endswith(("?", ".")) else layout("{text}.", text=part) for part in parts])


def _plain(value: object) -> object:
    return value if isinstance(value, _PLAIN) else str(value)


def _filled(pattern: str, details: Mapping[str, object] | None, language: str) -> str:
    if details is None:
        return pattern
    said = {name: in_language(value, language) if isinstance(value, str) else value for name, value in details.items()}
    return pattern.format_map(said)
