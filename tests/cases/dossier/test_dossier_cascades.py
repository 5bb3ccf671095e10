"""What a lost result does: shown before, done in one, once; results from elsewhere; expiry; withdrawal."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases.dossier.cascade import preview
from cases.dossier.model import PartStatus
from cases.dossier.orders import wanted
from catalog.dossier import CascadePolicy
from events.language.dossier_commands import ApplyCascade
from events.language.dossier_messages import Need, ResultReference
from events.language.refusals import Refusal
from tests.builders import MONDAY
from tests.cases.dossier.openings import OFFICER, Life, an_application, days

HOUR = timedelta(hours=1)


def need(name: str, policy: CascadePolicy = CascadePolicy.STOP, **change: object) -> Need:
    return Need.model_validate({"name": name, "policy": policy, **change})


def a_life() -> Life:
    """root → stopped → below; root → reopened → after; root → kept."""
    names = ("root", "stopped", "below", "reopened", "after", "kept")
    life = Life({name: days(2) for name in names})
    life.open(
        an_application("root"),
        an_application("stopped", need("root")),
        an_application("below", need("stopped")),
        an_application("reopened", need("root", CascadePolicy.REOPEN)),
        an_application("after", need("reopened", CascadePolicy.KEEP)),
        an_application("kept", need("root", CascadePolicy.KEEP)),
    )
    return life


def revoked_life() -> Life:
    """The root's result is revoked while `stopped` and `kept` are open and `reopened` is granted."""
    life = a_life()
    life.end("root", MONDAY + HOUR)
    life.end("reopened", MONDAY + 2 * HOUR)
    life.revoke("root", MONDAY + 3 * HOUR)
    return life


def status(life: Life) -> dict[str, str]:
    return {part.name: str(part.status) for part in life.dossier.parts.values()}


def test_a_preview_says_what_will_happen_and_applying_does_just_that() -> None:
    life = revoked_life()
    before = life.dossier
    shown = {effect.name: (effect.effect, effect.because) for effect in preview(before, "root")}
    assert shown == {
        "stopped": ("stopped", "root"),
        "below": ("stopped", "stopped"),
        "reopened": ("reopened", "root"),
        "after": ("kept", "reopened"),
        "kept": ("kept", "root"),
    }
    assert life.dossier == before
    life.cascade("root", MONDAY + 4 * HOUR)
    applied = life.of_type("CascadeApplied")[0]
    assert applied.effects == preview(before, "root")
    assert status(life) == {
        "root": "revoked",
        "stopped": "released",
        "below": "stopped",
        "reopened": "blocked",
        "after": "released",
        "kept": "released",
    }
    assert [order.part.name for order in wanted(life.dossier) if order.kind == "withdraw"] == ["stopped"]
    life.end("stopped", MONDAY + 5 * HOUR, "withdrawn")
    assert life.part("stopped").status is PartStatus.STOPPED


def test_a_cascade_applied_twice_is_applied_once() -> None:
    life = revoked_life()
    life.cascade("root", MONDAY + 4 * HOUR)
    before = life.dossier
    assert life.cascade("root", MONDAY + 5 * HOUR) == []
    assert life.dossier == before


def test_an_application_that_has_its_result_has_no_cascade() -> None:
    life = a_life()
    life.end("root", MONDAY + HOUR)
    assert preview(life.dossier, "root") == ()
    command = ApplyCascade(command_id="c", received_at=MONDAY + 2 * HOUR, actor=OFFICER, name="root", reason="why")
    refused = life.attempt(command)
    assert isinstance(refused, Refusal)
    assert refused.code == "cascade_nothing"


def test_what_was_reopened_is_released_anew_with_a_case_of_its_own() -> None:
    """When another result takes the place of the revoked one."""
    life = revoked_life()
    first = life.part("reopened").case_id
    life.cascade("root", MONDAY + 4 * HOUR)
    result = ResultReference(number="9/2026", issuer="commune", issued_on=date(2026, 2, 1))
    life.record_result("root", result, MONDAY + 5 * HOUR)
    part = life.part("reopened")
    assert (part.status, part.round) == (PartStatus.RELEASED, 2)
    assert part.case_id != first
    assert life.of_type("ApplicationReleased")[-1].results == (result,)
    assert life.part("below").status is PartStatus.STOPPED


