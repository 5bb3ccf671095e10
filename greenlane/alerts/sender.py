"""Delivering alerts: each once per channel, repeated until it arrives, and no case ever waits for one."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import localtime
from zoneinfo import ZoneInfo

import httpx
import structlog
from prometheus_client import Counter

from catalog.loader import load_catalog
from events.language.case_events import RungFired
from greenlane.alerts.audience import Audience, audience_of
from greenlane.alerts.letter import Letter, letter_of, payload_of
from greenlane.settings import Settings
from store.alerts import AlertQueue, DueAlert
from store.database import Store
from store.errors import StoreError
from store.views import Views

log = structlog.get_logger()

IDLE_SECONDS = 0.5
DELIVERED = Counter("greenlane_alerts_delivered", "Alerts delivered", ["channel"])
FAILED = Counter("greenlane_alert_attempts_failed", "Attempts to alert that failed", ["channel"])
UNHELD = Counter("greenlane_audience_unresolved", "Alerts whose role nobody holds", ["department", "role"])


class AlertSender:
    """Takes alerts from the queue and delivers them. Several processes may run one each."""

    def __init__(self, store: Store, settings: Settings, zone: ZoneInfo) -> None:
        self._queue = AlertQueue(store)
        self._views = Views(store)
        self._settings = settings
        self._zone = zone
        self._catalog = load_catalog(settings.catalog_dir, settings.flags)

    async def serve(self, channels: Sequence[str]) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(timeout=self._settings.alert_timeout_seconds) as web:
            while True:
                try:
                    due = await asyncio.to_thread(self._queue.claim, channels)
                    await asyncio.gather(*(self._deliver(alert, web) for alert in due))
                except StoreError as error:
                    log.warning("alerts wait", reason=str(error))
                    due = []
                if not due:
                    await asyncio.sleep(IDLE_SECONDS)

    async def _deliver(self, alert: DueAlert, web: httpx.AsyncClient) -> None:
        rung = alert.record.event
        if not isinstance(rung, RungFired):
            raise TypeError(f"{alert.event_id} is no fired rung")
        try:
            await self._send(alert, rung, web)
        except Exception as error:
            # Whatever is wrong with one alert or its receiver, the others and the outbox beside them go on.
            FAILED.labels(alert.channel).inc()
            delay = await asyncio.to_thread(self._queue.retry_later, alert, type(error).__name__)
            log.warning(
                "alert not delivered",
                case_id=alert.case_id,
                channel=alert.channel,
                again_in_seconds=delay,
                error=type(error).__name__,
            )
            return
        await asyncio.to_thread(self._queue.mark_delivered, alert.id)
        DELIVERED.labels(alert.channel).inc()

    async def _send(self, alert: DueAlert, rung: RungFired, web: httpx.AsyncClient) -> None:
        view = await asyncio.to_thread(self._views.case, alert.case_id)
        if view is None:
            raise OSError(f"no read model of {alert.case_id} yet")
        audience = audience_of(rung, view.agency, self._catalog)
        if not audience.addresses:
            UNHELD.labels(audience.department, audience.role).inc()
            log.error(
                "nobody holds this role", department=audience.department, role=audience.role, case_id=alert.case_id
            )
        if alert.channel == "webhook":
            # The key lets a receiver drop a repetition: we may be killed between its answer and our mark.
            answer = await web.post(
                self._settings.webhook_url or "",
                json=payload_of(alert.event_id, rung, view, audience),
                headers={"Idempotency-Key": alert.event_id},
            )
            answer.raise_for_status()
        else:
            letter = letter_of(rung, view, audience, self._zone, self._settings.language)
            await asyncio.to_thread(self._mail, alert.event_id, letter, audience)

    def _mail(self, event_id: str, letter: Letter, audience: Audience) -> None:
        settings = self._settings
        receivers = audience.addresses or settings.smtp_to
        if not receivers:
            raise OSError("nobody to send it to: the role is not held and GREENLANE_SMTP_TO is empty")
        message = EmailMessage()
        # A step of an imported log may have a line break in its name, which would end the header.
        message["Subject"] = " ".join(letter.subject.split())
        message["From"], message["To"] = settings.smtp_from, ", ".join(receivers)
        message["Date"] = localtime()
        # The same id at every attempt: mail servers drop the repetition.
        message["Message-ID"] = f"<{event_id}@{settings.smtp_from.rpartition('@')[2] or 'greenlane'}>"
        message.set_content(letter.text)
        with smtplib.SMTP(
            settings.smtp_host or "", settings.smtp_port, timeout=settings.alert_timeout_seconds
        ) as server:
            if settings.smtp_starttls:
                server.starttls()
            if settings.smtp_user and settings.smtp_password:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message, to_addrs=[*receivers])
