"""The statements of the recording transaction: each takes arrays, so that a batch costs the same few whatever its size."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cases.turn import CommandOutcome, DossierView, Notice, Turn
from events.language.case_events import CalendarExhausted, EventRecord, RungFired, SuspensionReviewDue, canonical_json
from events.language.chain import link
from events.language.dossier_events import DossierRungFired
from events.language.identity import event_id_of, refusal_id_of
from events.language.notices import AnswerRefused
from events.language.routing import topics_of
from events.language.topics import Topics
from store.arrays import Blobs, Column, Instants, Ints, Kinds, Rows, Shorts, Texts
from store.database import Session
from store.statements import statements_in

SLOTS = 64
"""The outbox is cut into this many parts for ever; a publisher of shard s among n serves those with `slot % n == s`."""
ALERTING = (RungFired, DossierRungFired, SuspensionReviewDue, CalendarExhausted)
"""What somebody is told of by e-mail and webhook: a fired rung, and a duty of which no clock tells."""

SQL: Final = statements_in("turns")
VIEWS: Final = statements_in("views")
ROWS_APART: Final[Mapping[type, str]] = {DossierView: VIEWS["put_dossiers"]}
"""What puts the rows of a kind of stream that has its own table; a case's, its worklist and its head go with the ledger."""

LEDGER: Final[Kinds] = {
    "ledger_case_ids": Texts,
    "ledger_sequences": Ints,
    "ledger_bodies": Texts,
    "ledger_hashes": Blobs,
    "ledger_types": Texts,
    "ledger_at": Instants,
}
OUTBOX: Final[Kinds] = {
    "outbox_slots": Shorts,
    "outbox_topics": Texts,
    "outbox_case_ids": Texts,
    "outbox_sequences": Ints,
    "outbox_event_ids": Texts,
    "outbox_names": Texts,
    "outbox_bodies": Texts,
    "outbox_at": Instants,
}
COMMANDS: Final[Kinds] = {
    "command_case_ids": Texts,
    "command_ids": Texts,
    "command_refusals": Texts,
    "command_digests": Texts,
}
HEADS: Final[Kinds] = {"hashes": Blobs, "views": Texts}
WORK_KEYS: Final[Kinds] = {"waiting_case_ids": Texts, "waiting_step_ids": Texts}
ESCALATION_KEYS: Final[Kinds] = {"standing_case_ids": Texts, "standing_ids": Texts}
ALERTS: Final[Kinds] = {"case_ids": Texts, "sequences": Ints, "event_ids": Texts, "channels": Texts}
DEFINITIONS: Final[Kinds] = {"digests": Texts, "bodies": Texts}


def slot_of(case_id: str) -> int:
    """The part of the outbox that holds all messages of this case, in order."""
    return zlib.crc32(case_id.encode()) % SLOTS


