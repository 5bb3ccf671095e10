"""How the lives of old cases are told: what a case is decided under, and what people did. Times are of March 2026."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from catalog.loader import load_catalog
from catalog.model import (
    Definitions,
    LaneId,
)
from events.language.commands import (
    Actor,
    ActorKind,
    ApplyCalendar,
    ChangeLane,
    ConfirmPayment,
    DocumentPart,
    ExtendLimit,
    MigrateProcedure,
    MoveAppointment,
    Outcome,
    PauseClock,
    ReassignStep,
    ReceiveSupplement,
    RequestPayment,
)
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    SUPERVISOR,
    a_calendar,
    a_pause,
    a_procedure,
    a_question,
    a_reassignment,
    a_resumption,
    a_step,
    a_submission,
    a_withdrawal,
    an_acknowledgement,
    an_answer,
    the_definitions,
)
from tests.upgrade.played import PlayedCase

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = Actor(kind=ActorKind.ADMINISTRATOR, id="office")
APPOINTMENT = MONDAY + 7 * DAY
"""Of a case received on MONDAY with five working days: Monday 9 March, 09:00; the lawful end is 24:00 of that day."""
GREEN_APPOINTMENT = MONDAY + 2 * DAY
"""Of the same case in the lane of sixty per cent: Wednesday 4 March, 09:00."""

Life = Callable[[PlayedCase], None]
CASE_LIVES: dict[str, tuple[Callable[[], Definitions], Life]] = {}
"""By name: what the case is decided under, and its life."""


def life(definitions: Callable[[], Definitions] = the_definitions) -> Callable[[Life], Life]:
    def keep(lived: Life) -> Life:
        CASE_LIVES[lived.__name__.strip("_")] = definitions, lived
        return lived

    return keep


def under(**procedure: Any) -> Callable[[], Definitions]:
    return lambda: the_definitions(a_procedure(**procedure))


def karaoke() -> Definitions:
    """As shipped: five working days."""
    return load_catalog().definitions_for("karaoke-licence", date(2026, 3, 9))


def command(kind: type, at: datetime, **given: Any) -> Any:
    common = {
        "command_id": f"{kind.__name__}:{at.isoformat()}",
        "received_at": at,
        "actor": OFFICE,
        "reason": "decided",
    }
    return kind(**common | given)


def answers(played: PlayedCase, at: datetime, *steps: tuple[str, str]) -> None:
    for minutes, (step, department) in enumerate(steps):
        played.take(an_answer(step, department, at + minutes * timedelta(minutes=1)))


INTAKE, APPRAISAL, FIRE, SIGNING = (
    ("intake", "one-stop"),
    ("appraisal", "culture"),
    ("fire", "police"),
    ("signing", "culture"),
)


def a_fee(at: datetime) -> RequestPayment:
    fee: RequestPayment = command(
        RequestPayment,
        at,
        actor=Actor(kind=ActorKind.DEPARTMENT, id="one-stop"),
        step_id="intake",
        department="one-stop",
        amount_vnd=2_000_000,
    )
    return fee


def a_receipt(at: datetime) -> ConfirmPayment:
    return ConfirmPayment(command_id="paid", received_at=at, actor=OFFICE, receipt="R-1")


def a_day_off(at: datetime) -> ApplyCalendar:
    applied: ApplyCalendar = command(ApplyCalendar, at, calendar=a_calendar(version="2", days_off=(date(2026, 3, 5),)))
    return applied


def a_migration(at: datetime) -> MigrateProcedure:
    steps = (*a_procedure().steps, a_step("archive", "one-stop", "signing"))
    migrated: MigrateProcedure = command(
        MigrateProcedure,
        at,
        procedure=a_procedure(version="2", limit=Budget(amount=8, unit=Unit.WORKING_DAYS), steps=steps),
    )
    return migrated


def a_lane(lane: str, at: datetime) -> ChangeLane:
    changed: ChangeLane = command(ChangeLane, at, lane=LaneId(lane), legal_basis="a decision")
    return changed


def every_command(at: datetime = MONDAY) -> list[Any]:
    """One of each kind, with the fields of that version."""
    return [
        a_submission(at, facts={"field": "social-housing"}),
        an_answer("intake", "one-stop", at, data={"own_number": "7"}),
        an_answer("intake", "one-stop", at, Outcome.REFUSE, legal_basis="art. 5"),
        an_answer("intake", "one-stop", at, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)),
        a_question("intake", "one-stop", at, "police", limit=Budget(amount=3, unit=Unit.WORKING_DAYS)),
        ReceiveSupplement(
            command_id="supplement",
            received_at=at,
            actor=SUPERVISOR,
            documents=(DocumentPart(kind="lease", reference="vault-1"),),
        ),
        a_pause(at),
        command(PauseClock, at, legal_basis="form 05", from_at=at - DAY, until_at=at - HOUR),
        a_resumption(at),
        a_withdrawal(at),
        an_acknowledgement("step:intake/first", at),
        ReassignStep.model_validate(a_reassignment("intake", at, officer="officer-7").model_dump()),
        a_fee(at),
        a_receipt(at),
        command(MoveAppointment, at, by=Budget(amount=2, unit=Unit.WORKING_DAYS)),
        command(
            ExtendLimit,
            at,
            by=Budget(amount=2, unit=Unit.WORKING_DAYS),
            legal_basis="art. 12",
            approved_by="the chairman",
        ),
        a_lane("green_60", at),
        a_day_off(at),
        a_migration(at),
    ]
