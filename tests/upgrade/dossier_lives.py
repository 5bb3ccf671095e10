"""The lives of linked dossiers that the fixtures hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from catalog.dossier import CascadePolicy, DossierDefinitions
from events.language.commands import AcknowledgeEscalation
from events.language.dossier_commands import (
    ApplyCascade,
    DossierCommand,
    LinkedApplication,
    RecordResult,
    RevokeResult,
    WithdrawDossier,
)
from events.language.dossier_messages import Need, ResultReference
from tests.builders import MONDAY
from tests.cases.dossier.openings import OFFICER, a_submission, an_application, days, definitions
from tests.upgrade.played import PlayedDossier

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
APPOINTMENT = MONDAY + 7 * DAY
"""Of a joint limit of five working days: Monday 9 March, 09:00; the lawful end is 24:00 of that day."""

Life = Callable[[PlayedDossier], None]
DOSSIER_LIVES: dict[str, tuple[Callable[[], DossierDefinitions], Life]] = {}


def life(**limits: int) -> Callable[[Life], Life]:
    def keep(lived: Life) -> Life:
        found = {name: days(amount) for name, amount in limits.items()}
        DOSSIER_LIVES[lived.__name__] = lambda: definitions(found), lived
        return lived

    return keep


def opened(played: PlayedDossier, *applications: LinkedApplication, **change: Any) -> None:
    played.take(a_submission(applications, MONDAY, dossier_id=played.name, **change))


def officer(kind: type, at: Any, **given: Any) -> DossierCommand:
    common = {"command_id": f"{kind.__name__}:{at.isoformat()}", "received_at": at, "actor": OFFICER}
    command: DossierCommand = kind(**common | given)
    return command


def a_chain(played: PlayedDossier, **change: Any) -> None:
    """a → b, and c beside them; five working days for the whole unless told otherwise."""
    parts = (an_application("a"), an_application("b", "a"), an_application("c"))
    opened(played, *parts, **{"cap": days(5)} | change)


CHAIN = {"a": 2, "b": 3, "c": 2}


@life(**CHAIN)
def dossier_open(played: PlayedDossier) -> None:
    a_chain(played)
    played.end("a", MONDAY + DAY, time_shares=[{"owner": "culture", "seconds": 86400}])


@life(**CHAIN)
def dossier_without_a_cap(played: PlayedDossier) -> None:
    """The promise is the critical path."""
    a_chain(played, cap=None)


@life(**CHAIN)
def dossier_breached(played: PlayedDossier) -> None:
    """The joint limit was recorded as broken on the morning of its last day."""
    a_chain(played)
    played.end("a", MONDAY + 2 * DAY)
    played.live_until(APPOINTMENT)


@life(**CHAIN)
def dossier_breached_and_acknowledged(played: PlayedDossier) -> None:
    a_chain(played)
    played.live_until(APPOINTMENT)
    played.take(officer(AcknowledgeEscalation, APPOINTMENT + HOUR, escalation_id="joint/breach"))


@life(**CHAIN)
def dossier_escalated(played: PlayedDossier) -> None:
    """The first escalation fired while the last day was not over."""
    a_chain(played)
    played.live_until(APPOINTMENT + 6 * HOUR)


@life(**CHAIN)
def dossier_closed_between(played: PlayedDossier) -> None:
    a_chain(played)
    for name, later in (("a", DAY), ("c", DAY + HOUR)):
        played.end(name, MONDAY + later)
    played.live_until(APPOINTMENT)
    played.end("b", APPOINTMENT + HOUR)


@life(**CHAIN)
def dossier_past_both_ends(played: PlayedDossier) -> None:
    a_chain(played)
    played.live_until(APPOINTMENT + DAY)


@life(**CHAIN)
def dossier_granted(played: PlayedDossier) -> None:
    a_chain(played)
    for hours, name in enumerate("acb", start=1):
        played.end(name, MONDAY + hours * HOUR)


@life(**CHAIN)
def dossier_blocked(played: PlayedDossier) -> None:
    """What the second needs was refused."""
    a_chain(played)
    played.end("a", MONDAY + HOUR, "refused", reason="the lease is not valid")


@life(**CHAIN)
def dossier_withdrawn(played: PlayedDossier) -> None:
    """Both open cases still have to end."""
    a_chain(played)
    played.take(officer(WithdrawDossier, MONDAY + HOUR, reason="no longer wanted"))
    played.end("a", MONDAY + 2 * HOUR, "withdrawn")


@life(root=2, stopped=2, below=2, reopened=2)
def dossier_after_a_cascade(played: PlayedDossier) -> None:
    """A result was revoked; what stands on it was stopped, kept or opened anew, and its place was taken by another."""
    opened(
        played,
        an_application("root"),
        an_application("stopped", Need(name="root", policy=CascadePolicy.STOP)),
        an_application("below", "stopped"),
        an_application("reopened", Need(name="root", policy=CascadePolicy.REOPEN)),
    )
    played.end("root", MONDAY + HOUR)
    played.end("reopened", MONDAY + 2 * HOUR)
    played.take(officer(RevokeResult, MONDAY + 3 * HOUR, name="root", reason="forged", legal_basis="art. 15"))
    played.take(officer(ApplyCascade, MONDAY + 4 * HOUR, name="root", reason="as previewed"))
    result = ResultReference(number="N-1", issuer="notary", issued_on=date(2026, 2, 1))
    played.take(officer(RecordResult, MONDAY + 5 * HOUR, name="root", result=result))
