"""The lives of cases that the fixtures hold: every state in which a case may be open when the program is upgraded.

Times are of March 2026, by the province's clock where a name says so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from catalog.dossier import Silence
from catalog.loader import load_catalog
from catalog.model import (
    AppointmentRule,
    Definitions,
    LaneId,
    SupplementRule,
    SuspensionRule,
)
from events.language.commands import (
    Actor,
    ActorKind,
    ApplyCalendar,
    ChangeLane,
    ConfirmPayment,
    ConsultationRequest,
    DeclaredStep,
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
    PAUSE,
    RESTART,
    SUPERVISOR,
    a_calendar,
    a_pause,
    a_procedure,
    a_question,
    a_reassignment,
    a_resumption,
    a_step,
    a_submission,
    a_supplement,
    a_withdrawal,
    an_acknowledgement,
    an_answer,
    the_definitions,
)
from tests.desks import KEPT, POLICE_DESK, a_new_version, local
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

# ---- a limit of working days, recorded as breached at the appointment although its last day was not over


def _karaoke(played: PlayedCase) -> None:
    """Received on Monday 9 March at 06:30: the appointment is Friday 13 March 17:00, the last day Monday 16 March."""
    documents = (DocumentPart(kind="request"), DocumentPart(kind="security-certificate"))
    played.open(local("09 06:30"), procedure="karaoke-licence", documents=documents)
    answers(played, local("09 08:00"), ("intake", "one-stop"), ("site-check", "culture"), ("opinion-police", "police"))


@life(karaoke)
def karaoke_breached(played: PlayedCase) -> None:
    _karaoke(played)
    played.live_until(local("13 17:00"))


@life(karaoke)
def karaoke_escalated(played: PlayedCase) -> None:
    """Every rung of the statutory clock has fired: nothing of it falls due any more."""
    _karaoke(played)
    played.live_until(local("16 11:00"))


@life(karaoke)
def karaoke_acknowledged(played: PlayedCase) -> None:
    """The breach rung was acknowledged, so its chain stopped."""
    _karaoke(played)
    played.live_until(local("13 17:00"))
    played.take(an_acknowledgement("statutory/breach", local("13 17:30")))
    played.live_until(local("16 11:00"))


@life(karaoke)
def karaoke_escalation_acknowledged(played: PlayedCase) -> None:
    _karaoke(played)
    played.live_until(local("16 09:00"))
    played.take(an_acknowledgement("statutory/escalation-one-stop", local("16 09:10")))


@life(karaoke)
def karaoke_closed_between(played: PlayedCase) -> None:
    """The licence was handed over on the last lawful day, after the appointment."""
    _karaoke(played)
    played.live_until(local("16 09:00"))
    answers(played, local("16 10:00"), SIGNING, ("return", "one-stop"))


@life(karaoke)
def karaoke_past_both_ends(played: PlayedCase) -> None:
    _karaoke(played)
    played.live_until(local("17 08:00"))
    played.take(an_answer("signing", "culture", local("17 08:00")))


@life(karaoke)
def karaoke_closed_past_both_ends(played: PlayedCase) -> None:
    _karaoke(played)
    played.live_until(local("17 08:00"))
    answers(played, local("17 09:00"), SIGNING, ("return", "one-stop"))


@life(karaoke)
def karaoke_recorded_late(played: PlayedCase) -> None:
    """The worker was away over the week-end: it recorded the breach and the first escalation on Monday morning."""
    _karaoke(played)
    played.take(now=local("16 09:30"))


@life(karaoke)
def karaoke_recorded_after_both_ends(played: PlayedCase) -> None:
    """The worker was away until Tuesday: whatever the rule, the limit had passed when it was recorded."""
    _karaoke(played)
    played.take(now=local("17 08:00"))


@life()
def breached_then_restarted(played: PlayedCase) -> None:
    """Documents were asked for on the last lawful day: the breached clock was stopped, another began."""
    played.open()
    answers(played, MONDAY + HOUR, INTAKE)
    played.live_until(APPOINTMENT)
    played.take(an_answer("fire", "police", APPOINTMENT + HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    played.take(a_supplement(APPOINTMENT + 3 * HOUR))


@life(under(clock_policy=PAUSE))
def breached_then_paused(played: PlayedCase) -> None:
    """Documents were asked for on the last lawful day, and the clock stands still."""
    played.open()
    answers(played, MONDAY + HOUR, INTAKE)
    played.live_until(APPOINTMENT)
    played.take(an_answer("fire", "police", APPOINTMENT + HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))


@life()
def breached_then_suspended(played: PlayedCase) -> None:
    played.open()
    played.live_until(APPOINTMENT)
    played.take(a_pause(APPOINTMENT + HOUR))


@life()
def breached_then_noted_suspended(played: PlayedCase) -> None:
    """A suspension of two days before the breach, noted only after it."""
    played.open()
    played.live_until(APPOINTMENT)
    at = APPOINTMENT + HOUR
    played.take(
        command(
            PauseClock,
            at,
            legal_basis="form 05",
            from_at=APPOINTMENT - 3 * DAY - 4 * HOUR,
            until_at=APPOINTMENT - 3 * DAY,
        )
    )


@life()
def breached_then_calendar(played: PlayedCase) -> None:
    """A day off within the limit was published on the last lawful day."""
    played.open()
    played.live_until(APPOINTMENT)
    played.take(_day_off(APPOINTMENT + HOUR))


@life()
def breached_then_migrated(played: PlayedCase) -> None:
    played.open()
    played.live_until(APPOINTMENT)
    played.take(_migration(APPOINTMENT + HOUR))


@life()
def green_breached(played: PlayedCase) -> None:
    """The promise of two working days, recorded as broken on the morning of its last day; the statute still runs."""
    played.open(facts={"field": "social-housing"})
    answers(played, MONDAY + HOUR, INTAKE)
    played.live_until(GREEN_APPOINTMENT)


@life()
def green_closed_between(played: PlayedCase) -> None:
    played.open(facts={"field": "social-housing"})
    answers(played, MONDAY + HOUR, INTAKE, APPRAISAL, FIRE)
    played.live_until(GREEN_APPOINTMENT + HOUR)
    answers(played, GREEN_APPOINTMENT + 2 * HOUR, SIGNING)


@life()
def both_breached(played: PlayedCase) -> None:
    """The green promise is past both its ends, the statute only past its appointment."""
    played.open(facts={"field": "social-housing"})
    played.live_until(APPOINTMENT)


@life()
def green_breached_and_revoked(played: PlayedCase) -> None:
    played.open(facts={"field": "social-housing"})
    played.live_until(GREEN_APPOINTMENT)
    played.take(_lane("standard", GREEN_APPOINTMENT + HOUR))


# ---- supplements


def _asks(played: PlayedCase) -> None:
    played.open()
    played.take(an_answer("intake", "one-stop", MONDAY + HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))


@life(under(clock_policy=RESTART))
def awaiting_supplement_restart(played: PlayedCase) -> None:
    _asks(played)


@life(under(clock_policy=PAUSE))
def awaiting_supplement_pause(played: PlayedCase) -> None:
    _asks(played)


@life(under(clock_policy=RESTART, restart_steps=True))
def supplement_restarted(played: PlayedCase) -> None:
    """The documents came; the steps begin again, and the limit with them."""
    played.open()
    answers(played, MONDAY + HOUR, INTAKE, APPRAISAL)
    played.take(an_answer("fire", "police", MONDAY + 2 * HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    played.take(a_supplement(MONDAY + DAY))


@life(under(clock_policy=PAUSE))
def supplement_resumed(played: PlayedCase) -> None:
    _asks(played)
    played.take(a_supplement(MONDAY + DAY))
    answers(played, MONDAY + DAY + HOUR, INTAKE)


@life(under(clock_policy=RESTART))
def supplement_limit_passed(played: PlayedCase) -> None:
    """The applicant's ten working days ended at the hour of the request: returned, although the last day was not over."""
    _asks(played)
    played.live_until(MONDAY + 14 * DAY + HOUR)


