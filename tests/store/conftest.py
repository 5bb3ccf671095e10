"""A store on a database of the test's own, and recorders on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from events.language.topics import Topics
from store.database import Store
from store.recorder import Recorder
from tests.store.database_server import DatabaseServer

TOPICS = Topics("greenlane")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """The store, migrated and empty, for its owner."""
    opened = Store.connect(database_url, pool_size=4)
    yield opened
    opened.close()


@pytest.fixture
def as_account(database_server: DatabaseServer, database_url: str) -> Iterator[Callable[[str], Store]]:
    """The same database for the account of a process: what works here works with the rights that it has."""
    opened: dict[str, Store] = {}

    def connect(account: str) -> Store:
        if account not in opened:
            opened[account] = Store.connect(database_server.url_for(account, database_url), pool_size=4)
        return opened[account]

    yield connect
    for store in opened.values():
        store.close()


@pytest.fixture
def new_recorder(as_account: Callable[[str], Store]) -> Iterator[Callable[..., Recorder]]:
    """Makes recorders, each as another worker would have one."""
    made: list[Recorder] = []

    def make(channels: tuple[str, ...] = ()) -> Recorder:
        made.append(Recorder(as_account("worker"), TOPICS, channels))
        return made[-1]

    yield make
    for recorder in made:
        recorder.close()


@pytest.fixture
def recorder(new_recorder: Callable[..., Recorder]) -> Recorder:
    """One recorder, with both ways of alerting."""
    return new_recorder(("webhook", "email"))
