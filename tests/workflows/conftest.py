"""One time-skipping server per file of tests, one stage per test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.workflows.stage import Stage, a_stage, time_skipping


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    async with time_skipping() as environment:
        yield environment


@pytest_asyncio.fixture(loop_scope="module")
async def stage(environment: WorkflowEnvironment) -> AsyncIterator[Stage]:
    """A stage with a worker in the sandbox."""
    async with a_stage(environment) as stage, stage.worker():
        yield stage


@pytest_asyncio.fixture(loop_scope="module")
async def idle_stage(environment: WorkflowEnvironment) -> AsyncIterator[Stage]:
    """A stage without a worker: the test brings its own, when it wants."""
    async with a_stage(environment) as stage:
        yield stage
