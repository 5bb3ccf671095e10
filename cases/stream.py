"""What every kind of stream does, written once: a draft of events, one turn in the order of time, the fold of a ledger. Pure.

A kind of stream is its types and its rules: a `StreamRules` of its own says how a state begins, what a command or a due
instant makes of it, and what its read models show. Cases and linked dossiers are two; docs/decisions/0033 says how to make a
third.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from cases.conflicts import conflict_outcome
from cases.turn import CaseView, CommandOutcome, DossierView, EscalationItem, Notice, Turn, WorkItem
from catalog.model import Definitions
from events.language.case_events import CaseEvent, EventRecord, RungFired, canonical_json
from events.language.commands import ENGINE, Actor, Command, Tick
from events.language.dossier_events import DossierRungFired
from events.language.identity import TICK_PREFIX
from events.language.refusals import Refusal, refuse
from sla.calendar import CalendarDefinition, WorkingCalendar, compiled
from sla.errors import CalendarRangeError


class StreamDefinitions(Protocol):
    """What a stream is decided under, as far as every kind has it."""

    @property
    def calendar(self) -> CalendarDefinition:
        """The calendar that the stream runs under."""
        ...


class StreamState(Protocol):
    """Where a stream stands: a fold of its events."""

    @property
    def stream_id(self) -> str:
        """The id of the stream in the ledger; also workflow id and Kafka key."""
        ...

    @property
    def definitions(self) -> StreamDefinitions:
        """What it is decided under now."""
        ...

    @property
    def sequence(self) -> int:
        """The number of its last event; 0 before the first."""
        ...

    @property
    def opened_at(self) -> datetime | None:
        """The business instant of its first event (UTC)."""
        ...

    @property
    def is_closed(self) -> bool:
        """Whether it has ended."""
        ...

    @property
    def outcome(self) -> str | None:
        """How it ended."""
        ...


S = TypeVar("S", bound=StreamState)
L = TypeVar("L", bound=StreamDefinitions)
"""Its law: the definitions."""


class StreamDraft(ABC, Generic[S]):
    """Collects the records that one command yields; each is evolved at once, so that the next rule sees what the last did.

    `at`: the business instant at which they count; `now`: the one at which they are decided (both UTC).
    """

    opening: ClassVar[type]
    """The type of a stream's first event."""
    record_type: ClassVar[type[EventRecord]] = EventRecord

    def __init__(self, state: S, *, at: datetime, now: datetime, command_id: str, actor: Actor) -> None:
        self.state = state
        self.at = at
        self.now = now
        self.command_id = command_id
        self.actor = actor
        self.records: list[EventRecord] = []

    @staticmethod
    @abstractmethod
    def evolve(state: Any, record: EventRecord, /) -> Any:
        """The state after one more event; each kind has its own."""

    @property
    def is_opening(self) -> bool:
        """Whether these are the first events of a stream: somebody can still be told to come again."""
        return bool(self.records) and isinstance(self.records[0].event, self.opening)

    @property
    def calendar(self) -> WorkingCalendar:
        """The working calendar that the stream runs under."""
        return compiled(self.state.definitions.calendar)

    def emit(self, event: CaseEvent) -> None:
        """Append an event and let the state evolve on it."""
        record = self.record_type(
            case_id=self.state.stream_id,
            sequence=self.state.sequence + 1,
            at=self.at,
            decided_at=self.now,
            command_id=self.command_id,
            actor=self.actor,
            event=event,
        )
        self.records.append(record)
        self.state = self.evolve(self.state, record)


R = TypeVar("R", bound=StreamDraft[Any])


class Projection(NamedTuple):
    """What the read models show of one stream."""

    view: CaseView | DossierView
    work: tuple[WorkItem, ...]
    escalations: tuple[EscalationItem, ...]


