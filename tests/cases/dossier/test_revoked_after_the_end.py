"""A loss is followed through before a dossier closes; and a result can be revoked after that (Decree 45/2020 art. 15)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from audit.dossier_redecision import dossier_redecided
from audit.dossiers import check_dossier
from cases.dossier.cascade import preview
from cases.dossier.decide import DOSSIERS, fold_dossier
from cases.dossier.ends import verdict_of
from cases.dossier.model import PartStatus
from cases.dossier.ticks import next_due
from cases.dossier.views import dossier_view_of
from catalog.dossier import CascadePolicy
from events.language.commands import Actor, ActorKind, Assurance
from events.language.dossier_commands import RevokeResult
from events.language.dossier_messages import Need, ResultReference
from events.language.refusals import Refusal
from tests.builders import MONDAY
from tests.cases.dossier.openings import DOSSIER_ID, OFFICER, Life, an_application, days

HOUR = timedelta(hours=1)
LATER = MONDAY + timedelta(days=10)


def a_life(policy: CascadePolicy = CascadePolicy.STOP) -> Life:
    """b stands on a; c is on its own."""
    life = Life({name: days(2) for name in ("a", "b", "c")})
    life.open(an_application("a"), an_application("b", Need(name="a", policy=policy)), an_application("c"))
    life.end("a", MONDAY + HOUR)
    return life


def closed_life(policy: CascadePolicy = CascadePolicy.STOP) -> Life:
    life = a_life(policy)
    life.end("b", MONDAY + 2 * HOUR)
    life.end("c", MONDAY + 3 * HOUR)
    assert life.dossier.outcome == "granted"
    return life


def is_sound(life: Life) -> None:
    assert check_dossier(life.dossier.definitions, life.records) == []
    assert list(dossier_redecided(life.dossier.definitions, life.records)) == []
    assert fold_dossier(DOSSIER_ID, life.dossier.definitions, life.records) == life.dossier


def test_no_dossier_closes_over_an_open_cascade() -> None:
    """a is revoked, b granted on it, c ends: whether b stands must be decided first, and can be."""
    life = a_life()
    life.revoke("a", MONDAY + 2 * HOUR)
    life.end("b", MONDAY + 3 * HOUR)
    life.end("c", MONDAY + 4 * HOUR)
    assert life.dossier.is_open
    # Somebody holds it meanwhile, and the joint promise goes on: it is not forgotten.
    assert life.dossier.holder == life.dossier.lead
    assert next_due(life.dossier) is not None
    life.cascade("a", MONDAY + 5 * HOUR)
    (closed,) = life.of_type("DossierClosed")
    assert {result.name: result.status for result in closed.results} == {"a": "revoked", "b": "stopped", "c": "granted"}
    assert closed.outcome == "partly_granted"
    is_sound(life)


def test_a_result_from_elsewhere_settles_the_loss_too() -> None:
    life = a_life()
    life.revoke("a", MONDAY + 2 * HOUR)
    life.end("b", MONDAY + 3 * HOUR)
    life.end("c", MONDAY + 4 * HOUR)
    result = ResultReference(number="9/2026", issuer="commune", issued_on=date(2026, 2, 1))
    life.record_result("a", result, MONDAY + 5 * HOUR)
    assert life.dossier.outcome == "granted"


def test_a_loss_that_the_policy_lets_pass_holds_nothing_up() -> None:
    life = a_life(CascadePolicy.KEEP)
    life.revoke("a", MONDAY + 2 * HOUR)
    life.end("b", MONDAY + 3 * HOUR)
    life.end("c", MONDAY + 4 * HOUR)
    assert life.dossier.outcome == "partly_granted"


def test_a_result_revoked_after_the_end_re_opens_what_stands_on_it() -> None:
    life = closed_life()
    events = life.revoke("a", LATER)
    assert [event.type for event in events][:2] == ["DossierReopened", "ResultRevoked"]
    (reopened,) = life.of_type("DossierReopened")
    assert (reopened.name, reopened.reason, reopened.legal_basis, reopened.by.id) == ("a", "forged", "art. 15", "lead")
    assert (reopened.former_outcome, reopened.former_closed_at) == ("granted", MONDAY + 3 * HOUR)
    assert life.dossier.is_open
    assert [effect.name for effect in preview(life.dossier, "a")] == ["b"]
    life.cascade("a", LATER + HOUR)
    assert life.dossier.outcome == "partly_granted"
    assert life.part("b").status is PartStatus.STOPPED
    assert dossier_view_of(life.dossier).status == "closed"
    is_sound(life)


def test_what_is_re_opened_begins_anew_on_another_result() -> None:
    life = closed_life(CascadePolicy.REOPEN)
    first = life.part("b").case_id
    life.revoke("a", LATER)
    life.cascade("a", LATER + HOUR)
    result = ResultReference(number="9/2026", issuer="commune", issued_on=date(2026, 2, 1))
    life.record_result("a", result, LATER + 2 * HOUR)
    part = life.part("b")
    assert (part.status, part.round) == (PartStatus.RELEASED, 2)
    assert part.case_id != first
    life.end("b", LATER + 3 * HOUR)
    assert life.dossier.outcome == "granted"
    is_sound(life)


def test_the_verdict_on_the_joint_promise_stays_with_the_first_end() -> None:
    """What comes after it is no delay of the agencies: nothing of the promise falls due, or is broken, any more."""
    life = closed_life(CascadePolicy.REOPEN)
    life.revoke("a", LATER)
    life.live_until(LATER + timedelta(days=60))
    assert verdict_of(life.dossier).state == "met"
    assert life.of_type("DossierBreached") == []
    assert life.of_type("DossierRungFired") == []
    life.cascade("a", LATER + timedelta(days=61))
    result = ResultReference(number="9/2026", issuer="commune", issued_on=date(2026, 2, 1))
    life.record_result("a", result, LATER + timedelta(days=61))
    life.end("b", LATER + timedelta(days=62))
    assert [event.promise_kept for event in life.of_type("DossierClosed")] == [True, True]
    assert [event.appointment_kept for event in life.of_type("DossierClosed")] == [True, True]
    is_sound(life)


def test_a_revoked_result_on_which_nothing_stands_changes_the_outcome_at_once() -> None:
    life = closed_life()
    events = life.revoke("c", LATER)
    assert [event.type for event in events] == ["DossierReopened", "ResultRevoked", "DossierClosed"]
    assert life.dossier.outcome == "partly_granted"
    is_sound(life)


def test_a_closed_dossier_takes_nothing_else() -> None:
    life = closed_life()
    for refused in (life.attempt(life.ending("a", LATER)), life.attempt(_revocation(life, "a", number="unknown"))):
        assert isinstance(refused, Refusal)
    assert life.dossier.is_closed


def _revocation(life: Life, name: str, **change: object) -> RevokeResult:
    given = {"command_id": "r", "received_at": LATER, "actor": OFFICER, "name": name, "reason": "x", "legal_basis": "y"}
    return RevokeResult.model_validate(given | change)


@pytest.mark.parametrize("policy", list(CascadePolicy))
def test_a_withdrawn_dossier_begins_nothing_anew(policy: CascadePolicy) -> None:
    """Its applicant took it back: what stood on a revoked result is stopped, and the dossier ends again."""
    life = a_life(policy)
    life.end("b", MONDAY + 2 * HOUR)
    life.withdraw(MONDAY + 3 * HOUR)
    life.end("c", MONDAY + 4 * HOUR, "withdrawn")
    life.revoke("a", LATER)
    if policy is not CascadePolicy.KEEP:
        assert life.dossier.is_open
        life.cascade("a", LATER + HOUR)
    assert (life.dossier.outcome, life.part("b").round) == ("withdrawn", 1)


def test_a_revocation_told_twice_in_one_turn_is_refused_the_second_time() -> None:
    life = closed_life()
    commands = [_revocation(life, "a"), _revocation(life, "a", command_id="again")]
    turn = DOSSIERS.take_turn(life.dossier, commands, LATER)
    assert turn is not None
    assert [outcome.accepted for outcome in turn.outcomes] == [True, False]


def test_who_acted_stands_in_every_record() -> None:
    """What a command's sender says of himself is claimed; what the clock does is the engine's."""
    life = closed_life()
    life.revoke("a", LATER)
    claimed = Actor(kind=ActorKind.SUPERVISOR, id="lead", assurance=Assurance.CLAIMED)
    assert {record.actor for record in life.records if record.at == LATER} == {claimed}
    assert life.of_type("ResultRevoked")[0].by == claimed
    other = Life({"a": days(2)})
    other.open(an_application("a"))
    ticked = [other.records[-1].actor for _ in other.live_until(MONDAY + timedelta(days=1))][-1]
    assert ticked == Actor(kind=ActorKind.SYSTEM, id="clock", assurance=Assurance.TOKEN)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("DossierClosed", {"promise_kept": False}),
        ("DossierClosed", {"appointment_kept": False}),
        ("DossierReopened", {"former_outcome": "refused"}),
        ("CascadeApplied", {"effects": ()}),
        ("ApplicationReleased", {"released_at": LATER}),
    ],
)
def test_what_the_rules_would_not_have_decided_is_found(kind: str, change: dict[str, object]) -> None:
    """By deciding every command again, with who gave it, from the stream alone; an older stream is not judged by it."""
    life = closed_life()
    life.revoke("a", LATER)
    life.cascade("a", LATER + HOUR)
    forged = [
        record.model_copy(update={"event": record.event.model_copy(update=change)})
        if record.event.type == kind
        else record
        for record in life.records
    ]
    found = list(dossier_redecided(life.dossier.definitions, forged))
    assert any(kind in violation.message for violation in found)
    older = [record.model_copy(update={"actor": None}) for record in forged]
    assert list(dossier_redecided(life.dossier.definitions, older)) == []
