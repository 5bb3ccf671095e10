"""Reads on record, for programs and for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from presentation.actors import actor_text
from presentation.blocks import Block, dim, line, stacked, table_of
from presentation.instants import instant_json
from presentation.moments import Moments
from services.reads_on_record import ReadList, RecordedRead
from wording.text import _


def read_json_of(recorded: RecordedRead) -> dict[str, Any]:
    """One read as programs get it; `at` is real time (UTC), `as_of` and `known_at` are business instants."""
    read = recorded.read
    return {
        "at": instant_json(recorded.at),
        "actor": read.actor.model_dump(mode="json"),
        "door": read.door,
        "purpose": read.purpose,
        "case_id": read.case_id,
        "subject": read.subject,
        "as_of": None if read.as_of is None else instant_json(read.as_of),
        "known_at": None if read.known_at is None else instant_json(read.known_at),
        "filter": None if read.filter is None else dict(read.filter),
        "count": read.count,
    }


def reads_json(found: ReadList) -> dict[str, Any]:
    """The answer of `reads --json`."""
    return {"ok": True, "total": found.total, "reads": [read_json_of(one) for one in found.reads]}


def reads_screen(found: ReadList, moments: Moments) -> Iterator[Block]:
    """One line a read, the newest first, with its number in the log of reads; or that there is none."""
    words = moments.words
    if not found.reads:
        yield line(words(_("Nobody looked at it.")))
        return
    table = table_of(None, *map(words, (_("Number"), _("At"), _("Who\nDoor"), _("Purpose"), _("What"), _("Count"))))
    for one in found.reads:
        read = one.read
        table.add(
            str(one.position),
            # Reads tell real time; a screen has one time only.
            moments.two_lines(moments.time.to_business(one.at)),
            stacked(actor_text(read.actor, words, moments.names), dim(words.named("door", read.door))),
            read.purpose,
            stacked(*_what(one, moments)),
            str(read.count),
            ends=True,
        )
    yield table
    if found.total > len(found.reads):
        yield line(words(_("{shown} of {total} shown."), shown=len(found.reads), total=found.total))
    if moments.scale is not None:
        yield line(moments.scale)


def _what(recorded: RecordedRead, moments: Moments) -> Iterator[str]:
    read, words = recorded.read, moments.words
    yield from (name for name in (read.case_id, read.subject) if name is not None)
    if read.filter is not None:
        said = ", ".join(f"{name}={value}" for name, value in read.filter.items())
        yield said or words(_("everything"))
    for said_of, instant in ((_("as of {at}"), read.as_of), (_("as known at {at}"), read.known_at)):
        if instant is not None:
            yield words(said_of, at=moments.instant(instant))
