"""What cases were decided under, kept once per digest for replay and verification."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from catalog.model import Definitions
from store.database import Store
from store.errors import DefinitionsUnknown
from store.tables import definitions

BODIES = 20
"""Fetched at once."""
CACHE_MAX = 64
"""Parsed definitions kept in memory; each holds some hundred kB of calendar."""


class DefinitionArchive:
    """The definitions by digest. Safe for several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cache: dict[str, Definitions] = {}
        self._lock = threading.Lock()

    def keep(self, parsed: Definitions) -> str:
        """Keep them for ever, once; the digest under which they are found."""
        digest = parsed.digest
        with self._lock:
            known = digest in self._cache
        if not known:
            row = {"digest": digest, "body": parsed.model_dump_json(exclude_defaults=True)}
            with self._store.writing() as connection:
                connection.execute(insert(definitions).values(row).on_conflict_do_nothing())
            self._remember(digest, parsed)
        return digest

    def keep_body(self, digest: str, body: str) -> str:
        """Keep the JSON of other definitions, whose SHA-256 is the digest, for ever, once; returns the digest."""
        with self._store.writing() as connection:
            connection.execute(insert(definitions).values(digest=digest, body=body).on_conflict_do_nothing())
        return digest

    def body(self, digest: str) -> str:
        """The JSON as stored, whose SHA-256 is the digest. Raises DefinitionsUnknown."""
        with self._store.reading() as connection:
            body: str | None = connection.scalar(select(definitions.c.body).where(definitions.c.digest == digest))
        if body is None:
            raise DefinitionsUnknown(digest=digest)
        return body

    def bodies(self) -> Iterator[tuple[str, str]]:
        """Every digest, in order, with the JSON that stands under it."""
        query = select(definitions.c.digest, definitions.c.body).order_by(definitions.c.digest)
        with self._store.reading() as connection, connection.execution_options(yield_per=BODIES).execute(query) as rows:
            yield from ((row.digest, row.body) for row in rows)

    def definitions(self, digest: str) -> Definitions:
        """The definitions with this digest. Raises DefinitionsUnknown."""
        with self._lock:
            if cached := self._cache.get(digest):
                return cached
        parsed = Definitions.model_validate_json(self.body(digest))
        self._remember(digest, parsed)
        return parsed

    def _remember(self, digest: str, parsed: Definitions) -> None:
        with self._lock:
            if len(self._cache) >= CACHE_MAX:
                del self._cache[next(iter(self._cache))]
            self._cache[digest] = parsed
