"""On the live stack: a department floods a case with what is refused, while the worker is away and while it runs.

1,000 messages in the middle tier, 10,000 in the long one (`MESSAGES=10000`). How long everybody waits is measured by bench.flood.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from temporalio.client import WorkflowHistory

from audit.verification import PublishedTopics, verify
from bench.flood import FLOODING, OTHER, Flood, Watch, a_flood, rate_of, started_departments, until, worker_away
from bench.throughput.__main__ import the_stack
from greenlane.wiring import Wiring
from intake.waiting_room import HANDED_MAX
from services.actors import claimed
from services.quiescence import await_published
from store.waiting import ROWS_MAX
from tests.workflows.stage import kinds

MESSAGES = int(os.environ.get("MESSAGES") or 1_000)
OTHER_CASES = 20
PAYLOAD_MAX_BYTES = 1_000_000
"""Half of what Temporal takes."""

pytestmark = pytest.mark.more

Stack = tuple[Wiring, psutil.Process]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with the_stack() as running:
        yield running


async def histories(wiring: Wiring, case_id: str) -> list[WorkflowHistory]:
    """Of all runs of a case."""
    client = await wiring.temporal()
    runs = [found async for found in client.list_workflows(f"WorkflowId = '{case_id}'")]
    return [await client.get_workflow_handle(case_id, run_id=run.run_id).fetch_history() for run in runs]


def is_all_answered(wiring: Wiring, flood: Flood) -> Any:
    """Each command has its outcome, and nothing waits any more. One beyond: the application itself."""
    watch = Watch(wiring)
    return watch.settled(flood.case_id) == len(flood.expected) + 1 and not watch.waits(flood.case_id)


@pytest.mark.timeout(3600)
async def test_a_flood_while_the_worker_is_away(stack: Stack) -> None:
    """Little of it lies in Temporal; another's command is decided before it, the sender's own behind it; all are answered."""
    wiring, supervisor = stack
    watch, flood = Watch(wiring), a_flood(wiring, "away")
    case_id = flood.case_id
    with worker_away(supervisor):
        flood.rush(MESSAGES // 2)
        lawful = flood.answer(OTHER, "intake", "lawful")
        last = flood.answer(FLOODING, "site-check", "last")
        until(lambda: watch.waits(case_id, last) or watch.outcome(case_id, last) is not None)
        waits = watch.waits(case_id)
        assert HANDED_MAX < waits <= ROWS_MAX
        (history,) = await histories(wiring, case_id)
        assert kinds(history)["execution_signaled"] <= 2 * HANDED_MAX + 1
        assert watch.outcome(case_id, lawful) is None
    until(lambda: watch.outcome(case_id, lawful))
    assert watch.waits(case_id), "much of the flood is still to come"
    until(lambda: is_all_answered(wiring, flood))
    if watch.outcome(case_id, last) is not True:
        # Beyond what the room holds it was told so at once, and sends it again now.
        last = flood.answer(FLOODING, "site-check", "again")
        until(lambda: watch.outcome(case_id, last) is not None)
    assert watch.outcome(case_id, last) is True
    assert_short(await histories(wiring, case_id))


@pytest.mark.timeout(3600)
async def test_a_flood_while_others_work(stack: Stack) -> None:
    """Other cases go from submission to closing meanwhile; every message has its outcome, and the ledgers are sound."""
    wiring, _ = stack
    watch, flood = Watch(wiring), a_flood(wiring, "running")
    departments = started_departments(wiring, "others", OTHER_CASES)
    flood.rush(MESSAGES - MESSAGES // 2)
    lawful = flood.answer(OTHER, "intake", "lawful")
    until(lambda: watch.outcome(flood.case_id, lawful))
    assert rate_of(departments) > 0, "all of them came to their end"
    until(lambda: is_all_answered(wiring, flood))
    assert_short(await histories(wiring, flood.case_id))
    await_published(wiring, claimed("operator", "tests"), timeout_seconds=600)
    found = verify(wiring.store, PublishedTopics(wiring.cluster, wiring.topics))
    assert found.ok, found.findings


def assert_short(runs: list[WorkflowHistory]) -> None:
    """No run comes near what Temporal holds of one, and nothing that it was given or wrote near what a payload holds."""
    for history in runs:
        assert len(history.events) < 10_000
        assert max(event.ByteSize() for event in history.events) < PAYLOAD_MAX_BYTES
        assert sum(event.ByteSize() for event in history.events) < 10 * PAYLOAD_MAX_BYTES