@life(
    under(
        clock_policy=PAUSE,
        supplement=SupplementRule(applicant_limit=Budget(amount=3, unit=Unit.DAYS), on_expiry="refused"),
    )
)
def supplement_limit_passed_refused(played: PlayedCase) -> None:
    _asks(played)
    played.live_until(MONDAY + 30 * DAY)


@life(under(supplement=SupplementRule()))
def awaiting_supplement_without_limit(played: PlayedCase) -> None:
    _asks(played)


# ---- standing still


@life()
def suspended(played: PlayedCase) -> None:
    """Without an end in sight."""
    played.open()
    answers(played, MONDAY + HOUR, INTAKE)
    played.take(a_pause(MONDAY + 2 * HOUR))


@life(under(suspension=SuspensionRule(cap=Budget(amount=10, unit=Unit.WORKING_DAYS))))
def suspended_capped(played: PlayedCase) -> None:
    played.open()
    played.take(a_pause(MONDAY + 2 * HOUR))


@life(under(suspension=SuspensionRule(cap=Budget(amount=2, unit=Unit.WORKING_DAYS))))
def suspension_cap_passed(played: PlayedCase) -> None:
    """The engine let the clocks run again, with a reason of its own."""
    played.open()
    played.take(a_pause(MONDAY + 2 * HOUR))
    played.live_until(MONDAY + 2 * DAY + 2 * HOUR)


