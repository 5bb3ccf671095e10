"""A world of cases in simulated time: the real core, the real outbox and recorder doubles, and faults between them.

Everything follows from the seed: two worlds of one seed have the same ledgers, byte for byte.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Any, TypeVar

from activities.memory import MemoryRecorder
from audit.invariants import Violation, check_story, replay_story, story_of
from cases.turn import CaseView, Notice, Recorded, Turn
from catalog.model import Definitions
from events.language.case_events import ApplicationSubmitted, EventRecord, canonical_json
from events.language.commands import Command, SubmitApplication
from events.language.identity import event_id_of, refusal_id_of
from events.language.routing import topics_of
from events.language.topics import Topics
from events.transport.memory import MemoryOutbox
from events.transport.ports import OutboxRow
from tests.audit.simulation.chances import CALM, LONG_DELAY_MAX, SECOND, Chances, Dice
from tests.audit.simulation.worker import CaseWorker
from tests.invariants import (
    acknowledged_once,
    effects_once,
    first_occurrences_in_order,
    outbox_on_topics,
    view_equals_story,
)

T = TypeVar("T")

START_AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HORIZON = timedelta(days=100)
RETRY_AFTER = timedelta(minutes=20)
TOPICS = Topics()
Receiver = Callable[[OutboxRow, EventRecord | Notice], None]


class World:
    """Some cases, their engine, and the wires. People are put into it by `tests.audit.simulation.people`."""

    def __init__(self, seed: int, chances: Chances | None = None) -> None:
        self.dice = Dice(seed)
        self.chances = chances or Chances.drawn(self.dice)
        self.now = START_AT
        self.skew = timedelta(0)
        self.recorder = MemoryRecorder()
        self.outbox = MemoryOutbox()
        self.on_topics: list[OutboxRow] = []
        self.workers: dict[str, CaseWorker] = {}
        self.definitions: dict[str, Definitions] = {}
        self.acknowledged: list[str] = []
        self.effects: list[str] = []
        self.lost_results = 0
        """Turns whose record stands and whose result a worker lost."""
        self.receive: Receiver = lambda _, __: None
        self._rows: list[OutboxRow] = []
        self._contents: dict[tuple[str, str], EventRecord | Notice] = {}
        self._lease = self.outbox.claim_shard(0)
        self._publishing = False
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        for _ in range(self.chances.jumps):
            self.later(self.dice.between(SECOND, HORIZON), self._jump)

    # ---- time

    def later(self, delay: timedelta, action: Callable[[], None]) -> None:
        """Do something after a while."""
        heapq.heappush(self._agenda, (self.now + delay, next(self._numbers), action))

    def run(self) -> None:
        """Let all that is to come, come."""
        while self._agenda:
            self.now, _, action = heapq.heappop(self._agenda)
            action()

    @property
    def is_busy(self) -> bool:
        """Whether people still begin new things."""
        return self.now < START_AT + HORIZON

    def calm_down(self) -> None:
        """No fault from now on."""
        self.chances = CALM
        self.skew = timedelta(0)

    def _jump(self) -> None:
        widest = self.dice.choice((2, 90, 7200, 100_000))
        self.skew = timedelta(seconds=self.dice.randint(-widest, widest))

    # ---- the way in

    def send(self, case_id: str, command: Command, *, exactly: bool = False, to_ack: str | None = None) -> None:
        """Send a message until it is acknowledged. `exactly`: it is received at this very instant."""
        self.later(timedelta(0) if exactly else self.dice.latency(), lambda: self._arrive(case_id, command, to_ack))

    def _arrive(self, case_id: str, command: Command, to_ack: str | None) -> None:
        if self.dice.happens(self.chances.loss):
            self.later(RETRY_AFTER, lambda: self._arrive(case_id, command, to_ack))
            return
        received = command.model_copy(update={"received_at": self.now})
        for _ in range(1 + self.dice.happens(self.chances.duplicate)):
            delay = self.dice.latency()
            if self.dice.happens(self.chances.long_delay):
                delay = self.dice.between(SECOND, LONG_DELAY_MAX)
            self.later(delay, lambda: self._deliver(case_id, received))
        if self.dice.happens(self.chances.loss):
            self.later(RETRY_AFTER, lambda: self._arrive(case_id, command, to_ack))
        elif to_ack is not None:
            self.acknowledged.append(to_ack)

    def _deliver(self, case_id: str, command: Command) -> None:
        if (case_id, command.command_id) in self.recorder.outcomes:
            return  # the bridge asks the inbox before it starts or wakes anything
        worker = self.workers.get(case_id)
        if worker is None and isinstance(command, SubmitApplication):
            worker = self.workers[case_id] = CaseWorker(self, case_id, self.definitions[case_id])
        if worker is not None and not worker.case.is_closed:
            worker.signal(command)

    # ---- the record, and the way out

    def record(self, turn: Turn) -> Recorded:
        """The recording transaction: ledger, inbox, read models and outbox, wholly or not at all."""
        written = len(self.recorder.ledger.get(turn.case_id, ()))
        notices = len(self.recorder.notices)
        recorded = finished(self.recorder.record(turn))
        for case_id, notice in self.recorder.notices[notices:]:
            topic = TOPICS.work(notice.department)
            self._put(topic, case_id, refusal_id_of(case_id, notice.command_id), None, notice)
        for record in self.recorder.ledger.get(turn.case_id, [])[written:]:
            event_id = event_id_of(record.case_id, record.sequence)
            for topic in topics_of(record, TOPICS):
                self._put(topic, record.case_id, event_id, record.sequence, record)
        return recorded

    def _put(
        self, topic: str, case_id: str, event_id: str, sequence: int | None, content: EventRecord | Notice
    ) -> None:
        row = OutboxRow(0, topic, case_id, event_id, type(content).__name__, "", self.now, case_id, sequence)
        self._contents[topic, event_id] = content
        self._rows.append(self.outbox.add(row))
        if not self._publishing:
            self._publishing = True
            self.later(self.dice.latency(), self._publish)

    def _publish(self) -> None:
        self._publishing = False
        assert self._lease is not None
        rows = self._lease.unpublished(100)
        sent: list[OutboxRow] = []
        for row in rows:
            sent.append(row)
            self.on_topics.append(row)
            for _ in range(1 + self.dice.happens(self.chances.duplicate)):
                self.later(self._lag(), partial(self._read, row))
            if self.dice.happens(self.chances.crash / 4):
                break
        # A publisher that is killed has sent more than it has marked: the rest is sent again, never left out.
        marked = len(sent) if not self.dice.happens(self.chances.crash) else self.dice.randint(0, len(sent))
        self._lease.mark_published([row.id for row in sent[:marked]])
        if marked < len(rows) or len(rows) == 100:
            self._publishing = True
            self.later(RETRY_AFTER, self._publish)

    def _read(self, row: OutboxRow) -> None:
        self.receive(row, self._contents[row.topic, row.event_id])

    def _lag(self) -> timedelta:
        lost = self.dice.happens(self.chances.loss)
        return self.dice.between(SECOND, timedelta(hours=8)) if lost else self.dice.latency()

    # ---- judgement

    def ledger_digest(self) -> str:
        """SHA-256 over every ledger, case by case."""
        digest = sha256()
        for case_id in sorted(self.recorder.ledger):
            for record in self.recorder.ledger[case_id]:
                digest.update(canonical_json(record).encode() + b"\n")
        return digest.hexdigest()

    def violations(self, *, open_ok: bool) -> list[Violation]:
        """Every finding about this world."""
        found: list[Violation] = []
        for case_id, records in self.recorder.ledger.items():
            story = story_of(self.definitions[case_id], records)
            found += check_story(story, open_ok=open_ok, until_at=self.now)
            found += replay_story(story)
            view, work = self.recorder.views.get(case_id), self.recorder.worklist.get(case_id, ())
            found += view_equals_story(story, view if isinstance(view, CaseView) else None, work)
        found += acknowledged_once(self.acknowledged, self._cases_of_applications())
        found += outbox_on_topics(_places(self._rows), _places(self.on_topics))
        for topic in {row.topic for row in self.on_topics}:
            rows = [row for row in self.on_topics if row.topic == topic and row.sequence is not None]
            found += first_occurrences_in_order((row.case_id, row.sequence or 0) for row in rows)
        return found + effects_once(self.effects)

    def _cases_of_applications(self) -> dict[str, list[str]]:
        cases: dict[str, list[str]] = {}
        for case_id, records in self.recorder.ledger.items():
            for record in records:
                if isinstance(record.event, ApplicationSubmitted):
                    cases.setdefault(record.event.application.application_id, []).append(case_id)
        return cases


def finished(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waited")


def _places(rows: list[OutboxRow]) -> set[str]:
    return {f"{row.topic} {row.event_id}" for row in rows}
