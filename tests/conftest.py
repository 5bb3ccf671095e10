"""Servers shared by the tests of one run: real ones, on free ports, in a folder that goes away with the run."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from wording.catalogue import compile_file

if TYPE_CHECKING:
    from events.transport.cluster import Cluster
    from greenlane.addresses import StackAddresses
    from greenlane.settings import Settings
    from tests.store.database_server import DatabaseServer


def pytest_configure() -> None:
    """Compile the catalogues of texts: the processes that tests start read them quicker. No property races with the machine."""
    compile_file("vi")
    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")


def pytest_collection_finish() -> None:
    """What was collected stays to the end: nobody need look through it for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000)


@pytest.fixture(scope="session")
def server_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a stack of this run's own, all ports free ones."""
    # Imported here, so that tests of the pure rooms do not load drivers.
    from greenlane.settings import Settings  # noqa: PLC0415

    return Settings(
        state_dir=tmp_path_factory.mktemp("servers"),
        temporal_port=0,
        temporal_ui=False,
        postgres_port=0,
        kafka_port=0,
        kafka_controller_port=0,
        metrics_port=0,
    )


@pytest.fixture(scope="session")
def servers(server_settings: Settings) -> Iterator[StackAddresses]:
    """Temporal, PostgreSQL and Kafka, running; none of our processes. Shared: use names of your own in each test."""
    from greenlane.stack import Supervisor  # noqa: PLC0415

    supervisor = Supervisor(server_settings, prepare=_accounts)
    yield supervisor.start()
    supervisor.stop()


def _accounts(settings: Settings) -> None:
    from events.transport.admin import TopicLayout  # noqa: PLC0415
    from greenlane.admission import prepare_kafka  # noqa: PLC0415

    prepare_kafka(settings, (), (), TopicLayout())


@pytest.fixture(scope="session")
def cluster(servers: StackAddresses, server_settings: Settings) -> Cluster:
    """The run's shared Kafka, as its owner reaches it."""
    from greenlane.admission import as_owner  # noqa: PLC0415
    from greenlane.connecting import cluster_of  # noqa: PLC0415

    return cluster_of(as_owner(server_settings.resolved(servers)))


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseServer]:
    """One PostgreSQL for the run, without the rest of a stack."""
    from tests.store.database_server import DatabaseServer  # noqa: PLC0415

    server = DatabaseServer(tmp_path_factory.mktemp("postgresql"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def database_url(database_server: DatabaseServer) -> str:
    """An empty migrated database of the test's own."""
    return database_server.fresh_database()
