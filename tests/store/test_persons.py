"""Who may erase: the command line and the bridge with the rights that they have, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from store.database import Store
from store.errors import StoreAccessDenied
from store.persons import Erasure, Persons

NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)
HELD = """
INSERT INTO vault.subjects (subject_ref, kind, key_id, wrapped_key) VALUES ('S', 'person', 'm', '\\x01');
INSERT INTO vault.entries (stream_id, subject_ref, sealed) VALUES ('C-1', 'S', '\\x02');
INSERT INTO vault.texts (reference, subject_ref, stream_id, sealed) VALUES ('T', 'S', 'C-1', '\\x03');
INSERT INTO vault.documents (reference, subject_ref, stream_id, kind, sealed_name, sealed_media_type, sealed_content)
    VALUES ('D', 'S', 'C-1', 'request', '\\x04', '\\x05', '\\x06');
INSERT INTO vault.indexes (kind, digest, subject_ref) VALUES ('number', '\\x07', 'S');
INSERT INTO vault.letters (reference, key_id, wrapped_key) VALUES ('L', 'm', '\\x08');
INSERT INTO applications (case_id, source, application_id, content_digest, subject_ref, received_at, opening)
    VALUES ('C-1', '/portal', 'A-1', 'digest', 'S', now(), '{}');
"""


def erased(store: Store) -> Erasure:
    """Erase the subject, with the rights of this store's account."""
    erasure = Erasure("S", NOW, "asked", "91/2025/QH15", "{}", "head-1", 1, 1)
    with Persons(store).erasing("S") as erasing:
        assert erasing is not None
        erasing.forget(erasure, [stream.stream_id for stream in erasing.streams()], ["L"])
    return erasure


@pytest.mark.parametrize("account", ["operator", "bridge"])
def test_who_may_erase_leaves_nothing(store: Store, as_account: Callable[[str], Store], account: str) -> None:
    with store.session() as session:
        session.execute(HELD)  # type: ignore[arg-type]
    persons, erasure = Persons(as_account(account)), erased(as_account(account))
    assert (persons.erasure_of("S"), persons.streams_of("S"), persons.remembered(["S"])) == (erasure, (), ())
    with store.session() as session:
        for table in ("entries", "texts", "documents", "indexes", "letters"):
            assert session.execute(f"SELECT FROM vault.{table}").fetchall() == []  # type: ignore[call-overload]
        left = session.execute("SELECT key_id, wrapped_key, erased_at FROM vault.subjects").fetchall()
        digests = session.execute("SELECT content_digest FROM applications").fetchall()
    assert (left, digests) == ([(None, None, NOW)], [("erased",)])
    with persons.erasing("S") as again:
        assert again is None


@pytest.mark.parametrize("account", ["worker", "publisher", "reader"])
def test_nobody_else_may(store: Store, as_account: Callable[[str], Store], account: str) -> None:
    with store.session() as session:
        session.execute(HELD)  # type: ignore[arg-type]
    with pytest.raises(StoreAccessDenied):
        erased(as_account(account))


LINKED = """
INSERT INTO vault.subjects (subject_ref, kind, key_id, wrapped_key) VALUES ('S', 'person', 'm', '\\x01');
INSERT INTO vault.entries (stream_id, subject_ref, sealed) VALUES ('dossier-1', 'S', '\\x02');
INSERT INTO dossier_cases (case_id, dossier_id, name, round)
    VALUES ('C-1', 'dossier-1', 'fire', 1), ('C-2', 'dossier-1', 'karaoke', 1), ('C-9', 'dossier-9', 'fire', 1);
INSERT INTO dossiers (
    case_id, sequence, view, source, dossier_id, lead, status, outcome, opened_at, closed_at, joint_state, applications,
    released, granted, blocked
) VALUES ('dossier-1', 1, '', '/portal', 'D', 'culture', 'closed', 'granted', now(), now(), 'met', 2, 0, 2, 0);
"""


def test_the_cases_of_a_linked_dossier_are_its_person_s(store: Store) -> None:
    """The person lies with the dossier, once; a case of it that has recorded nothing is open, and holds all back."""
    with store.session() as session:
        session.execute(LINKED)  # type: ignore[arg-type]
    streams = Persons(store).streams_of("S")
    assert [(one.stream_id, one.linked, one.closed_at is None) for one in streams] == [
        ("C-1", False, True),
        ("C-2", False, True),
        ("dossier-1", True, False),
    ]
