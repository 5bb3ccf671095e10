"""The submitting systems that were registered at run time, beside those of the catalogue."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from catalog.systems import SubmittingSystem
from store.database import Store
from store.tables import systems

REGISTRATION_LOCK = 0x73797374656D  # "system": of two that share a source, registered at once, one sees the other


class RegisteredSystems:
    """The rows. What is registered stays as it is: messages that its system sent may still be on their way."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[SubmittingSystem, ...]:
        """Every registered system, by id. Raises StoreError."""
        with self._store.reading() as connection:
            return _all(connection)

    def add(self, system: SubmittingSystem, check: Callable[[tuple[SubmittingSystem, ...]], None]) -> None:
        """Register a system, unless the check of what is registered raises; the same one twice is one. Raises StoreError."""
        row = {"id": system.id, "body": system.model_dump_json()}
        with self._store.writing() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(REGISTRATION_LOCK)))
            check(_all(connection))
            connection.execute(insert(systems).values(row).on_conflict_do_nothing())


def _all(connection: Connection) -> tuple[SubmittingSystem, ...]:
    bodies = connection.scalars(select(systems.c.body).order_by(systems.c.id))
    return tuple(SubmittingSystem.model_validate_json(body) for body in bodies)
