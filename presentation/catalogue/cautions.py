"""What nobody refuses, but should be known before the rules under open cases change: what it is, and what helps."""

from __future__ import annotations

from catalog.catalogue import Catalog
from catalog.model import ProcedureVersion
from presentation.instants import day_said
from presentation.moments import Moments
from sla.calendar import CalendarDefinition
from wording.text import LazyText, _

Caution = tuple[LazyText, LazyText]


def of_what_begins_later(version: ProcedureVersion, moments: Moments) -> Caution | None:
    """Where open cases would come under a version that new ones do not get yet."""
    begins = version.valid_from
    if begins is None or begins <= moments.now.astimezone(moments.zone).date():
        return None
    message = _(
        "{procedure} {version} begins on {day} only; open cases come under it at once, before new ones do.",
        procedure=version.id,
        version=version.version,
        day=day_said(begins),
    )
    return message, _("Where the new text does not say so, wait for that day.")


def of_new_cases(target: CalendarDefinition, catalog: Catalog) -> Caution | None:
    """Where new cases would be received under another version of a calendar than the open ones get."""
    current = catalog.calendars.get(target.id)
    if current is not None and current.digest == target.digest:
        return None
    named = {"calendar": target.id, "version": target.version, "current": "" if current is None else current.version}
    if current is None:
        message = _("Calendar {calendar} {version} is not in the catalogue: no new case will be under it.", **named)
    else:
        message = _(
            "Calendar {calendar} {version} is not what the catalogue holds: new cases go on under version {current}.",
            **named,
        )
    remedy = _(
        "Put the file into calendars/ of a catalogue folder (`greenlane catalog export "
        "DIR`), and publish that (`greenlane catalog publish DIR`)."
    )
    return message, remedy