def received_at(state: StreamState, command: Command, now: datetime) -> datetime:
    """The receipt of a command, never in our future nor before its stream."""
    at = min(command.received_at, now)
    return (at if state.opened_at is None else max(at, state.opened_at)).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class StreamRules(Generic[S, L, R]):
    """The rules of one kind of stream, all pure; what all kinds have in common is decided here."""

    opening: type[Command]
    """The command that begins a stream; whatever the clocks say, it is decided first."""
    blank: Callable[[str, L], S]
    """The state before the first event."""
    evolve: Callable[[S, EventRecord], S]
    """The state after one more event. Total: it never fails on an event that `decide` produced."""
    draft: Callable[..., R]
    """An empty draft on a state; see StreamDraft."""
    next_due: Callable[[S], datetime | None]
    """The earliest business instant (UTC) at which something falls due by itself; None: nothing does."""
    fire: Callable[[R, Tick], None]
    """Lets everything happen that is due up to the tick's instant."""
    unknown: Refusal
    """The answer of a stream that is not there."""
    stranger: Callable[[S, Any], Refusal | None]
    """Why whoever sent a command has no say in the stream; None: it has a part in it."""
    apply: Callable[[R, Any], Refusal | None]
    """What a command makes happen, or why it may not: the state's own no first."""
    view: Callable[[S], Any]
    """The stream's row in its read model. Only for a stream that was opened."""

    counts_at: Callable[[S, Command, datetime], datetime] = received_at
    """The business instant (UTC) at which a command counts, when it is decided at another."""
    meant: Callable[[S, Command], Command] = lambda _, command: command
    """The command with the known names that it means, where names are written in two ways."""
    follow: Callable[[R], None] = lambda _: None
    """Lets happen what follows from every change, whatever made it."""
    calendar_of: Callable[[S, str | None], CalendarDefinition] = lambda state, _: state.definitions.calendar
    """The calendar with this id, which ends too early for a command; None, or not its own: the stream's."""
    work: Callable[[S], tuple[WorkItem, ...]] = lambda _: ()
    """The stream's whole worklist."""
    escalations: Callable[[S, Mapping[str, datetime]], tuple[EscalationItem, ...]] = lambda _, __: ()
    """All escalations that may be acknowledged, or were; with when each fired, as far as the events at hand say."""
    opened_under: Callable[[S], Definitions | None] = lambda _: None
    """What goes into the archive with the first turn; None: whoever opens the stream keeps it there."""
    notice: Callable[[Command, CommandOutcome], Notice | None] = lambda _, __: None
    """The answer that is owed to the sender of a refused command; None: it gets it otherwise."""
    turn_type: type[Turn] = Turn
    written_max_bytes: int | None = None
    """A turn that has written so much is over, and what is left waits for the next, which comes at once; None: it need not be
    measured, since no command makes much happen."""

    def decide(
        self, state: S, command: Command | Tick, now: datetime, *, hears_all: bool = False
    ) -> list[EventRecord] | Refusal:
        """The records that a command yields, or the refusal that says why it yields none.

        `now` is the business instant (UTC) at which it is decided; the command counts from its own `received_at`.
        `hears_all`: without asking who sends it, as older rules did; only to decide again what they decided.
        """
        drafted = self.draft_of(state, command, now, hears_all=hears_all)
        return drafted if isinstance(drafted, Refusal) else drafted.records

    def draft_of(self, state: S, command: Command | Tick, now: datetime, *, hears_all: bool = False) -> R | Refusal:
        """What `decide` says, together with the state as it is after it."""
        if isinstance(command, Tick):
            tick_id = f"{TICK_PREFIX}{command.due_at.isoformat()}"
            draft = self.draft(state, at=command.due_at, now=now, command_id=tick_id, actor=ENGINE)
            self.fire(draft, command)
        else:
            command = self.meant(state, command)
            at, actor = self.counts_at(state, command, now), command.actor.on_record
            if actor is not command.actor:
                command = command.model_copy(update={"actor": actor})
            draft = self.draft(state, at=at, now=now, command_id=command.command_id, actor=actor)
            try:
                refusal = (None if hears_all else self.stranger(state, command)) or self.apply(draft, command)
            except CalendarRangeError as error:
                return _out_of_range(self.calendar_of(state, error.calendar_id))
            if refusal is not None:
                return refusal
        if draft.records:
            self.follow(draft)
        return draft

    def fold(self, stream_id: str, definitions: L, records: Iterable[EventRecord]) -> S:
        """The state that a ledger yields."""
        return reduce(self.evolve, records, self.blank(stream_id, definitions))

    def project(self, stream_id: str, definitions: L, records: Sequence[EventRecord]) -> Projection:
        """A stream's rows in the read models: the fold of its ledger, nothing else."""
        return self.shown(self.fold(stream_id, definitions, records), records)

    def shown(self, state: S, records: Sequence[EventRecord]) -> Projection:
        """The rows of a state that all these records made."""
        return Projection(self.view(state), self.work(state), self.escalations(state, fired_among(records)))

    def take_turn(
        self, state: S, commands: Sequence[Command], now: datetime, conflicting: Sequence[Command] = ()
    ) -> Turn | None:
        """Decide what waits. None: nothing is to be recorded. `conflicting`: those whose ids other commands had.

        An instant that passed before a command was received is decided before it, one that passed after it comes after it:
        so nobody pays for a worker that was away. An answer received exactly at a due instant is in time.
        """
        bench = _Bench(self, state, now)
        for command in conflicting:
            bench.refuse(command, conflict_outcome(command))
        # Two topics, two brokers, two clocks: whatever they say, a stream begins with its opening.
        for command in sorted(commands, key=lambda one: (not isinstance(one, self.opening), one.received_at)):
            bench.pass_time_before(command)
            if bench.is_full:
                # What is left waits for the next turn: it is neither settled nor passed.
                break
            bench.take(command)
        bench.pass_time_until(now, itself=True)
        return bench.turn()


