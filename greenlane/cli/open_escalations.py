"""Which escalation somebody means who names none: the only one that waits, or those of a level."""

from __future__ import annotations

from collections.abc import Sequence

from cases.turn import EscalationItem
from events.language.refusals import refuse
from greenlane.cli.failure import RefusedError
from greenlane.cli.session import Session
from greenlane.errors import GreenlaneError
from greenlane.speech.acknowledging import acknowledge_command
from sla.wording import Said
from store.escalations import EscalationFilter, Escalations


class NothingToAcknowledgeError(GreenlaneError):
    """Nothing of it waits to be acknowledged."""

    code = "nothing_to_acknowledge"


class SeveralEscalationsError(GreenlaneError):
    """Several wait, and it was not said which is meant."""

    code = "several_escalations"


def waiting_of_case(session: Session, reference: str, level: int | None) -> list[str]:
    """The ids that are meant in a case. Raises RefusedError, NothingToAcknowledgeError, SeveralEscalationsError, StoreError."""
    known = session.inbox.find_case(reference)
    if known is None:
        raise RefusedError(refuse("case_unknown", "case"), session.words.language)
    return meant(_waiting(session, known.case_id), reference, level)


def waiting_of_dossier(session: Session, stream_id: str, reference: str) -> str:
    """The one that is meant in a linked dossier, which has one joint clock. Raises NothingToAcknowledgeError, StoreError."""
    return meant(_waiting(session, stream_id), reference, None, linked=True)[0]


def meant(items: Sequence[EscalationItem], reference: str, level: int | None, *, linked: bool = False) -> list[str]:
    """The one of each clock that was told last, and stops its chain: of the level, or the only one.

    Raises NothingToAcknowledgeError, SeveralEscalationsError.
    """
    latest: dict[str, EscalationItem] = {}
    for item in sorted(items, key=lambda item: (item.level, item.fired_at)):
        latest[item.clock_id] = item
    found = [item for item in latest.values() if level is None or item.level == level]
    if not found:
        raise _nothing(reference, linked=linked)
    if len(found) > 1 and level is None:
        raise _several(found, reference)
    return [item.escalation_id for item in found]


def _waiting(session: Session, case_id: str) -> list[EscalationItem]:
    return Escalations(session.wiring.store).listed(EscalationFilter(open_only=True, case_id=case_id))


def _nothing(reference: str, *, linked: bool) -> NothingToAcknowledgeError:
    shown = "greenlane dossier show" if linked else "greenlane show"
    return NothingToAcknowledgeError(
        Said(
            f"Nothing of {reference} waits to be acknowledged in that way.",
            f"{reference} không có cảnh báo nào như vậy đang chờ xác nhận.",
        ),
        field="escalation",
        remedy=Said(
            f"Its timeline tells what was acknowledged, and when: {shown} {reference}",
            f"Xem diễn biến để biết đã xác nhận gì, lúc nào: {shown} {reference}",
        ),
    )


def _several(found: Sequence[EscalationItem], reference: str) -> SeveralEscalationsError:
    commands = "; ".join(acknowledge_command(reference, item.escalation_id) for item in found)
    return SeveralEscalationsError(
        Said(
            f"{len(found)} escalations of {reference} wait to be acknowledged.",
            f"{reference} có {len(found)} cảnh báo đang chờ xác nhận.",
        ),
        field="escalation",
        remedy=Said(f"Say which one: {commands}", f"Nêu rõ cảnh báo nào: {commands}"),
    )
