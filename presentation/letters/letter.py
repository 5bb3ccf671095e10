"""A letter about one alert, in the recipient's language or in both. No personal data: the dossier's code, nobody's name.

No ids either but that code: the command that acknowledges, on a line of its own, is the one thing for a machine.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cases.audience import Audience
from cases.stamp import STAMP
from presentation.instants import end_said
from presentation.letters.matter import Detail, Matter, Scene
from presentation.letters.requests import request_of
from presentation.letters.sentences import lead_of, title_of
from presentation.names import role_said
from wording.foreign import visible
from wording.text import Bilingual, LazyText, _, in_language, joined

WIDTH: Final = 76
"""Columns of a line of mail (RFC 5322 section 2.1.1 advises at most 78)."""
SUBJECT_MAX: Final = 110
LANGUAGES: Final = ("vi", "en")
INDENT: Final = "  "
_AFTER_NUMBER: Final = re.compile(r"(?<=[\d×]) (?=[\w×])")
"""A number stays on the line of its unit, a day on that of its hour."""
_UNBROKEN: Final = "\u2007"
_BETWEEN: Final = "-" * WIDTH

OPERATOR: Final = _("whoever runs Greenlane here")
UNHELD: Final = _(
    "This letter is meant for {role}, but the catalogue names nobody who holds that "
    "role, so that it goes to the installation's own address. Please enter a holder, and "
    "pass this letter on."
)
ACKNOWLEDGE: Final = _(
    "To acknowledge it, so that it is reported no further up, run this command or pass it to whoever runs the system:"
)
FIND: Final = _("To look at the dossier, run:")
FOOTER: Final = _("As of {at}. Sent by the Greenlane system; please do not reply to it.")


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a text in each language, and the order in which a recipient reads them."""

    subject: LazyText
    text: LazyText
    languages: tuple[str, ...]

    @property
    def subject_line(self) -> str:
        """The subject in the first of the recipient's languages."""
        return in_language(self.subject, self.languages[0])

    @property
    def whole(self) -> str:
        """The text in every language of the recipient."""
        return f"\n{_BETWEEN}\n\n".join(in_language(self.text, language) for language in self.languages)


def languages_of(audience: Audience, first: str) -> tuple[str, ...]:
    """The languages in which an audience is written to: its own, or both, with the installation's first."""
    if audience.language != "both":
        return (audience.language,)
    return tuple(sorted(LANGUAGES, key=lambda language: language != first))


def letter_of(matter: Matter, scene: Scene) -> Letter:
    """The letter about one alert."""
    return Letter(
        subject=subject_of(matter),
        text=in_each(lambda language: _text(matter, scene, language)),
        languages=languages_of(matter.audience, scene.language),
    )


def subject_of(matter: Matter) -> LazyText:
    """What it is about, and which dossier: short enough for a list of mails."""

    def said(language: str) -> str:
        title, code = in_language(title_of(matter), language), matter.code or in_language(matter.named, language)
        step = "" if matter.step is None else f", {in_language(matter.step, language)}"
        return shortened(f"[Greenlane] {title}: {code}{step}")

    return in_each(said)


def greeting_of(audience: Audience, scene: Scene, language: str) -> str:
    """To whom the letter is written."""
    held = role_said(scene.catalog, audience.role, audience.department)
    return in_language(_("To: {name}", name=held if audience.addresses else OPERATOR), language)


def unheld_of(audience: Audience, scene: Scene) -> LazyText | None:
    """That nobody holds the role, and who gets the letter instead; None: somebody does."""
    if audience.addresses:
        return None
    return UNHELD.filled(role=role_said(scene.catalog, audience.role, audience.department))


def footer_of(scene: Scene) -> LazyText:
    """As of when it is true, and that nobody reads an answer."""
    return FOOTER.filled(at=end_said(scene.now, scene.zone))


def shortened(subject: str) -> str:
    """A subject that fits into a list of mails."""
    return textwrap.shorten(visible(subject), SUBJECT_MAX, placeholder=" …")


def lines_of(text: str, indent: str = "", first: str | None = None) -> str:
    """The text in lines that a mail may have."""
    filled = textwrap.fill(
        _AFTER_NUMBER.sub(_UNBROKEN, text),
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace(_UNBROKEN, " ")


def commands_of(matter: Matter, language: str, indent: str = "") -> list[str]:
    """The command that acknowledges, and the one that finds a dossier without a code, each with what it is for."""
    actions: Sequence[tuple[LazyText, str | None]] = ((ACKNOWLEDGE, matter.command), (FIND, matter.find))
    return [
        f"{lines_of(in_language(text, language), indent)}\n{indent}{INDENT}{command}"
        for text, command in actions
        if command is not None
    ]


def _text(matter: Matter, scene: Scene, language: str) -> str:
    def put(said: LazyText | None) -> list[str]:
        return [] if said is None else [lines_of(in_language(said, language))]

    paragraphs = [
        # Every page of a green case is stamped.
        *([f"*** {STAMP} ***"] if matter.is_green else []),
        greeting_of(matter.audience, scene, language),
        *put(unheld_of(matter.audience, scene)),
        *put(lead_of(matter)),
        *put(_aside(matter)),
        "\n".join(_line(detail, language) for detail in matter.details),
        *put(request_of(matter)),
        *commands_of(matter, language),
        *put(footer_of(scene)),
    ]
    return visible("\n\n".join(paragraphs), lines=True) + "\n"


def _aside(matter: Matter) -> LazyText | None:
    """What must be known beside the first sentence."""
    extra = matter.extra if matter.topic == "consultation" else None
    parts = [
        part for part in (extra, matter.standing if matter.resolution is None else None, matter.resolution) if part
    ]
    if not parts:
        return None
    return joined(" ", parts)


def _line(detail: Detail, language: str) -> str:
    return lines_of(in_language(detail.text, language), INDENT * 2, f"{INDENT}{in_language(detail.label, language)}: ")


def in_each(said: Callable[[str], str]) -> LazyText:
    """What a function says in each language."""
    return Bilingual(said("en"), said("vi"))
