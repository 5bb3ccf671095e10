"""The store of a test, for what folds it again."""

from tests.store.conftest import as_account, new_recorder, recorder, store

__all__ = ["as_account", "new_recorder", "recorder", "store"]
