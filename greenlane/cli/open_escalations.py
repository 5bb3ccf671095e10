"""Which escalation somebody means who gives no id: that of a number, the only one that waits, or those of a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cases.escalations import alarms_among, last_told
from cases.turn import EscalationItem
from events.language.refusals import refuse
from greenlane.cli.failure import RefusedError
from greenlane.cli.session import Session
from presentation.acknowledging import acknowledge_command, show_command
from store.escalations import EscalationFilter, Escalations
from wording.errors import GreenlaneError
from wording.text import _

Alerts = Mapping[int, str]
"""The ids of the alerts that may be acknowledged, by their number in the timeline."""


class NothingToAcknowledgeError(GreenlaneError):
    """Nothing of it waits to be acknowledged."""

    code = "nothing_to_acknowledge"


class SeveralEscalationsError(GreenlaneError):
    """Several wait, and it was not said which is meant."""

    code = "several_escalations"


class NoSuchAlertError(GreenlaneError):
    """No alert that may be acknowledged has this number."""

    code = "no_such_alert"


def meant_in_case(session: Session, reference: str, number: str | None, level: int | None) -> list[str]:
    """The ids that are meant in a case: that of the number, else of what waits.

    Raises RefusedError, NoSuchAlertError, NothingToAcknowledgeError, SeveralEscalationsError, StoreError.
    """
    known = session.inbox.find_case(reference)
    if known is None:
        raise RefusedError(refuse("case_unknown", "case"), session.words.language)
    items, alerts = _waiting(session, known.case_id), alarms_among(session.ledger.records(known.case_id))
    if number is not None:
        return [numbered(items, alerts, reference, number)]
    return meant(items, alerts, reference, level)


def meant_in_dossier(session: Session, stream_id: str, reference: str, number: str | None) -> str:
    """The one that is meant in a linked dossier, which has one joint clock.

    Raises NoSuchAlertError, NothingToAcknowledgeError, StoreError.
    """
    items, alerts = _waiting(session, stream_id), alarms_among(session.ledger.records(stream_id))
    if number is not None:
        return numbered(items, alerts, reference, number, linked=True)
    return meant(items, alerts, reference, None, linked=True)[0]


def numbered(
    items: Sequence[EscalationItem], alerts: Alerts, reference: str, number: str, *, linked: bool = False
) -> str:
    """The one with this number in the timeline, also one that waits no more. Raises NoSuchAlertError with those that wait."""
    found = alerts.get(int(number))
    if found is None:
        raise _no_such(last_told(items), alerts, reference, number, linked=linked)
    return found


def meant(
    items: Sequence[EscalationItem], alerts: Alerts, reference: str, level: int | None, *, linked: bool = False
) -> list[str]:
    """The one of each clock that was told last, and stops its chain: of the level, or the only one.

    Raises NothingToAcknowledgeError, SeveralEscalationsError.
    """
    found = [item for item in last_told(items) if level is None or item.level == level]
    if not found:
        raise _nothing(reference, linked=linked)
    if len(found) > 1 and level is None:
        raise _several(found, alerts, reference)
    return [item.escalation_id for item in found]


def _waiting(session: Session, case_id: str) -> list[EscalationItem]:
    return Escalations(session.wiring.store).listed(EscalationFilter(open_only=True, case_id=case_id))


def _commands(found: Sequence[EscalationItem], alerts: Alerts, reference: str, *, linked: bool = False) -> str:
    numbers = {escalation_id: number for number, escalation_id in alerts.items()}
    named = (str(numbers.get(item.escalation_id, item.escalation_id)) for item in found)
    return "; ".join(acknowledge_command(reference, one, linked=linked) for one in named)


def _no_such(
    found: Sequence[EscalationItem], alerts: Alerts, reference: str, number: str, *, linked: bool
) -> NoSuchAlertError:
    commands = _commands(found, alerts, reference, linked=linked)
    shown = show_command(reference, linked=linked)
    return NoSuchAlertError(
        _(
            "Number {number} in the timeline of {reference} is no alert that is acknowledged.",
            number=number,
            reference=reference,
        ),
        field="escalation",
        remedy=_("These wait: {commands}", commands=commands)
        if found
        else _("None of it waits; its timeline: {shown}", shown=shown),
    )


def _nothing(reference: str, *, linked: bool) -> NothingToAcknowledgeError:
    shown = show_command(reference, linked=linked)
    return NothingToAcknowledgeError(
        _("Nothing of {reference} waits to be acknowledged in that way.", reference=reference),
        field="escalation",
        remedy=_("Its timeline tells what was acknowledged, and when: {shown}", shown=shown),
    )


def _several(found: Sequence[EscalationItem], alerts: Alerts, reference: str) -> SeveralEscalationsError:
    commands = _commands(found, alerts, reference)
    return SeveralEscalationsError(
        _("{count} escalations of {reference} wait to be acknowledged.", count=len(found), reference=reference),
        field="escalation",
        remedy=_("Say which one: {commands}", commands=commands),
    )
