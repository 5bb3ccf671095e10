"""One Temporal server for a file of tests, one database and one house for a test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from sla.business_time import BusinessTime
from store.database import Store
from tests.builders import MONDAY
from tests.intake.house import House
from tests.workflows.stage import time_skipping


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    async with time_skipping() as environment:
        yield environment


@pytest_asyncio.fixture(loop_scope="module")
async def house(environment: WorkflowEnvironment, database_url: str) -> AsyncIterator[House]:
    """An intake over an empty database."""
    store = Store.connect(database_url, pool_size=4)
    now = await environment.get_current_time()
    built = House(store, environment.client, BusinessTime(business_anchor_at=MONDAY, real_anchor_at=now, factor=1))
    yield built
    await built.close()
    store.close()
