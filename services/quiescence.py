"""Waiting until everything that was decided is on Kafka, and counting what could not be processed."""

from __future__ import annotations

import time
from typing import Final

from events.language.commands import Actor
from events.transport.dead_letters import dead_letter_topics
from events.transport.reading import read_all
from services.errors import ServiceError
from services.installation import Installation
from store.outbox import Outbox
from wording.text import _

LOOK_SECONDS: Final = 0.1


class NotPublishedError(ServiceError):
    """The outbox was not empty in time."""

    code = "not_settled"


def await_published(installation: Installation, actor: Actor, timeout_seconds: float = 60.0) -> None:
    """Once the outbox is empty. Raises NotPublishedError, StoreError."""
    outbox = Outbox(installation.store)
    ends_at = time.monotonic() + timeout_seconds
    while (lag := outbox.lag()).rows:
        if time.monotonic() > ends_at:
            raise NotPublishedError(
                _("{rows} messages still wait to be published.", rows=lag.rows),
                remedy=_("See whether the publisher and Kafka run."),
            )
        time.sleep(LOOK_SECONDS)


def dead_letter_count(installation: Installation, actor: Actor) -> int:
    """How many messages lie in the dead-letter topics. Raises TransportError."""
    cluster, topics = installation.cluster, installation.topics
    return sum(1 for _ in read_all(cluster, dead_letter_topics(cluster, topics)))
