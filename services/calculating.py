"""The deadline calculator, on a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from cases.calculator import Answer, calculate, refuse_future
from catalog.catalogue import Catalog
from catalog.errors import UnknownProcedure
from catalog.model import LaneId
from sla.calendar import CalendarDefinition, WorkingCalendar, compiled
from sla.deadline import Due
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


Counting = Callable[[Budget, datetime, WorkingCalendar], Due]
"""`sla.deadline.due`, or `sla.beginning.beginning`."""


def within(definition: CalendarDefinition, at: datetime, field: str) -> datetime:
    """An instant that is within the calendar's years. Raises CalendarRangeError with the field."""
    try:
        compiled(definition).local(at)
    except CalendarRangeError as error:
        raise CalendarRangeError(error.reason, field=field, remedy=error.remedy) from None
    return at


def counted_end(definition: CalendarDefinition, count: Counting, budget: Budget, at: datetime) -> Due:
    """The end of an amount of time that begins within the calendar. Raises CalendarRangeError for the amount."""
    try:
        return count(budget, at, compiled(definition))
    except CalendarRangeError:
        raise _beyond(definition) from None


def budget_of(definition: CalendarDefinition, amount: int, unit: str) -> Budget:
    """An amount of time. Raises AmountRefused where it is not a positive number, CalendarRangeError for a vast one."""
    if amount < 1:
        raise AmountRefused.of("amount_not_positive", field="amount", given=amount)
    if amount > AMOUNT_MAX:
        raise _beyond(definition)
    return Budget(amount=amount, unit=Unit(unit))


def _beyond(definition: CalendarDefinition) -> CalendarRangeError:
    return CalendarRangeError.outside(ANSWER, definition, field="amount", key="amount_outside")
