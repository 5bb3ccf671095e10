"""Histories of runs that closed are exported once each, whatever becomes of Temporal's list or of the run meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.history.v1 import History
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from audit.histories import Replaying
from events.language.commands import Outcome
from events.transport.errors import Unavailable
from intake import histories as module
from intake.histories import HistoryExport
from store.histories import ClosedRun, Exporting, Histories, Run
from tests.intake.house import House, a_house, a_message
from tests.workflows.stage import quiet, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE_SECONDS = 60
DAYS = 90


@pytest_asyncio.fixture(loop_scope="module")
async def house(client: Client, database_url: str) -> AsyncIterator[House]:
    async with a_house(client, database_url, datetime.now(UTC)) as built:
        yield built


@pytest.fixture
def lease(house: House) -> Iterator[Exporting]:
    taken = Histories(house.store).lease()
    assert taken is not None
    yield taken
    taken.release()


def an_export(house: House, days: int = DAYS) -> HistoryExport:
    """One that does not wait for a list that is late, nor rests."""
    return HistoryExport(house.client, Histories(house.store), days, listed_late=timedelta(0), rest=0)


async def closed_cases(house: House, number: int) -> list[str]:
    """Cases whose run has come to its own end, one after the other."""
    opened = [await house.open_and_recorded() for _ in range(number)]
    async with house.worker():
        for case_id in opened:
            refused = a_message("one-stop", 1, at=house.now(), outcome=Outcome.REFUSE, reason="x")
            assert (await house.intake.ask(case_id, refused)).accepted
            await quiet(house.handle(case_id))
    return opened


async def exported(house: House, lease: Exporting, number: int, began_at: datetime) -> list[Any]:
    """What stands in the store as soon as so many runs do: Temporal's list is a moment late."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while sum(Histories(house.store).count()) < number:
            await an_export(house).look(lease, began_at)
            await asyncio.sleep(0.05)
    return list(Histories(house.store).all())


async def test_every_run_that_closed_is_exported_once_and_replays(
    house: House, lease: Exporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own end or an operator's, also where more closed than are listed at once; one that is open is not."""
    monkeypatch.setattr(module, "LISTED_MAX", 1)
    began_at = datetime.now(UTC)
    closed = await closed_cases(house, 2)
    terminated, still_open = await house.open_and_recorded(), await house.open_and_recorded()
    await house.ended(terminated, "an operator's mistake")
    stored = await exported(house, lease, 3, began_at)
    await an_export(house).look(lease, None)
    await an_export(house).look(lease, began_at)
    again = {history.run: history.body for history in Histories(house.store).all()}
    assert {run: body for run, body in again.items() if run in {each.run for each in stored}} == {
        each.run: each.body for each in stored
    }
    assert {history.run.workflow_id for history in stored} == {*closed, terminated}
    assert still_open not in {run.workflow_id for run in again}
    history = History.FromString(stored[0].unpacked(1_000_000))
    assert history == History(events=(await house.handle(stored[0].run.workflow_id).fetch_history()).events)
    assert module.EXPORTED_UNTIL._value.get() > began_at.timestamp()
    assert await asyncio.to_thread(Replaying(None, sandbox=False), stored) == (3, [])


async def test_what_is_gone_or_too_long_is_noted_and_not_asked_again(
    house: House, lease: Exporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    began_at = datetime.now(UTC)
    [case_id] = await closed_cases(house, 1)
    monkeypatch.setattr(module, "HISTORY_MAX_BYTES", 1000)
    assert await exported(house, lease, 1, began_at) == []
    gone = ClosedRun(Run("C-gone", "0b6c3e9e-4ee2-4f0c-8d0c-1b7f0a8d9e11"), "CaseWorkflow", began_at, began_at)
    await an_export(house)._export(lease, gone)
    assert lease.missing([gone]) == []
    with house.store.reading() as connection:
        noted = dict(connection.exec_driver_sql("SELECT workflow_id, left_out FROM histories").all())  # type: ignore[arg-type]
    assert noted == {case_id: "too long", "C-gone": "gone from Temporal"}


@pytest.mark.parametrize("error", [Unavailable("Temporal"), RPCError("no", RPCStatusCode.PERMISSION_DENIED, b"")])
async def test_a_history_that_fails_again_and_again_holds_up_none_for_ever(
    house: House, lease: Exporting, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Tried some times, with the pauses of the export between; then noted."""

    async def fails(_: HistoryExport, run: Run) -> bytes:
        raise error

    export, at = an_export(house), datetime.now(UTC)
    run = ClosedRun(Run("C-1", "r-1"), "CaseWorkflow", at, at)
    monkeypatch.setattr(HistoryExport, "_fetched", fails)
    for _ in range(module.ATTEMPTS_MAX - 1):
        with pytest.raises(type(error)):
            await export._export(lease, run)
    assert lease.missing([run]) == [run]
    await export._export(lease, run)
    assert lease.missing([run]) == []


async def test_the_task_goes_on_whatever_happens(
    house: House, lease: Exporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another bridge has the lease, then a look fails; then it exports, and gives the lease back when it is cancelled."""
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.02)
    looks: list[datetime | None] = []
    look = HistoryExport.look

    async def looked(export: HistoryExport, lease: Exporting, since: datetime | None) -> datetime:
        looks.append(since)
        if len(looks) == 1:
            raise Unavailable("Temporal")
        return await look(export, lease, since)

    monkeypatch.setattr(HistoryExport, "look", looked)
    [case_id] = await closed_cases(house, 1)
    export = asyncio.create_task(an_export(house, days=1).run())
    await asyncio.sleep(0.1)
    assert looks == []
    lease.release()
    await soon(lambda: case_id in {stored.run.workflow_id for stored in Histories(house.store).all()})
    assert not export.done()
    export.cancel()
    await asyncio.gather(export, return_exceptions=True)
    assert looks[:2] == [None, None]
    assert module.EXPORTED_UNTIL._value.get() == 0, "another process may export now"
    again = Histories(house.store).lease()
    assert again is not None
    again.release()


async def test_what_is_older_than_it_is_kept_is_not_exported(house: House, lease: Exporting) -> None:
    """However long Temporal has it; and what stands and has become too old is removed."""
    export = an_export(house, days=1)
    long_ago = datetime.now(UTC) - timedelta(days=2)
    lease.put(ClosedRun(Run("C-1", "r-1"), "CaseWorkflow", long_ago, long_ago), b"x")
    lease.release()
    serving = asyncio.create_task(export.run())
    await soon(lambda: ("C-1", "r-1") not in {stored.run for stored in Histories(house.store).all()})
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