def test_what_is_reopened_while_it_is_open_leaves_its_case_first() -> None:
    life = a_life()
    life.end("root", MONDAY + HOUR)
    life.revoke("root", MONDAY + 2 * HOUR)
    life.cascade("root", MONDAY + 3 * HOUR)
    assert life.part("reopened").status is PartStatus.RELEASED
    life.end("reopened", MONDAY + 4 * HOUR, "withdrawn")
    assert (life.part("reopened").status, life.part("reopened").round) == (PartStatus.BLOCKED, 1)


def test_a_result_granted_before_the_withdrawal_came_stands() -> None:
    life = revoked_life()
    life.cascade("root", MONDAY + 4 * HOUR)
    life.end("stopped", MONDAY + 5 * HOUR, "issued")
    assert life.part("stopped").status is PartStatus.GRANTED


@pytest.mark.parametrize("outcome", ["refused", "withdrawn", "returned"])
def test_what_can_no_longer_come_blocks_with_its_reason(outcome: str) -> None:
    life = a_life()
    life.end("root", MONDAY + HOUR, outcome, reason="because")
    blocked = {event.name: event.causes[0] for event in life.of_type("ApplicationBlocked")}
    assert set(blocked) == {"stopped", "below", "reopened", "after", "kept"}
    assert (blocked["stopped"].needs, blocked["stopped"].status, blocked["stopped"].reason) == (
        "root",
        outcome,
        "because",
    )
    assert blocked["below"].needs == "stopped"
    assert life.dossier.is_open
    assert life.dossier.holder == "culture"
    assert life.dossier.critical_path == ()


def test_an_expired_result_from_elsewhere_blocks_what_stands_on_it() -> None:
    life = Life({name: days(2) for name in ("first", "second")})
    lease = {"number": "L-1", "issuer": "notary", "issued_on": "2026-01-01", "valid_until": "2026-03-03"}
    life.open(an_application("first"), an_application("second", need("first"), Need.model_validate({"result": lease})))
    midnight = MONDAY + timedelta(hours=39)
    assert life.live_until(midnight - timedelta(seconds=1)) == []
    life.live_until(midnight)
    assert life.of_type("ResultExpired")[0].number == "L-1"
    life.end("first", midnight + HOUR)
    assert life.part("second").status is PartStatus.BLOCKED
    assert life.part("second").causes[0].needs == "L-1"


def test_a_valid_result_from_elsewhere_releases_at_once() -> None:
    life = Life({"only": days(2)})
    held = {"number": "L-1", "issuer": "notary", "issued_on": "2026-01-01", "valid_until": "2026-03-02"}
    life.open(an_application("only", Need.model_validate({"result": held})))
    assert life.part("only").status is PartStatus.RELEASED


def test_a_granted_result_that_expires_blocks_what_still_waits_for_it() -> None:
    life = Life({name: days(2) for name in ("a", "b", "c")})
    life.open(an_application("a"), an_application("b"), an_application("c", need("a"), need("b")))
    life.end("a", MONDAY + HOUR, valid_until=date(2026, 3, 3))
    life.live_until(MONDAY + timedelta(days=3))
    assert life.part("a").status is PartStatus.EXPIRED
    assert life.part("c").status is PartStatus.BLOCKED


def test_a_withdrawn_dossier_closes_with_its_last_open_case() -> None:
    life = a_life()
    life.end("root", MONDAY + HOUR)
    life.withdraw(MONDAY + 2 * HOUR)
    for name in ("stopped", "reopened"):
        life.end(name, MONDAY + 3 * HOUR, "withdrawn")
        assert life.dossier.is_open
    life.end("kept", MONDAY + 4 * HOUR, "issued")
    closed = life.of_type("DossierClosed")[0]
    assert closed.outcome == "withdrawn"
    assert {result.name: result.status for result in closed.results}["kept"] == "granted"


def test_a_practical_edge_warns_and_holds_nothing_back() -> None:
    life = Life({name: days(2) for name in ("a", "b")})
    life.open(an_application("a"), an_application("b", need("a", kind="practical")))
    released = {event.name: event for event in life.of_type("ApplicationReleased")}
    assert released["b"].warnings == ("a",)
    assert released["b"].released_at == MONDAY


def test_an_end_told_twice_or_of_another_round_changes_nothing() -> None:
    life = a_life()
    ending = life.ending("root", MONDAY + HOUR)
    life.do(ending)
    refused = life.attempt(ending)
    assert isinstance(refused, Refusal)
    assert refused.code == "nothing_changes"