@life()
def suspension_noted(played: PlayedCase) -> None:
    """Back-dated and over already."""
    played.open()
    played.take(
        command(PauseClock, MONDAY + DAY, legal_basis="form 05", from_at=MONDAY + HOUR, until_at=MONDAY + 5 * HOUR)
    )
    played.take(a_pause(MONDAY + DAY + HOUR))
    played.take(a_resumption(MONDAY + 2 * DAY))


@life()
def awaiting_payment(played: PlayedCase) -> None:
    played.open()
    played.take(_fee(MONDAY + HOUR))


@life()
def paid(played: PlayedCase) -> None:
    played.open()
    played.take(_fee(MONDAY + HOUR))
    played.take(_receipt(MONDAY + DAY))


@life(under(payment_pauses=False))
def payment_beside_the_clock(played: PlayedCase) -> None:
    """Where the law lets the clocks run while the fee is awaited."""
    played.open()
    played.take(_fee(MONDAY + HOUR))


def _fee(at: datetime) -> RequestPayment:
    fee: RequestPayment = command(
        RequestPayment,
        at,
        actor=Actor(kind=ActorKind.DEPARTMENT, id="one-stop"),
        step_id="intake",
        department="one-stop",
        amount_vnd=2_000_000,
    )
    return fee


def _receipt(at: datetime) -> ConfirmPayment:
    return ConfirmPayment(command_id="paid", received_at=at, actor=OFFICE, receipt="R-1")


# ---- changed rules


def _day_off(at: datetime) -> ApplyCalendar:
    applied: ApplyCalendar = command(ApplyCalendar, at, calendar=a_calendar(version="2", days_off=(date(2026, 3, 5),)))
    return applied


def _migration(at: datetime) -> MigrateProcedure:
    steps = (*a_procedure().steps, a_step("archive", "one-stop", "signing"))
    migrated: MigrateProcedure = command(
        MigrateProcedure,
        at,
        procedure=a_procedure(version="2", limit=Budget(amount=8, unit=Unit.WORKING_DAYS), steps=steps),
    )
    return migrated


def _lane(lane: str, at: datetime) -> ChangeLane:
    changed: ChangeLane = command(ChangeLane, at, lane=LaneId(lane), legal_basis="a decision")
    return changed


@life()
def calendar_applied(played: PlayedCase) -> None:
    played.open()
    played.take(_day_off(MONDAY + DAY))
    answers(played, MONDAY + DAY + HOUR, INTAKE)


@life()
def migrated(played: PlayedCase) -> None:
    played.open()
    answers(played, MONDAY + HOUR, INTAKE)
    played.take(_migration(MONDAY + DAY))


@life()
def appointment_moved(played: PlayedCase) -> None:
    """Two more working days, with an apology: recorded then as two more days of the limit."""
    played.open()
    played.take(command(MoveAppointment, MONDAY + DAY, by=Budget(amount=2, unit=Unit.WORKING_DAYS)))


@life()
def appointment_moved_and_breached(played: PlayedCase) -> None:
    played.open()
    played.take(command(MoveAppointment, MONDAY + DAY, by=Budget(amount=2, unit=Unit.WORKING_DAYS)))
    played.live_until(MONDAY + 9 * DAY)


