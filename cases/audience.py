"""Who is meant by the audience of a rung, at the moment it is told: role holders change, a fired rung does not."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.audiences import audience_of as responsible
from catalog.catalogue import Catalog
from catalog.province import Language
from catalog.receiving import ONE_STOP
from events.language.case_events import CalendarExhausted, RungFired, SuspensionReviewDue
from events.language.dossier_events import DossierRungFired

Fired = RungFired | DossierRungFired
"""A rung of a case's clock, or of a linked dossier's joint one."""


Duty = SuspensionReviewDue | CalendarExhausted
"""What somebody must do though no rung of a clock has fired."""
HEAD = "head"
ADMINISTRATOR = "administrator"
"""Who applies calendars."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Where to send an alert. No addresses: nobody holds the role, which is an alert of its own."""

    department: str
    """The one whose role it is: of a rung that goes to the chairman's office that office, whoever holds the step."""
    role: str
    """As the rung names it: a role of that department, `lead-` and a role of the agency, or a department's id."""
    addresses: tuple[str, ...]
    language: Language = "both"
    """In which language the holder is written to."""


def audience_of(rung: Fired, agency: str, catalog: Catalog) -> Audience:
    """The holder of the role and its substitute, by the catalogue of now. `agency`: who is in charge of the whole."""
    department = rung.department if isinstance(rung, RungFired) else rung.holder
    return _held(rung.audience, department, agency, catalog)


def duty_audience(duty: Duty, agency: str, catalog: Catalog) -> Audience:
    """Who has a duty that no clock tells of. `agency`: who is in charge of the case.

    A suspension is looked at by the head of the department that the event names. A longer calendar is applied by an
    administrator; where nobody holds that role, the head of the one-stop centre has it done.
    """
    if isinstance(duty, SuspensionReviewDue):
        return _held(HEAD, duty.department, agency, catalog)
    for department in (ONE_STOP, agency, *catalog.departments):
        administrator = _held(ADMINISTRATOR, department, agency, catalog)
        if administrator.addresses:
            return administrator
    return _held(HEAD, ONE_STOP if ONE_STOP in catalog.departments else agency, agency, catalog)


def _held(role: str, department: str | None, agency: str, catalog: Catalog) -> Audience:
    holder = catalog.holder_of(role, department, agency)
    addresses_held = (holder.email, holder.substitute_email) if holder is not None else ()
    own, _ = responsible(role, department, agency, catalog.departments)
    addresses = tuple(address for address in addresses_held if address)
    return Audience(own, role, addresses, "both" if holder is None else holder.language)
