"""Deliveries of alerts by webhook and e-mail: owed since the rung or duty was recorded, retried apart from the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, update

from events.language.case_events import EventRecord
from events.transport.backoff import Backoff
from store.arrays import Texts
from store.database import Store
from store.ledger import record_of_row
from store.statements import statements_in
from store.tables import alerts

REDELIVERY = Backoff(first_seconds=5.0, most_seconds=900.0)
ERROR_LENGTH_MAX = 500

SQL: Final = statements_in("alerts")


@dataclass(frozen=True, slots=True)
class DueAlert:
    """One delivery to make now. `event_id` is the key under which a receiver may recognise a repetition."""

    id: int
    case_id: str
    event_id: str
    channel: str
    attempts: int
    """This attempt included."""
    record: EventRecord
    """The fired rung, or the duty that arose."""


@dataclass(frozen=True, slots=True)
class AlertBacklog:
    """What one channel still owes."""

    channel: str
    waiting: int
    failing: int
    """Those of them that failed at least once."""
    oldest_seconds: float
    """Real time since the oldest of them was recorded."""


class AlertQueue:
    """The deliveries. Several processes may work on it; all calls raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, channels: Sequence[str], limit: int = 20, lease_seconds: float = 60.0) -> list[DueAlert]:
        """Take due deliveries, oldest first; nobody else gets them before the lease ends (a killed process's come again)."""
        wanted = {"channels": Texts(channels), "limit": limit, "lease_seconds": lease_seconds}
        with self._store.session() as session:
            rows = session.execute(SQL["claim_alerts"], wanted).fetchall()
        return sorted((_due_alert(*row) for row in rows), key=lambda alert: alert.id)

    def mark_delivered(self, alert_id: int) -> None:
        """The receiver has it."""
        with self._store.writing() as connection:
            connection.execute(
                update(alerts)
                .where(alerts.c.id == alert_id, alerts.c.delivered_at.is_(None))
                .values(delivered_at=func.now(), last_error=None)
            )

    def retry_later(self, alert: DueAlert, error: str) -> float:
        """The attempt failed; returns in how many seconds the next one is due. `error` must hold no personal data."""
        delay = REDELIVERY.pause(alert.attempts)
        with self._store.writing() as connection:
            connection.execute(
                update(alerts)
                .where(alerts.c.id == alert.id, alerts.c.delivered_at.is_(None))
                .values(
                    next_attempt_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, delay),
                    last_error=error[:ERROR_LENGTH_MAX],
                )
            )
        return delay

    def backlog(self) -> list[AlertBacklog]:
        """What is owed, by channel."""
        age = func.extract("epoch", func.now() - func.min(alerts.c.recorded_at))
        query = (
            select(alerts.c.channel, func.count(), func.count().filter(alerts.c.last_error.is_not(None)), age)
            .where(alerts.c.delivered_at.is_(None))
            .group_by(alerts.c.channel)
            .order_by(alerts.c.channel)
        )
        with self._store.reading() as connection:
            return [
                AlertBacklog(channel, waiting, failing, float(seconds))
                for channel, waiting, failing, seconds in connection.execute(query)
            ]


def _due_alert(
    number: int, stream_id: str, sequence: int, event_id: str, channel: str, attempts: int, body: str
) -> DueAlert:
    return DueAlert(number, stream_id, event_id, channel, attempts, record_of_row(stream_id, sequence, body))
