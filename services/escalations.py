"""Escalations: the list of supervisors, and which one is meant by whoever acknowledges without naming an id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.escalations import alarms_among, last_told
from cases.turn import EscalationItem
from catalog.audiences import audience_of
from catalog.errors import UnknownRole
from catalog.province import LEAD
from events.language.commands import Actor
from events.language.refusals import Refusal, refuse
from services.errors import ServiceError
from services.installation import Installation
from services.lateness import Delay, Delays
from store.dossiers import Dossiers
from store.escalations import EscalationFilter, Escalations
from wording.text import _


@dataclass(frozen=True, slots=True)
class Escalation:
    """An escalation as of one look."""

    item: EscalationItem
    delay: Delay | None
    """None: its limit has not passed."""
    told_department: str
    """Whose role is told."""
    reference: str
    """By what a command names its case or dossier."""


@dataclass(frozen=True, slots=True)
class EscalationList:
    """Escalations, the most urgent first."""

    items: tuple[Escalation, ...]
    total: int
    """How many there are in all."""
    open_only: bool


def list_escalations(
    installation: Installation, actor: Actor, wanted: EscalationFilter, *, limit: int, now: datetime
) -> EscalationList:
    """The escalations that are wanted, at most so many. Raises StoreError."""
    rows = Escalations(installation.store)
    items = rows.listed(wanted, limit=limit)
    total = len(items) if len(items) < limit else rows.count(wanted)
    delays = Delays(installation, installation.business(now))
    return EscalationList(
        tuple(
            Escalation(
                item,
                delays.of(item.case_id, item.late),
                _told_department(installation, item),
                _reference(installation, item),
            )
            for item in items
        ),
        total,
        wanted.open_only,
    )


def check_filter(installation: Installation, wanted: EscalationFilter) -> None:
    """Tell an empty list from a slip of the pen. Raises UnknownDepartment, UnknownRole, StoreError.

    An imported log has departments and roles of its own: what is on record is never refused.
    """
    rows = Escalations(installation.store)
    if wanted.department is not None and not rows.count(EscalationFilter(department=wanted.department)):
        installation.catalog.department(wanted.department)
    if wanted.audience is not None and wanted.audience not in (known := _roles(installation, rows.audiences())):
        raise UnknownRole(wanted.audience, known)


def _roles(installation: Installation, on_record: Iterable[str]) -> set[str]:
    catalog = installation.catalog
    held = {holder.role for department in catalog.departments.values() for holder in department.roles}
    told = {rung.audience for ladder in catalog.ladders.values() for rung in ladder.rungs}
    return held | {f"{LEAD}{role}" for role in held} | set(catalog.departments) | told | set(on_record)


def _told_department(installation: Installation, item: EscalationItem) -> str:
    """Of an early version by the catalogue of now."""
    department, _ = audience_of(item.audience, item.department, item.agency, installation.catalog.departments)
    return item.audience_department or department


def _reference(installation: Installation, item: EscalationItem) -> str:
    if item.linked and item.dossier_id is not None and item.is_open:
        # Two sources may number their dossiers alike: then only the stream says which is meant.
        return item.case_id if Dossiers(installation.store).find(item.dossier_id) is None else item.dossier_id
    return item.dossier_code or item.case_id


class NotMeantError(ServiceError):
    """Which escalation is meant cannot be said. Details: reference, linked, waiting (numbers or ids of those that wait)."""

    def __init__(self, message: str, reference: str, waiting: Sequence[str], *, linked: bool) -> None:
        super().__init__(message, field="escalation", reference=reference, waiting=tuple(waiting), linked=linked)


class NothingToAcknowledgeError(NotMeantError):
    """Nothing of it waits to be acknowledged."""

    code = "nothing_to_acknowledge"


class SeveralEscalationsError(NotMeantError):
    """Several wait, and it was not said which is meant."""

    code = "several_escalations"


class NoSuchAlertError(NotMeantError):
    """No alert that may be acknowledged has this number."""

    code = "no_such_alert"


def escalations_of_case(
    installation: Installation, reference: str, number: str | None, level: int | None
) -> list[str] | Refusal:
    """The ids that are meant in a case: that of a number in its timeline, else of what waits, of a level or the only one.

    Raises NotMeantError, StoreError.
    """
    known = installation.inbox.find_case(reference)
    if known is None:
        return refuse("case_unknown", "case")
    return Alarms.read(installation, known.case_id, reference, linked=False).meant(number, level)


def escalation_of_dossier(installation: Installation, stream_id: str, reference: str, number: str | None) -> str:
    """The one that is meant in a linked dossier, which has one joint clock. Raises NotMeantError, StoreError."""
    return Alarms.read(installation, stream_id, reference, linked=True).meant(number, None)[0]


@dataclass(frozen=True, slots=True)
class Alarms:
    """What of a case or dossier may be acknowledged."""

    reference: str
    items: Sequence[EscalationItem]
    """Those that wait."""
    by_number: Mapping[int, str]
    """All ids, by their number in the timeline."""
    linked: bool

    @classmethod
    def read(cls, installation: Installation, stream_id: str, reference: str, *, linked: bool) -> Alarms:
        """As of now. Raises StoreError."""
        items = Escalations(installation.store).listed(EscalationFilter(open_only=True, case_id=stream_id))
        return cls(reference, items, alarms_among(installation.ledger.records(stream_id)), linked)

    def meant(self, number: str | None, level: int | None) -> list[str]:
        """The one with the number, also one that waits no more; else of each clock the one told last, which stops its chain.

        Raises NotMeantError.
        """
        if number is not None:
            return [self._numbered(number)]
        told = [item for item in last_told(self.items) if level is None or item.level == level]
        if not told:
            message = _("Nothing of {reference} waits to be acknowledged in that way.", reference=self.reference)
            raise NothingToAcknowledgeError(message, self.reference, (), linked=self.linked)
        if len(told) > 1 and level is None:
            message = _(
                "{count} escalations of {reference} wait to be acknowledged.", count=len(told), reference=self.reference
            )
            raise SeveralEscalationsError(message, self.reference, self._named(told), linked=self.linked)
        return [item.escalation_id for item in told]

    def _numbered(self, number: str) -> str:
        escalation_id = self.by_number.get(int(number))
        if escalation_id is None:
            message = _(
                "Number {number} in the timeline of {reference} is no alert that is acknowledged.",
                number=number,
                reference=self.reference,
            )
            waiting = self._named(last_told(self.items))
            raise NoSuchAlertError(message, self.reference, waiting, linked=self.linked)
        return escalation_id

    def _named(self, items: Iterable[EscalationItem]) -> list[str]:
        numbers = {escalation_id: str(number) for number, escalation_id in self.by_number.items()}
        return [numbers.get(item.escalation_id, item.escalation_id) for item in items]
