"""Who is meant by the audience of a rung, at the moment it is told: role holders change, a fired rung does not."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.catalogue import Catalog
from events.language.case_events import RungFired
from events.language.dossier_events import DossierRungFired

Fired = RungFired | DossierRungFired
"""A rung of a case's clock, or of a linked dossier's joint one."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Where to send an alert. No addresses: nobody holds the role, which is an alert of its own."""

    department: str
    """The department of the step, for a joint clock the agency that everything waits for; else the agency in charge."""
    role: str
    """As the rung names it: a role of that department, `lead-` and a role of the agency, or a department's id."""
    addresses: tuple[str, ...]


def audience_of(rung: Fired, agency: str, catalog: Catalog) -> Audience:
    """The holder of the role and its substitute, by the catalogue of now. `agency`: who is in charge of the whole."""
    department = rung.department if isinstance(rung, RungFired) else rung.holder
    holder = catalog.holder_of(rung.audience, department, agency)
    found = (holder.email, holder.substitute_email) if holder is not None else ()
    return Audience(department or agency, rung.audience, tuple(address for address in found if address))
