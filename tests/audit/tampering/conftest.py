"""One played installation for all these tests; each test has it as it was, whatever the one before did to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.audit.tampering.house import House, a_played_house
from tests.store.database_server import DatabaseServer


@pytest.fixture(scope="session")
def played(database_server: DatabaseServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Played once."""
    with a_played_house(database_server.fresh_database(), tmp_path_factory.mktemp("left") / "checkpoints") as house:
        yield house


@pytest.fixture
def house(played: House) -> Iterator[House]:
    """As it was played."""
    left = played.file.read_bytes()
    yield played
    played.file.write_bytes(left)
    played.restore(played.now)
