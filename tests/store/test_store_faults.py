"""PostgreSQL killed, stopped and started: a clear retryable error, and the same call again is safe."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from cases.turn import Recorded, Turn
from store.database import Store
from store.errors import StoreUnavailable
from store.inbox import Inbox
from store.ledger import Ledger
from store.recorder import Recorder
from tests.blocking import accept_now, record_now
from tests.master_keys import vault_of
from tests.store.conftest import TOPICS
from tests.store.database_server import DatabaseServer
from tests.store.test_inbox import a_submission
from tests.store.turn_builder import Sketch


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseServer]:
    """A server of this test's own, to be killed."""
    own = DatabaseServer(tmp_path_factory.mktemp("killed"))
    own.start()
    yield own
    own.kill()


async def insist(recorder: Recorder, turn: Turn, failed: Callable[[], None]) -> Recorded:
    """What the activity does: again and again until it is recorded; each failure is told."""
    while True:
        try:
            return await recorder.record(turn)
        except StoreUnavailable:
            failed()
            await asyncio.sleep(0.05)


async def test_a_killed_server_loses_nothing_and_doubles_nothing(server: DatabaseServer) -> None:
    """SIGKILL twice under load: each caller is told, tries again, and every case has each turn exactly once."""
    store = Store.connect(server.fresh_database())
    recorder = Recorder(store, TOPICS)
    failures = written = 0
    reached = {40: asyncio.Event(), 100: asyncio.Event()}
    gate = asyncio.Event()
    gate.set()

    def failed() -> None:
        nonlocal failures
        failures += 1

    async def live(number: int) -> Sketch:
        nonlocal written
        sketch = Sketch(number)
        for _ in range(8):
            await gate.wait()
            turn = sketch.answer() if sketch.records else sketch.opening()
            recorded = await insist(recorder, turn, failed)
            written += 1
            if written in reached:
                # No further turn begins until the server is dead, however fast the machine is; those under way meet the kill.
                gate.clear()
                reached[written].set()
            assert len(recorded.records) == len(turn.records)
            sketch.take(recorded)
        return sketch

    async def kill() -> None:
        for written_so_many in reached.values():
            await written_so_many.wait()
            await asyncio.to_thread(server.kill)
            before = failures
            gate.set()
            while failures == before:  # noqa: ASYNC110 - until somebody has met the dead server
                await asyncio.sleep(0.02)
            # In this thread: the kernel ends the server with the thread that started it.
            server.start()

    sketches, _ = await asyncio.gather(asyncio.gather(*(live(number) for number in range(30))), kill())
    assert failures > 0
    for sketch in sketches:
        assert Ledger(store).records(sketch.case_id) == sketch.records
    with store.reading() as connection:
        doubled = "SELECT count(*) - count(DISTINCT (topic, event_id)) FROM outbox"
        assert connection.scalar(text(doubled)) == 0
        assert connection.scalar(text("SELECT last_ordinal FROM dossier_codes")) == 30
        assert connection.scalar(text("SELECT count(*) FROM commands")) == 240
    recorder.close()
    store.close()


async def test_a_lost_acknowledgement_is_found_again(
    store: Store, recorder: Recorder, database_server: DatabaseServer
) -> None:
    """Committed, but the answer was lost: whoever asks again gets the same, with the same dossier code."""
    turn = Sketch().opening()
    first = await recorder.record(turn)
    database_server.end_connections("greenlane recorder")
    with pytest.raises(StoreUnavailable):
        await recorder.record(turn)
    assert await recorder.record(turn) == first
    with store.reading() as connection:
        assert connection.scalar(text("SELECT last_ordinal FROM dossier_codes")) == 1


def test_the_inbox_comes_back_too(store: Store, database_server: DatabaseServer) -> None:
    """A submission that met a lost connection is accepted by the next attempt, once."""
    inbox = Inbox(store, TOPICS, vault_of(store))
    assert accept_now(inbox, a_submission(1)) == "new"
    database_server.end_connections("greenlane inbox")
    with pytest.raises(StoreUnavailable):
        accept_now(inbox, a_submission(2))
    assert accept_now(inbox, a_submission(2)) == "new"
    inbox.close()


def test_a_standby_is_not_ours_to_write(store: Store, recorder: Recorder) -> None:
    """After a fail-over the new server may still be read-only: that is a reason to wait, not a defect."""
    with store.writing() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    with pytest.raises(StoreUnavailable, match="25006"):
        record_now(recorder, Sketch().opening())
