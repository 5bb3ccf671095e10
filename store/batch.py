"""The statements of the recording transaction: each takes arrays, so that a batch costs the same few whatever its size."""

# ruff: noqa: S608 - the statements are built from the field names of our own models, never from data

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cases.turn import CaseView, CommandOutcome, DossierView, EscalationItem, Notice, Turn, WorkItem
from events.language.case_events import CalendarExhausted, EventRecord, RungFired, SuspensionReviewDue, canonical_json
from events.language.chain import link
from events.language.dossier_events import DossierRungFired
from events.language.identity import event_id_of, refusal_id_of
from events.language.notices import AnswerRefused
from events.language.routing import topics_of
from events.language.topics import Topics
from store.arrays import Blobs, Instants, Ints, Kinds, Rows, Shorts, Texts
from store.database import Session

SLOTS = 64
"""The outbox is cut into this many parts for ever; a publisher of shard s among n serves those with `slot % n == s`."""
OUTBOX_CHANNEL = "greenlane_outbox"
ALERTING = (RungFired, DossierRungFired, SuspensionReviewDue, CalendarExhausted)
"""What somebody is told of by e-mail and webhook: a fired rung, and a duty of which no clock tells."""

VIEW_COLUMNS = tuple(CaseView.model_fields)
DOSSIER_COLUMNS = tuple(DossierView.model_fields)
WORK_COLUMNS = tuple(WorkItem.model_fields)
ESCALATION_COLUMNS = tuple(EscalationItem.model_fields)


def columns(names: Iterable[str], prefix: str = "") -> str:
    """Column names as SQL."""
    return ", ".join(f'{prefix}"{name}"' for name in names)


def _excluded(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}" = excluded."{name}"' for name in names)


LOCK_HEADS = "SELECT case_id, sequence, hash FROM cases WHERE case_id = ANY(%s::text[]) ORDER BY case_id FOR UPDATE"
LEDGER_HEADS = (
    "SELECT DISTINCT ON (case_id) case_id, sequence, hash FROM ledger WHERE case_id = ANY(%s::text[])"
    " ORDER BY case_id, sequence DESC"
)
SETTLED = (
    "SELECT c.case_id, c.command_id, c.refusal, c.digest FROM unnest(%s::text[], %s::text[]) AS t(case_id, command_id)"
    " JOIN commands c ON c.case_id = t.case_id AND c.command_id = t.command_id"
)
STANDING = (
    "SELECT l.case_id, l.sequence, l.body FROM unnest(%s::text[], %s::int[]) AS t(case_id, first)"
    " JOIN ledger l ON l.case_id = t.case_id AND l.sequence >= t.first ORDER BY l.case_id, l.sequence"
)
NEXT_ORDINALS = (
    "INSERT INTO dossier_codes AS d (agency_code, day, last_ordinal)"
    " SELECT * FROM unnest(%s::text[], %s::date[], %s::int[])"
    " ON CONFLICT (agency_code, day) DO UPDATE SET last_ordinal = d.last_ordinal + excluded.last_ordinal"
    " RETURNING agency_code, day, last_ordinal"
)
ADD_LEDGER = (
    "INSERT INTO ledger (case_id, sequence, body, hash, type, at)"
    " SELECT * FROM unnest(%s::text[], %s::int[], %s::text[], %s::bytea[], %s::text[], %s::timestamptz[])"
)
ADD_OUTBOX = (
    "INSERT INTO outbox (slot, topic, case_id, sequence, event_id, name, body, at)"
    " SELECT slot, topic, case_id, sequence, event_id, name, body, coalesce(at, now())"
    " FROM unnest(%s::int2[], %s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])"
    " AS t(slot, topic, case_id, sequence, event_id, name, body, at) RETURNING id, slot"
)
ADD_COMMANDS = (
    "INSERT INTO commands (case_id, command_id, accepted, refusal, digest)"
    " SELECT i, c, r IS NULL, r, d FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS t(i, c, r, d)"
)
PUT_CASES = (
    f"INSERT INTO cases (hash, view, {columns(VIEW_COLUMNS)})"
    f" SELECT t.hash, t.view, {columns(VIEW_COLUMNS, 'r.')} FROM unnest(%s::bytea[], %s::text[]) AS t(hash, view),"
    " LATERAL json_populate_record(NULL::cases, t.view::json) AS r"
    f" ON CONFLICT (case_id) DO UPDATE SET hash = excluded.hash, view = excluded.view, {_excluded(VIEW_COLUMNS[1:])}"
)
PUT_DOSSIERS = (
    f"INSERT INTO dossiers (view, {columns(DOSSIER_COLUMNS)})"
    f" SELECT t.view, {columns(DOSSIER_COLUMNS, 'r.')} FROM unnest(%s::text[]) AS t(view),"
    " LATERAL json_populate_record(NULL::dossiers, t.view::json) AS r"
    f" ON CONFLICT (case_id) DO UPDATE SET view = excluded.view, {_excluded(DOSSIER_COLUMNS[1:])}"
)
DROP_WORK = (
    "DELETE FROM worklist w WHERE w.case_id = ANY(%s::text[]) AND NOT EXISTS"
    " (SELECT FROM unnest(%s::text[], %s::text[]) AS k(case_id, step_id) WHERE k.case_id = w.case_id AND k.step_id = w.step_id)"
)
REPLACE_WORK = (
    f"INSERT INTO worklist (item, {columns(WORK_COLUMNS)})"
    f" SELECT t.item, {columns(WORK_COLUMNS, 'r.')} FROM unnest(%s::text[]) AS t(item),"
    " LATERAL json_populate_record(NULL::worklist, t.item::json) AS r"
    f" ON CONFLICT (case_id, step_id) DO UPDATE SET item = excluded.item, {_excluded(WORK_COLUMNS[2:])}"
)
PUT_WORK = REPLACE_WORK + (" WHERE worklist.item IS DISTINCT FROM excluded.item")
DROP_ESCALATIONS = (
    "DELETE FROM escalations e WHERE e.case_id = ANY(%s::text[]) AND NOT EXISTS (SELECT FROM"
    " unnest(%s::text[], %s::text[]) AS k(case_id, id) WHERE k.case_id = e.case_id AND k.id = e.escalation_id)"
)
REPLACE_ESCALATIONS = (
    f"INSERT INTO escalations ({columns(ESCALATION_COLUMNS)})"
    f" SELECT {columns(ESCALATION_COLUMNS, 'r.')} FROM unnest(%s::text[]) AS t(item),"
    " LATERAL json_populate_record(NULL::escalations, t.item::json) AS r"
    f" ON CONFLICT (case_id, escalation_id) DO UPDATE SET {_excluded(ESCALATION_COLUMNS[2:])}"
)
# When one fired, the turn knows in which it fired, and no later one.
PUT_ESCALATIONS = REPLACE_ESCALATIONS.replace('"fired_at" = excluded."fired_at", ', "")
ADD_ALERTS = (
    "INSERT INTO alerts (case_id, sequence, event_id, channel)"
    " SELECT * FROM unnest(%s::text[], %s::int[], %s::text[], %s::text[])"
)
ADD_DEFINITIONS = (
    "INSERT INTO definitions (digest, body) SELECT * FROM unnest(%s::text[], %s::text[]) ON CONFLICT DO NOTHING"
)
MARK_OPENED = "UPDATE applications SET opened = true WHERE case_id = ANY(%s::text[]) AND NOT opened"
# One statement for all that nearly every turn writes: apart they cost the recorder 2 ms of CPU a transaction, not 1.
# The parts touch different rows, so it does not matter in which order PostgreSQL runs them.
WRITE = (
    f"WITH a AS ({ADD_LEDGER}), b AS ({ADD_OUTBOX}), c AS (INSERT INTO outbox_unpublished (id, slot) SELECT id, slot FROM b),"
    f" d AS ({ADD_COMMANDS}), e AS ({PUT_CASES}), f AS ({DROP_WORK}), g AS ({PUT_WORK}), h AS ({MARK_OPENED})"
    f" SELECT pg_notify('{OUTBOX_CHANNEL}', '') WHERE %s"
)
# What is written beside no turn: the bridge and the command line answer where no case can, and have no right to the ledger.
ANSWER = (
    f"WITH b AS ({ADD_OUTBOX}), c AS (INSERT INTO outbox_unpublished (id, slot) SELECT id, slot FROM b), d AS ({ADD_COMMANDS})"
    f" SELECT pg_notify('{OUTBOX_CHANNEL}', '') WHERE %s"
)

