"""The read models after an upgrade: what this version says of a case comes out of the ledger before any process serves."""

from __future__ import annotations

from typing import Final

from store.database import Store
from store.rebuild import Difference, Project, rebuild, rebuild_dossiers

READ_MODELS: Final = "3"
"""What the rows say and how it is folded: another number wherever either changes, also without another column."""
KEY: Final = "read-models"
"""Key of the store's memory: the version of which all rows are."""


def renew(store: Store, project: Project) -> tuple[Difference, ...]:
    """Fold every case and dossier again unless that was done since the upgrade; what was found otherwise, put right already.

    What the ledger itself has broken (`chain`, `unreadable`, `definitions`) cannot be folded and stays as it is.
    Idempotent: killed in the middle, it begins again. Two may do it at once. Raises StoreError.
    """
    if store.recall(KEY) == READ_MODELS:
        return ()
    differences = (*rebuild(store, project, replace=True).differences, *rebuild_dossiers(store, replace=True))
    store.remember(KEY, READ_MODELS)
    return differences
