"""Deciding streams again from their ledger: each accepted command is put together from its events and decided anew. Pure.

An event of an accepted command holds what the command said and who gave it, so that the command can be made again;
`received_at` is the instant at which it counted. Refused commands left no event, and are not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from audit.violation import Violation
from cases.stream import StreamRules, StreamState
from events.language.case_events import EventRecord, canonical_json
from events.language.commands import Command, Tick
from events.language.identity import TICK_PREFIX
from events.language.refusals import Refusal

S = TypeVar("S", bound=StreamState)


class Answer(NamedTuple, Generic[S]):
    """The events of one accepted command, and the state that it was decided on."""

    before: S
    records: Sequence[EventRecord]


Draft = tuple[type[Command], dict[str, Any]]
"""A command's type, and what it says beside its id, its receipt and its sender."""
Makers = Mapping[type, Callable[[Any, Answer[Any]], Draft]]
"""By the first event of a command's answer: what makes the command of that event and the answer."""


def is_equal(recorded: EventRecord, again: EventRecord) -> bool:
    """Whether two records are the same bytes."""
    return canonical_json(recorded) == canonical_json(again)


def redecide(
    rules: StreamRules[S, Any, Any],
    answers: Iterable[Answer[S]],
    makers: Makers,
    *,
    is_same: Callable[[EventRecord, EventRecord], bool] = is_equal,
    hears_all: bool = False,
) -> Iterator[Violation]:
    """What the rules of today would have decided otherwise than the ledger says.

    `is_same`: whether what the ledger holds is what today's rules say; `hears_all`: as for StreamRules.decide.
    """
    for answer in answers:
        record, message = answer.records[0], None
        command = command_of(answer, makers)
        if command is None:
            message = f"no command begins with {record.event.type}"
        else:
            try:
                decided = rules.decide(answer.before, command, record.decided_at, hears_all=hears_all)
            except Exception as error:
                # On a state that no rule could have made: the auditor goes on with the next command.
                message = f"{type(command).__name__} cannot be decided: {error!r}"
            else:
                record, message = _difference(answer.records, decided, is_same)
        if message is not None:
            yield Violation("I2", record.case_id, record.sequence, message)


def _difference(
    records: Sequence[EventRecord],
    decided: list[EventRecord] | Refusal,
    is_same: Callable[[EventRecord, EventRecord], bool],
) -> tuple[EventRecord, str | None]:
    """The record where a decision differs from the ledger, and in what; None: it does not."""
    if isinstance(decided, Refusal):
        return records[0], f"would be refused today: {decided.code}"
    for recorded, again in zip(records, decided, strict=False):
        if not is_same(recorded, again):
            if again.event.type == recorded.event.type:
                return recorded, f"today's rules give {again.event.type} another content"
            return recorded, f"today's rules say {again.event.type}, the ledger {recorded.event.type}"
    if len(decided) != len(records):
        return records[0], f"today's rules yield {len(decided)} events, the ledger holds {len(records)}"
    return records[0], None


def command_of(answer: Answer[Any], makers: Makers) -> Command | Tick | None:
    """The command that these events answer; None: no command begins like this, or not on this state."""
    first = answer.records[0]
    if first.command_id.startswith(TICK_PREFIX):
        return Tick(due_at=first.at)
    make = makers.get(type(first.event))
    if make is None or first.actor is None:
        return None
    try:
        kind, fields = make(first.event, answer)
        return kind(command_id=first.command_id, received_at=first.at, actor=first.actor, **fields)
    except (LookupError, ValueError):
        return None  # a ledger that was tampered with may name what is not there, or leave out what a command must say


def says(kind: type[Command], *names: str) -> Callable[[Any, Answer[Any]], Draft]:
    """Makes a command that says what its event says, under the same names."""
    return lambda event, _: (kind, fields_of(event, *names))


def fields_of(event: Any, *names: str) -> dict[str, Any]:
    """What an event says under these names."""
    return {name: getattr(event, name) for name in names}


E = TypeVar("E")


def first_of(kind: type[E], records: Iterable[EventRecord]) -> E | None:
    """The first event of a type; None: there is none."""
    return next((record.event for record in records if isinstance(record.event, kind)), None)
