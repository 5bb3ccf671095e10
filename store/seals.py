"""What an installation knows its own messages by, kept in its memory: who may read the database's memory may make them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sqlalchemy import exists, select

from store.access import INSTALLATION, LETTERS_SEAL, UNSEALED_BEFORE, WORKFLOW_SEAL
from store.database import Store
from store.tables import applications
from store.view_tables import cases, dossiers

SEAL_BYTES = 32


def make_workflow_seal(store: Store) -> None:
    """Make the seal of this installation; nothing happens where it is made. Raises StoreError."""
    if store.recall(WORKFLOW_SEAL) is not None:
        return
    with store.reading() as connection:
        has_older = bool(connection.scalar(select(exists(select(applications.c.case_id)))))
    if has_older:
        store.remember_first(UNSEALED_BEFORE, datetime.now(UTC).isoformat())
    store.remember_first(WORKFLOW_SEAL, secrets.token_hex(SEAL_BYTES))


def workflow_seal(store: Store) -> tuple[bytes, bool] | None:
    """The key, and whether anything is open that was begun without a seal; None: no seal was made. Raises StoreError."""
    seal = store.recall(WORKFLOW_SEAL)
    if seal is None:
        return None
    before = store.recall(UNSEALED_BEFORE)
    return bytes.fromhex(seal), before is not None and _is_anything_open(store, datetime.fromisoformat(before))


def _is_anything_open(store: Store, before: datetime) -> bool:
    older = select(applications.c.case_id).where(applications.c.recorded_at <= before)
    closed = exists().where(cases.c.case_id == applications.c.case_id, cases.c.closed_at.is_not(None))
    ended = exists().where(dossiers.c.case_id == applications.c.case_id, dossiers.c.closed_at.is_not(None))
    with store.reading() as connection:
        return bool(connection.scalar(select(exists(older.where(~closed, ~ended)))))


def make_letters_seal(store: Store) -> None:
    """Make the seal of this installation's dead letters; nothing happens where it is made. Raises StoreError."""
    if store.recall(LETTERS_SEAL) is None:
        store.remember_first(LETTERS_SEAL, secrets.token_hex(SEAL_BYTES))


def letters_seal(store: Store) -> bytes | None:
    """The key of dead letters; None: none was made. Raises StoreError."""
    seal = store.recall(LETTERS_SEAL)
    return None if seal is None else bytes.fromhex(seal)


def make_installation_id(store: Store) -> None:
    """Draw what this installation calls itself; nothing happens where it is drawn. Raises StoreError."""
    if store.recall(INSTALLATION) is None:
        store.remember_first(INSTALLATION, secrets.token_hex(16))


def installation_id(store: Store) -> str | None:
    """What this installation calls itself in what leaves it; None: it was not prepared by this program. Raises StoreError."""
    return store.recall(INSTALLATION)
