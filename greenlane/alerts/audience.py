"""Who is meant by the audience of a rung, at the moment it is told: role holders change, a fired rung does not."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.catalogue import Catalog
from events.language.case_events import RungFired


@dataclass(frozen=True, slots=True)
class Audience:
    """Where to send an alert. No addresses: nobody holds the role, which is an alert of its own."""

    department: str
    """The department of the step, or for a clock without a step the agency that received the dossier."""
    role: str
    """As the rung names it: a role of that department, `lead-` and a role of the agency, or a department's id."""
    addresses: tuple[str, ...]


def audience_of(rung: RungFired, agency: str, catalog: Catalog) -> Audience:
    """The holder of the role and its substitute, by the catalogue of now."""
    holder = catalog.holder_of(rung.audience, rung.department, agency)
    found = (holder.email, holder.substitute_email) if holder is not None else ()
    return Audience(rung.department or agency, rung.audience, tuple(address for address in found if address))
