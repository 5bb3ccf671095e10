"""What a batch of new applications puts into the vault: each person under the key of the subject that applies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from store.arrays import Blobs, Kinds, Rows, Texts
from store.database import Session
from store.errors import VaultValueBroken
from store.statements import statements_in
from store.vault.installation_keys import Digests
from store.vault.master import MasterKey, Wrapped, wrapped_and_tried
from store.vault.numbers import Identifiers
from store.vault.sealing import new_key
from store.vault.subjects import OpenedSubject, index_rows, new_ref
from store.vault.vault import DOCUMENT_CONTENT, DOCUMENT_NAME, DOCUMENT_TYPE, ENTRY, Vault, VaultDocument

SQL: Final = statements_in("vault")
SUBJECTS: Final[Kinds] = {"subject_refs": Texts, "kinds": Texts, "key_ids": Texts, "wrapped_keys": Blobs}
INDEXES: Final[Kinds] = {"kinds": Texts, "digests": Blobs, "subject_refs": Texts}
ENTRIES: Final[Kinds] = {"stream_ids": Texts, "subject_refs": Texts, "sealed": Blobs}
DOCUMENTS: Final[Kinds] = {
    "references": Texts,
    "subject_refs": Texts,
    "stream_ids": Texts,
    "kinds": Texts,
    "sealed_names": Blobs,
    "sealed_media_types": Blobs,
    "sealed_contents": Blobs,
}


class SubjectsMoved(Exception):
    """Meanwhile somebody else made a subject with such a number, or erased one: whose a person is must be asked again."""


class Arriving(Protocol):
    """An application, as far as the vault is concerned."""

    @property
    def case_id(self) -> str:
        """Its stream."""
        ...

    @property
    def subject_ref(self) -> str:
        """Whose it is where no number says so: a subject of its own."""
        ...

    @property
    def identifiers(self) -> Identifiers:
        """By what its person is found."""
        ...

    @property
    def person(self) -> str:
        """JSON of the personal data."""
        ...

    @property
    def documents(self) -> tuple[VaultDocument, ...]:
        """The files that came with it."""
        ...


@dataclass(slots=True)
class Arrivals:
    """Rows on their way into the vault, sealed; and whose each application is."""

    master: MasterKey
    digests: Digests
    standing: Mapping[bytes, tuple[str, Wrapped]]
    """Whose the numbers are that are known: reference and wrapped key, by keyed index."""
    own: Mapping[str, Wrapped | None]
    """Which of the subjects that applications would have of their own are there already; None: it was erased."""
    refs: dict[str, str] = field(default_factory=dict)
    """Whose each application is, by its stream."""
    _opened: dict[str, OpenedSubject] = field(default_factory=dict)
    _numbered: dict[bytes, str] = field(default_factory=dict)
    _found: set[str] = field(default_factory=set)
    _subjects: Rows = field(default_factory=lambda: Rows(SUBJECTS))
    _indexes: dict[tuple[str, bytes, str], None] = field(default_factory=dict)
    _entries: Rows = field(default_factory=lambda: Rows(ENTRIES))
    _documents: Rows = field(default_factory=lambda: Rows(DOCUMENTS))

    @classmethod
    def of(cls, vault: Vault, session: Session, arriving: Iterable[Arriving], *, again: bool) -> Arrivals:
        """Seal what arrives, after a look at who is known; each stream once. Raises StoreError, the master key's errors.

        `again`: whoever looked before found nobody, and somebody was there: it is looked closer.
        """
        arriving, digests = tuple(arriving), vault.digests
        numbers = {one.identifiers.number for one in arriving} - {None}
        own = _own(session, (one.subject_ref for one in arriving)) if again else {}
        arrivals = cls(vault.master, digests, _standing(session, digests, numbers) if numbers else {}, own)
        for one in arriving:
            arrivals._add(one)
        return arrivals

    def write(self, session: Session) -> None:
        """Write all rows, within the caller's transaction. Raises SubjectsMoved: it must be rolled back."""
        # The locks first, then what others may be adding too, always in the same order: nobody waits in a circle.
        found = sorted(self._found)
        locked = session.execute(SQL["lock_subjects"], {"subject_refs": Texts(found)}, prepare=True) if found else ()
        made = session.execute(SQL["add_subjects"], self._subjects.columns, prepare=True) if self._subjects else ()
        indexes = Rows(INDEXES)
        for row in self._indexes:
            indexes.add(*row)
        indexed = session.execute(SQL["add_indexes"], indexes.columns, prepare=True) if indexes else ()
        session.execute(SQL["add_entries"], self._entries.columns, prepare=True)
        if self._documents:
            session.execute(SQL["add_documents"], self._documents.columns, prepare=True)
        own = {digest for kind, digest in indexed if kind == "number"}
        if len(list(locked)) < len(found) or len(list(made)) < len(self._subjects) or own < self._numbered.keys():
            raise SubjectsMoved

    def _add(self, one: Arriving) -> None:
        subject = self._subject_of(one)
        self.refs[one.case_id] = subject.ref
        self._entries.add(one.case_id, subject.ref, subject.seal(ENTRY, one.case_id, one.person.encode()))
        for row in index_rows(self.digests, subject.ref, one.identifiers):
            if row[0] != "number" or row[1] in self._numbered:
                self._indexes[row] = None
        for file in one.documents:
            self._documents.add(
                file.reference,
                subject.ref,
                one.case_id,
                file.kind,
                subject.seal(DOCUMENT_NAME, file.reference, file.name.encode()),
                subject.seal(DOCUMENT_TYPE, file.reference, file.media_type.encode()),
                subject.seal(DOCUMENT_CONTENT, file.reference, file.content),
            )

    def _subject_of(self, one: Arriving) -> OpenedSubject:
        number = one.identifiers.number
        if number is None:
            return self._own_of(one)
        digest = self.digests.index_of("number", number)
        if digest in self._numbered:
            return self._opened[self._numbered[digest]]
        if digest not in self.standing:
            subject = self._made(new_ref(), one.identifiers)
            self._numbered[digest] = subject.ref
            return subject
        return self._known(*self.standing[digest])

    def _own_of(self, one: Arriving) -> OpenedSubject:
        ref = one.subject_ref
        if ref in self._opened:
            return self._opened[ref]
        wrapped = self.own.get(ref)
        if wrapped is not None:
            return self._known(ref, wrapped)
        return self._made(new_ref() if ref in self.own else ref, one.identifiers)

    def _known(self, ref: str, wrapped: Wrapped) -> OpenedSubject:
        if ref not in self._opened:
            self._opened[ref] = OpenedSubject.of(self.master, ref, wrapped)
            self._found.add(ref)
        return self._opened[ref]

    def _made(self, ref: str, identifiers: Identifiers) -> OpenedSubject:
        key = new_key()
        wrapped = wrapped_and_tried(self.master, key, ref)
        self._subjects.add(ref, identifiers.kind, wrapped.key_id, wrapped.body)
        self._opened[ref] = OpenedSubject(ref, key)
        return self._opened[ref]


def _standing(session: Session, digests: Digests, numbers: Iterable[str | None]) -> dict[bytes, tuple[str, Wrapped]]:
    looked_for = Blobs(digests.index_of("number", number) for number in numbers if number is not None)
    standing: dict[bytes, tuple[str, Wrapped]] = {}
    for digest, ref, key_id, wrapped, bound in session.execute(
        SQL["find_numbers"], {"digests": looked_for}, prepare=True
    ):
        if digests.bound_to(ref, digest) not in bound:
            raise VaultValueBroken(column="indexes.digest", row_key=ref)
        standing[digest] = (ref, Wrapped(key_id, wrapped))
    return standing


def _own(session: Session, refs: Iterable[str]) -> dict[str, Wrapped | None]:
    rows = session.execute(SQL["find_subjects"], {"subject_refs": Texts(refs)}, prepare=True)
    return {ref: None if wrapped is None else Wrapped(key_id, wrapped) for ref, key_id, wrapped in rows}
