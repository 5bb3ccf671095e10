"""Dead letters as a list, and one of them with all that is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from events.language.topics import DEAD_LETTER_SUFFIX
from events.transport.filed_letters import Letter
from presentation.blocks import Block, Inline, dim, facts, line, stacked, table_of
from presentation.json_of_dead_letters import dead_letter_json
from presentation.moments import Moments
from services.dead_letters import FiledLetter
from wording.text import _, _p


def dead_letter_list(letters: Sequence[FiledLetter], moments: Moments) -> Block:
    """One line a letter, or that there is none."""
    words = moments.words
    if not letters:
        return line(words(_("There are no dead letters.")))
    table = table_of(None, *map(words, (_("Topic\nLetter"), _("At"), _("Message\nField"), _("Reason"))))
    for filed in letters:
        letter = filed.letter
        table.add(
            # Both are typed to look at it, or to send it again.
            stacked(
                filed.topic.removesuffix(DEAD_LETTER_SUFFIX),
                letter.id,
                dim(words(_("sent again"))) if letter.replayed_at else None,
            ),
            # Letters tell real time; a screen has one time only.
            moments.two_lines(moments.time.to_business(letter.dead_at)),
            stacked(_kind(letter, moments), dim(letter.field or "")),
            _reason(filed, moments),
            ends=True,
        )
    return table


def dead_letter_screen(filed: FiledLetter, moments: Moments, *, content: bool) -> Iterator[Block]:
    """One letter: why it lies there, its headers, and where wanted the message itself."""
    words, letter = moments.words, filed.letter
    known = {name: _fact(name, value, moments) for name, value in dead_letter_json(filed).items()}
    known |= {"reason": _reason(filed, moments)}
    yield facts((words.named("letter", name), text) for name, text in known.items())
    headers = table_of(words(_("Headers")), words(_("Name")), words(_("Value")))
    for name, text in letter.header_texts.items():
        headers.add(name, text)
    yield headers
    if content:
        yield line((letter.value or b"").decode("utf-8", "replace"))


def _kind(letter: Letter, moments: Moments) -> Inline:
    """What kind of message it was, or why nobody here can tell."""
    match letter.seal:
        case "closed":
            return dim(moments.words(_p("letter", "sealed")))
        case "destroyed":
            return dim(moments.words(_p("letter", "erased")))
    return _message_name(letter.event_type, moments)


def _fact(name: str, value: Any, moments: Moments) -> str:
    """As people read it: instants as this screen shows them, a truth in words."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return moments.words(_("yes") if value else _("no"))
    if name.endswith("_at"):
        return moments.instant(moments.time.to_business(datetime.fromisoformat(value)), seconds=True)
    if name == "seal":
        return moments.words.named("seal", value)
    return _message_name(value, moments) if name == "event_type" else str(value)


def _message_name(event_type: str | None, moments: Moments) -> str:
    """A kind of message in words; what is none of ours is shown as it came."""
    return moments.words.named("command", event_type)


def _reason(filed: FiledLetter, moments: Moments) -> str:
    """Why it could not be used; an older letter says it in English only."""
    if moments.words.language == "en":
        return filed.letter.reason
    return filed.letter.reason_vi or moments.words(_p("letter_in_english", "{reason}"), reason=filed.letter.reason)
