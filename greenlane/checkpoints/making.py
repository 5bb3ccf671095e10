"""Making the next checkpoint when it is due, whoever else may be making one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from audit.proof.sealing import sealing_with
from audit.proof.signing import SigningKey
from store.checkpoints import Checkpoints, Draft, Sealed
from store.database import Store
from store.signing_state import SigningState, signing_state

log = structlog.get_logger()


class _MadeByAnother(Exception):
    """Another process made one since we looked; what was begun is undone."""


@dataclass(slots=True)
class Making:
    """One process's turn at making them. Called again and again; raises StoreError, ProofError."""

    store: Store
    key: SigningKey = field(repr=False)
    topic: str
    every_seconds: float
    """Real seconds from one to the next, by the database's clock."""
    clock: Callable[[], float] = time.monotonic
    _tried_at: float | None = None

    def __call__(self) -> None:
        """Make one if the last is old enough and anything came after it."""
        if not self._is_due(signing_state(self.store)):
            return
        self._tried_at = self.clock()
        try:
            checkpoint = Checkpoints(self.store).make(self._seal, self.topic)
        except _MadeByAnother:
            return
        if checkpoint is not None:
            sizes = {name: state.size for name, state in checkpoint.logs.items()}
            log.info("checkpoint signed", number=checkpoint.number, key_id=checkpoint.key_id, **sizes)

    def _is_due(self, state: SigningState) -> bool:
        if state.number == 0:
            return True
        # What was published, and an event that was long on its way, show when a checkpoint is made: seldom enough.
        waited = self._tried_at is None or self.clock() - self._tried_at >= self.every_seconds
        return state.age_seconds >= self.every_seconds and (state.unsigned_seconds > 0 or waited)

    def _seal(self, draft: Draft) -> Sealed:
        """Within the transaction, in which nobody else makes any."""
        if draft.previous is not None and draft.at - draft.previous.at < timedelta(seconds=self.every_seconds):
            raise _MadeByAnother
        return sealing_with(self.key)(draft)
