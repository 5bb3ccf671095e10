"""Waiting until everything that was decided is on Kafka, and counting what could not be processed."""

from __future__ import annotations

import time

from events.transport.dead_letters import dead_letter_topics
from events.transport.reading import read_all
from greenlane.wiring import Wiring
from store.outbox import Outbox
from wording.errors import GreenlaneError
from wording.text import _

LOOK_SECONDS = 0.1


class NotSettledError(GreenlaneError):
    """The outbox was not empty in time."""

    code = "not_settled"


def settled(wiring: Wiring, timeout_seconds: float = 60.0) -> None:
    """Return once the outbox is empty. Raises NotSettledError."""
    outbox = Outbox(wiring.store)
    ends_at = time.monotonic() + timeout_seconds
    while (lag := outbox.lag()).rows:
        if time.monotonic() > ends_at:
            raise NotSettledError(
                _("{rows} messages still wait to be published.", rows=lag.rows),
                remedy=_("See whether the publisher and Kafka run."),
            )
        time.sleep(LOOK_SECONDS)


def dead_letter_count(wiring: Wiring) -> int:
    """How many messages lie in the dead-letter topics."""
    return sum(1 for _ in read_all(wiring.cluster, dead_letter_topics(wiring.cluster, wiring.topics)))
