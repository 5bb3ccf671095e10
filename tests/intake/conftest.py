"""One Temporal server for a file of tests (one that lists runs for all of them), one database and one house for a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from tests.intake.house import House, a_house
from tests.workflows.stage import time_skipping
from tests.workflows.temporal_server import temporal_server
from workflows.converter import DATA_CONVERTER


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    async with time_skipping() as environment:
        yield environment


@pytest_asyncio.fixture(loop_scope="module")
async def house(environment: WorkflowEnvironment, database_url: str) -> AsyncIterator[House]:
    """An intake over an empty database."""
    async with a_house(environment.client, database_url, await environment.get_current_time()) as built:
        yield built


@pytest.fixture(scope="package")
def development_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address. The server that skips time has no lists."""
    with temporal_server(tmp_path_factory.mktemp("temporal")) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(development_server: str) -> Client:
    """Of a development server."""
    return await Client.connect(development_server, data_converter=DATA_CONVERTER)