class _Bench(Generic[S, L, R]):
    def __init__(self, rules: StreamRules[S, L, R], state: S, now: datetime) -> None:
        self.rules = rules
        self.before = self.state = state
        self.now = now
        self.records: list[EventRecord] = []
        self.outcomes: list[CommandOutcome] = []
        self.notices: list[Notice] = []
        self.opened = False
        self.written_bytes = 0

    @property
    def is_full(self) -> bool:
        most = self.rules.written_max_bytes
        return most is not None and self.written_bytes > most

    def pass_time_until(self, until: datetime, *, itself: bool) -> None:
        while not self.is_full and (due_at := self.rules.next_due(self.state)) is not None:
            if due_at > until or (due_at == until and not itself):
                return
            drafted = self.rules.draft_of(self.state, Tick(due_at=due_at), self.now)
            if isinstance(drafted, Refusal) or not drafted.records:
                return
            self._add(drafted)

    def pass_time_before(self, command: Command) -> None:
        # It counts later than its receipt where what it answers began later; and what passes then may move that again.
        until: datetime | None = None
        while until != (until := self.rules.counts_at(self.state, command, self.now)):
            self.pass_time_until(until, itself=False)

    def take(self, command: Command) -> None:
        drafted = self.rules.draft_of(self.state, command, self.now)
        if isinstance(drafted, Refusal):
            self.refuse(command, CommandOutcome(command_id=command.command_id, refusal=drafted, digest=command.digest))
            return
        self.opened = self.opened or isinstance(command, self.rules.opening)
        self.outcomes.append(CommandOutcome(command_id=command.command_id, digest=command.digest))
        self._add(drafted)

    def refuse(self, command: Command, outcome: CommandOutcome) -> None:
        self.outcomes.append(outcome)
        notice = self.rules.notice(command, outcome)
        if notice is not None:
            self.notices.append(notice)

    def turn(self) -> Turn | None:
        if not self.records and not self.outcomes:
            return None
        return self.rules.turn_type(
            case_id=self.state.stream_id,
            expected_sequence=self.before.sequence + 1,
            records=tuple(self.records),
            outcomes=tuple(self.outcomes),
            notices=tuple(self.notices),
            view=self.rules.view(self.state) if self.records else None,
            work=self.rules.work(self.state),
            escalations=self._escalations() if self.records else None,
            opening=self.rules.opened_under(self.state) if self.opened else None,
        )

    def _escalations(self) -> tuple[EscalationItem, ...] | None:
        now = self.rules.escalations(self.state, fired_among(self.records))
        return None if now == self.rules.escalations(self.before, {}) else now

    def _add(self, drafted: R) -> None:
        self.records.extend(drafted.records)
        self.state = drafted.state
        if self.rules.written_max_bytes is not None:
            self.written_bytes += sum(len(canonical_json(record).encode()) for record in drafted.records)


def fired_among(records: Iterable[EventRecord]) -> dict[str, datetime]:
    """When the rungs fired that these events tell of, by escalation id."""
    return {
        record.event.escalation_id: record.at
        for record in records
        if isinstance(record.event, RungFired | DossierRungFired)
    }


def _out_of_range(calendar: CalendarDefinition) -> Refusal:
    first, last = str(calendar.first_day), str(calendar.last_day)
    return refuse("calendar_range", None, calendar=calendar.id, first=first, last=last)
