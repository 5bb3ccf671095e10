"""Recording: one transaction writes what many turns decided, each wholly or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import psycopg

from cases.turn import CommandOutcome, Recorded, Turn, acceptance_of, with_dossier_code
from events.language.case_events import ApplicationSubmitted
from events.language.chain import GENESIS
from events.language.identity import dossier_code_of
from events.language.topics import Topics
from store import batch as statements
from store.arrays import Days, Ints, Texts
from store.batch import Batch, Session
from store.database import Store
from store.errors import LedgerBehind, LedgerRowBroken, MalformedTurn, StoreError, failure_of
from store.group_commit import GroupCommit, waves
from store.ledger import record_of_row
from store.outcome import outcome_of

Answer = Recorded | Exception
Settled = dict[tuple[str, str], CommandOutcome]
"""Outcomes by (case id, command id)."""

CONFLICTS = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
"""Another writer was in the way of one of the turns: the others must not wait for it."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a case's ledger ends."""

    sequence: int
    hash: bytes


EMPTY = Head(0, GENESIS)


class Recorder:
    """Writes turns to the ledger, the outbox, the inbox and the read models. Safe for several threads and event loops."""

    def __init__(self, store: Store, topics: Topics, channels: Sequence[str] = ()) -> None:
        """`channels`: the ways of alerting that are configured (`webhook`, `email`); each fired rung gets a delivery for each."""
        self._store = store
        self._topics = topics
        self._channels = tuple(channels)
        self._session: Session | None = None
        self._kept_digests: set[str] = set()
        self._commit: GroupCommit[Turn, Recorded] = GroupCommit("recorder", self._write)

    async def record(self, turn: Turn) -> Recorded:
        """Write the turn, or learn what stands in its place; from an event loop.

        Idempotent: after StoreUnavailable the same call again is safe, whether or not the first was committed. Raises
        StoreUnavailable (retryable), RecorderClosed (retryable elsewhere), LedgerBehind, MalformedTurn.
        """
        return await self._commit.submit(turn)

    def record_now(self, turn: Turn) -> Recorded:
        """The same, blocking, for tools."""
        return self._commit.submit_now(turn)

    def close(self) -> None:
        """Write what waits, then give the connection back."""
        self._commit.close()
        self._drop_session()

    def _write(self, turns: Sequence[Turn]) -> Sequence[Answer]:
        answers: dict[int, Answer] = {}
        for wave in waves(turns, _case_of):
            answers.update(zip(wave, self._write_wave([turns[index] for index in wave]), strict=True))
        return [answers[index] for index in range(len(turns))]

    def _write_wave(self, turns: Sequence[Turn]) -> Sequence[Answer]:
        """Turns of different cases: together; and one by one when something about one of them is in the way."""
        try:
            return self._attempt(turns, alone=False)
        except StoreError as failure:
            return [failure] * len(turns)
        except Exception:
            return [self._write_alone(turn) for turn in turns]

    def _write_alone(self, turn: Turn) -> Answer:
        try:
            try:
                return self._attempt([turn], alone=True)[0]
            except psycopg.errors.IntegrityError:
                # A writer of another process committed the same turn between our look and our write: now it is seen.
                return self._attempt([turn], alone=True)[0]
        except (psycopg.errors.IntegrityError, psycopg.errors.DataError) as refused:
            reason = refused.diag.constraint_name or type(refused).__name__
            return MalformedTurn(case_id=turn.case_id, reason=f"the database refuses it ({reason})")
        except psycopg.Error as error:
            return failure_of(error) or error
        except Exception as error:
            return error

    def _attempt(self, turns: Sequence[Turn], *, alone: bool) -> Sequence[Answer]:
        """One transaction. Raises StoreError for what concerns all turns; after any exception nothing was written."""
        session = self._session_now()
        try:
            with session.pipeline():
                try:
                    attempt = Attempt(session, self._topics, self._channels, self._kept_digests)
                    answers = attempt.write(turns, look_into_ledger=alone)
                    session.commit()
                except BaseException:
                    self._abandon(session)
                    raise
        except psycopg.Error as error:
            failure = failure_of(error)
            if failure is None or isinstance(error, CONFLICTS):
                raise
            raise failure from error
        self._kept_digests |= attempt.new_digests
        return answers

    def _session_now(self) -> Session:
        if self._session is None or self._session.closed:
            self._session = self._store.open_session("recorder")
        return self._session

    def _abandon(self, session: Session) -> None:
        """Undo the transaction; a connection that cannot even do that is given up."""
        try:
            session.rollback()
        except psycopg.Error:
            self._drop_session()

    def _drop_session(self) -> None:
        # Another server, or an older copy of this one, may answer next time: it may not have what we think it keeps.
        self._kept_digests.clear()
        if self._session is not None:
            with suppress(psycopg.Error):
                self._session.close()
            self._session = None