@life(under(appointment=AppointmentRule(extension_max=Budget(amount=5, unit=Unit.WORKING_DAYS))))
def extended(played: PlayedCase) -> None:
    played.open()
    more = Budget(amount=3, unit=Unit.WORKING_DAYS)
    played.take(command(ExtendLimit, MONDAY + DAY, by=more, legal_basis="art. 12", approved_by="the chairman"))


@life()
def lane_granted(played: PlayedCase) -> None:
    played.open()
    played.take(_lane("green_60", MONDAY + HOUR))


@life()
def lane_granted_too_late(played: PlayedCase) -> None:
    """The promise would be past already: declined, with a sentence in English."""
    played.open()
    played.live_until(MONDAY + 3 * DAY)
    played.take(_lane("green_60", MONDAY + 3 * DAY))


@life(under(limit=Budget(amount=8, unit=Unit.HOURS)))
def lane_longer_than_the_law(played: PlayedCase) -> None:
    """24 hours of a lane beside eight by law: declined at the door, with a sentence in English."""
    played.open(facts={"project": "ring-road-4"})


@life(
    under(
        steps=(
            a_step(*INTAKE),
            a_step("signing", "culture", "intake", minimum=Budget(amount=2, unit=Unit.DAYS)),
        )
    )
)
def lane_without_room_for_the_minimum(played: PlayedCase) -> None:
    played.open(facts={"project": "ring-road-4"})


@life()
def lane_revoked(played: PlayedCase) -> None:
    played.open(facts={"field": "social-housing"})
    played.take(_lane("standard", MONDAY + HOUR))


@life()
def lane_of_a_day(played: PlayedCase) -> None:
    played.open(facts={"project": "ring-road-4"})
    answers(played, MONDAY + HOUR, INTAKE)


@life()
def lane_changed_while_awaiting(played: PlayedCase) -> None:
    """RESTART has cancelled the clocks: the promise begins with the documents."""
    _asks(played)
    played.take(_lane("green_60", MONDAY + 2 * HOUR))


# ---- steps


@life()
def consulting(played: PlayedCase) -> None:
    """Two are asked, one has answered."""
    played.open()
    limit = Budget(amount=8, unit=Unit.WORKING_HOURS)
    played.take(a_question("intake", "one-stop", MONDAY + HOUR, "police", "finance", limit=limit))
    asked = next(step for step in played.case.steps.values() if step.department == "finance")
    played.take(an_answer(asked.id, "finance", MONDAY + 2 * HOUR))


@life()
def consultation_lapsed(played: PlayedCase) -> None:
    """Silence counts as no objection; the step goes on."""
    played.open()
    asked = ConsultationRequest(
        department="finance",
        question="any objection?",
        limit=Budget(amount=4, unit=Unit.WORKING_HOURS),
        silence=Silence.DEEMED_NO_OBJECTION,
    )
    played.take(an_answer("intake", "one-stop", MONDAY + HOUR, Outcome.CONSULT, consult=(asked,)))
    played.live_until(MONDAY + DAY)


@life()
def consultation_escalated(played: PlayedCase) -> None:
    """Silence is told to the head, and the step waits on."""
    played.open()
    asked = ConsultationRequest(
        department="police",
        question="any objection?",
        limit=Budget(amount=4, unit=Unit.WORKING_HOURS),
        silence=Silence.ESCALATE,
    )
    played.take(an_answer("intake", "one-stop", MONDAY + HOUR, Outcome.CONSULT, consult=(asked,)))
    played.live_until(MONDAY + DAY)


@life()
def reassigned(played: PlayedCase) -> None:
    """To an officer, and another step to another department."""
    played.open()
    played.take(a_reassignment("intake", MONDAY + HOUR, officer="officer-7"))
    answers(played, MONDAY + 2 * HOUR, INTAKE)
    played.take(a_reassignment("fire", MONDAY + 3 * HOUR, department="construction"))


@life()
def step_escalated(played: PlayedCase) -> None:
    """A step is late, the case is not; its first escalation is acknowledged."""
    played.open()
    played.live_until(MONDAY + 3 * DAY)
    played.take(an_acknowledgement("step:intake/first", MONDAY + 3 * DAY))


@life()
def step_breach_set_aside(played: PlayedCase) -> None:
    """An answer that was given in time and delivered after the breach was recorded."""
    played.open()
    played.live_until(MONDAY + 2 * DAY)
    played.take(an_answer("intake", "one-stop", MONDAY + HOUR), now=MONDAY + 2 * DAY + HOUR)


