"""Reads on record, for programs and for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from presentation.actors import actor_text
from presentation.blocks import Block, Inline, Table, dim, line, stacked, table_of
from presentation.instants import instant_json
from presentation.moments import Moments
from services.reads_on_record import Read, ReadList, RecordedRead
from wording.text import _

SAID: Final = ("actor", "door", "purpose", "case_id", "subject", "as_of", "known_at", "filter", "count")
"""What programs are told of a read beside when it was and under which account of the database."""


def read_json_of(recorded: RecordedRead) -> dict[str, Any]:
    """One read as programs get it; `at` is real time (UTC), `as_of` and `known_at` are business instants.

    All that was said is null where what stands there is no read.
    """
    placed = {"at": instant_json(recorded.at), "account": recorded.account}
    return placed | (dict.fromkeys(SAID) if recorded.read is None else _said_json(recorded.read))


def _said_json(read: Read) -> dict[str, Any]:
    return {
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
    yield _table(found, moments)
    if found.total > len(found.reads):
        yield line(words(_("{shown} of {total} shown."), shown=len(found.reads), total=found.total))
    oldest = found.reads[-1].at.astimezone(moments.zone).isoformat(timespec="seconds")
    yield dim(words(_("At is real time, as --from and --to take it; that of the last line is {at}."), at=oldest))
    if moments.scale is not None and any(one.read is not None and one.read.as_of for one in found.reads):
        yield line(moments.scale)


def _table(found: ReadList, moments: Moments) -> Table:
    words = moments.words
    table = table_of(None, *map(words, (_("Number"), _("At"), _("Who\nDoor"), _("Purpose"), _("What"), _("Count"))))
    for one in found.reads:
        who, purpose, what, count = _said(one.read, moments)
        number, at = str(one.position), moments.two_lines(one.at)
        table.add(number, at, stacked(*who, dim(one.account)), purpose, stacked(*what), count, ends=True)
    return table


def _said(read: Read | None, moments: Moments) -> tuple[tuple[Inline, ...], str, tuple[str, ...], str]:
    """Who, why, what, and how much."""
    words = moments.words
    if read is None:
        return (), "-", (words(_("no read: it was put there past this program")),), "-"
    who = (actor_text(read.actor, words, moments.names), dim(words.named("door", read.door)))
    return who, read.purpose, tuple(_what(read, moments)), str(read.count)


def _what(read: Read, moments: Moments) -> Iterator[str]:
    words = moments.words
    yield from (name for name in (read.case_id, read.subject) if name is not None)
    if read.filter is not None:
        yield ", ".join(_narrowed(*each) for each in read.filter.items()) or words(_("everything"))
    for said_of, instant in ((_("as of {at}"), read.as_of), (_("as known at {at}"), read.known_at)):
        if instant is not None:
            yield words(said_of, at=moments.instant(instant))


def _narrowed(name: str, value: object) -> str:
    """What one option narrowed a list to, as it is typed."""
    if value is True:
        return name
    if isinstance(value, list):
        return f"{name}={'+'.join(map(str, value))}"
    return f"{name}={value}"