class Attempt:
    """One transaction's worth of deciding what may be written."""

    def __init__(self, session: Session, topics: Topics, channels: Sequence[str], kept_digests: set[str]) -> None:
        self._session = session
        self._batch = Batch(topics, channels)
        self._kept_digests = kept_digests
        self.new_digests: set[str] = set()

    def write(self, turns: Sequence[Turn], *, look_into_ledger: bool) -> Sequence[Answer]:
        """Lock the heads, write what follows them, and answer the rest with what stands."""
        heads, settled = self._look(turns, look_into_ledger)
        answers: list[Answer | None] = [_fault_of(turn, heads[turn.case_id]) for turn in turns]
        lawful = [index for index, answer in enumerate(answers) if answer is None]
        following = [i for i in lawful if _follows(turns[i], heads[turns[i].case_id], settled)]
        self._replay([i for i in lawful if i not in set(following)], turns, settled, answers)
        for index, turn in zip(following, self._with_codes([turns[i] for i in following]), strict=True):
            self._batch.add_turn(turn, heads[turn.case_id].hash)
            self._keep_definitions(turn)
            answers[index] = Recorded(records=turn.records, outcomes=turn.outcomes)
        self._batch.send(self._session)
        return [answer for answer in answers if answer is not None]

    def _look(self, turns: Sequence[Turn], look_into_ledger: bool) -> tuple[dict[str, Head], Settled]:
        case_ids = Texts(turn.case_id for turn in turns)
        commands = [key for turn in turns for key in _keys_of(turn)]
        found = self._session.execute(statements.LOCK_HEADS, (case_ids,), prepare=True, binary=True)
        columns = Texts(case_id for case_id, _ in commands), Texts(command_id for _, command_id in commands)
        known = commands and self._session.execute(statements.SETTLED, columns, prepare=True, binary=True)
        heads = {case_id: Head(sequence, digest) for case_id, sequence, digest in found}
        # The read model may have been emptied for a rebuild; the ledger still knows. A first turn is not expected there.
        doubtful = Texts(
            t.case_id for t in turns if t.case_id not in heads and (look_into_ledger or t.expected_sequence > 1)
        )
        if doubtful:
            rows = self._session.execute(statements.LEDGER_HEADS, (doubtful,), prepare=True, binary=True)
            heads.update((case_id, Head(sequence, digest)) for case_id, sequence, digest in rows)
        return (
            {case_id: heads.get(case_id, EMPTY) for case_id in case_ids},
            {(case_id, command_id): outcome_of(command_id, refusal) for case_id, command_id, refusal in known or ()},
        )

    def _with_codes(self, turns: list[Turn]) -> list[Turn]:
        """The turns, with a dossier code in each that accepts an application."""
        wanted: list[tuple[str, date] | None] = []
        for turn in turns:
            acceptance = acceptance_of(turn)
            wanted.append((acceptance.agency_code, acceptance.received_on) if acceptance else None)
        counts = Counter(key for key in wanted if key)
        if not counts:
            return turns
        keys = sorted(counts)  # Always the same order, so that two writers never wait for each other in a circle.
        columns = Texts(key[0] for key in keys), Days(key[1] for key in keys), Ints(counts[key] for key in keys)
        rows = self._session.execute(statements.NEXT_ORDINALS, columns, prepare=True, binary=True)
        last_before = {(agency, day): last - counts[agency, day] for agency, day, last in rows}
        coded: list[Turn] = []
        for turn, key in zip(turns, wanted, strict=True):
            if key is None:
                coded.append(turn)
                continue
            last_before[key] += 1
            coded.append(with_dossier_code(turn, dossier_code_of(*key, last_before[key])))
        return coded

    def _keep_definitions(self, turn: Turn) -> None:
        if turn.opening is None:
            return
        for record in turn.records:
            # The event names the digest: the definitions themselves, a year of calendar, need no hashing per case.
            if isinstance(record.event, ApplicationSubmitted) and record.event.definitions_digest in self._kept_digests:
                return
        digest = turn.opening.digest
        if digest not in self.new_digests:
            self.new_digests.add(digest)
            self._batch.definitions.add(digest, turn.opening.model_dump_json(exclude_defaults=True))

    def _replay(
        self,
        indexes: list[int],
        turns: Sequence[Turn],
        settled: Settled,
        answers: list[Answer | None],
    ) -> None:
        """Answer turns that may not be written with what stands in their place."""
        if not indexes:
            return
        columns = Texts(turns[i].case_id for i in indexes), Ints(turns[i].expected_sequence for i in indexes)
        rows: dict[str, list[tuple[str, int, str]]] = {}
        for row in self._session.execute(statements.STANDING, columns, prepare=True, binary=True):
            rows.setdefault(row[0], []).append((row[0], row[1], row[2]))
        for index in indexes:
            turn = turns[index]
            known = tuple(settled[key] for key in _keys_of(turn) if key in settled)
            try:
                records = tuple(record_of_row(*row) for row in rows.get(turn.case_id, ()))
                answers[index] = Recorded(records=records, outcomes=known)
            except LedgerRowBroken as broken:
                answers[index] = broken


def _keys_of(turn: Turn) -> list[tuple[str, str]]:
    return [(turn.case_id, outcome.command_id) for outcome in turn.outcomes]


def _case_of(turn: Turn) -> str:
    return turn.case_id


def _follows(turn: Turn, head: Head, settled: Settled) -> bool:
    return head.sequence + 1 == turn.expected_sequence and not any(key in settled for key in _keys_of(turn))


def _fault_of(turn: Turn, head: Head) -> StoreError | None:
    """Why the turn can never be recorded, whatever stands."""
    if bool(turn.records) != (turn.view is not None):
        return MalformedTurn(case_id=turn.case_id, reason="events and view must come together")
    for sequence, record in enumerate(turn.records, turn.expected_sequence):
        if record.sequence != sequence or record.case_id != turn.case_id:
            return MalformedTurn(case_id=turn.case_id, reason=f"event {sequence} is not at its place")
    if turn.view is not None and (turn.view.sequence, turn.view.case_id) != (turn.records[-1].sequence, turn.case_id):
        return MalformedTurn(case_id=turn.case_id, reason="the view is of another event")
    if any(item.case_id != turn.case_id for item in turn.work):
        return MalformedTurn(case_id=turn.case_id, reason="the worklist is of another case")
    if head.sequence + 1 < turn.expected_sequence:
        return LedgerBehind(case_id=turn.case_id, expected_sequence=turn.expected_sequence, last_sequence=head.sequence)
    return None