@life(lambda: the_definitions(a_procedure(id="log", route="declared", limit=None, steps=(), documents=())))
def declared_route(played: PlayedCase) -> None:
    route = tuple(DeclaredStep(id=name, name=name, department="culture") for name in ("one", "two", "three"))
    limit = Budget(amount=2, unit=Unit.WORKING_DAYS)
    played.open(procedure="log", documents=(), route=route, step_limit=limit)
    answers(played, MONDAY + HOUR, ("one", "culture"))


@life(under(limit=Budget(amount=1, unit=Unit.MONTHS)))
def limit_in_months(played: PlayedCase) -> None:
    played.open()
    answers(played, MONDAY + HOUR, INTAKE)


@life(under(limit=Budget(amount=1, unit=Unit.MONTHS)))
def limit_in_months_breached(played: PlayedCase) -> None:
    """Breached on 2 April at 09:00; the last day was not over."""
    played.open()
    answers(played, MONDAY + HOUR, INTAKE)
    played.live_until(datetime(2026, 4, 2, 2, tzinfo=UTC))


@life(under(limit=Budget(amount=10, unit=Unit.DAYS)))
def limit_in_days(played: PlayedCase) -> None:
    played.open()
    answers(played, MONDAY + HOUR, INTAKE)


@life(under(limit=Budget(amount=10, unit=Unit.DAYS)))
def limit_in_days_breached(played: PlayedCase) -> None:
    """Breached on Thursday 12 March at 09:00."""
    played.open()
    played.live_until(MONDAY + 10 * DAY)


@life(under(limit=Budget(amount=30, unit=Unit.WORKING_HOURS)))
def limit_in_hours_breached(played: PlayedCase) -> None:
    """One end only: this breach was right."""
    played.open()
    played.live_until(MONDAY + 7 * DAY)


@life(lambda: the_definitions(department_calendars=KEPT))
def department_calendars(played: PlayedCase) -> None:
    played.open(local("06 14:00"))
    answers(played, local("06 16:00"), INTAKE)
    played.take(a_new_version(POLICE_DESK, local("06 16:30"), date(2026, 3, 10)))


@life(lambda: the_definitions(calendar=a_calendar(last_day=date(2026, 3, 10))))
def calendar_too_short(played: PlayedCase) -> None:
    """The suspension pushes the end beyond the calendar: the clock has no end until a longer one is applied."""
    played.open()
    played.take(a_pause(MONDAY + HOUR))
    played.take(a_resumption(MONDAY + 3 * DAY))


# ---- ends


@life()
def issued(played: PlayedCase) -> None:
    """In time; before the end somebody was refused."""
    played.open()
    answers(played, MONDAY + HOUR, INTAKE, APPRAISAL, FIRE)
    played.take(an_answer("intake", "police", MONDAY + 2 * HOUR), refused=True)
    answers(played, MONDAY + 3 * HOUR, SIGNING)


@life()
def refused(played: PlayedCase) -> None:
    played.open()
    played.take(an_answer("intake", "one-stop", MONDAY + HOUR, Outcome.REFUSE))


@life()
def withdrawn(played: PlayedCase) -> None:
    played.open()
    answers(played, MONDAY + HOUR, INTAKE)
    played.take(a_withdrawal(MONDAY + 2 * HOUR))


@life()
def open_untouched(played: PlayedCase) -> None:
    played.open()


@life()
def open_warned(played: PlayedCase) -> None:
    """Half of the limit is gone; a department was refused and knows it."""
    played.open()
    answers(played, MONDAY + HOUR, INTAKE)
    played.take(an_answer("fire", "finance", MONDAY + 2 * HOUR), refused=True)
    played.live_until(MONDAY + 4 * DAY)


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
        _fee(at),
        _receipt(at),
        command(MoveAppointment, at, by=Budget(amount=2, unit=Unit.WORKING_DAYS)),
        command(
            ExtendLimit,
            at,
            by=Budget(amount=2, unit=Unit.WORKING_DAYS),
            legal_basis="art. 12",
            approved_by="the chairman",
        ),
        _lane("green_60", at),
        _day_off(at),
        _migration(at),
    ]
