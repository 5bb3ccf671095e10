"""Many alerts to one audience as one letter: how many of each kind, the most urgent first, each a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from presentation.letters.letter import (
    INDENT,
    Letter,
    footer_of,
    greeting_of,
    in_each,
    languages_of,
    lines_of,
    shortened,
    unheld_of,
)
from presentation.letters.matter import Matter, Scene
from presentation.letters.requests import request_of
from presentation.letters.sentences import lead_of, title_of
from wording.foreign import visible
from wording.text import LazyText, _, in_language, layout

_TOPICS: Final = (
    *("statutory", "joint", "green", "step", "consultation"),
    *("supplement", "explanation", "stop", "suspension", "calendar"),
)
_KINDS: Final = ("escalation", "breach", "past_appointment", "duty", "warning")
"""The most urgent first: what stands unacknowledged, what is late, what will be."""
SUBJECT: Final = _("[Greenlane] {count} alerts: {counts}")
HEAD: Final = _("{count} alerts wait to be read: {counts}. The most urgent stand first.")
NAMED: Final = 3
"""So many kinds a subject names; the text counts them all."""
MORE: Final = _("others")
ACKNOWLEDGE: Final = _("Acknowledge: {command}")


def digest_of(matters: Sequence[Matter], scene: Scene) -> Letter:
    """One letter about all of them. They have one audience: the same addresses, the same languages."""
    ordered = sorted(matters, key=_urgency)
    groups = [list(group) for _, group in groupby(ordered, key=title_of)]
    audience = matters[0].audience
    return Letter(
        subject=in_each(lambda language: _subject(groups, language)),
        text=in_each(lambda language: _text(groups, scene, language)),
        languages=languages_of(audience, scene.language),
    )


def _urgency(matter: Matter) -> tuple[bool, int, int, int, str, float]:
    # What was settled before the letter was written is only for the record.
    done = matter.resolution is not None
    place = _KINDS.index(matter.kind), -matter.level, _TOPICS.index(matter.topic)
    return done, *place, title_of(matter), matter.at.timestamp()


def _subject(groups: Sequence[Sequence[Matter]], language: str) -> str:
    counts = _counts(groups, language)
    named = counts[:NAMED] + ([in_language(MORE, language)] if len(counts) > NAMED else [])
    return shortened(in_language(SUBJECT, language).format(count=sum(map(len, groups)), counts="; ".join(named)))


def _counts(groups: Sequence[Sequence[Matter]], language: str) -> list[str]:
    """How many of each kind, such as `2 × QUÁ HẠN`; one kind may stand in two groups, of different urgency."""
    counts: dict[str, int] = {}
    for group in groups:
        title = in_language(title_of(group[0]), language)
        counts[title] = counts.get(title, 0) + len(group)
    return [f"{count} × {title}" for title, count in counts.items()]


def _text(groups: Sequence[Sequence[Matter]], scene: Scene, language: str) -> str:
    audience = groups[0][0].audience
    counts = "; ".join(_counts(groups, language))
    unheld = unheld_of(audience, scene)
    paragraphs = [
        greeting_of(audience, scene, language),
        *([] if unheld is None else [lines_of(in_language(unheld, language))]),
        lines_of(in_language(HEAD, language).format(count=sum(map(len, groups)), counts=counts)),
    ]
    number = 1
    for group in groups:
        paragraphs.append(f"{in_language(title_of(group[0]), language)} ({len(group)})")
        for matter in group:
            paragraphs.append(_item(number, matter, language))
            number += 1
    paragraphs.append(lines_of(in_language(footer_of(scene), language)))
    return visible("\n\n".join(paragraphs), lines=True) + "\n"


def _item(number: int, matter: Matter, language: str) -> str:
    """One alert: what is the matter, with which dates, whose turn it is, what to do; and the command, where there is one."""
    turn = None if matter.turn is None or matter.resolution else _turn(matter.turn)
    sentences = [lead_of(matter), *_facts(matter), turn, matter.standing, matter.resolution, request_of(matter)]
    text = " ".join(in_language(sentence, language) for sentence in sentences if sentence is not None)
    indent = INDENT * 2
    lines = [lines_of(text, indent, f"{number:>2}. ")]
    command = matter.command or matter.find
    if command is not None:
        label = ACKNOWLEDGE if matter.command else _("Look: {command}")
        lines.append(indent + in_language(label, language).format(command=command))
    return "\n".join(lines)


def _facts(matter: Matter) -> list[LazyText]:
    """Which procedure, and both dates."""
    return [layout("{label}: {text}.", label=d.label, text=d.text) for d in matter.details if d.in_brief]


def _turn(turn: LazyText) -> LazyText:
    return _("It waits for {turn}.", turn=turn)
