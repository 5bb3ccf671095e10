"""Delivering alerts: each once per channel, repeated until it arrives, and no case ever waits for one."""

from __future__ import annotations

import asyncio
import hashlib
import smtplib
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
import structlog
from prometheus_client import Counter

from cases.turn import CaseView, DossierView
from events.language.case_events import CalendarExhausted, RungFired, SuspensionReviewDue
from events.language.dossier_events import DossierRungFired
from greenlane.alerts.audience import Audience, audience_of, duty_audience
from greenlane.alerts.letter import (
    Letter,
    digest_of,
    dossier_letter_of,
    dossier_payload_of,
    duty_letter_of,
    duty_payload_of,
    letter_of,
    payload_of,
)
from greenlane.settings import Settings
from intake.catalogue import CatalogueSource
from store.alerts import AlertQueue, DueAlert
from store.database import Store
from store.dossiers import Dossiers
from store.errors import StoreError
from store.views import Views

log = structlog.get_logger()
View = TypeVar("View", CaseView, DossierView)

IDLE_SECONDS = 0.5
DELIVERED = Counter("greenlane_alerts_delivered", "Alerts delivered", ["channel"])
FAILED = Counter("greenlane_alert_attempts_failed", "Attempts to alert that failed", ["channel"])
UNHELD = Counter("greenlane_audience_unresolved", "Alerts whose role nobody holds", ["department", "role"])


DIGEST_ABOVE = 3
"""So many letters to the same addresses at once are read one by one; more of them are one letter that lists all."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One alert: who is told, and what, as a letter and as a message for programs."""

    alert: DueAlert
    audience: Audience
    letter: Letter
    payload: dict[str, Any]


class AlertSender:
    """Takes alerts from the queue and delivers them. Several processes may run one each."""

    def __init__(self, store: Store, settings: Settings, zone: ZoneInfo, catalogue: CatalogueSource) -> None:
        self._queue = AlertQueue(store)
        self._views = Views(store)
        self._dossiers = Dossiers(store)
        self._settings = settings
        self._zone = zone
        self._catalogue = catalogue

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
        told = await asyncio.gather(*(self._telling(alert) for alert in due))
        by_receivers: dict[tuple[str, ...], list[Telling]] = {}
        posts: list[Telling] = []
        for telling in filter(None, told):
            if telling.alert.channel == "webhook":
                posts.append(telling)
            else:
                by_receivers.setdefault(telling.audience.addresses, []).append(telling)
        letters = [batch for group in by_receivers.values() for batch in _batches(group)]
        await asyncio.gather(
            *(self._attempt([telling], partial(self._post, telling, web)) for telling in posts),
            *(self._attempt(batch, partial(self._write, batch)) for batch in letters),
        )

    async def _telling(self, alert: DueAlert) -> Telling | None:
        """Who is told what, by the catalogue of now; None: it cannot be said yet, and is tried again later."""
        try:
            telling = await asyncio.to_thread(self._told, alert)
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

    def _told(self, alert: DueAlert) -> Telling:
        language = self._settings.language
        match alert.record.event:
            case RungFired() as rung:
                view = _present(self._views.case(alert.case_id), alert)
                audience = audience_of(rung, view.agency, self._catalogue.newest())
                letter = letter_of(rung, view, audience, self._zone, language)
                return Telling(alert, audience, letter, payload_of(alert.event_id, rung, view, audience))
            case DossierRungFired() as joint:
                dossier = _present(self._dossiers.view(alert.case_id), alert)
                audience = audience_of(joint, dossier.lead, self._catalogue.newest())
                letter = dossier_letter_of(joint, dossier, audience, self._zone, language)
                payload = dossier_payload_of(alert.event_id, joint, dossier, audience)
                return Telling(alert, audience, letter, payload)
            case SuspensionReviewDue() | CalendarExhausted() as duty:
                view = _present(self._views.case(alert.case_id), alert)
                audience = duty_audience(duty, view.agency, self._catalogue.newest())
                letter = duty_letter_of(duty, view, audience, self._zone, language)
                return Telling(alert, audience, letter, duty_payload_of(alert.event_id, duty, view, audience))
            case _:
                raise TypeError(f"{alert.event_id} is no alert")

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
        many = [telling.letter for telling in batch]
        letter = many[0] if len(batch) == 1 else digest_of(many, self._settings.language)
        await asyncio.to_thread(self._mail, _message_id(batch), letter, first.audience)

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
                server.starttls(context=ssl.create_default_context())  # its own default believes any certificate
            if settings.smtp_user and settings.smtp_password:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message, to_addrs=[*receivers])


def _present(view: View | None, alert: DueAlert) -> View:
    if view is None:
        raise OSError(f"no read model of {alert.case_id} yet")
    return view


def _batches(group: list[Telling]) -> list[list[Telling]]:
    """The letters to one audience: each by itself while they are few, else all as one."""
    # After an outage of the mail server they are many as well: one letter, not a flood.
    return [group] if len(group) > DIGEST_ABOVE else [[telling] for telling in group]


def _message_id(batch: Sequence[Telling]) -> str:
    """The same id at every attempt: mail servers drop the repetition."""
    ids = [telling.alert.event_id for telling in batch]
    return ids[0] if len(ids) == 1 else f"digest.{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:32]}"
