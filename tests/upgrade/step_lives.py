"""Lives of steps and consultations, of limits in other units, and the ends of cases."""

from __future__ import annotations

from datetime import UTC, date, datetime

from catalog.dossier import Silence
from events.language.commands import (
    ConsultationRequest,
    DeclaredStep,
    Outcome,
)
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    a_calendar,
    a_pause,
    a_procedure,
    a_question,
    a_reassignment,
    a_resumption,
    a_withdrawal,
    an_acknowledgement,
    an_answer,
    the_definitions,
)
from tests.department_calendars import KEPT, POLICE_DESK, a_new_version, local
from tests.upgrade.living import (
    APPRAISAL,
    DAY,
    FIRE,
    HOUR,
    INTAKE,
    SIGNING,
    answers,
    life,
    under,
)
from tests.upgrade.played import PlayedCase


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
