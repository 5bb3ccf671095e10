"""What a person said, written anew: every entry of one subject, and by what the subject is found, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
NUMBERS: Final = ("number", OTHER_NUMBER)


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
        self._session = session
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
        execute, ref = self._session.execute, {"subject_ref": self._ref}
        standing = {digest: kind for kind, digest in execute(SQL["find_own_numbers"], ref)}
        # Of what stood before: persons of older programs may share a number, which stays so.
        rows = sorted(
            {
                (standing.get(digest, kind), digest)
                for each in said
                for kind, digest, _ref in self._vault.index_rows(self._ref, each.identifiers)
            }
        )
        for each in said if self._opened is not None else ():
            sealed = self._opened.seal(ENTRY, each.stream_id, each.person.encode())
            execute(SQL["put_entry"], {"stream_id": each.stream_id, "sealed": sealed})
        execute(SQL["forget_indexes"], ref)
        columns = {"kinds": [kind for kind, _digest in rows], "digests": [digest for _kind, digest in rows]}
        execute(SQL["add_indexes"], columns | {"subject_refs": [self._ref for _row in rows]})
        self._demand_free([digest for kind, digest in rows if kind in NUMBERS and digest not in standing])

    def _demand_free(self, numbers: Sequence[bytes]) -> None:
        """Only now: whoever takes the same number at the same time has been waited for."""
        values = {"digests": list(numbers), "subject_ref": self._ref}
        taken = self._session.execute(SQL["find_holders_of_number"], values).fetchone()
        if taken is not None:
            raise NumberTaken(str(taken[0]))
