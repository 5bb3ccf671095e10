"""One subject as a whole: the cases that hold something of it, and its erasure, which is wholly done or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from store.database import Session, Store
from store.statements import statements_in

SQL: Final = statements_in("persons")
NOTHING: Final = "erased"
"""What stands in place of the digest of a submission whose person was erased: no submission has it."""
FORGETTING: Final = ("forget_entries", "forget_documents", "forget_texts", "forget_indexes")


@dataclass(frozen=True, slots=True)
class SubjectStream:
    """A case or linked dossier that holds something of a subject, and how it stands. Instants in UTC."""

    stream_id: str
    dossier_code: str | None
    procedure: str | None
    linked: bool
    """A linked dossier; else a case, or an application whose case has recorded nothing yet."""
    status: str | None
    outcome: str | None
    closed_at: datetime | None
    """The business instant of its end; None: it is open."""
    received_at: datetime
    """When the vault got it (real time)."""

    @property
    def name(self) -> str:
        """What people know it by."""
        return self.dossier_code or self.stream_id


@dataclass(frozen=True, slots=True)
class Erasure:
    """A subject's erasure as it is on record."""

    subject_ref: str
    erased_at: datetime
    """Real time, UTC."""
    reason: str
    legal_basis: str
    actor: str
    """JSON."""
    approved_by: str
    cases: int
    documents: int


class Persons:
    """Queries and erasures. All calls block and raise StoreError; none needs the master key."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def streams_of(self, subject_ref: str) -> tuple[SubjectStream, ...]:
        """What holds something of a subject, in the order of receipt; nothing, once it was erased."""
        with self._store.session() as session:
            return _streams(session, subject_ref)

    def files_of(self, subject_ref: str) -> tuple[str, ...]:
        """The references of a subject's files, in order."""
        with self._store.session() as session:
            rows = session.execute(SQL["find_files"], {"subject_ref": subject_ref})
            return tuple(reference for (reference,) in rows)

    def erasure_of(self, subject_ref: str) -> Erasure | None:
        """The erasure that is on record; None: none is."""
        with self._store.session() as session:
            row = session.execute(SQL["find_erasure"], {"subject_ref": subject_ref}).fetchone()
        return None if row is None else Erasure(*row)

    def remembered(self, subject_refs: Sequence[str]) -> tuple[str, ...]:
        """Those of these subjects whose key stands, in order."""
        with self._store.session() as session:
            rows = session.execute(SQL["find_remembered"], {"subject_refs": list(subject_refs)})
            return tuple(ref for (ref,) in rows)

    @contextmanager
    def erasing(self, subject_ref: str) -> Iterator[Erasing | None]:
        """A transaction in which the subject is this caller's alone; None: there is none, or its key is gone.

        Left without an error, what was done stands; with one, nothing was.
        """
        with self._store.session() as session:
            row = session.execute(SQL["lock_subject"], {"subject_ref": subject_ref}).fetchone()
            yield None if row is None or not row[0] else Erasing(session, subject_ref)


class Erasing:
    """What may be done with a subject that is locked."""

    def __init__(self, session: Session, subject_ref: str) -> None:
        self._session = session
        self._subject_ref = subject_ref

    def streams(self) -> tuple[SubjectStream, ...]:
        """What holds something of it; nothing can come until the transaction ends."""
        return _streams(self._session, self._subject_ref)

    def forget(self, erasure: Erasure, streams: Sequence[str], letters: Sequence[str]) -> None:
        """Take away all that is held, the key last, and put it on record. `letters`: of dead letters, whose keys go too."""
        execute, ref = self._session.execute, {"subject_ref": self._subject_ref}
        for statement in FORGETTING:
            execute(SQL[statement], ref)
        execute(SQL["forget_letters"], {"letters": list(letters)})
        execute(SQL["forget_digests"], {"streams": list(streams), "nothing": NOTHING})
        execute(SQL["forget_key"], ref | {"erased_at": erasure.erased_at})
        names = ("erased_at", "reason", "legal_basis", "actor", "approved_by", "cases", "documents")
        execute(SQL["add_erasure"], ref | {name: getattr(erasure, name) for name in names})


def _streams(session: Session, subject_ref: str) -> tuple[SubjectStream, ...]:
    rows = session.execute(SQL["find_subject_streams"], {"subject_ref": subject_ref})
    return tuple(SubjectStream(*row) for row in rows)
