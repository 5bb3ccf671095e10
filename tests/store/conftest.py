"""A store on a database of the test's own, and recorders on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from events.language.topics import Topics
from store.checkpoints import Checkpoints
from store.database import Store
from store.recorder import Recorder
from store.seals import installation_id, make_installation_id
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


@pytest.fixture
def installation(store: Store) -> str:
    """What the installation calls itself: without a name it signs nothing."""
    make_installation_id(store)
    named = installation_id(store)
    assert named is not None
    return named


@pytest.fixture
def publisher(installation: str, as_account: Callable[[str], Store]) -> Store:
    """The store as the process that signs reaches it: it may not write the ledger."""
    return as_account("publisher")


@pytest.fixture
def signer(publisher: Store) -> Checkpoints:
    """With the rights of the process that holds the key."""
    return Checkpoints(publisher)
