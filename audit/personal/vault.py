"""I1 within the vault, with the master key at hand: each value opens, and each subject is found by what was said of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.violation import Violation
from intake.person import identifiers_in
from store.vault.inspection import IndexRow, InspectedSubject
from store.vault.subjects import OTHER_NUMBER
from store.vault.vault import Vault
from wording.text import LazyText, _

UNFOUND: Final = _("is not found by something that it said of itself")
MISLED: Final = _("is found by something that it did not say of itself")
KEY_BROKEN: Final = _("has a key that does not open")
VALUE_BROKEN: Final = _("has a value in {where} that does not open at its place")


def check_subject(vault: Vault, subject: InspectedSubject) -> Iterator[Violation]:
    """Whether all of a subject opens, and its indexes follow from it. Raises StoreError, the master key's errors."""
    for said in _faults(vault, subject):
        yield Violation("I1", subject.ref, None, said, goes_on=True)


def _faults(vault: Vault, subject: InspectedSubject) -> Iterator[LazyText]:
    if not subject.opens:
        yield KEY_BROKEN
        return
    for column in subject.broken:
        yield VALUE_BROKEN.filled(where=f"vault.{column}")
    standing, said = _one_kind(subject.indexes), _one_kind(_indexes_of(vault, subject))
    if not said <= standing:
        yield UNFOUND
    # What does not open may have said it.
    if not subject.broken and not standing <= said:
        yield MISLED


def _indexes_of(vault: Vault, subject: InspectedSubject) -> set[IndexRow]:
    return {
        IndexRow(kind, digest)
        for entry in subject.entries
        for kind, digest, _ref in vault.index_rows(subject.ref, identifiers_in(entry.person))
    }


def _one_kind(rows: set[IndexRow]) -> set[IndexRow]:
    """Whether a number makes applications those of one subject depends on who had it first."""
    return {row._replace(kind="number") if row.kind == OTHER_NUMBER else row for row in rows}
