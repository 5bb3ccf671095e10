"""The servers that somebody else runs, asked one after the other before anything is started."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from greenlane.connecting import cluster_of
from greenlane.probing.database import probe_database
from greenlane.probing.kafka import probe_kafka
from greenlane.probing.temporal import probe_temporal
from greenlane.settings import Settings


def probe_outside(settings: Settings) -> None:
    """Raises a ServerUnusableError for the first outside server that cannot be used. The embedded ones are not asked."""
    if settings.temporal_address is not None:
        with ThreadPoolExecutor(1) as pool:  # the caller's thread may have a loop of its own that runs
            pool.submit(asyncio.run, probe_temporal(settings)).result()
    if settings.kafka_bootstrap is not None:
        probe_kafka(cluster_of(settings), patience_seconds=0)
    if settings.database_url is not None:
        probe_database(settings)
        if settings.database_owner_url is not None:
            probe_database(settings, owner=True)
