"""What the store tells a scrape: open cases, overdue steps, outcomes, alerts owed. Read when asked, never kept."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from store.alerts import AlertQueue
from store.database import Store
from store.errors import StoreError
from store.signing_state import signing_state
from store.views import Views
from store.waiting import WaitingCommands

log = structlog.get_logger()


class StoreMetrics(Collector):
    """Gauges over the read models. One process of a stack serves them (the publisher)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._views = Views(store)
        self._alerts = AlertQueue(store)
        self._waiting = WaitingCommands(store)

    def register(self) -> None:
        """Serve them with this process's metrics."""
        REGISTRY.register(self)

    def describe(self) -> Iterable[Metric]:
        """Nothing: so that registering asks the store nothing."""
        return []

    def collect(self) -> Iterable[Metric]:
        """All gauges; none while the store is away, which its own alert tells."""
        try:
            return [
                self._open_cases(),
                self._without_end(),
                *self._open_steps(),
                self._closed_cases(),
                *self._alerts_owed(),
                *self._waiting_commands(),
                *self._checkpoints(),
            ]
        except StoreError as error:
            log.warning("no metrics from the store", error=str(error))
            return []

    def _open_cases(self) -> Metric:
        family = GaugeMetricFamily("greenlane_open_cases", "Open cases", labels=["lane", "holder"])
        for row in self._views.open_cases():
            family.add_metric([row.lane, row.holder or "nobody"], row.cases)
        return family

    def _without_end(self) -> Metric:
        return GaugeMetricFamily(
            "greenlane_cases_without_end", "Open cases in which nothing is due", value=self._views.without_end()
        )

    def _open_steps(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("greenlane_open_steps", "Steps that wait for an answer", labels=["department"])
        overdue = GaugeMetricFamily(
            "greenlane_overdue_steps", "Of those, past their due instant", labels=["department"]
        )
        for row in self._views.open_steps():
            waiting.add_metric([row.department], row.steps)
            overdue.add_metric([row.department], row.overdue)
        return [waiting, overdue]

    def _closed_cases(self) -> Metric:
        family = GaugeMetricFamily("greenlane_closed_cases", "Closed cases", labels=["lane", "outcome"])
        for row in self._views.closed_cases():
            family.add_metric([row.lane, row.outcome], row.cases)
        return family

    def _waiting_commands(self) -> Iterable[Metric]:
        number, oldest = self._waiting.count()
        return [
            GaugeMetricFamily(
                "greenlane_waiting_commands",
                "Commands that wait outside Temporal, their senders having many unanswered ones in a case",
                value=number,
            ),
            GaugeMetricFamily("greenlane_waiting_oldest_seconds", "Age of the oldest of them", value=oldest),
        ]

    def _checkpoints(self) -> Iterable[Metric]:
        state = signing_state(self._store)
        unsigned = GaugeMetricFamily(
            "greenlane_unsigned_oldest_seconds",
            "Age of the oldest event that no checkpoint signs yet",
            value=state.unsigned_seconds,
        )
        events = GaugeMetricFamily(
            "greenlane_checkpoint_events", "Events that the last checkpoint signs", value=state.events
        )
        age = GaugeMetricFamily("greenlane_checkpoint_age_seconds", "Age of the last checkpoint; none before the first")
        if state.number:
            age.add_metric([], state.age_seconds)
        return [unsigned, events, age]

    def _alerts_owed(self) -> Iterable[Metric]:
        owed = GaugeMetricFamily("greenlane_alerts_owed", "Alerts not delivered yet", labels=["channel"])
        age = GaugeMetricFamily("greenlane_alerts_oldest_seconds", "Age of the oldest of them", labels=["channel"])
        for row in self._alerts.backlog():
            owed.add_metric([row.channel], row.waiting)
            age.add_metric([row.channel], row.oldest_seconds)
        return [owed, age]
