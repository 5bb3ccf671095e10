"""Personal data, apart from everything else: sealed, in a schema of its own, under references that say nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from events.language.identity import OTHER_TEXT_SUFFIX
from store.database import Session, Store
from store.statements import statements_in
from store.vault.installation_keys import Digests, InstallationKeys
from store.vault.master import MasterKey, Wrapped
from store.vault.numbers import FORMS, Identifiers, IndexKind
from store.vault.subjects import OTHER_NUMBER, OpenedSubject, Subject, index_rows

SQL: Final = statements_in("vault")
ENTRY: Final = "entries.sealed"
TEXT: Final = "texts.sealed"
DOCUMENT_NAME: Final = "documents.sealed_name"
DOCUMENT_TYPE: Final = "documents.sealed_media_type"
DOCUMENT_CONTENT: Final = "documents.sealed_content"
"""The columns of sealed values, as each value is bound to them."""


@dataclass(frozen=True, slots=True)
class VaultDocument:
    """An uploaded file. Its content, and often its name, are personal data: shown in no log and no error."""

    reference: str
    kind: str
    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person said of himself with one application or dossier."""

    subject_ref: str
    stream_id: str
    person: str = field(repr=False)
    """JSON."""


class Vault:
    """The data of persons and their files.

    All calls raise StoreError; what reads or writes a value raises MasterKeyMissing where there is no master key, and the
    master key's errors. Safe for several threads.
    """

    def __init__(self, store: Store, master: MasterKey | None) -> None:
        self._store = store
        self.keys = InstallationKeys(store, master)
        """The installation's own keys."""

    @property
    def master(self) -> MasterKey:
        """The master key. Raises MasterKeyMissing."""
        return self.keys.master

    @property
    def digests(self) -> Digests:
        """What makes keyed indexes and digests."""
        return self.keys.digests()

    # ---- finding

    def subject(self, ref: str) -> Subject | None:
        """A subject, erased or not; None for an unknown reference. Needs no master key."""
        with self._store.session() as session:
            row = session.execute(SQL["find_subject"], {"subject_ref": ref}).fetchone()
        if row is None:
            return None
        ref, kind, created_at, erased_at, key_id, body = row
        return Subject(ref, kind, created_at, erased_at, None if body is None else Wrapped(key_id, body))

    def find(self, kind: IndexKind, value: str) -> tuple[str, ...]:
        """References of the subjects that have this number, phone, name or address, however it is written; in order."""
        formed = FORMS[kind](value)
        if formed is None:
            return ()
        kinds = [kind, OTHER_NUMBER] if kind == "number" else [kind]
        values = {"kinds": kinds, "digest": self.digests.index_of(kind, formed)}
        with self._store.session() as session:
            return tuple(ref for (ref,) in session.execute(SQL["find_by_index"], values))

    def streams_of(self, ref: str) -> tuple[str, ...]:
        """The cases and dossiers of a subject, as they were received. Needs no master key."""
        with self._store.session() as session:
            return tuple(one for (one,) in session.execute(SQL["find_streams_of"], {"subject_ref": ref}))

    def was_erased(self, stream_id: str) -> bool:
        """Whether whoever applied was erased. Needs no master key, and no right on the vault."""
        with self._store.session() as session:
            return session.execute(SQL["was_erased"], {"stream_id": stream_id}).fetchone() == (True,)

    def keyed_digest(self, content: str) -> str:
        """A digest (hex) under a key that only the master key opens; of large content by its SHA-256 (hex)."""
        return self.digests.keyed(content)

    def index_of(self, kind: IndexKind, value: str) -> bytes:
        """The keyed index of a value in its one form."""
        return self.digests.index_of(kind, value)

    def index_rows(self, ref: str, identifiers: Identifiers) -> list[tuple[str, bytes, str]]:
        """By what a subject is found: kind, digest and reference of each row."""
        return list(index_rows(self.digests, ref, identifiers))

    # ---- reading

    def person(self, stream_id: str) -> str | None:
        """What the person said of himself with a case or dossier (JSON); None: nothing, or he was erased."""
        return next((entry.person for entry in self._entries("find_entry", stream_id=stream_id)), None)

    def people(self) -> Iterator[Entry]:
        """All that persons said of themselves, a few at a time, by subject; nothing of who was erased."""
        rows = self._store.rows(SQL["find_entries"])
        return (_entry(subject, *sealed) for subject, sealed in self._opened(rows))

    def entries_of(self, ref: str) -> tuple[Entry, ...]:
        """All that a subject said of himself, by case or dossier."""
        return tuple(self._entries("find_entries_of", subject_ref=ref))

    def texts(self, references: Sequence[str]) -> dict[str, str]:
        """What stands under these references, of those that are known and were not erased."""
        return self._texts("find_texts", references=list(references))

    def texts_of(self, ref: str) -> dict[str, str]:
        """All that a subject wrote after applying, by reference."""
        return self._texts("find_texts_of", subject_ref=ref)

    def documents_of(self, ref: str) -> tuple[tuple[str, VaultDocument], ...]:
        """A subject's files, each with its case or dossier."""
        return tuple(_document(subject, *row) for subject, row in self._read("find_documents_of", subject_ref=ref))

    # ---- writing

    def put_texts(self, stream_id: str, texts: Mapping[str, str]) -> dict[str, str]:
        """Keep what an applicant wrote beside an application; by reference, the one under which it stands now.

        That is another where the reference has another text already: it never changes its own. Nothing is kept, and
        nothing changes, where nobody submitted such an application, or who did was erased.
        """
        references = dict(zip(texts, texts, strict=True))
        if not texts:
            return references
        master = self.master
        with self._store.session() as session:
            row = session.execute(SQL["lock_subject_of_stream"], {"stream_id": stream_id}).fetchone()
            if row is None:
                return references
            subject = OpenedSubject.of(master, row[0], Wrapped(*row[1:]))
            for reference, content in texts.items():
                if not _keep_text(session, subject, stream_id, reference, content):
                    references[reference] = reference + OTHER_TEXT_SUFFIX
                    _keep_text(session, subject, stream_id, references[reference], content)
        return references

    # ---- what the others stand on

    def _entries(self, statement: str, **values: object) -> Iterator[Entry]:
        return (_entry(subject, *sealed) for subject, sealed in self._read(statement, **values))

    def _texts(self, statement: str, **values: object) -> dict[str, str]:
        read = self._read(statement, **values)
        return {name: subject.unseal(TEXT, name, sealed).decode() for subject, (name, sealed) in read}

    def _read(self, statement: str, **values: object) -> Iterator[tuple[OpenedSubject, tuple[Any, ...]]]:
        with self._store.session() as session:
            rows = session.execute(SQL[statement], values).fetchall()
        return self._opened(rows)

    def _opened(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[OpenedSubject, tuple[Any, ...]]]:
        """The rows, each with its subject opened; one that follows itself is opened once."""
        subject: OpenedSubject | None = None
        for ref, key_id, wrapped, *sealed in rows:
            if subject is None or subject.ref != ref:
                subject = OpenedSubject.of(self.master, ref, Wrapped(key_id, wrapped))
            yield subject, tuple(sealed)


