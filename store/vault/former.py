"""What an older program kept of persons in clear, sealed: once, in one transaction, by the owner of the tables.

Killed at any point, nothing of it has happened: the clear tables stand, and who prepares again seals them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from events.language.identity import subject_ref_of
from store.access import UNSWEPT
from store.arrays import Blobs, Instants, Kinds, Rows, Texts
from store.database import Session, Store, known_revisions
from store.errors import as_store_errors
from store.statements import statements_in
from store.vault.installation_keys import Digests
from store.vault.master import MasterKey, wrapped_and_tried
from store.vault.numbers import Identifiers
from store.vault.sealing import new_key
from store.vault.subjects import OTHER_NUMBER, OpenedSubject, index_rows
from store.vault.vault import DOCUMENT_CONTENT, DOCUMENT_NAME, DOCUMENT_TYPE, ENTRY, TEXT, Vault

SQL: Final = statements_in("former")
OF_THE_DATABASE: Final = statements_in("database")
SEALED_SINCE: Final = "0010"
"""The revision whose tables hold sealed values."""
SEALING_LOCK: Final = 0x7365616C  # "seal"
SUBJECTS_AT_ONCE: Final = 200
DOCUMENTS_AT_ONCE: Final = 8
"""A file has a megabyte at most or so: as many as may lie in memory."""
DIGESTS_AT_ONCE: Final = 5_000

SUBJECTS: Final[Kinds] = {
    "subject_refs": Texts,
    "kinds": Texts,
    "key_ids": Texts,
    "wrapped_keys": Blobs,
    "created_at": Instants,
}
ENTRIES: Final[Kinds] = {"stream_ids": Texts, "subject_refs": Texts, "sealed": Blobs, "created_at": Instants}
INDEXES: Final[Kinds] = {"kinds": Texts, "digests": Blobs, "subject_refs": Texts}
DOCUMENTS: Final[Kinds] = {
    "references": Texts,
    "subject_refs": Texts,
    "stream_ids": Texts,
    "kinds": Texts,
    "sealed_names": Blobs,
    "sealed_media_types": Blobs,
    "sealed_contents": Blobs,
    "created_at": Instants,
}
TEXTS: Final[Kinds] = {
    "references": Texts,
    "subject_refs": Texts,
    "stream_ids": Texts,
    "sealed": Blobs,
    "created_at": Instants,
}

Identify = Callable[[str], Identifiers]
"""By what a person is found, out of the JSON that is kept."""


@dataclass(frozen=True, slots=True)
class SealedVault:
    """How much was sealed."""

    persons: int
    documents: int
    texts: int


@dataclass(frozen=True, slots=True)
class _Former:
    """A subject of the older program, opened under its new key, with its applications."""

    subject: OpenedSubject
    streams: tuple[str, ...]

    def stream_of(self, session: Session, reference: str) -> str:
        """To which of its applications something belongs: the first that speaks of it."""
        if len(self.streams) > 1:
            values = {"streams": Texts(self.streams), "reference": reference}
            row = session.execute(SQL["find_stream_of"], values).fetchone()
            if row is not None:
                return str(row[0])
        return self.own_stream

    @property
    def own_stream(self) -> str:
        """The application or dossier whose person this is; of who has none, the reference."""
        ref = self.subject.ref
        return next((stream for stream in self.streams if subject_ref_of(stream) == ref), (*self.streams, ref)[0])


def will_be_sealed(store: Store) -> bool:
    """Whether something of an older program is to be sealed, before or after the migration. As the owner. Raises StoreError."""
    revision, known = store.schema_revision(), known_revisions()
    if revision is None or revision not in known:
        return False
    if known.index(revision) >= known.index(SEALED_SINCE):
        return store.lies_in_clear()
    with store.session() as session:
        return session.execute(SQL["will_be_sealed"]).fetchone() == (True,)


def seal_former(store: Store, master: MasterKey, identify: Identify) -> SealedVault | None:
    """Seal what lies in clear, key the digests of what was submitted, and drop the clear tables; None: nothing did.

    As the owner, after the migration. Raises StoreError and the master key's errors: then nothing has changed.
    """
    if not store.lies_in_clear():
        return None
    digests = Vault(store, master).digests
    with store.session() as session:
        session.execute(SQL["lock_sealing"], {"key": SEALING_LOCK})
        if session.execute(OF_THE_DATABASE["lies_in_clear"]).fetchone() == (False,):
            return None
        session.execute(SQL["lock_former"])
        for batch in _batches(session, "subjects", SQL["find_former_subjects"], SUBJECTS_AT_ONCE):
            _seal(session, _Keys(master, digests, identify), batch)
        _key_digests(session, digests)
        return _finished(session)


def sweep(store: Store) -> None:
    """Remove what the server learnt of clear values from its files, where that is still owed; again until it was done.

    As the owner of the database. Raises StoreError.
    """
    if store.recall(UNSWEPT) is None:
        return
    session = store.open_session("sweeping", autocommit=True)
    try:
        with as_store_errors():
            session.execute(SQL["sweep"])
            session.execute(SQL["settle_sweeping"], {"key": UNSWEPT})
    finally:
        session.close()


@dataclass(frozen=True, slots=True)
class _Keys:
    """By what everything is sealed and found."""

    master: MasterKey
    digests: Digests
    identify: Identify


def _seal(session: Session, keys: _Keys, batch: Sequence[tuple[Any, ...]]) -> None:
    subjects, entries, indexes = Rows(SUBJECTS), Rows(ENTRIES), Rows(INDEXES)
    known: dict[str, _Former] = {}
    for ref, person, created_at, streams in batch:
        key = new_key()
        wrapped = wrapped_and_tried(keys.master, key, ref)
        former = known[ref] = _Former(OpenedSubject(ref, key), tuple(streams or ()))
        identifiers = Identifiers() if person is None else keys.identify(person)
        subjects.add(ref, identifiers.kind, wrapped.key_id, wrapped.body, created_at)
        if person is not None:
            stream = former.own_stream
            entries.add(stream, ref, former.subject.seal(ENTRY, stream, person.encode()), created_at)
        for row in index_rows(keys.digests, ref, identifiers):
            indexes.add(*row)
    session.execute(SQL["add_former_subjects"], subjects.columns)
    session.execute(SQL["add_former_entries"], entries.columns)
    session.execute(SQL["add_former_indexes"], {**indexes.columns, "other": OTHER_NUMBER})
    _seal_documents(session, known)
    _seal_texts(session, known)


def _seal_documents(session: Session, known: dict[str, _Former]) -> None:
    statement, refs = SQL["find_former_documents"], {"subject_refs": Texts(known)}
    for batch in _batches(session, "documents", statement, DOCUMENTS_AT_ONCE, refs):
        rows = Rows(DOCUMENTS)
        for ref, reference, kind, *clear, created_at in batch:
            former = known[ref]
            name, media_type, content = clear
            rows.add(
                *(reference, ref, former.stream_of(session, reference), kind),
                former.subject.seal(DOCUMENT_NAME, reference, name.encode()),
                former.subject.seal(DOCUMENT_TYPE, reference, media_type.encode()),
                former.subject.seal(DOCUMENT_CONTENT, reference, content),
                created_at,
            )
        session.execute(SQL["add_former_documents"], rows.columns)


def _seal_texts(session: Session, known: dict[str, _Former]) -> None:
    rows = Rows(TEXTS)
    for ref, reference, text, created_at in session.execute(
        SQL["find_former_texts"], {"subject_refs": Texts(known)}
    ).fetchall():
        former = known[ref]
        stream = former.stream_of(session, reference)
        rows.add(reference, ref, stream, former.subject.seal(TEXT, reference, text.encode()), created_at)
    session.execute(SQL["add_former_texts"], rows.columns)


def _key_digests(session: Session, digests: Digests) -> None:
    session.execute(SQL["make_keyed"])
    for batch in _batches(session, "digests", SQL["find_digests"], DIGESTS_AT_ONCE):
        # A case of a linked dossier came with no person of its own, and its digest tells of none.
        own = [(case_id, digest) for case_id, ref, digest in batch if subject_ref_of(case_id) == ref]
        keyed = Texts(digests.keyed(digest) for _, digest in own)
        session.execute(SQL["add_keyed"], {"case_ids": Texts(case_id for case_id, _ in own), "digests": keyed})
    for statement in ("make_keying", "key_digests", "drop_keying", "drop_keyed"):
        session.execute(SQL[statement])


def _finished(session: Session) -> SealedVault:
    row = session.execute(SQL["count_former"]).fetchone()
    persons, entries, documents, sealed, texts, written = row or ()
    if (persons, documents, texts) != (entries, sealed, written):
        raise AssertionError("nothing that lay in clear is left out, and nothing else lies in the vault")
    session.execute(SQL["drop_former"])
    session.execute(SQL["owe_sweeping"], {"key": UNSWEPT})
    return SealedVault(persons, documents, texts)


def _batches(
    session: Session, name: str, statement: str, rows: int, values: dict[str, Any] | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a statement, so many at a time, within the caller's transaction."""
    with session.cursor(name=name) as cursor:
        cursor.itersize = rows
        cursor.execute(statement, values)
        found = iter(cursor)
        while batch := list(islice(found, rows)):
            yield batch
