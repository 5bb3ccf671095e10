"""Both recorders keep the contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from activities.memory import MemoryRecorder
from events.language.topics import Topics
from store.database import Store
from store.recorder import Recorder
from tests.workflows.recorder_contract import RecorderContract


class TestMemoryRecorder(RecorderContract):
    """The double of tests and simulations."""

    @pytest.fixture
    def recorder(self) -> MemoryRecorder:
        """An empty one."""
        return MemoryRecorder()


class TestRecorder(RecorderContract):
    """The one on PostgreSQL."""

    @pytest.fixture
    def recorder(self, database_url: str) -> Iterator[Recorder]:
        """On a database of its own."""
        store = Store.connect(database_url)
        recorder = Recorder(store, Topics("greenlane"))
        yield recorder
        recorder.close()
        store.close()
