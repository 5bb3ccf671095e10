"""Lives in which a limit of days was recorded as breached at the appointment, although its last day was not over."""

from __future__ import annotations

from events.language.commands import (
    DocumentPart,
    Outcome,
    PauseClock,
)
from tests.builders import (
    MONDAY,
    PAUSE,
    a_pause,
    a_supplement,
    an_acknowledgement,
    an_answer,
)
from tests.department_calendars import local
from tests.upgrade.living import (
    APPOINTMENT,
    APPRAISAL,
    DAY,
    FIRE,
    GREEN_APPOINTMENT,
    HOUR,
    INTAKE,
    SIGNING,
    a_day_off,
    a_lane,
    a_migration,
    answers,
    command,
    karaoke,
    life,
    under,
)
from tests.upgrade.played import PlayedCase


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
    played.take(a_day_off(APPOINTMENT + HOUR))


@life()
def breached_then_migrated(played: PlayedCase) -> None:
    played.open()
    played.live_until(APPOINTMENT)
    played.take(a_migration(APPOINTMENT + HOUR))


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
    played.take(a_lane("standard", GREEN_APPOINTMENT + HOUR))
