"""Under what the simulated cases live: small procedures that differ in every rule, and some of the real catalogue."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from itertools import cycle, product

from catalog.loader import load_catalog
from catalog.model import (
    AppointmentRule,
    ClockPolicy,
    Definitions,
    ExplanationRule,
    Fact,
    ProcedureVersion,
    StepDefinition,
    StopRule,
    SupplementRule,
    SuspensionRule,
)
from events.language.commands import DocumentPart
from sla.definition import CalendarDefinition
from sla.units import Budget, Unit
from tests.builders import PAUSE, RESTART, a_procedure, a_step, the_definitions

REAL_PROCEDURES = ("karaoke-licence", "liquor-retail", "work-permit", "food-product-declaration", "hazardous-chemicals")
REAL_DAY = date(2026, 3, 2)
EXTRA_DAYS_OFF = tuple(date(2026, 3, day) for day in range(9, 28))
FACTS: tuple[dict[str, Fact], ...] = ({}, {}, {"project": "ring-road-4"}, {"field": "social-housing"})
LIMITS = (
    Budget(amount=5, unit=Unit.WORKING_DAYS),
    Budget(amount=24, unit=Unit.WORKING_HOURS),
    Budget(amount=7, unit=Unit.DAYS),
    Budget(amount=90, unit=Unit.HOURS),
    Budget(amount=1, unit=Unit.MONTHS),
)
ROUTES = (
    (
        a_step("intake", "one-stop"),
        a_step("appraisal", "culture", "intake", weight=2),
        a_step("fire", "police", "intake"),
        a_step("signing", "culture", "appraisal", "fire"),
    ),
    (a_step("intake", "one-stop"), a_step("signing", "finance", "intake", budget=Budget(amount=1, unit=Unit.DAYS))),
    (a_step("only", "construction", clock=False),),
)


@lru_cache
def rulebooks() -> tuple[Definitions, ...]:
    """Definitions in a fixed order, so that a seed always draws the same ones."""
    routes = cycle(ROUTES)
    small = [
        the_definitions(_small(next(routes), limit, policy=policy, restart_steps=restart, rounds=rounds, number=number))
        for number, (limit, policy, restart, rounds) in enumerate(
            product(LIMITS, (RESTART, PAUSE), (False, True), (1, 2)), start=1
        )
    ]
    catalog = load_catalog()
    return (*small, *(catalog.definitions_for(procedure, REAL_DAY) for procedure in REAL_PROCEDURES))


def _small(
    steps: tuple[StepDefinition, ...],
    limit: Budget,
    *,
    policy: ClockPolicy,
    restart_steps: bool,
    rounds: int,
    number: int,
) -> ProcedureVersion:
    return a_procedure(
        id=f"small-{number}",
        limit=limit,
        clock_policy=policy,
        restart_steps=restart_steps,
        steps=steps,
        payment_pauses=number % 2 == 0,
        supplement=SupplementRule(
            notice_limit=Budget(amount=3, unit=Unit.WORKING_DAYS),
            rounds_max=rounds,
            applicant_limit=Budget(amount=10, unit=Unit.WORKING_DAYS) if number % 3 else None,
            on_expiry="returned" if number % 2 else "refused",
        ),
        explanation=ExplanationRule(
            notice_limit=Budget(amount=2, unit=Unit.WORKING_DAYS) if number % 2 else None,
            rounds_max=rounds,
            applicant_limit=Budget(amount=6, unit=Unit.DAYS) if number % 3 else None,
            on_expiry="refused" if number % 2 else "returned",
            clock="RUN" if number % 5 == 0 else "PAUSE",
        ),
        stop=StopRule(
            cap=Budget(amount=5, unit=Unit.WORKING_DAYS) if number % 3 == 0 else None,
            review_after=Budget(amount=3, unit=Unit.WORKING_DAYS),
            return_allowed=number % 4 != 1,
        ),
        suspension=SuspensionRule(
            cap=Budget(amount=4, unit=Unit.DAYS) if number % 4 == 0 else None,
            review_after=Budget(amount=2, unit=Unit.DAYS) if number % 4 == 1 else None,
        ),
        appointment=AppointmentRule(extension_max=Budget(amount=4, unit=limit.unit) if number % 2 else None),
    )


def later_calendar(definitions: Definitions) -> CalendarDefinition:
    """The case's calendar a version later, with one more day off."""
    calendar = definitions.calendar
    day = next(day for day in EXTRA_DAYS_OFF if day not in calendar.days_off)
    fields = calendar.model_dump() | {"version": f"{calendar.version}+1", "days_off": (*calendar.days_off, day)}
    return CalendarDefinition.model_validate(fields)


def later_procedure(definitions: Definitions) -> ProcedureVersion:
    """The case's procedure a version later, with one more unit of time."""
    procedure = definitions.procedure
    limit = procedure.limit
    longer = None if limit is None else Budget(amount=limit.amount + 1, unit=limit.unit)
    return procedure.model_copy(update={"version": f"{procedure.version}.1", "limit": longer})


def documents_of(definitions: Definitions) -> tuple[DocumentPart, ...]:
    """What an application must hold."""
    return tuple(
        DocumentPart(kind=d.kind) for d in definitions.procedure.documents if d.required and not d.held_by_state
    )