LEDGER: Kinds = (Texts, Ints, Texts, Blobs, Texts, Instants)
OUTBOX: Kinds = (Shorts, Texts, Texts, Ints, Texts, Texts, Texts, Instants)
COMMANDS: Kinds = (Texts, Texts, Texts, Texts)
HEADS: Kinds = (Blobs, Texts)
WORK_KEYS: Kinds = (Texts, Texts)
ESCALATION_KEYS: Kinds = (Texts, Texts)
ALERTS: Kinds = (Texts, Ints, Texts, Texts)
DEFINITIONS: Kinds = (Texts, Texts)


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
    dossiers: Texts = field(default_factory=Texts)
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
        if isinstance(turn.view, DossierView):
            self.dossiers.append(turn.view.model_dump_json())
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
        return not (self.alerts or self.definitions or self.dossiers or self.escalated)

    def send(self, session: Session) -> None:
        """Send all statements; in a pipeline their errors come with the commit."""
        answers = (*self.outbox.columns, *self.commands.columns)
        if self.ledger:
            rows = (*self.heads.columns, self.work_cases, *self.work_keys.columns, self.work, self.opened)
            session.execute(WRITE, (*self.ledger.columns, *answers, *rows, len(self.outbox) > 0), prepare=True)
        elif self.commands:
            session.execute(ANSWER, (*answers, len(self.outbox) > 0), prepare=True)
        if self.alerts:
            session.execute(ADD_ALERTS, self.alerts.columns, prepare=True)
        if self.definitions:
            session.execute(ADD_DEFINITIONS, self.definitions.columns, prepare=True)
        if self.dossiers:
            session.execute(PUT_DOSSIERS, (self.dossiers,), prepare=True)
        if self.escalated:
            session.execute(DROP_ESCALATIONS, (self.escalated, *self.escalation_keys.columns), prepare=True)
            session.execute(PUT_ESCALATIONS, (self.escalations,), prepare=True)
