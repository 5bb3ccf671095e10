"""A store on a database of the test's own, and recorders on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from events.language.topics import Topics
from store.database import Store
from store.recorder import Recorder

TOPICS = Topics("greenlane")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """The store, migrated and empty."""
    opened = Store.connect(database_url, pool_size=4)
    yield opened
    opened.close()


@pytest.fixture
def new_recorder(store: Store) -> Iterator[Callable[..., Recorder]]:
    """Makes recorders, each as another process would have one."""
    made: list[Recorder] = []

    def make(channels: tuple[str, ...] = ()) -> Recorder:
        made.append(Recorder(store, TOPICS, channels))
        return made[-1]

    yield make
    for recorder in made:
        recorder.close()


@pytest.fixture
def recorder(new_recorder: Callable[..., Recorder]) -> Recorder:
    """One recorder, with both ways of alerting."""
    return new_recorder(("webhook", "email"))
