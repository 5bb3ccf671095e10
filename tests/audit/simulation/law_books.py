"""Under which rules the random lives are lived: small procedures that differ in every rule, on three calendars."""

from __future__ import annotations

from datetime import date, time
from functools import lru_cache

from catalog.model import (
    AppointmentRule,
    Definitions,
    DepartmentCalendar,
    DocumentRequirement,
    ExplanationRule,
    ProcedureVersion,
    StepDefinition,
    StopRule,
    SupplementRule,
    SuspensionRule,
)
from sla.deadline import AfterHours
from sla.definition import CalendarDefinition, Window
from sla.ladder import Ladder, Rung
from sla.units import Budget, Unit
from tests.audit.simulation.chances import Dice
from tests.builders import PAUSE, RESTART, a_calendar, a_procedure, a_step, text, the_definitions

BOOKS = 160
LIMITS = (
    Budget(amount=5, unit=Unit.WORKING_DAYS),
    Budget(amount=2, unit=Unit.WORKING_DAYS),
    Budget(amount=24, unit=Unit.WORKING_HOURS),
    Budget(amount=7, unit=Unit.DAYS),
    Budget(amount=90, unit=Unit.HOURS),
    Budget(amount=1, unit=Unit.MONTHS),
    Budget(amount=20, unit=Unit.HOURS),
    Budget(amount=1, unit=Unit.WORKING_DAYS),
)
ROUTES: tuple[tuple[StepDefinition, ...], ...] = (
    (
        a_step("intake", "one-stop"),
        a_step("appraisal", "culture", "intake", weight=2),
        a_step("fire", "police", "intake"),
        a_step("signing", "culture", "appraisal", "fire"),
    ),
    (a_step("intake", "one-stop"), a_step("check", "police", "intake"), a_step("signing", "one-stop", "check")),
    (a_step("intake", "one-stop", clock=False), a_step("signing", "finance", "intake", weight=3)),
    (a_step("left", "culture"), a_step("right", "police"), a_step("only", "construction", weight=3)),
)
DAYS_OFF = (date(2026, 3, 9), date(2026, 4, 27), date(2026, 4, 30), date(2026, 5, 1))
KINDS = ("form", "lease", "plan")


def a_full_ladder(name: str) -> Ladder:
    """Shares, both ends, and delays in several units, some from the appointment, some only in opening hours."""
    return Ladder(
        id=name,
        version="1",
        rungs=(
            Rung(id="half", percent=50, audience="officer", kind="warning"),
            Rung(id="most", percent=90, audience="head", kind="warning", quiet_outside_hours=True),
            Rung(id="past", percent=100, audience="lead-head", kind="past_appointment"),
            Rung(id="breach", percent=100, audience="head", kind="breach", level=1),
            Rung(id="first", delay=_working_hours(4), audience="head", kind="escalation", level=1),
            Rung(id="second", delay=_working_hours(8), audience="office", kind="escalation", level=2),
            Rung(
                id="long", delay=Budget(amount=2, unit=Unit.WORKING_DAYS), audience="office", kind="escalation", level=3
            ),
            Rung.model_validate(
                {
                    "id": "told",
                    "delay": {"amount": 30, "unit": "hours"},
                    "from": "appointment",
                    "audience": "head",
                    "kind": "warning",
                }
            ),
        ),
    )


def _working_hours(amount: int) -> Budget:
    return Budget(amount=amount, unit=Unit.WORKING_HOURS)


@lru_cache
def saturdays() -> CalendarDefinition:
    """The police's: Saturday mornings too."""
    given = a_calendar()
    weekly = dict(given.weekly) | {"sat": (Window(opens=time(7), closes=time(11, 30)),)}
    return CalendarDefinition.model_validate(given.model_dump() | {"id": "police-desk", "weekly": weekly})


@lru_cache
def law_books() -> tuple[Definitions, ...]:
    """In a fixed order, so that a seed always draws the same one."""
    dice = Dice(9)
    return tuple(_book(number, dice) for number in range(BOOKS))


