"""Escalations as supervisors list them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from cases.turn import EscalationItem
from catalog.audiences import audience_of
from catalog.errors import UnknownRole
from catalog.province import LEAD
from services.installation import Installation
from services.lateness import Delay, Delays
from services.recording_reads import Reader, filter_said, record_read
from store.dossiers import Dossiers
from store.escalations import EscalationFilter, Escalations

__all__ = ["Escalation", "EscalationFilter", "EscalationList", "list_escalations", "look_up_escalations"]


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
    installation: Installation, reader: Reader, wanted: EscalationFilter, *, limit: int, now: datetime
) -> EscalationList:
    """The escalations that are wanted, at most so many; the read is on record.

    Raises UnknownDepartment, UnknownRole, StoreError.
    """
    found = look_up_escalations(installation, wanted, limit=limit, now=now)
    record_read(installation, reader, filter=filter_said(asdict(wanted)), count=len(found.items))
    return found


def look_up_escalations(
    installation: Installation, wanted: EscalationFilter, *, limit: int, now: datetime
) -> EscalationList:
    """The same for another service, which puts its own read on record. Raises as the list."""
    rows = Escalations(installation.store)
    items = rows.find(wanted, limit=limit)
    if not items:
        _check_filter(installation, rows, wanted)
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


def _check_filter(installation: Installation, rows: Escalations, wanted: EscalationFilter) -> None:
    """Tell an empty list from a slip of the pen. Raises as the list.

    An imported log has departments and roles of its own: what is on record is never refused.
    """
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
