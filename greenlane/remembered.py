"""What an installation was prepared with and remembers: its business time, and the flags of its calendars."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from catalog.loader import load_catalog
from greenlane.errors import SettingsError
from greenlane.settings import Settings
from sla.business_time import BusinessTime
from sla.calendar import CalendarDefinition, compiled
from store.access import CALENDAR_FLAGS
from store.database import Store
from wording.text import _

BUSINESS_TIME = "business-time"
"""Key of the store's memory: the one immutable map of this stack."""


def flags_of(store: Store, settings: Settings) -> frozenset[str]:
    """The calendar flags that the installation was prepared with."""
    flags = store.recall(CALENDAR_FLAGS)
    return settings.flags if flags is None else frozenset(filter(None, flags.split(",")))


def business_time_of(store: Store, settings: Settings) -> BusinessTime:
    """The remembered map, or the one that this first start makes.

    Who asks for no pace gets the stack's own. Raises SettingsError for another than the remembered one, and in production
    for any but real time.
    """
    stored = store.recall(BUSINESS_TIME)
    if stored is None:
        stored = store.remember_first(BUSINESS_TIME, _first_business_time(settings).model_dump_json())
    standing = BusinessTime.model_validate_json(stored)
    is_asked_for = "time_factor" in settings.model_fields_set or settings.profile == "production"
    if is_asked_for and standing.factor != settings.time_factor:
        raise SettingsError(
            _(
                "This stack runs at {factor:g} business seconds a second; {time_factor:g} is asked for.",
                factor=standing.factor,
                time_factor=settings.time_factor,
            ),
            field="GREENLANE_TIME_FACTOR",
            remedy=_(
                "Set it to {factor:g}, or use another state folder: time never changes under open cases.",
                factor=standing.factor,
            ),
        )
    return standing


def _first_business_time(settings: Settings) -> BusinessTime:
    if settings.time_factor == 1:
        return BusinessTime.real_time()
    calendar = load_catalog(settings.catalog_dir, settings.flags).province_calendar
    return BusinessTime(
        business_anchor_at=demonstration_monday(calendar),
        real_anchor_at=datetime.now(UTC),
        factor=settings.time_factor,
    )


def demonstration_monday(calendar: CalendarDefinition) -> datetime:
    """The first Monday 07:00 of the calendar's second year that begins five whole working weeks: fixed, and far from its ends."""
    working = compiled(calendar)
    day = calendar.first_day.replace(year=calendar.first_day.year + 1, month=3, day=1)
    while day.weekday() != 0 or not all(working.is_working_day(day + timedelta(days=n)) for n in _WORKING_WEEKS):
        day += timedelta(days=1)
    return datetime.combine(day, time(7), ZoneInfo(calendar.zone))


_WORKING_WEEKS = tuple(7 * week + weekday for week in range(5) for weekday in range(5))