def _book(number: int, dice: Dice) -> Definitions:
    calendar = CalendarDefinition.model_validate(a_calendar().model_dump() | {"days_off": DAYS_OFF})
    kept = (DepartmentCalendar(calendar=saturdays(), departments=("police",)),) if dice.happens(0.4) else ()
    return the_definitions(
        _procedure(number, dice),
        calendar=calendar,
        department_calendars=kept,
        step_ladder=a_full_ladder("step"),
        case_ladder=a_full_ladder("case"),
        silence_excluded=("police",) if dice.happens(0.5) else (),
    )


def _procedure(number: int, dice: Dice) -> ProcedureVersion:
    limit = LIMITS[number % len(LIMITS)]
    wait = dice.choice(
        (
            None,
            Budget(amount=10, unit=Unit.WORKING_DAYS),
            Budget(amount=6, unit=Unit.DAYS),
            Budget(amount=50, unit=Unit.HOURS),
        )
    )
    explain = dice.choice((None, Budget(amount=3, unit=Unit.WORKING_DAYS), Budget(amount=30, unit=Unit.HOURS)))
    cap = dice.choice((None, None, Budget(amount=4, unit=Unit.DAYS), Budget(amount=20, unit=Unit.HOURS)))
    look = dice.choice((None, Budget(amount=5, unit=Unit.WORKING_DAYS)))
    return a_procedure(
        id=f"law-{number}",
        documents=(
            DocumentRequirement(kind="form", name=text("Form 01")),
            DocumentRequirement(kind="id", name=text("Identity"), held_by_state=True),
        ),
        limit=limit,
        after_hours=dice.choice((AfterHours.RECEIPT, AfterHours.RECEIPT, AfterHours.NEXT_OPENING)),
        clock_policy=dice.choice((RESTART, PAUSE)),
        restart_steps=dice.happens(0.3),
        steps=dice.choice(ROUTES),
        payment_pauses=dice.happens(0.6),
        supplement=SupplementRule(
            notice_limit=dice.choice(
                (None, Budget(amount=3, unit=Unit.WORKING_DAYS), Budget(amount=1, unit=Unit.DAYS))
            ),
            rounds_max=dice.choice((0, 1, 1, 2, 3)),
            applicant_limit=wait,
            on_expiry=dice.choice(("returned", "refused")),
        ),
        explanation=dice.choice(
            (
                None,
                ExplanationRule(
                    notice_limit=Budget(amount=2, unit=Unit.WORKING_DAYS),
                    rounds_max=dice.choice((1, 2)),
                    applicant_limit=explain,
                    on_expiry=dice.choice(("returned", "refused")),
                    clock=dice.choice(("PAUSE", "PAUSE", "RUN")),
                ),
            )
        ),
        suspension=SuspensionRule(backdate_max=Budget(amount=120, unit=Unit.HOURS), cap=cap, review_after=look),
        stop=dice.choice((None, StopRule(cap=cap, review_after=look, return_allowed=dice.happens(0.7)))),
        appointment=AppointmentRule(
            reappointments_max=dice.choice((1, 1, 2)),
            extension_max=dice.choice((None, Budget(amount=4, unit=limit.unit))),
            move_max=dice.choice((None, Budget(amount=1, unit=limit.unit))),
        ),
    )


def later_calendar(definitions: Definitions, dice: Dice) -> CalendarDefinition:
    """One of the case's calendars a version later, with one more day off, or one fewer."""
    calendar = dice.choice(tuple(definitions.calendars.values()))
    day = date(2026, 3, dice.randint(3, 31))
    off = tuple(sorted(set(calendar.days_off) ^ {day}))
    fields = calendar.model_dump() | {"version": f"{calendar.version}+", "days_off": off}
    return CalendarDefinition.model_validate(fields)


def later_procedure(definitions: Definitions, dice: Dice) -> ProcedureVersion:
    """The case's procedure a version later: another limit, another policy for documents, another route's end."""
    procedure = definitions.procedure
    assert procedure.limit is not None
    change = {
        "version": f"{procedure.version}.1",
        "limit": Budget(amount=max(1, procedure.limit.amount + dice.choice((-1, 0, 1, 2))), unit=procedure.limit.unit),
    }
    if dice.happens(0.5):
        change["clock_policy"] = PAUSE if procedure.clock_policy is RESTART else RESTART
    return procedure.model_copy(update=change)
