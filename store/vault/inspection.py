"""Every value of the vault opened, and what leads to each subject: for the auditor, who has the master key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from store.database import Store
from store.errors import MasterKeyUnknown, MasterKeyWrong, VaultValueBroken
from store.statements import statements_in
from store.vault.master import MasterKey, Wrapped
from store.vault.subjects import OpenedSubject
from store.vault.vault import ENTRY, Entry

SQL: Final = statements_in("vault")


class IndexRow(NamedTuple):
    """A keyed digest that leads to a subject."""

    kind: str
    digest: bytes


@dataclass(slots=True)
class InspectedSubject:
    """What lies of one subject in the vault, as far as it opens."""

    ref: str
    opens: bool = True
    """Whether its own key does."""
    entries: list[Entry] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """The columns of values that do not open at their place, one for each."""
    indexes: set[IndexRow] = field(default_factory=set)


def inspect(store: Store, master: MasterKey) -> Iterator[InspectedSubject]:
    """Every subject that was not erased, one at a time, in order. Raises StoreError, KeyServiceUnavailable."""
    indexes = groupby(store.rows(SQL["find_indexes"]), key=itemgetter(0))
    waiting = next(indexes, None)
    for ref, rows in groupby(store.rows(SQL["find_sealed"]), key=itemgetter(0)):
        inspected = _opened(master, ref, rows)
        # Both come in one order; indexes of nobody are no subject's.
        while waiting is not None and waiting[0] < ref:
            waiting = next(indexes, None)
        if waiting is not None and waiting[0] == ref:
            inspected.indexes = {IndexRow(kind, bytes(digest)) for _, kind, digest in waiting[1]}
        yield inspected


def _opened(master: MasterKey, ref: str, rows: Iterator[tuple[Any, ...]]) -> InspectedSubject:
    inspected, subject = InspectedSubject(ref), None
    for _, key_id, wrapped, column, row_key, sealed in rows:
        if subject is None and inspected.opens:
            try:
                subject = OpenedSubject.of(master, ref, Wrapped(key_id, bytes(wrapped)))
            except (MasterKeyWrong, MasterKeyUnknown):
                inspected.opens = False
        if subject is None or column is None:
            continue
        try:
            content = subject.unseal(column, row_key, bytes(sealed))
        except VaultValueBroken:
            inspected.broken.append(column)
        else:
            inspected.entries += [Entry(ref, row_key, content.decode())] if column == ENTRY else []
    return inspected