@dataclass(slots=True)
class Batch:
    """All that a set of turns writes, gathered, then sent."""

    topics: Topics
    channels: Sequence[str] = ()
    ledger: Rows = field(default_factory=lambda: Rows(LEDGER))
    outbox: Rows = field(default_factory=lambda: Rows(OUTBOX))
    commands: Rows = field(default_factory=lambda: Rows(COMMANDS))
    heads: Rows = field(default_factory=lambda: Rows(HEADS))
    work_cases: Texts = field(default_factory=Texts)
    work_keys: Rows = field(default_factory=lambda: Rows(WORK_KEYS))
    work: Texts = field(default_factory=Texts)
    alerts: Rows = field(default_factory=lambda: Rows(ALERTS))
    definitions: Rows = field(default_factory=lambda: Rows(DEFINITIONS))
    opened: Texts = field(default_factory=Texts)
    rows_apart: defaultdict[type, Texts] = field(default_factory=lambda: defaultdict(Texts))
    escalated: Texts = field(default_factory=Texts)
    escalation_keys: Rows = field(default_factory=lambda: Rows(ESCALATION_KEYS))
    escalations: Texts = field(default_factory=Texts)

    def add_turn(self, turn: Turn, previous_hash: bytes) -> bytes:
        """Gather what one turn writes, after a ledger that ends with this hash; the hash with which it ends then.

        The dossier code is in the turn already.
        """
        self.add_outcomes(turn.case_id, turn.outcomes)
        for notice in turn.notices:
            self.add_notice(turn.case_id, notice)
        if turn.view is None:
            return previous_hash
        digest = previous_hash
        for record in turn.records:
            digest = self._add_record(record, digest)
        if type(turn.view) in ROWS_APART:
            self.rows_apart[type(turn.view)].append(turn.view.model_dump_json())
        else:
            self.heads.add(digest, turn.view.model_dump_json())
            self.work_cases.append(turn.case_id)
            for item in turn.work:
                self.work_keys.add(item.case_id, item.step_id)
                self.work.append(item.model_dump_json())
        self._add_escalations(turn)
        if turn.expected_sequence == 1:
            self.opened.append(turn.case_id)
        return digest

    def _add_escalations(self, turn: Turn) -> None:
        if turn.escalations is None:
            return
        self.escalated.append(turn.case_id)
        for item in turn.escalations:
            self.escalation_keys.add(item.case_id, item.escalation_id)
            self.escalations.append(item.model_dump_json())

    def add_outcomes(self, case_id: str, outcomes: Iterable[CommandOutcome]) -> None:
        """Gather how commands ended."""
        for outcome in outcomes:
            refusal = None if outcome.refusal is None else outcome.refusal.model_dump_json()
            self.commands.add(case_id, outcome.command_id, refusal, outcome.digest)

    def add_notice(self, case_id: str, notice: Notice) -> None:
        """Gather the answer to a refused command. Its instant is the database's: nothing in the ledger has it."""
        # To a department on its work topic, to a submitting system on its answers.
        case_id = notice.named or case_id
        topics, event_id = self.topics, refusal_id_of(case_id, notice.settled_as or notice.command_id)
        topic = topics.work(notice.department) if notice.department is not None else topics.answers(notice.system or "")
        answer = AnswerRefused.of(notice.refusal, case_id=case_id, command_id=notice.command_id, step_id=notice.step_id)
        name, body = AnswerRefused.__name__, answer.model_dump_json()
        self.outbox.add(slot_of(case_id), topic, case_id, None, event_id, name, body, None)

    def _add_record(self, record: EventRecord, previous_hash: bytes) -> bytes:
        body = canonical_json(record)
        digest = link(previous_hash, body)
        case_id, sequence, name, at = record.case_id, record.sequence, record.event.type, record.at
        self.ledger.add(case_id, sequence, body, digest, name, at)
        event_id = event_id_of(case_id, sequence)
        for topic in topics_of(record, self.topics):
            self.outbox.add(slot_of(case_id), topic, case_id, sequence, event_id, name, None, at)
        if isinstance(record.event, ALERTING):
            for channel in self.channels:
                self.alerts.add(case_id, sequence, event_id, channel)
        return digest

    @property
    def is_one_statement(self) -> bool:
        """Whether everything goes in one statement."""
        return not (self.alerts or self.definitions or self.rows_apart or self.escalated)

    def send(self, session: Session) -> None:
        """Send all statements; in a pipeline their errors come with the commit."""
        if self.ledger:
            session.execute(SQL["write_turns"], self._answers | self._turns, prepare=True)
        elif self.commands:
            session.execute(SQL["write_answers"], self._answers, prepare=True)
        if self.alerts:
            session.execute(SQL["add_alerts"], self.alerts.columns, prepare=True)
        if self.definitions:
            session.execute(SQL["add_definitions"], self.definitions.columns, prepare=True)
        for kind, views in self.rows_apart.items():
            session.execute(ROWS_APART[kind], {"views": views}, prepare=True)
        if self.escalated:
            standing = self.escalation_keys.columns | {"case_ids": self.escalated}
            session.execute(VIEWS["drop_escalations"], standing, prepare=True)
            session.execute(SQL["put_escalations"], {"items": self.escalations}, prepare=True)

    @property
    def _answers(self) -> dict[str, Column | bool]:
        return {**self.outbox.columns, **self.commands.columns, "has_messages": len(self.outbox) > 0}

    @property
    def _turns(self) -> dict[str, Column]:
        rows = self.ledger.columns | self.heads.columns | self.work_keys.columns
        return rows | {
            "work_case_ids": self.work_cases,
            "work_items": self.work,
            "opened_case_ids": self.opened,
        }
