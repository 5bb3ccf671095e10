"""Who is meant by the audience of a rung, at the moment it is told: role holders change, a fired rung does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.model import Department
from events.language.case_events import RungFired

HEAD = "head"
LEAD_HEAD = "lead-head"


@dataclass(frozen=True, slots=True)
class Audience:
    """Where to send an alert. No addresses: nobody holds the role, which is an alert of its own."""

    department: str
    role: str
    addresses: tuple[str, ...]


def audience_of(rung: RungFired, agency: str, departments: Mapping[str, Department]) -> Audience:
    """The holder of the role and its substitute.

    An audience is a role of the step's department, `lead-head` (head of the agency that received the dossier), or the id
    of a department, meaning its head.
    """
    if rung.audience == LEAD_HEAD:
        return _holder(agency, HEAD, departments)
    if rung.audience in departments:
        return _holder(rung.audience, HEAD, departments)
    return _holder(rung.department or agency, rung.audience, departments)


def _holder(department: str, role: str, departments: Mapping[str, Department]) -> Audience:
    found = departments.get(department)
    holders = [] if found is None else [holder for holder in found.roles if holder.role == role]
    addresses = [address for holder in holders for address in (holder.email, holder.substitute_email) if address]
    return Audience(department, role, tuple(addresses))
