"""Recording: one transaction writes what many turns decided, each wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import psycopg

from cases.turn import Recorded, Turn
from events.language.topics import Topics
from store.attempt import EMPTY, Answer, Attempt, Head, fault_of
from store.database import LastingSession, Session, Store
from store.errors import MalformedTurn, StoreError, failure_of
from store.group_commit import GroupCommit, waves

CONFLICTS = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
"""Another writer was in the way of one of the turns: the others must not wait for it."""
HEADS_MAX = 50_000
"""Open cases of which the recorder remembers where their ledger ends; some 10 MB."""


class Recorder:
    """Writes turns to the ledger, the outbox, the inbox and the read models. Safe for several threads and event loops."""

    def __init__(self, store: Store, topics: Topics, channels: Sequence[str] = ()) -> None:
        """`channels`: the ways of alerting that are configured (`webhook`, `email`); each fired rung, suspension to be
        reviewed and calendar that ends too early gets a delivery for each.
        """
        self._topics = topics
        self._channels = tuple(channels)
        self._session = LastingSession(store, "recorder")
        self._kept_digests: set[str] = set()
        self._heads: dict[str, Head] = {}
        self._commit: GroupCommit[Turn, Recorded] = GroupCommit("recorder", self._write)

    async def record(self, turn: Turn) -> Recorded:
        """Write the turn, or learn what stands in its place; from an event loop.

        Idempotent: after StoreUnavailable the same call again is safe, whether or not the first was committed. Raises
        StoreUnavailable (retryable), RecorderClosed (retryable elsewhere), LedgerBehind, MalformedTurn.
        """
        return await self._commit.submit(turn)

    def close(self) -> None:
        """Write what waits, then give the connection back."""
        self._commit.close()
        self._session.drop()

    def _write(self, turns: Sequence[Turn]) -> Sequence[Answer]:
        answers: dict[int, Answer] = {}
        for wave in waves(turns, _case_of):
            answers.update(zip(wave, self._write_wave([turns[index] for index in wave]), strict=True))
        return [answers[index] for index in range(len(turns))]

    def _write_wave(self, turns: Sequence[Turn]) -> Sequence[Answer]:
        """Turns of different cases: those that are surely next at once, the others after a look."""
        try:
            self._session_now()
        except StoreError as failure:
            return [failure] * len(turns)
        sure = [index for index, turn in enumerate(turns) if self._is_surely_next(turn)]
        answers = dict(zip(sure, self._write_at_once([turns[index] for index in sure]), strict=False))
        rest = [index for index in range(len(turns)) if index not in answers]
        answers |= dict(zip(rest, self._write_after_a_look([turns[index] for index in rest]), strict=True))
        return [answers[index] for index in range(len(turns))]

    def _is_surely_next(self, turn: Turn) -> bool:
        """Whether the turn follows what this recorder wrote last; if somebody else wrote since, the ledger's key tells."""
        head = EMPTY if turn.expected_sequence == 1 else self._heads.get(turn.case_id)
        return (
            bool(turn.records)
            and head is not None
            and head.sequence + 1 == turn.expected_sequence
            and fault_of(turn, head) is None
        )

    def _write_at_once(self, turns: Sequence[Turn]) -> Sequence[Answer]:
        """Without a look at what stands; no answers at all when that was a mistake."""
        if not turns:
            return ()
        heads = {turn.case_id: EMPTY if turn.expected_sequence == 1 else self._heads[turn.case_id] for turn in turns}
        try:
            return self._attempt(lambda attempt: attempt.write_after(turns, heads))
        except StoreError as failure:
            return [failure] * len(turns)
        except Exception:
            for turn in turns:
                self._heads.pop(turn.case_id, None)
            return ()

    def _write_after_a_look(self, turns: Sequence[Turn]) -> Sequence[Answer]:
        """Together; and one by one when something about one of them is in the way."""
        if not turns:
            return ()
        try:
            return self._attempt(lambda attempt: attempt.look_and_write(turns, look_into_ledger=False))
        except StoreError as failure:
            return [failure] * len(turns)
        except Exception:
            return [self._write_alone(turn) for turn in turns]

    def _write_alone(self, turn: Turn) -> Answer:
        def write(attempt: Attempt) -> Sequence[Answer]:
            return attempt.look_and_write([turn], look_into_ledger=True)

        try:
            try:
                return self._attempt(write)[0]
            except psycopg.errors.IntegrityError:
                # A writer of another process committed the same turn between our look and our write: now it is seen.
                return self._attempt(write)[0]
        except (psycopg.errors.IntegrityError, psycopg.errors.DataError) as refused:
            reason = refused.diag.constraint_name or type(refused).__name__
            return MalformedTurn(case_id=turn.case_id, reason=f"the database refuses it ({reason})")
        except psycopg.Error as error:
            return failure_of(error) or error
        except Exception as error:
            return error

    def _attempt(self, write: Callable[[Attempt], Sequence[Answer]]) -> Sequence[Answer]:
        """One transaction. Raises StoreError for what concerns all its turns; after any exception nothing was written."""
        attempt = Attempt(self._session_now(), self._topics, self._channels, self._kept_digests)
        try:
            answers = write(attempt)
        except psycopg.Error as error:
            failure = failure_of(error)
            if failure is None or isinstance(error, CONFLICTS):
                raise
            raise failure from error
        self._kept_digests |= attempt.new_digests
        for stream_id in attempt.closed:
            self._heads.pop(stream_id, None)
        for stream_id, head in attempt.new_heads.items():
            # To the end of the order: the stream that rested longest is forgotten first.
            self._heads.pop(stream_id, None)
            self._heads[stream_id] = head
        while len(self._heads) > HEADS_MAX:
            del self._heads[next(iter(self._heads))]
        return answers

    def _session_now(self) -> Session:
        if not self._session.is_open:
            # Another server, or an older copy of this one, may answer now: it need not have what we remember.
            self._kept_digests.clear()
            self._heads.clear()
        return self._session.get()


def _case_of(turn: Turn) -> str:
    return turn.case_id
