"""One Temporal server that skips time for a file of tests; a house over an empty database, and an installation of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from tests.intake.house import House, a_house
from tests.services.door import Door, HouseInstallation
from tests.workflows.stage import time_skipping
from tests.workflows.temporal_server import temporal_server
from workflows.converter import DATA_CONVERTER


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    async with time_skipping() as environment:
        yield environment


@pytest_asyncio.fixture(loop_scope="module")
async def house(environment: WorkflowEnvironment, database_url: str) -> AsyncIterator[House]:
    async with a_house(environment.client, database_url, await environment.get_current_time()) as built:
        yield built


@pytest.fixture
def door(house: House, environment: WorkflowEnvironment) -> Door:
    return Door(HouseInstallation(house), environment)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    """Of a development server: the one that skips time has no lists."""
    with temporal_server(tmp_path_factory.mktemp("temporal")) as address:
        yield await Client.connect(address, data_converter=DATA_CONVERTER)
