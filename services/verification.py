"""Whether all that is kept is what the ledger says, and putting right what is not."""

from __future__ import annotations

from collections.abc import Callable

from audit.rebuilding import Rebuilt, rebuild_all
from audit.verification import PublishedTopics, verify
from audit.verification_report import VerificationReport
from events.language.commands import Actor
from events.language.refusals import Refusal
from services.installation import Installation


def count_ledger(installation: Installation, actor: Actor) -> tuple[int, int]:
    """How many cases the ledger has, and how many events. Raises StoreError."""
    return installation.ledger.counts()


def verify_installation(
    installation: Installation, actor: Actor, *, topics: bool, progress: Callable[[int], None] | None = None
) -> VerificationReport:
    """Hold ledger, read models and inbox to the invariants; with `topics` Kafka too, which is read whole.

    `progress`: so many more events are done. Raises StoreError, TransportError.
    """
    published = PublishedTopics(installation.cluster, installation.topics) if topics else None
    return verify(installation.store, published, progress)


def rebuild_read_models(
    installation: Installation, actor: Actor, *, replace: bool, progress: Callable[[], None] = lambda: None
) -> Rebuilt | Refusal:
    """Fold the read models again, and compare or replace them; `progress`: one more case is done. Raises StoreError.

    Refuses to replace anything while the ledger is not what was written (`ledger_broken`).
    """
    return rebuild_all(installation.store, progress, replace=replace)
