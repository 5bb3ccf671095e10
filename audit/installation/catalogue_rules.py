"""What of a catalogue keeps an installation from working as it should: ends of calendars, roles that nobody holds. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from audit.installation.check import Check, listed
from catalog.audiences import HEAD, audience_of
from wording.text import LazyText, _, joined

if TYPE_CHECKING:
    from catalog.catalogue import Catalog
    from catalog.model import ProcedureVersion
    from sla.calendar import CalendarDefinition

CALENDAR_NOTICE: Final = timedelta(days=90)
ROLES_LISTED: Final = 8


def catalogue(in_use: Catalog, edition: int | None) -> Check:
    """That a catalogue can be read, and which one; `edition`: of an installation's, the number of the newest."""
    procedures, departments = len(in_use.procedures), len(in_use.departments)
    which = (
        _("The catalogue of the folder")
        if edition is None
        else _("Edition {edition} of the catalogue", edition=edition)
    )
    return Check(
        "catalogue",
        _(
            "{which} is sound: {procedures} procedures, {departments} departments.",
            which=which,
            procedures=procedures,
            departments=departments,
        ),
    )


def catalogue_folder(
    folder: str | None, difference: LazyText | None, flags: tuple[frozenset[str], frozenset[str]] | None
) -> Check:
    """Whether what the settings name is what the installation has in use; `flags`: those set here and its own."""
    if difference is not None:
        return Check(
            "catalogue_folder",
            _("{folder} is not the catalogue in use: {difference}.", folder=folder, difference=difference),
            _(
                "See `greenlane catalog diff {folder}`, and enter it with `greenlane catalog publish {folder}`.",
                folder=folder,
            ),
        )
    if flags is not None and flags[0] != flags[1]:
        here, there = (", ".join(sorted(each)) or "-" for each in flags)
        return Check(
            "catalogue_folder",
            _(
                "The calendar flags here are {here}; the installation was prepared with {there}.",
                here=here,
                there=there,
            ),
            _("Correct GREENLANE_FLAGS here, or run `greenlane prepare` with these."),
        )
    if folder is None:
        return Check(
            "catalogue_folder",
            _("No folder is named: the catalogue in use counts."),
        )
    return Check(
        "catalogue_folder",
        _("{folder} is the catalogue in use.", folder=folder),
    )


def calendars(newest: Iterable[CalendarDefinition], today: date) -> Check:
    """Whether the newest version of each calendar reaches far enough; `today` is the business day."""
    known = sorted(newest, key=lambda each: (each.last_day, each.id))
    ending = [each for each in known if each.last_day - today < CALENDAR_NOTICE]
    if not ending:
        first = known[0]
        return Check(
            "calendars",
            _(
                "The first calendar to end is {id} {version}, after {last_day}.",
                id=first.id,
                version=first.version,
                last_day=first.last_day,
            ),
        )
    said = joined("; ", [_end(each, today) for each in ending])
    return Check(
        "calendars",
        _("Calendars end within 90 days: {said}.", said=said),
        _("Publish a version with further days, then `greenlane calendar apply` it to the open cases."),
    )


def _end(calendar: CalendarDefinition, today: date) -> LazyText:
    name = f"{calendar.id} {calendar.version}"
    if calendar.last_day < today:
        return _("{name} ended on {last_day}", name=name, last_day=calendar.last_day)
    days = (calendar.last_day - today).days
    return _("{name} on {last_day}, in {days} days", name=name, last_day=calendar.last_day, days=days)


def heads(catalog: Catalog) -> Check:
    """Whether each department has a head whom alerts reach."""
    without = [name for name in catalog.departments if not _reached(catalog, name, HEAD)]
    if not without:
        return Check(
            "heads",
            _("All {count} departments have a head.", count=len(catalog.departments)),
        )
    names = listed(without)
    return Check(
        "heads",
        _("These departments have no head with an address: {names}.", names=names),
        _("Publish a version of departments.yaml with the role `head` and its address."),
    )


def roles(catalog: Catalog, today: date, channels: Collection[str]) -> Check:
    """Whether somebody holds each role that a rung may call; without a way to call them nobody is called."""
    if not channels:
        return Check(
            "roles",
            _("No webhook and no mail server is set here: what runs with these settings alerts through Kafka alone."),
        )
    called = called_roles(catalog, today)
    without = [(name, role) for name, role in called if not _reached(catalog, name, role)]
    if not without:
        return Check(
            "roles",
            _("Somebody holds each of the {count} roles that may be alerted.", count=len(called)),
        )
    names = listed([f"{role} ({name})" for name, role in without], ROLES_LISTED)
    return Check(
        "roles",
        _("Nobody holds these roles, which are alerted: {names}.", names=names),
        _("Publish a version of departments.yaml with these roles and their addresses."),
    )


def called_roles(catalog: Catalog, today: date) -> list[tuple[str, str]]:
    """Department and role of everybody whom a rung of a procedure in force may call."""
    departments = catalog.departments
    called = {
        audience_of(rung, department, procedure.agency, departments)
        for procedure in catalog.procedures_on(today)
        for department, rung in _calls(catalog, procedure)
    }
    return sorted(called)


def _calls(catalog: Catalog, procedure: ProcedureVersion) -> Iterable[tuple[str | None, str]]:
    for rung in catalog.ladder(procedure.case_ladder).rungs:
        yield None, rung.audience
    for rung in catalog.ladder(procedure.step_ladder).rungs:
        for step in procedure.steps:
            yield step.department, rung.audience


def _reached(catalog: Catalog, department: str, role: str) -> bool:
    known = catalog.departments.get(department)
    holders = () if known is None else known.roles
    return any(holder.role == role and (holder.email or holder.substitute_email) for holder in holders)
