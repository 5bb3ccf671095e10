"""Whether all that is kept is what the ledger says, and putting right what is not."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from audit.histories import AskedHistories
from audit.rebuilding import Rebuilt, rebuild_all
from audit.verification import PublishedTopics, verify
from audit.verification_report import VerificationReport
from events.language.commands import Actor
from events.language.refusals import Refusal
from services.installation import Installation
from store.histories import Histories

SEED_BYTES = 4


def count_ledger(installation: Installation, actor: Actor) -> tuple[int, int]:
    """How many cases the ledger has, and how many events. Raises StoreError."""
    return installation.ledger.counts()


def count_histories(installation: Installation, actor: Actor) -> int:
    """Of how many closed workflow runs the history is stored. Raises StoreError."""
    return Histories(installation.store).count()[0]


def drawn_histories(sample: int | None, *, sandbox: bool) -> AskedHistories:
    """Which histories are replayed: all, or a sample by a fresh seed; in Temporal's sandbox or at half its cost."""
    return AskedHistories(sample, secrets.token_hex(SEED_BYTES), sandbox)


def verify_installation(
    installation: Installation,
    actor: Actor,
    *,
    topics: bool,
    histories: AskedHistories | None = None,
    progress: Callable[[int], None] | None = None,
) -> VerificationReport:
    """Hold ledger, read models and inbox to the invariants; with `topics` Kafka too, which is read whole.

    With `histories` the stored workflow histories are replayed too. `progress`: so many more events or histories are done.
    Raises StoreError, TransportError.
    """
    published = PublishedTopics(installation.cluster, installation.topics) if topics else None
    return verify(installation.store, published, progress, histories=histories)


def rebuild_read_models(
    installation: Installation, actor: Actor, *, replace: bool, progress: Callable[[], None] = lambda: None
) -> Rebuilt | Refusal:
    """Fold the read models again, and compare or replace them; `progress`: one more case is done. Raises StoreError.

    Refuses to replace anything while the ledger is not what was written (`ledger_broken`).
    """
    return rebuild_all(installation.store, progress, replace=replace)
