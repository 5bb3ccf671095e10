"""What a person said, written anew: every entry of one subject, and by what the subject is found, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from store.database import Session, Store
from store.statements import statements_in
from store.vault.master import Wrapped
from store.vault.numbers import Identifiers
from store.vault.subjects import OTHER_NUMBER, OpenedSubject
from store.vault.vault import ENTRY, Entry, Vault

SQL: Final = {**statements_in("persons"), **statements_in("vault")}
NUMBER: Final = "number"
IndexRow = tuple[str, bytes]
"""Kind and digest."""


class NumberTaken(Exception):
    """Another subject has a number that this one would get; `other` is its reference."""

    def __init__(self, other: str) -> None:
        super().__init__(other)
        self.other = other


@dataclass(frozen=True, slots=True)
class SaidAnew:
    """What the person says with one application from now on, and by what it leads to the person."""

    stream_id: str
    person: str = field(repr=False)
    """JSON."""
    identifiers: Identifiers = field(repr=False)


class Corrections:
    """Opens a subject to be written anew. Raises StoreError, MasterKeyMissing and the master key's errors."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    @contextmanager
    def of(self, subject_ref: str) -> Iterator[Correcting]:
        """A transaction in which the subject is this caller's alone; left with an error, nothing was done."""
        master = self._vault.master
        with self._store.session() as session:
            rows = session.execute(SQL["find_entries_for_correction"], {"subject_ref": subject_ref}).fetchall()
            opened = OpenedSubject.of(master, subject_ref, Wrapped(*rows[0][:2])) if rows else None
            yield Correcting(session, self._vault, subject_ref, opened, [(row[2], row[3]) for row in rows])


class Correcting:
    """One subject, locked and opened."""

    def __init__(
        self,
        session: Session,
        vault: Vault,
        subject_ref: str,
        opened: OpenedSubject | None,
        sealed: Sequence[tuple[str, bytes]],
    ) -> None:
        self.session = session
        """Its transaction."""
        self._vault = vault
        self._ref = subject_ref
        self._opened = opened
        self.entries = tuple(
            Entry(subject_ref, stream_id, opened.unseal(ENTRY, stream_id, content).decode())
            for stream_id, content in sealed
            if opened is not None
        )
        """All that is said of the subject, by case or dossier."""

    def put(self, said: Sequence[SaidAnew]) -> None:
        """Write all entries anew, with the indexes that follow from them. Raises NumberTaken."""
        execute, ref = self.session.execute, {"subject_ref": self._ref}
        if (opened := self._opened) is not None:
            for each in said:
                sealed = opened.seal(ENTRY, each.stream_id, each.person.encode())
                execute(SQL["put_entry"], {"stream_id": each.stream_id, "sealed": sealed})
        standing = {digest for (digest,) in execute(SQL["find_own_numbers"], ref)}
        execute(SQL["forget_indexes"], ref)
        rows = {row[:2] for each in said for row in self._vault.index_rows(self._ref, each.identifiers)}
        taken = [digest for kind, digest in rows - self._added(rows) if kind == NUMBER]
        if held := self._holder([digest for digest in taken if digest not in standing]):
            raise NumberTaken(held)
        # Persons of older programs may share a number: that stays so.
        self._added({(OTHER_NUMBER, digest) for digest in taken})

    def _added(self, rows: Set[IndexRow]) -> set[IndexRow]:
        """Those of the rows that were added: a number that another subject has is not."""
        kinds, digests = ([row[place] for row in sorted(rows)] for place in (0, 1))
        columns = {"kinds": kinds, "digests": digests, "subject_refs": [self._ref] * len(kinds)}
        return {(kind, digest) for kind, digest in self.session.execute(SQL["add_indexes"], columns)}

    def _holder(self, numbers: Sequence[bytes]) -> str | None:
        """Another subject with one of these numbers: only now, since whoever takes one at the same time was waited for."""
        values = {"digests": list(numbers), "subject_ref": self._ref}
        found = self.session.execute(SQL["find_holder_of_number"], values).fetchone()
        return None if found is None else str(found[0])
