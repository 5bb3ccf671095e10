"""The joint promise has the law's two ends: the appointment, and 24:00 of the last day (Civil Code 2015 art. 147-148)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from cases.dossier.decide import DOSSIERS, fold_dossier
from cases.dossier.ends import joint_ends, verdict_of
from cases.dossier.ticks import next_due
from cases.dossier.views import dossier_view_of
from events.language.case_events import EventRecord, canonical_json, record_of
from events.language.commands import AcknowledgeEscalation
from events.language.dossier_events import DossierBreached, DossierEvent, DossierRungFired, JointClockStarted
from sla.units import Budget, Unit
from tests.builders import MONDAY
from tests.cases.dossier.openings import (
    DOSSIER_ID,
    OFFICER,
    Life,
    an_application,
    days,
    in_province,
    midnight_after,
)
from workflows.messages import DossierCarried

HOUR = timedelta(hours=1)
APPOINTMENT = in_province(9)
LAWFUL_END = midnight_after(9)
FIVE_DAYS, THREE_DAYS = days(5), days(3)
OWN = Budget(amount=40, unit=Unit.WORKING_HOURS)


def a_life(cap: Budget | None = FIVE_DAYS, limit: Budget = THREE_DAYS) -> Life:
    """From Monday 2 March, 9:00: the appointment is on Monday the 9th at 9:00, the lawful end at 24:00 of that day."""
    life = Life({"a": limit})
    life.open(an_application("a"), cap=cap)
    return life


def names(events: Iterable[object]) -> list[str]:
    return [str(getattr(event, "type", "")) for event in events]


def test_a_joint_limit_in_days_has_two_ends() -> None:
    life = a_life()
    (started,) = life.of_type("JointClockStarted")
    assert (started.due_at, started.lawful_end_at) == (APPOINTMENT, LAWFUL_END)
    assert joint_ends(life.dossier) == (APPOINTMENT, LAWFUL_END)


@pytest.mark.parametrize("unit", [Unit.HOURS, Unit.WORKING_HOURS])
def test_a_joint_limit_in_hours_has_one_end(unit: Unit) -> None:
    life = a_life(Budget(amount=24, unit=unit))
    ends = joint_ends(life.dossier)
    assert ends is not None
    assert (ends.lawful_end_at, ends.end_at) == (None, ends.appointment_at)
    life.live_until(ends.end_at)
    fired = [event.kind for event in life.of_type("DossierRungFired")]
    assert "past_appointment" not in fired
    assert life.of_type("DossierAppointmentPassed") == []
    assert life.of_type("DossierBreached")[0].two_ends is False


def test_a_promise_of_the_critical_path_lasts_as_long_as_its_last_limit() -> None:
    """Measured in working time, it is made of limits in days: who ends on the last day, ends in time."""
    life = a_life(cap=None, limit=days(5))
    assert life.dossier.basis == "critical_path"
    assert joint_ends(life.dossier) == (APPOINTMENT, LAWFUL_END)
    life.live_until(APPOINTMENT)
    assert verdict_of(life.dossier).state == "past_appointment"
    life.end("a", LAWFUL_END)
    assert (verdict_of(life.dossier).state, verdict_of(life.dossier).appointment_kept) == ("met", False)


def test_a_path_of_hours_has_one_end() -> None:
    ends = joint_ends(a_life(cap=None, limit=OWN).dossier)
    assert ends is not None
    assert ends.lawful_end_at is None


def test_the_ends_pass_one_after_the_other() -> None:
    """Shares and the passing of the appointment are of the appointment; the breach, and what follows, of the lawful end."""
    life = a_life()
    life.live_until(in_province(11))
    rungs = {event.rung: event.due_at for event in life.of_type("DossierRungFired")}
    assert rungs["past-appointment"] == APPOINTMENT
    assert rungs["breach"] == LAWFUL_END
    # Four working hours after 24:00: from the next opening on.
    assert rungs["first"] > LAWFUL_END
    (passed,) = life.of_type("DossierAppointmentPassed")
    (breach,) = life.of_type("DossierBreached")
    assert passed.appointment_at == APPOINTMENT
    assert (breach.due_at, breach.two_ends) == (LAWFUL_END, True)


@pytest.mark.parametrize(
    ("at", "state", "kept", "appointment_kept"),
    [
        (APPOINTMENT, "met", True, True),
        (APPOINTMENT + timedelta(seconds=1), "met", True, False),
        (LAWFUL_END, "met", True, False),
        (LAWFUL_END + timedelta(seconds=1), "breached", False, False),
    ],
)
def test_what_ends_exactly_at_an_end_is_in_time(at: datetime, state: str, kept: bool, appointment_kept: bool) -> None:
    life = a_life()
    turn = DOSSIERS.take_turn(life.dossier, [life.ending("a", at)], at)
    assert turn is not None
    dossier = fold_dossier(DOSSIER_ID, life.dossier.definitions, [*life.records, *turn.records])
    closed = turn.records[-1].event
    assert (closed.promise_kept, closed.appointment_kept) == (kept, appointment_kept)  # type: ignore[union-attr]
    found = verdict_of(dossier)
    assert (found.state, found.kept, found.appointment_kept) == (state, kept, appointment_kept)
    assert found.met_at == (at if kept else None)
    assert dossier_view_of(dossier).joint_state == state


def test_states_follow_the_law() -> None:
    life = a_life()
    seen = [str(verdict_of(life.dossier).state)]
    for until in (APPOINTMENT, LAWFUL_END):
        life.live_until(until)
        seen.append(str(verdict_of(life.dossier).state))
    assert seen == ["running", "past_appointment", "breached"]


def test_a_withdrawn_dossier_is_neither_met_nor_breached() -> None:
    life = a_life()
    life.withdraw(MONDAY + HOUR)
    life.end("a", MONDAY + 2 * HOUR, "withdrawn")
    found = verdict_of(life.dossier)
    assert (found.state, found.met_at, found.appointment_kept) == ("cancelled", None, None)


def test_an_end_received_in_time_and_heard_of_late_sets_the_breach_aside() -> None:
    """The system was late, not the agency: the breach stays visible, and does not count."""
    life = a_life()
    life.live_until(LAWFUL_END)
    life.do(life.ending("a", LAWFUL_END - HOUR), now=LAWFUL_END + HOUR)
    (aside,) = life.of_type("DossierBreachSetAside")
    assert (aside.cause, aside.due_at) == ("delayed_by_system", LAWFUL_END)
    assert life.of_type("DossierClosed")[0].promise_kept is True
    assert verdict_of(life.dossier).state == "met"


# ---- what an older version recorded


def as_older(life: Life) -> Life:
    """The stream as the version before wrote it: no actors, no lawful ends, the breach and its rungs at the appointment."""
    last = life.records[-1]
    added: list[DossierEvent] = [
        DossierBreached(due_at=APPOINTMENT, critical_path=("a",), blame=()),
        *(_rung_of_old(life, rung) for rung in ("breach", "first")),
    ]
    life.records += [
        last.model_copy(update={"sequence": last.sequence + place, "at": APPOINTMENT, "event": event})
        for place, event in enumerate(added, start=1)
    ]
    life.records = [_without_news(record) for record in life.records]
    life.dossier = fold_dossier(DOSSIER_ID, life.dossier.definitions, life.records)
    return life


def _rung_of_old(life: Life, name: str) -> DossierRungFired:
    rung = next(rung for rung in life.dossier.definitions.ladder.rungs if rung.id == name)
    return DossierRungFired(
        escalation_id=f"joint/{name}",
        rung=name,
        kind=rung.kind,
        level=rung.level,
        audience=rung.audience,
        lead="culture",
        due_at=APPOINTMENT,
        late_seconds=0,
    )


def _without_news(record: EventRecord) -> EventRecord:
    event = record.event
    if isinstance(event, JointClockStarted):
        event = event.model_copy(update={"lawful_end_at": None})
    # As it is read from the ledger again.
    return record_of(canonical_json(record.model_copy(update={"event": event, "actor": None})))


def an_old_life() -> Life:
    life = a_life()
    life.live_until(APPOINTMENT - HOUR)
    return as_older(life)


def test_an_older_stream_has_the_same_ends() -> None:
    assert joint_ends(an_old_life().dossier) == (APPOINTMENT, LAWFUL_END)


@pytest.mark.parametrize("carried", [False, True])
def test_a_breach_recorded_at_the_appointment_is_set_aside_first_of_all(carried: bool) -> None:
    """Read from the ledger, or carried along by a run of the version before, whose state knows nothing of ends."""
    life = an_old_life()
    if carried:
        life.dossier = as_carried(life)
    at = APPOINTMENT + HOUR
    turn = DOSSIERS.take_turn(life.dossier, [life.ending("a", at)], at)
    assert turn is not None
    aside, *others = [record.event for record in turn.records]
    assert (aside.type, aside.cause, aside.rungs) == (  # type: ignore[union-attr]
        "DossierBreachSetAside",
        "lawful_end",
        ("breach", "first"),
    )
    closed = others[-1]
    assert (closed.promise_kept, closed.appointment_kept) == (True, False)  # type: ignore[union-attr]


def as_carried(life: Life):  # type: ignore[no-untyped-def]
    carried = DossierCarried.of(life.dossier)
    older = (
        "breached_at",
        "breached_early",
        "set_aside",
        "set_asides",
        "appointment_passed_at",
        "joint_ended_at",
        "joint_given_back",
        "promise_kept",
        "appointment_kept",
        "reopenings",
    )
    state = {name: value for name, value in carried.state.items() if name not in older}
    return carried.model_copy(update={"state": state}).restored(life.dossier.definitions)


def test_rungs_that_fired_too_early_fire_again_under_ids_of_their_own() -> None:
    life = an_old_life()
    life.do(
        AcknowledgeEscalation(command_id="ack", received_at=APPOINTMENT, actor=OFFICER, escalation_id="joint/breach")
    )
    life.live_until(in_province(13))
    ids = [event.escalation_id for event in life.of_type("DossierRungFired")]
    assert ids[-3:] == ["joint/breach.2", "joint/first.2", "joint/second.2"]
    assert ids.index("joint/past-appointment") < ids.index("joint/breach.2")
    breaches = life.of_type("DossierBreached")
    assert [breach.due_at for breach in breaches] == [APPOINTMENT, LAWFUL_END]
    assert next_due(life.dossier) is None
    at = in_province(13)
    again = AcknowledgeEscalation(command_id="again", received_at=at, actor=OFFICER, escalation_id="joint/breach.2")
    assert names(life.do(again))[0] == "EscalationAcknowledged"


def test_an_older_breach_whose_lawful_end_has_passed_too_is_confirmed() -> None:
    """Nobody is told a second time of what is true."""
    life = an_old_life()
    now = in_province(13)
    turn = DOSSIERS.take_turn(life.dossier, [], now)
    assert turn is not None
    events = [record.event for record in turn.records]
    assert names(events)[0] == "DossierBreachConfirmed"
    assert "DossierBreached" not in names(events)
    assert "joint/breach" not in [event.escalation_id for event in events if isinstance(event, DossierRungFired)]


def test_an_older_end_between_the_two_ends_counts_as_met() -> None:
    """Closed by the version before: nothing more is recorded, and what is shown is the law's."""
    life = an_old_life()
    life.end("a", APPOINTMENT + HOUR)
    records = [record for record in life.records if record.event.type != "DossierBreachSetAside"]
    records = [record.model_copy(update={"sequence": n}) for n, record in enumerate(records, start=1)]
    closed = records[-1].event.model_copy(update={"promise_kept": False, "appointment_kept": None})
    dossier = fold_dossier(
        DOSSIER_ID, life.dossier.definitions, [*records[:-1], records[-1].model_copy(update={"event": closed})]
    )
    found = verdict_of(dossier)
    assert (found.state, found.kept, found.appointment_kept) == ("met", True, False)
