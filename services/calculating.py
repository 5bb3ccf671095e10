"""The deadline calculator, on a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.calculator import Answer, calculate, refuse_future
from catalog.catalogue import Catalog
from catalog.errors import UnknownProcedure
from catalog.model import LaneId
from sla.beginning import beginning
from sla.calendar import CalendarDefinition, WorkingCalendar, compiled
from sla.deadline import Due, due
from sla.errors import AmountRefused, CalendarRangeError
from sla.suspension import Suspension
from sla.texts import ANSWER
from sla.units import AMOUNT_MAX, Budget, Unit
from wording.errors import GreenlaneError
from wording.text import _


class NoLimitError(GreenlaneError):
    """The procedure has no limit of its own: its applications declare their own steps."""

    code = "no_limit"


def calculated(
    catalog: Catalog,
    procedure_id: str,
    lane: str,
    at: datetime,
    pauses: Sequence[Suspension],
    calendar_id: str | None = None,
    *,
    now: datetime,
) -> Answer:
    """The answer under the catalogue in force on the day of receipt. Raises CatalogError, SlaError, NoLimitError."""
    refuse_future(pauses, at, now)
    versions = catalog.procedures.get(procedure_id)
    if not versions:
        raise UnknownProcedure(procedure_id, catalog.procedures)
    calendar = catalog.calendar(calendar_id or versions[-1].calendar)
    # The calendar first: a year that it does not cover is the better reason than a version not in force in that year.
    received_day = compiled(calendar).local_day(at)
    definitions = catalog.definitions_for(procedure_id, received_day)
    if calendar_id is not None:
        definitions = definitions.model_copy(update={"calendar": calendar})
    try:
        answer = calculate(definitions, LaneId(lane), at, pauses)
    except CalendarRangeError as error:
        raise CalendarRangeError(error.reason, field="at", remedy=error.remedy) from None
    if answer is None:
        raise NoLimitError(
            _("{procedure_id} has no limit of its own.", procedure_id=procedure_id),
            field="procedure",
            remedy=_("Name a procedure with a limit."),
        )
    return answer


@dataclass(frozen=True, slots=True)
class CountedTime:
    """An amount of time, and where it ends or begins."""

    at: datetime
    budget: Budget
    end: Due


def add_time(calendar: CalendarDefinition, at: datetime, amount: int, unit: str) -> CountedTime:
    """When an amount of time ends that begins at an instant. Raises AmountRefused, CalendarRangeError."""
    return _counted(due, calendar, at, amount, unit)


def subtract_time(calendar: CalendarDefinition, at: datetime, amount: int, unit: str) -> CountedTime:
    """From when an amount of time must run to end at an instant. Raises AmountRefused, CalendarRangeError."""
    return _counted(beginning, calendar, at, amount, unit)


def measure_between(calendar: CalendarDefinition, begins_at: datetime, ends_at: datetime) -> timedelta:
    """The working time between two instants; negative where the end comes first. Raises CalendarRangeError."""
    return compiled(calendar).between(_within(calendar, begins_at, "from"), _within(calendar, ends_at, "to"))


def _within(definition: CalendarDefinition, at: datetime, field: str) -> datetime:
    """The instant. Raises CalendarRangeError with the field where it is not within the calendar's years."""
    try:
        compiled(definition).local(at)
    except CalendarRangeError as error:
        raise CalendarRangeError(error.reason, field=field, remedy=error.remedy) from None
    return at


def _counted(
    count: Callable[[Budget, datetime, WorkingCalendar], Due],
    definition: CalendarDefinition,
    at: datetime,
    amount: int,
    unit: str,
) -> CountedTime:
    _within(definition, at, "at")
    if amount < 1:
        raise AmountRefused.of("amount_not_positive", field="amount", given=amount)
    beyond = CalendarRangeError.outside(ANSWER, definition, field="amount", key="amount_outside")
    if amount > AMOUNT_MAX:
        raise beyond
    budget = Budget(amount=amount, unit=Unit(unit))
    try:
        return CountedTime(at, budget, count(budget, at, compiled(definition)))
    except CalendarRangeError:
        raise beyond from None
