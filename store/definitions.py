"""What cases were decided under, kept once per digest for replay and verification."""

from __future__ import annotations

import threading

from sqlalchemy import select

from catalog.model import Definitions
from store.database import Store
from store.errors import DefinitionsUnknown
from store.tables import definitions

CACHE_MAX = 64
"""Parsed definitions kept in memory; each holds some hundred kB of calendar."""


class DefinitionArchive:
    """The definitions by digest. Safe for several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cache: dict[str, Definitions] = {}
        self._lock = threading.Lock()

    def body(self, digest: str) -> str:
        """The JSON as stored, whose SHA-256 is the digest. Raises DefinitionsUnknown."""
        with self._store.reading() as connection:
            body: str | None = connection.scalar(select(definitions.c.body).where(definitions.c.digest == digest))
        if body is None:
            raise DefinitionsUnknown(digest=digest)
        return body

    def definitions(self, digest: str) -> Definitions:
        """The definitions with this digest. Raises DefinitionsUnknown."""
        with self._lock:
            if found := self._cache.get(digest):
                return found
        parsed = Definitions.model_validate_json(self.body(digest))
        with self._lock:
            if len(self._cache) >= CACHE_MAX:
                del self._cache[next(iter(self._cache))]
            self._cache[digest] = parsed
        return parsed
