"""A joint limit of a linked dossier that the version before recorded as broken at its appointment.

Five working days from Monday 2 March at 09:00: the appointment is Monday 9 March 09:00, the limit ends that day at 24:00.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.dossier.views import dossier_view_of
from events.language.dossier_commands import RecordEnd
from tests.builders import MONDAY
from tests.cases.dossier.openings import SYSTEM
from tests.upgrade.going_on import DossierGoingOn

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
APPOINTMENT = MONDAY + 7 * DAY
LAWFUL_END = APPOINTMENT + 15 * HOUR
EARLY = ["dossier_breached", "dossier_breached_and_acknowledged", "dossier_escalated"]


def an_end(dossier: DossierGoingOn, name: str, at: object) -> RecordEnd:
    part = dossier.dossier.parts[name]
    return RecordEnd.model_validate(
        {
            "command_id": f"end:{part.case_id}",
            "received_at": at,
            "actor": SYSTEM,
            "name": name,
            "round": part.round,
            "case_id": part.case_id,
            "outcome": "issued",
            "result_code": f"{name}-KQ(1)",
        }
    )


@pytest.mark.parametrize("name", EARLY)
def test_it_is_set_aside_before_anything_else(name: str) -> None:
    """The promise still runs, past its appointment."""
    dossier = DossierGoingOn(name)
    first = dossier.take(now=dossier.stopped_at + timedelta(minutes=1))[0]
    assert first.type.endswith("SetAside")
    assert not dossier.dossier.breached
    assert dossier_view_of(dossier.dossier).joint_state == "past_appointment"


@pytest.mark.parametrize("name", EARLY)
def test_the_joint_limit_is_broken_when_it_lawfully_ends(name: str) -> None:
    """At 24:00, once; its breach rung and escalations fire again, each under an id of its own."""
    dossier = DossierGoingOn(name)
    dossier.live_until(LAWFUL_END - timedelta(seconds=1))
    assert dossier.new("DossierBreached") == []
    dossier.live_until(LAWFUL_END + 10 * DAY)
    assert [event.due_at for event in dossier.new("DossierBreached")] == [LAWFUL_END]
    late = [event.escalation_id for event in dossier.new("DossierRungFired") if event.kind in ("breach", "escalation")]
    assert late[0] == "joint/breach.2"
    assert [found.removesuffix(".2") for found in late] == ["joint/breach", "joint/first", "joint/second"]


def test_granted_on_the_last_day_the_joint_limit_is_kept() -> None:
    """The appointment was missed, the limit was not."""
    dossier = DossierGoingOn("dossier_breached")
    for hours, name in enumerate(("c", "b"), start=1):
        dossier.take(an_end(dossier, name, APPOINTMENT + hours * HOUR))
    (closed,) = dossier.new("DossierClosed")
    assert (closed.outcome, closed.promise_kept) == ("granted", True)
    assert dossier_view_of(dossier.dossier).joint_state == "met"


def test_a_joint_breach_past_both_ends_stays() -> None:
    """Nothing of it fires again."""
    dossier = DossierGoingOn("dossier_past_both_ends")
    dossier.live_until(APPOINTMENT + 10 * DAY)
    assert dossier.dossier.breached
    assert dossier.new("DossierRungFired") == []


def test_a_dossier_that_was_closed_stays_as_it_was_closed() -> None:
    """Nothing follows its end."""
    dossier = DossierGoingOn("dossier_closed_between")
    assert dossier.take(now=LAWFUL_END + 10 * DAY) == []
