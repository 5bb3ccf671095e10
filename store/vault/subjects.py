"""Subjects: whose data lie in the vault, each under a key of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from store.errors import VaultValueBroken
from store.vault.installation_keys import Digests
from store.vault.master import MasterKey, Wrapped
from store.vault.numbers import Identifiers, IndexKind, SubjectKind
from store.vault.sealing import Place, SealBroken, seal, unseal

OTHER_NUMBER = "other-number"
"""Kind of index of a number that leads to a subject, and by which no other application becomes its own."""

BOUND = "bound"
"""Kind of row beside the index of a number: that it leads to this subject. Nobody is found by it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or an enterprise. `wrapped`: its key; None: it was erased, and nobody opens what lies under it."""

    ref: str
    kind: SubjectKind
    created_at: datetime
    erased_at: datetime | None
    wrapped: Wrapped | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedSubject:
    """A subject whose key was unwrapped, for as long as one request lasts."""

    ref: str
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, master: MasterKey, ref: str, wrapped: Wrapped) -> OpenedSubject:
        """Unwrap its key. Raises the master key's errors."""
        return cls(ref, master.unwrap(wrapped, ref))

    def seal(self, column: str, row_key: str, content: bytes) -> bytes:
        """A value as it may lie in a column, at one row."""
        return seal(self.key, Place(self.ref, column, row_key), content)

    def unseal(self, column: str, row_key: str, sealed: bytes) -> bytes:
        """What was sealed there. Raises VaultValueBroken."""
        try:
            return unseal(self.key, Place(self.ref, column, row_key), sealed)
        except SealBroken as error:
            raise VaultValueBroken(column=column, row_key=row_key) from error


def new_ref() -> str:
    """A reference for a subject: random, so that nothing can be learnt from it."""
    return f"subject-{secrets.token_hex(12)}"


def index_rows(digests: Digests, ref: str, identifiers: Identifiers) -> Iterator[tuple[str, bytes, str]]:
    """By what a subject is found: rows of `vault.indexes`, the number that is its own alone among them."""
    if identifiers.number is not None:
        number = digests.index_of("number", identifiers.number)
        yield "number", number, ref
        yield BOUND, digests.bound_to(ref, number), ref
    for other in identifiers.other_numbers:
        yield OTHER_NUMBER, digests.index_of("number", other), ref
    found: tuple[tuple[IndexKind, Sequence[str]], ...] = (
        ("phone", identifiers.phones),
        ("name", identifiers.names),
        ("email", identifiers.emails),
    )
    for kind, values in found:
        for value in values:
            yield kind, digests.index_of(kind, value), ref
