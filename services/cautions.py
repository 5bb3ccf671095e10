"""What nobody refuses, but should be known before the rules under open cases change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from catalog.catalogue import Catalog
from catalog.model import ProcedureVersion
from sla.calendar import CalendarDefinition


@dataclass(frozen=True)
class BeginsLater:
    """Open cases would come under a version that new ones do not get before this day."""

    version: ProcedureVersion
    day: date


@dataclass(frozen=True)
class NewCasesElsewhere:
    """New cases would be received under another version of a calendar than the open ones get."""

    target: CalendarDefinition
    current: str | None
    """The version that new cases go on under; None: the catalogue has no such calendar."""


Caution = BeginsLater | NewCasesElsewhere


def caution_of_version(version: ProcedureVersion, at: datetime, zone: ZoneInfo) -> BeginsLater | None:
    """Whether a version begins after the day that it is in the zone at the business instant."""
    begins = version.valid_from
    return None if begins is None or begins <= at.astimezone(zone).date() else BeginsLater(version, begins)


def caution_of_calendar(target: CalendarDefinition, catalog: Catalog) -> NewCasesElsewhere | None:
    """Whether a calendar is another than the one that new cases are received under."""
    current = catalog.calendars.get(target.id)
    if current is not None and current.digest == target.digest:
        return None
    return NewCasesElsewhere(target, None if current is None else current.version)
