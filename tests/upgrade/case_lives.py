"""Lives of cases that wait for documents, stand still, or run under changed rules when the program is upgraded."""

from __future__ import annotations

from catalog.model import (
    AppointmentRule,
    SupplementRule,
    SuspensionRule,
)
from events.language.commands import (
    ExtendLimit,
    MoveAppointment,
    Outcome,
    PauseClock,
)
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    PAUSE,
    RESTART,
    a_pause,
    a_resumption,
    a_step,
    a_supplement,
    an_answer,
)
from tests.upgrade.living import (
    APPRAISAL,
    DAY,
    HOUR,
    INTAKE,
    a_day_off,
    a_fee,
    a_lane,
    a_migration,
    a_receipt,
    answers,
    command,
    life,
    under,
)
from tests.upgrade.played import PlayedCase

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
    played.take(a_fee(MONDAY + HOUR))


@life()
def paid(played: PlayedCase) -> None:
    played.open()
    played.take(a_fee(MONDAY + HOUR))
    played.take(a_receipt(MONDAY + DAY))


@life(under(payment_pauses=False))
def payment_beside_the_clock(played: PlayedCase) -> None:
    """Where the law lets the clocks run while the fee is awaited."""
    played.open()
    played.take(a_fee(MONDAY + HOUR))


# ---- changed rules


@life()
def calendar_applied(played: PlayedCase) -> None:
    played.open()
    played.take(a_day_off(MONDAY + DAY))
    answers(played, MONDAY + DAY + HOUR, INTAKE)


@life()
def migrated(played: PlayedCase) -> None:
    played.open()
    answers(played, MONDAY + HOUR, INTAKE)
    played.take(a_migration(MONDAY + DAY))


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
    played.take(a_lane("green_60", MONDAY + HOUR))


@life()
def lane_granted_too_late(played: PlayedCase) -> None:
    """The promise would be past already: declined, with a sentence in English."""
    played.open()
    played.live_until(MONDAY + 3 * DAY)
    played.take(a_lane("green_60", MONDAY + 3 * DAY))


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
    played.take(a_lane("standard", MONDAY + HOUR))


@life()
def lane_of_a_day(played: PlayedCase) -> None:
    played.open(facts={"project": "ring-road-4"})
    answers(played, MONDAY + HOUR, INTAKE)


@life()
def lane_changed_while_awaiting(played: PlayedCase) -> None:
    """RESTART has cancelled the clocks: the promise begins with the documents."""
    _asks(played)
    played.take(a_lane("green_60", MONDAY + 2 * HOUR))
