"""Whether the whole ledger is what was written: its chains, the heads of its streams, and what checkpoints signed of it.

Folds and decides nothing; what an event says is read by `audit/verification.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.chain import check_chain
from audit.checkpoints import check_proofs
from audit.owed import check_outbox
from audit.proof.signing import PublicKey
from audit.violation import Violation
from store.database import Store
from store.soundness import BrokenHead, broken_heads, commands_ahead, opened_without_events, views_ahead
from store.streams import all_rows
from wording.text import _, _n


def check_ledger(store: Store, keys: Sequence[PublicKey] = ()) -> Iterator[Violation]:
    """I2 and I9 of every stream, the chains first, then whatever knows more than they. Raises StoreError.

    `keys`: those that are trusted to have signed, in their order; none: whatever key did.
    """
    yield from check_chains(store)
    yield from check_heads(store)
    yield from check_proofs(store, keys).violations
    yield from check_outbox(store)
    yield from check_ahead(store)


def check_chains(store: Store) -> Iterator[Violation]:
    """I2: every stream's events are 1..n, and chained. Raises StoreError."""
    for rows in all_rows(store):
        yield from check_chain(rows)


def check_heads(store: Store) -> Iterator[Violation]:
    """I2: every stream ends where its row among the read models says. A row that is gone says nothing. Raises StoreError."""
    return map(_fault_of_head, broken_heads(store))


def check_ahead(store: Store) -> Iterator[Violation]:
    """I2: no row beside the ledger, accepted command or opened application knows of more than it has. Raises StoreError."""
    for view in views_ahead(store):
        missing = _n(
            "is missing: the content of the row of its stream knows {count} event",
            "is missing: the content of the row of its stream knows {count} events",
            view.known,
        )
        yield Violation("I2", view.stream_id, (view.last or 0) + 1, missing, goes_on=True, altered=True)
    for stream_id, command in commands_ahead(store):
        late = _("command {command} was accepted after the last event that there is: what it did is missing")
        yield Violation("I2", stream_id, None, late.filled(command=command), altered=True)
    for stream_id in opened_without_events(store):
        nothing = _("was opened, and the ledger has nothing of it")
        yield Violation("I2", stream_id, None, nothing, goes_on=True, altered=True)


def _fault_of_head(head: BrokenHead) -> Violation:
    last = head.last or 0
    if head.known > last:
        missing = _n(
            "is missing: the row of its stream knows {count} event",
            "is missing: the row of its stream knows {count} events",
            head.known,
        )
        return Violation("I2", head.stream_id, last + 1, missing, goes_on=True, altered=True)
    return Violation("I2", head.stream_id, None, _("the hash of its row is not that of its last event"), altered=True)
