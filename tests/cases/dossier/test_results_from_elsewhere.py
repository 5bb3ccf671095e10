"""Results of other offices: they take the place of what is not there, are lost, are followed by newer ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases.dossier.cascade import preview
from cases.dossier.model import PartStatus
from catalog.dossier import CascadePolicy
from events.language.dossier_commands import RecordResult, RevokeResult
from events.language.dossier_messages import Need, ResultReference
from events.language.refusals import Refusal
from tests.builders import MONDAY
from tests.cases.dossier.openings import OFFICER, Life, an_application, days

HOUR = timedelta(hours=1)
MIDNIGHT = MONDAY + timedelta(hours=39)
"""The end of 3 March in the province."""
NEW = ResultReference(number="NEW", issuer="notary", issued_on=date(2026, 2, 1))


def held(number: str = "L-1", policy: CascadePolicy = CascadePolicy.STOP, **change: object) -> Need:
    lease = {"number": number, "issuer": "notary", "issued_on": "2026-01-01", **change}
    return Need.model_validate({"result": lease, "policy": policy})


def revoked(life: Life, name: str, number: str, at_hours: int) -> list | Refusal:  # type: ignore[type-arg]
    return life.attempt(
        RevokeResult(
            command_id=f"revoke:{name}:{number}",
            received_at=MONDAY + at_hours * HOUR,
            actor=OFFICER,
            name=name,
            number=number,
            reason="forged",
            legal_basis="45/2020 art. 15",
        )
    )


def replaced(life: Life, name: str, number: str, result: ResultReference, at_hours: int) -> list | Refusal:  # type: ignore[type-arg]
    at = MONDAY + at_hours * HOUR
    return life.attempt(
        RecordResult(
            command_id=f"replace:{name}:{number}:{at_hours}",
            received_at=at,
            actor=OFFICER,
            name=name,
            result=result,
            replaces=number,
        )
    )


def test_what_is_there_already_does_not_become_a_case() -> None:
    """`second` has not begun when its result comes from elsewhere: it is never released, and the dossier ends without it."""
    life = Life({name: days(2) for name in ("first", "second", "third")})
    life.open(an_application("first"), an_application("second", "first"), an_application("third", "second"))
    life.record_result("second", NEW, MONDAY + HOUR)
    assert life.part("second").status is PartStatus.REPLACED
    assert life.part("third").status is PartStatus.RELEASED
    life.end("first", MONDAY + 2 * HOUR)
    assert [event.name for event in life.of_type("ApplicationReleased")] == ["first", "third"]
    life.end("third", MONDAY + 3 * HOUR)
    (closed,) = life.of_type("DossierClosed")
    assert closed.outcome == "granted"
    results = {result.name: (result.status, result.result_code) for result in closed.results}
    assert results["second"] == ("replaced", "NEW")


def test_a_blocked_application_is_out_of_the_way_once_its_result_is_there() -> None:
    life = Life({name: days(2) for name in ("first", "second")})
    life.open(an_application("first"), an_application("second", "first"))
    life.end("first", MONDAY + HOUR, "refused")
    life.record_result("second", NEW, MONDAY + 2 * HOUR)
    (closed,) = life.of_type("DossierClosed")
    assert closed.outcome == "partly_granted"


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_what_was_replaced_becomes_a_case_when_the_other_result_is_lost(how: str) -> None:
    life = Life({name: days(2) for name in ("first", "second", "third")})
    life.open(an_application("first"), an_application("second", "first"), an_application("third", "second"))
    valid_until = date(2026, 3, 3) if how == "expired" else None
    life.record_result("second", NEW.model_copy(update={"valid_until": valid_until}), MONDAY + HOUR)
    life.end("first", MONDAY + 2 * HOUR)
    if how == "expired":
        life.live_until(MIDNIGHT)
    else:
        life.revoke("second", MONDAY + 3 * HOUR)
    assert (life.part("second").status, life.part("second").substitute) == (PartStatus.RELEASED, None)


def test_a_newer_result_takes_the_place_of_an_expired_one() -> None:
    """It is what the case gets, and the old number is named nowhere any more."""
    life = Life({name: days(2) for name in ("first", "second")})
    lease = held(valid_until="2026-03-03")
    life.open(an_application("first"), an_application("second", "first", lease))
    life.live_until(MIDNIGHT)
    life.end("first", MIDNIGHT + HOUR)
    assert [(cause.needs, cause.status) for cause in life.part("second").causes] == [("L-1", "expired")]
    stale = NEW.model_copy(update={"valid_until": date(2026, 3, 3)})
    refused = replaced(life, "second", "L-1", stale, 41)
    assert isinstance(refused, Refusal)
    assert refused.code == "result_invalid"
    replaced(life, "second", "L-1", NEW, 42)
    assert (life.part("second").status, life.part("second").causes) == (PartStatus.RELEASED, ())
    assert life.of_type("ApplicationReleased")[-1].results == (NEW,)


def test_a_revoked_result_from_elsewhere_blocks_with_its_reason() -> None:
    life = Life({name: days(2) for name in ("first", "second")})
    life.open(an_application("first"), an_application("second", "first", held()))
    revoked(life, "second", "L-1", 1)
    causes = [(cause.needs, cause.status, cause.reason) for cause in life.part("second").causes]
    assert causes == [("L-1", "revoked", "forged")]
    again = revoked(life, "second", "L-1", 2)
    assert isinstance(again, Refusal)
    assert again.code == "result_not_held"
    unknown = revoked(life, "second", "L-2", 2)
    assert isinstance(unknown, Refusal)
    assert unknown.code == "result_not_held"


@pytest.mark.parametrize(
    ("policy", "effect", "status"),
    [
        (CascadePolicy.STOP, "stopped", PartStatus.STOPPED),
        (CascadePolicy.REOPEN, "reopened", PartStatus.BLOCKED),
        (CascadePolicy.KEEP, "kept", PartStatus.GRANTED),
    ],
)
def test_the_cascade_of_a_result_from_elsewhere_begins_with_what_stands_on_it(
    policy: CascadePolicy, effect: str, status: PartStatus
) -> None:
    """Granted is granted until somebody follows the loss through; then the policy of the need says what becomes of it."""
    life = Life({name: days(2) for name in ("first", "second")})
    life.open(an_application("first", held(policy=policy)), an_application("second", "first"))
    life.end("first", MONDAY + HOUR)
    revoked(life, "first", "L-1", 2)
    assert life.part("first").status is PartStatus.GRANTED
    assert [cause.needs for cause in life.part("first").troubles] == ["L-1"]
    shown = preview(life.dossier, "first")
    assert (shown[0].name, shown[0].effect, shown[0].because) == ("first", effect, "L-1")
    life.cascade("first", MONDAY + 3 * HOUR)
    assert life.of_type("CascadeApplied")[0].effects == shown
    assert life.part("first").status is status
    before = life.dossier
    assert life.cascade("first", MONDAY + 4 * HOUR) == []
    assert life.dossier == before


def test_a_blocked_application_may_be_stopped_for_its_lost_result() -> None:
    """So that a dossier never waits for ever for what nobody will bring."""
    life = Life({"only": days(2), "other": days(2)})
    life.open(an_application("only", "other", held(valid_until="2026-03-03")), an_application("other"))
    life.live_until(MIDNIGHT)
    life.end("other", MIDNIGHT + HOUR)
    life.cascade("only", MIDNIGHT + 2 * HOUR)
    assert life.of_type("DossierClosed")[0].outcome == "partly_granted"


def test_the_same_number_of_two_offices_are_two_results() -> None:
    """One office's 1/2026 expires; what stands on the other office's 1/2026 is none the worse."""
    life = Life({name: days(2) for name in ("first", "a", "b")})
    life.open(
        an_application("first"),
        an_application("a", "first", held("1/2026", valid_until="2026-03-03")),
        an_application("b", "first", held("1/2026", issuer="commune")),
    )
    life.live_until(MIDNIGHT)
    life.end("first", MIDNIGHT + HOUR)
    assert (life.part("a").status, life.part("b").status) == (PartStatus.BLOCKED, PartStatus.RELEASED)


def test_the_loss_of_a_result_is_told_for_each_that_stands_on_it() -> None:
    life = Life({name: days(2) for name in ("first", "a", "b")})
    lease = held(valid_until="2026-03-03")
    life.open(an_application("first"), an_application("a", "first", lease), an_application("b", "first", lease))
    life.live_until(MIDNIGHT + HOUR)
    assert [event.name for event in life.of_type("ResultExpired")] == ["a", "b"]
