"""Dead letters as lists and screens, and what goes to Kafka again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from events.language.topics import DEAD_LETTER_SUFFIX
from events.transport.dead_letters import Letter, LetterBox, dead_letter_topics, filled
from events.transport.errors import TopicMissingError
from events.transport.letters import texts_of
from events.transport.producer import Producer
from greenlane.cli.output import table_of
from greenlane.cli.progress import counted
from greenlane.cli.session import Session
from presentation.instants import instant_json
from store.outbox import Outbox

SUBMISSIONS: Final = "submissions"
LOOK_SECONDS: Final = 0.2
STALLED_SECONDS: Final = 30.0
"""When the publisher has sent nothing for so long, it does not run: what waits is sent when it does."""


def box_of(session: Session, topic: str) -> LetterBox:
    """The dead letters that a name means: a topic, `submissions`, or the id of a department or a submitting system.

    Raises TopicMissingError.
    """
    cluster, topics = session.wiring.cluster, session.wiring.topics
    if topic == SUBMISSIONS:
        meant = [topics.submissions]
    else:
        # No system has a department's id.
        meant = [topic] if "." in topic else [topics.decisions(topic), topics.submissions_of(topic)]
    existing = dead_letter_topics(cluster, topics)
    boxes = [LetterBox(cluster, name) for name in meant]
    found = next((box for box in boxes if box.topic in existing), None)
    if found is None:
        raise TopicMissingError(topic=boxes[0].topic)
    return found


def letters_of(session: Session, topic: str | None, *, with_replayed: bool) -> list[tuple[str, Letter]]:
    """Dead letters with the topic they lie on: of one topic, or of all that hold any. Raises TransportError."""
    cluster = session.wiring.cluster
    if topic is not None:
        boxes = [box_of(session, topic)]
    else:
        names = filled(cluster, dead_letter_topics(cluster, session.wiring.topics))
        boxes = [LetterBox(cluster, name) for name in names]
    return [(box.topic, letter) for box in boxes for letter in box.letters(with_replayed=with_replayed)]


def replayed(session: Session, box: LetterBox, ids: Sequence[str] | None) -> tuple[Letter, ...]:
    """Send letters again; None: all that wait. Raises TransportError."""
    with Producer(session.wiring.cluster, client_id="greenlane-replay") as producer:
        return box.replay(producer, session.wiring.topics, ids)


def as_json(topic: str, letter: Letter, *, content: bool = False) -> dict[str, Any]:
    """A letter for machines; the message itself only where that is asked for."""
    found = {
        "dead_letter_topic": topic,
        "id": letter.id,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "code": letter.code,
        "field": letter.field,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "first_seen_at": letter.first_seen_at,
        "dead_at": instant_json(letter.dead_at),
        "key": letter.key,
        "event_id": letter.event_id,
        "event_type": letter.event_type,
        "size_bytes": letter.size_bytes,
        "omitted": letter.omitted,
        "replayed_at": letter.replayed_at,
    }
    return found | {"content": (letter.value or b"").decode("utf-8", "replace")} if content else found


def letter_table(session: Session, found: Sequence[tuple[str, Letter]]) -> Table:
    """One line a letter."""
    words, moments = session.words, session.moments
    table = table_of(None, *map(words, ("topic_and_letter", "at", "message", "reason")))
    for topic, letter in found:
        again = f"\n[dim]{words('sent_again')}[/dim]" if letter.replayed_at else ""
        field = f"\n[dim]{escape(letter.field)}[/dim]" if letter.field else ""
        table.add_row(
            # Both are typed to look at it, or to send it again.
            f"{topic.removesuffix(DEAD_LETTER_SUFFIX)}\n{letter.id}{again}",
            # Letters tell real time; a screen has one time only.
            moments.two_lines(moments.time.to_business(letter.dead_at)),
            f"{escape(_message_name(letter.event_type, session))}{field}",
            escape(_letter_reason(letter, session)),
            end_section=True,
        )
    return table


def letter_screen(topic: str, letter: Letter, session: Session, *, content: bool) -> Iterator[RenderableType]:
    """One letter: why it lies there, its headers, and where asked the message itself."""
    grid = Table.grid(padding=(0, 2))
    words = session.words
    for name, value in as_json(topic, letter).items():
        shown = _letter_reason(letter, session) if name == "reason" else _letter_value(name, value, session)
        grid.add_row(f"[bold]{words(f'letter.{name}')}[/bold]", escape(shown))
    yield grid
    headers = table_of(session.words("headers"), session.words("name"), session.words("value"))
    for name, text in texts_of(letter.headers).items():
        headers.add_row(escape(name), escape(text))
    yield headers
    if content:
        yield escape((letter.value or b"").decode("utf-8", "replace"))


def _letter_value(name: str, value: Any, session: Session) -> str:
    """A fact of a letter as people read it: instants as this screen shows them, a truth in words."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return session.words("yes" if value else "no")
    if name.endswith("_at"):
        moments = session.moments
        return moments.instant(moments.time.to_business(datetime.fromisoformat(value)), seconds=True)
    return _message_name(value, session) if name == "event_type" else str(value)


def _message_name(event_type: str | None, session: Session) -> str:
    """A kind of message in words; what is none of ours is shown as it came."""
    return session.words.named("command", event_type)


def _letter_reason(letter: Letter, session: Session) -> str:
    """Why it could not be used; an older letter says it in English only."""
    if session.words.language == "en":
        return letter.reason
    return letter.reason_vi or session.words("letter_in_english", reason=letter.reason)


def sent_again(session: Session, from_id: int, *, wait: bool) -> tuple[int, int]:
    """Owe Kafka the outbox again; how many rows that are, and how many still wait in the end. Raises Unavailable."""
    outbox = Outbox(session.wiring.store)
    rows = outbox.republish(from_id)
    left = outbox.lag().rows
    if not wait:
        return rows, left
    with counted(session.words("republishing"), left) as told:
        moved_at = time.monotonic()
        while left and time.monotonic() - moved_at < STALLED_SECONDS:
            time.sleep(LOOK_SECONDS)
            now_left = outbox.lag().rows
            if now_left < left:
                told(left - now_left)
                moved_at = time.monotonic()
            left = now_left
    return rows, left
