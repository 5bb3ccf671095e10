"""The keys of dead letters in memory. It passes the same contract as the real one: tests/store/test_letters.py."""

from __future__ import annotations

from collections.abc import Collection
from threading import Lock

from events.transport.cluster import Cluster
from events.transport.dead_letters import LetterBox
from events.transport.errors import LetterErasedError, LetterSealedError, Unavailable
from store.vault.sealing import Place, SealBroken, new_key, seal, unseal


class MemoryLetters:
    """Safe for several threads; `away` plays a vault that does not answer."""

    def __init__(self) -> None:
        self.away = False
        self.keys: dict[str, bytes] = {}
        self._lock = Lock()

    def seal(self, reference: str, content: bytes) -> bytes:
        if self.away:
            raise Unavailable("PostgreSQL")
        with self._lock:
            key = self.keys.setdefault(reference, new_key())
        return seal(key, Place(reference, "letter", reference), content)

    def open(self, reference: str, sealed: bytes) -> bytes:
        if self.away:
            raise Unavailable("PostgreSQL")
        if reference not in self.keys:
            raise LetterErasedError(reference=reference)
        try:
            return unseal(self.keys[reference], Place(reference, "letter", reference), sealed)
        except SealBroken as error:
            raise LetterSealedError(reference=reference, reason="it is not as it was written") from error

    def destroy(self, references: Collection[str]) -> int:
        return sum(self.keys.pop(reference, None) is not None for reference in references)


LETTERS = MemoryLetters()
"""Of every bridge of tests that is given no other."""


def letter_box(cluster: Cluster, topic: str) -> LetterBox:
    """The dead letters of a topic, opened with their keys."""
    return LetterBox(cluster, topic, LETTERS)
