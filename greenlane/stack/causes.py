"""What lies behind a failure on a stack of this machine: its disk is full, or a server that we started is down."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from events.transport.cluster import Cluster
from events.transport.errors import KafkaAwayError, NotPermittedError, TransportError, Unavailable
from greenlane.connecting import database_of
from greenlane.connection_rules import PREFIX
from greenlane.errors import ServerAwayError, ServerUnusableError
from greenlane.probing.database import explained as database_trouble
from greenlane.probing.kafka import explained as kafka_trouble
from greenlane.probing.temporal import probe_temporal
from greenlane.settings import Settings
from greenlane.stack.child import has_room
from greenlane.stack.errors import StateFolderFullError
from services.errors import NotAnsweredError, ServiceError
from store.errors import StoreUnavailable
from wording.errors import GreenlaneError
from wording.text import _

PARTS_BY_SETTING: Final = {"temporal_address": "temporal", "kafka_bootstrap": "kafka", "database_url": "postgresql"}
"""Each server that is embedded where this setting is not set."""

EXPLAINED: Final = (TransportError, StoreUnavailable, Unavailable, ServerUnusableError, ServiceError)
"""The failures behind which there may be a cause."""


def cause_of(error: Exception, cluster: Cluster, settings: Settings, shell_settings: Settings) -> Exception:
    """What is behind the failure of a server: clients say that time ran out, or that something is refused.

    `settings`: with every address; `shell_settings`: as the shell gives them.
    """
    cause = error
    if isinstance(error, KafkaAwayError | NotPermittedError):
        cause = kafka_trouble(cluster) or error
    elif isinstance(error, StoreUnavailable):
        cause = database_trouble(database_of(settings)) or error
    elif isinstance(error, Unavailable):
        cause = _temporal_trouble(settings) or error
    if isinstance(cause, TransportError) and not cause.retryable:
        return cause
    if isinstance(cause, ServiceError) and not isinstance(cause, NotAnsweredError):
        return cause
    again = cause.remedy if isinstance(cause, NotAnsweredError) else ""
    return disk_full(shell_settings, again) or of_our_own(cause, shell_settings) or cause


def _temporal_trouble(settings: Settings) -> ServerUnusableError | None:
    try:
        with ThreadPoolExecutor(1) as pool:  # the caller's thread may have a loop of its own
            pool.submit(asyncio.run, probe_temporal(settings)).result()
    except ServerUnusableError as error:
        return error
    return None


def disk_full(settings: Settings, again: str = "") -> StateFolderFullError | None:
    """That the disk is full under a stack of ours; `again`: what to do once it is not. `settings`: as the shell gives them."""
    if all(getattr(settings, name) is not None for name in PARTS_BY_SETTING) or has_room(settings.state_dir):
        return None
    folder = settings.state_dir
    remedy = _("Free some space; the stack then goes on by itself.")
    if again:
        remedy = _("Free some space, then: {again}", again=again)
    return StateFolderFullError(
        _("The disk of {folder} is full, and the stack cannot work.", folder=folder),
        field=f"{PREFIX}STATE_DIR",
        remedy=remedy,
    )


def of_our_own(error: BaseException, settings: Settings) -> GreenlaneError | None:
    """A server that is away, for one that we started: nobody set its address. None: it is somebody else's."""
    if not isinstance(error, ServerAwayError):
        return None
    for name, part in PARTS_BY_SETTING.items():
        if error.field == f"{PREFIX}{name.upper()}" and getattr(settings, name) is None:
            log = settings.state_dir / "logs" / f"{part}.log"
            return ServerAwayError(
                error.message,
                field=f"{PREFIX}STATE_DIR",
                remedy=_(
                    "Its stack starts it again by itself; if it does not come back, its log {log} says why.", log=log
                ),
            )
    return None
