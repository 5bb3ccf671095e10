"""Delivering alerts: each once per channel, repeated until it arrives, and no case ever waits for one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import httpx
import structlog
from prometheus_client import Counter

from cases.audience import Audience
from greenlane.alerts.mail import mail_of, send
from greenlane.alerts.telling import Teller, Telling
from greenlane.settings import Settings
from intake.catalogue import CatalogueSource
from presentation.letters.digest import digest_of
from presentation.letters.letter import Letter
from store.alerts import AlertQueue, DueAlert
from store.database import Store
from store.errors import StoreError
from wording.text import _

log = structlog.get_logger()

IDLE_SECONDS = 0.5
DELIVERED = Counter("greenlane_alerts_delivered", "Alerts delivered", ["channel"])
FAILED = Counter("greenlane_alert_attempts_failed", "Attempts to alert that failed", ["channel"])
UNHELD = Counter("greenlane_audience_unresolved", "Alerts whose role nobody holds", ["department", "role"])


DIGEST_ABOVE = 3
"""So many letters to the same addresses at once are read one by one; more of them are one letter that lists all."""


class AlertSender:
    """Takes alerts from the queue and delivers them. Several processes may run one each."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        zone: ZoneInfo,
        catalogue: CatalogueSource,
        now: Callable[[], datetime],
    ) -> None:
        """`now`: the business instant."""
        self._queue = AlertQueue(store)
        self._settings = settings
        self._teller = Teller(store, zone, settings.language, catalogue.newest, now)

    async def serve(self, channels: Sequence[str]) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(timeout=self._settings.alert_timeout_seconds) as web:
            while True:
                try:
                    due = await asyncio.to_thread(self._queue.claim, channels)
                    await self._deliver_all(due, web)
                except StoreError as error:
                    log.warning("alerts wait", reason=str(error))
                    due = []
                if not due:
                    await asyncio.sleep(IDLE_SECONDS)

    async def _deliver_all(self, due: Sequence[DueAlert], web: httpx.AsyncClient) -> None:
        """Deliver what was claimed: each by itself, and letters to the same addresses as one where they are many."""
        tellings = await asyncio.gather(*(self._telling(alert) for alert in due))
        by_receivers: dict[object, list[Telling]] = {}
        posts: list[Telling] = []
        for telling in filter(None, tellings):
            if telling.alert.channel == "webhook":
                posts.append(telling)
            else:
                by_receivers.setdefault(_receivers(telling), []).append(telling)
        letters = [batch for group in by_receivers.values() for batch in _batches(group)]
        await asyncio.gather(
            *(self._attempt([telling], partial(self._post, telling, web)) for telling in posts),
            *(self._attempt(batch, partial(self._write, batch)) for batch in letters),
        )

    async def _telling(self, alert: DueAlert) -> Telling | None:
        """Who is told what, by the catalogue of now; None: it cannot be said yet, and is tried again later."""
        try:
            telling = await asyncio.to_thread(self._teller.telling_of, alert)
        except Exception as error:
            await self._failed([alert], error)
            return None
        audience = telling.audience
        if not audience.addresses:
            UNHELD.labels(audience.department, audience.role).inc()
            log.error(
                "nobody holds this role", department=audience.department, role=audience.role, case_id=alert.case_id
            )
        return telling

    async def _attempt(self, batch: Sequence[Telling], send: Callable[[], Awaitable[None]]) -> None:
        try:
            await send()
        except Exception as error:
            # Whatever is wrong with one alert or its receiver, the others and the outbox beside them go on.
            await self._failed([telling.alert for telling in batch], error)
            return
        for telling in batch:
            await asyncio.to_thread(self._queue.mark_delivered, telling.alert.id)
            DELIVERED.labels(telling.alert.channel).inc()

    async def _failed(self, alerts: Sequence[DueAlert], error: Exception) -> None:
        for alert in alerts:
            FAILED.labels(alert.channel).inc()
            delay = await asyncio.to_thread(self._queue.retry_later, alert, type(error).__name__)
            log.warning(
                "alert not delivered",
                case_id=alert.case_id,
                channel=alert.channel,
                again_in_seconds=delay,
                error=type(error).__name__,
            )

    async def _post(self, telling: Telling, web: httpx.AsyncClient) -> None:
        # The key lets a receiver drop a repetition: we may be killed between its answer and our mark.
        answer = await web.post(
            self._settings.webhook_url or "",
            json=telling.payload,
            headers={"Idempotency-Key": telling.alert.event_id},
        )
        answer.raise_for_status()

    async def _write(self, batch: Sequence[Telling]) -> None:
        first = batch[0]
        letter = first.letter
        if len(batch) > 1:
            latest_at = max(telling.alert.record.decided_at for telling in batch)
            scene = await asyncio.to_thread(self._teller.scene, latest_at)
            letter = digest_of([telling.matter for telling in batch], scene)
        await asyncio.to_thread(self._mail, _message_id(batch), letter, first.audience)

    def _mail(self, message_id: str, letter: Letter, audience: Audience) -> None:
        receivers = audience.addresses or self._settings.smtp_to
        if not receivers:
            raise OSError(_("nobody to send it to: the role is not held and GREENLANE_SMTP_TO is empty"))
        send(mail_of(message_id, letter, receivers, self._settings), receivers, self._settings)


def _receivers(telling: Telling) -> object:
    """Whose letters may be one: the same addresses and language; where nobody holds the role, the same role."""
    audience = telling.audience
    if audience.addresses:
        return audience.addresses, audience.language
    return audience.department, audience.role


def _batches(group: list[Telling]) -> list[list[Telling]]:
    """The letters to one audience: each by itself while they are few, else all as one."""
    # After an outage of the mail server they are many as well: one letter, not a flood.
    return [group] if len(group) > DIGEST_ABOVE else [[telling] for telling in group]


def _message_id(batch: Sequence[Telling]) -> str:
    """The same id at every attempt: mail servers drop the repetition."""
    ids = [telling.alert.event_id for telling in batch]
    return ids[0] if len(ids) == 1 else f"digest.{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:32]}"
