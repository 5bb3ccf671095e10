"""Acknowledging escalations, also for somebody who gives no id: that of a number, the only one that waits, those of a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.escalations import alarms_among, last_told
from cases.turn import CaseView, EscalationItem
from events.language.commands import Actor
from events.language.refusals import Refusal, refuse
from services.cases import case_command, command_case
from services.dossiers import find_dossier
from services.errors import ServiceError
from services.installation import Installation
from store.escalations import EscalationFilter, Escalations
from wording.text import _

KIND = "AcknowledgeEscalation"

Alerts = Mapping[int, str]
"""The ids of the alerts that may be acknowledged, by their number in the timeline."""


class UnnamedError(ServiceError):
    """It is not clear which escalation of a case or a linked dossier is meant."""

    def __init__(self, message: str, reference: str, waiting: Sequence[int | str], *, linked: bool) -> None:
        super().__init__(message, field="escalation")
        self.reference = reference
        self.waiting = tuple(waiting)
        """Numbers or ids of those that wait."""
        self.linked = linked


class NothingToAcknowledgeError(UnnamedError):
    """Nothing of it waits to be acknowledged."""

    code = "nothing_to_acknowledge"


class SeveralEscalationsError(UnnamedError):
    """Several wait, and it was not said which is meant."""

    code = "several_escalations"


class NoSuchAlertError(UnnamedError):
    """No alert that may be acknowledged has this number."""

    code = "no_such_alert"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What was acknowledged in a case."""

    command_id: str
    """Of the first."""
    escalation_ids: tuple[str, ...]
    case: CaseView


async def acknowledge_escalations(
    installation: Installation,
    actor: Actor,
    case: str,
    escalation_ids: Sequence[str],
    note: str | None,
    *,
    command_id: str,
    now: datetime,
) -> Acknowledged | Refusal:
    """Acknowledge these of a case one after the other. Raises MessageError, NotAnsweredError, the errors of the servers."""
    answer: CaseView | Refusal = refuse("case_unknown", "case")
    for number, escalation_id in enumerate(escalation_ids):
        own_id = f"{command_id}.{number}" if number else command_id
        content = {"escalation_id": escalation_id, "note": note}
        command = case_command(actor, KIND, content, command_id=own_id, now=now)
        answer = await command_case(installation, actor, case, command, now=now)
        if isinstance(answer, Refusal):
            return answer
    return answer if isinstance(answer, Refusal) else Acknowledged(command_id, tuple(escalation_ids), answer)


def find_escalations(
    installation: Installation, actor: Actor, case: str, number: int | None, level: int | None
) -> list[str] | Refusal:
    """The ids that are meant in a case: that of the number, else of what waits.

    Raises NoSuchAlertError, NothingToAcknowledgeError, SeveralEscalationsError, StoreError.
    """
    known = installation.inbox.find_case(case)
    if known is None:
        return refuse("case_unknown", "case")
    return _meant_in(installation, known.case_id, case, number, level, linked=False)


def find_joint_escalation(installation: Installation, actor: Actor, dossier: str, number: int | None) -> str | Refusal:
    """The one that is meant in a linked dossier, which has one joint clock.

    Raises NoSuchAlertError, NothingToAcknowledgeError, StoreError.
    """
    stream_id = find_dossier(installation, actor, dossier)
    if isinstance(stream_id, Refusal):
        return stream_id
    return _meant_in(installation, stream_id, dossier, number, None, linked=True)[0]


def _meant_in(
    installation: Installation, stream_id: str, reference: str, number: int | None, level: int | None, *, linked: bool
) -> list[str]:
    items = Escalations(installation.store).find(EscalationFilter(open_only=True, stream_id=stream_id))
    alerts = alarms_among(installation.ledger.records(stream_id))
    if number is not None:
        return [numbered(items, alerts, reference, number, linked=linked)]
    return meant(items, alerts, reference, level, linked=linked)


def numbered(
    items: Sequence[EscalationItem], alerts: Alerts, reference: str, number: int, *, linked: bool = False
) -> str:
    """The one with this number in the timeline, also one that waits no more. Raises NoSuchAlertError with those that wait."""
    if number not in alerts:
        message = _(
            "Number {number} in the timeline of {reference} is no alert that is acknowledged.",
            number=number,
            reference=reference,
        )
        raise NoSuchAlertError(message, reference, _names(last_told(items), alerts), linked=linked)
    return alerts[number]


def meant(
    items: Sequence[EscalationItem], alerts: Alerts, reference: str, level: int | None, *, linked: bool = False
) -> list[str]:
    """The one of each clock that was told last, and stops its chain: of the level, or the only one.

    Raises NothingToAcknowledgeError, SeveralEscalationsError.
    """
    waiting = [item for item in last_told(items) if level is None or item.level == level]
    if not waiting:
        message = _("Nothing of {reference} waits to be acknowledged in that way.", reference=reference)
        raise NothingToAcknowledgeError(message, reference, (), linked=linked)
    if len(waiting) > 1 and level is None:
        message = _(
            "{count} escalations of {reference} wait to be acknowledged.", count=len(waiting), reference=reference
        )
        raise SeveralEscalationsError(message, reference, _names(waiting, alerts), linked=linked)
    return [item.escalation_id for item in waiting]


def _names(items: Sequence[EscalationItem], alerts: Alerts) -> list[int | str]:
    """Of an event of an early version the id, of all others the number."""
    numbers = {escalation_id: number for number, escalation_id in alerts.items()}
    return [numbers.get(item.escalation_id, item.escalation_id) for item in items]