def _entry(subject: OpenedSubject, stream_id: str, sealed: bytes) -> Entry:
    return Entry(subject.ref, stream_id, subject.unseal(ENTRY, stream_id, sealed).decode())


def _document(
    subject: OpenedSubject, reference: str, stream_id: str, kind: str, name: bytes, media_type: bytes, content: bytes
) -> tuple[str, VaultDocument]:
    document = VaultDocument(
        reference,
        kind,
        subject.unseal(DOCUMENT_NAME, reference, name).decode(),
        subject.unseal(DOCUMENT_TYPE, reference, media_type).decode(),
        subject.unseal(DOCUMENT_CONTENT, reference, content),
    )
    return stream_id, document


def _keep_text(session: Session, subject: OpenedSubject, stream_id: str, reference: str, content: str) -> bool:
    """Keep a text under its reference. False: another text stands there, or another subject's."""
    row = {"reference": reference, "subject_ref": subject.ref, "stream_id": stream_id}
    session.execute(SQL["add_text"], row | {"sealed": subject.seal(TEXT, reference, content.encode())})
    known = session.execute(SQL["find_texts"], {"references": [reference]}).fetchone()
    return (
        known is not None and known[0] == subject.ref and subject.unseal(TEXT, reference, known[4]) == content.encode()
    )
