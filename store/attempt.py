"""One transaction of the recorder: which turns may be written, what they write, and what stands instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Final

from cases.turn import CommandOutcome, Recorded, Turn, acceptance_of, with_dossier_code
from events.language.case_events import ApplicationSubmitted
from events.language.chain import GENESIS
from events.language.identity import dossier_code_of
from events.language.topics import Topics
from store.arrays import Days, Ints, Texts
from store.batch import Batch
from store.database import Session, transaction
from store.errors import LedgerBehind, LedgerRowBroken, MalformedTurn, StoreError
from store.ledger import record_of_row
from store.outcome import outcome_of
from store.statements import statements_in

SQL: Final = statements_in("turns")

Answer = Recorded | Exception
Settled = dict[tuple[str, str], CommandOutcome]
"""Outcomes by (stream id, command id)."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger of a case or dossier ends."""

    sequence: int
    hash: bytes


EMPTY = Head(0, GENESIS)


class Attempt:
    """What one transaction writes. After any exception it wrote nothing."""

    def __init__(self, session: Session, topics: Topics, channels: Sequence[str], kept_digests: Set[str]) -> None:
        """`kept_digests`: definitions that this database is known to have."""
        self._session = session
        self._batch = Batch(topics, channels)
        self._kept_digests = kept_digests
        self.new_digests: set[str] = set()
        self.new_heads: dict[str, Head] = {}
        self.closed: set[str] = set()

    def write_after(self, turns: Sequence[Turn], heads: Mapping[str, Head]) -> Sequence[Answer]:
        """Write turns with events after heads that the caller remembers, without looking: half the price of looking.

        Where memory is wrong, the keys of `ledger` and `commands` refuse, and psycopg's IntegrityError is raised.
        """
        if any(acceptance_of(turn) for turn in turns):
            with transaction(self._session):
                coded = self._with_codes(turns)
                self._gather(coded, heads)
                self._batch.send(self._session)
            return [_written(turn) for turn in coded]
        self._gather(turns, heads)
        # A single statement is a transaction by itself.
        with nullcontext() if self._batch.is_one_statement else transaction(self._session):
            self._batch.send(self._session)
        return [_written(turn) for turn in turns]

    def look_and_write(self, turns: Sequence[Turn], *, look_into_ledger: bool) -> Sequence[Answer]:
        """Lock the heads, write what follows them, and answer the rest with what stands."""
        with transaction(self._session):
            heads, settled = self._look(turns, look_into_ledger)
            answers: list[Answer | None] = [fault_of(turn, heads[turn.case_id]) for turn in turns]
            lawful = [index for index, answer in enumerate(answers) if answer is None]
            following = [i for i in lawful if _follows(turns[i], heads[turns[i].case_id], settled)]
            self._replay([i for i in lawful if i not in set(following)], turns, settled, answers)
            coded = self._with_codes([turns[i] for i in following])
            self._gather(coded, heads)
            for index, turn in zip(following, coded, strict=True):
                answers[index] = _written(turn)
            self._batch.send(self._session)
        return [answer for answer in answers if answer is not None]

    def _gather(self, turns: Sequence[Turn], heads: Mapping[str, Head]) -> None:
        for turn in turns:
            digest = self._batch.add_turn(turn, heads[turn.case_id].hash)
            self._keep_definitions(turn)
            if turn.view is not None and turn.view.closed_at is not None:
                self.closed.add(turn.case_id)
            elif turn.view is not None:
                self.new_heads[turn.case_id] = Head(turn.records[-1].sequence, digest)

    def _look(self, turns: Sequence[Turn], look_into_ledger: bool) -> tuple[dict[str, Head], Settled]:
        stream_ids = Texts(turn.case_id for turn in turns)
        commands = [key for turn in turns for key in _keys_of(turn)]
        head_rows = self._session.execute(SQL["lock_heads"], {"case_ids": stream_ids}, prepare=True, binary=True)
        keys = {"case_ids": Texts(key[0] for key in commands), "command_ids": Texts(key[1] for key in commands)}
        known = commands and self._session.execute(SQL["find_outcomes"], keys, prepare=True, binary=True)
        heads = {stream_id: Head(sequence, digest) for stream_id, sequence, digest in head_rows}
        # The read model may have been emptied for a rebuild; the ledger still knows. A first turn is not expected there.
        doubtful = Texts(
            t.case_id for t in turns if t.case_id not in heads and (look_into_ledger or t.expected_sequence > 1)
        )
        if doubtful:
            rows = self._session.execute(SQL["find_ledger_heads"], {"case_ids": doubtful}, prepare=True, binary=True)
            heads.update((stream_id, Head(sequence, digest)) for stream_id, sequence, digest in rows)
        return (
            {turn.case_id: heads.get(turn.case_id, EMPTY) for turn in turns},
            {(row[0], row[1]): outcome_of(*row[1:]) for row in known or ()},
        )

    def _with_codes(self, turns: Sequence[Turn]) -> Sequence[Turn]:
        """The turns, with a dossier code in each that accepts an application."""
        wanted: list[tuple[str, date] | None] = []
        for turn in turns:
            acceptance = acceptance_of(turn)
            wanted.append((acceptance.agency_code, acceptance.received_on) if acceptance else None)
        counts = Counter(key for key in wanted if key)
        if not counts:
            return turns
        keys = sorted(counts)  # Always the same order, so that two writers never wait for each other in a circle.
        columns = {
            "agency_codes": Texts(key[0] for key in keys),
            "days": Days(key[1] for key in keys),
            "numbers": Ints(counts[key] for key in keys),
        }
        rows = self._session.execute(SQL["take_ordinals"], columns, prepare=True, binary=True)
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
        columns = {
            "case_ids": Texts(turns[i].case_id for i in indexes),
            "sequences": Ints(turns[i].expected_sequence for i in indexes),
        }
        rows: dict[str, list[tuple[str, int, str]]] = {}
        for row in self._session.execute(SQL["find_records"], columns, prepare=True, binary=True):
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


def _written(turn: Turn) -> Recorded:
    return Recorded(records=turn.records, outcomes=turn.outcomes)


def _follows(turn: Turn, head: Head, settled: Settled) -> bool:
    return head.sequence + 1 == turn.expected_sequence and not any(key in settled for key in _keys_of(turn))


def fault_of(turn: Turn, head: Head) -> StoreError | None:
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
    if any(item.case_id != turn.case_id for item in turn.escalations or ()):
        return MalformedTurn(case_id=turn.case_id, reason="the escalations are of another case")
    if head.sequence + 1 < turn.expected_sequence:
        return LedgerBehind(case_id=turn.case_id, expected_sequence=turn.expected_sequence, last_sequence=head.sequence)
    return None
