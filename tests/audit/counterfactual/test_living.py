"""A recorded history lived again: under its own rules it is what it was; under others only what they change is otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from audit.simulation.figures import Ending, ending_of
from audit.simulation.history import recorded_history
from audit.simulation.living import Life as Lived
from audit.simulation.living import live, live_on
from bench.lives import definitions_in_force, lived
from cases.timetable import appointment_at
from catalog.model import Definitions
from catalog.proposal import Proposal
from events.language.case_events import EventRecord
from events.language.commands import Actor, ActorKind, ApplyCalendar, DossierReference, Outcome
from sla.units import Budget, Unit
from tests.audit.counterfactual.policies import a_proposal
from tests.audit.simulation.lives import LivedCase, plan_of
from tests.builders import (
    MONDAY,
    a_calendar,
    a_closed_life,
    a_supplement,
    an_acknowledgement,
    an_answer,
    an_open_life,
    the_definitions,
)

LIVES = 120
OFFICE = Actor(kind=ActorKind.ADMINISTRATOR, id="office")


def both(records: Sequence[EventRecord], definitions: Definitions, proposal: Proposal) -> tuple[Ending, Ending, Lived]:
    """What became of a case, what would have, and the life that it would have had; as of its last decision."""
    history, case = recorded_history(definitions, records)
    assert history is not None
    until = records[-1].decided_at
    before = live_on(Lived(case, list(records)), history, until)
    after = live(history, proposal.definitions(definitions), until, proposal)
    return ending_of(before.case, before.records, until), ending_of(after.case, after.records, until), after


def test_a_policy_that_changes_nothing_changes_nothing() -> None:
    """Of random lives among faults and of all that is shipped: lane, promise, lateness, warnings, who held it how long."""
    lives = [LivedCase(plan_of(seed)).live() for seed in range(LIVES)]
    told: list[tuple[Definitions, Sequence[EventRecord]]] = [
        (life.definitions, life.records) for life in lives if life.records
    ]
    told += [
        (definitions, lived(definitions, number)) for number, definitions in enumerate(definitions_in_force()[:15])
    ]
    assert len(told) > LIVES
    for definitions, records in told:
        was, would_be, _ = both(records, definitions, a_proposal())
        assert was == would_be


POLICIES = (
    """
    lanes: {rules: [{id: all, lane: green_24h, when: []}]}
    procedures: [{limit: {amount: 1, unit: working_days}}]
    """,
    """
    lanes: {rules: [{id: all, lane: green_60, when: []}], without: [day, cut]}
    procedures: [{limit: {amount: 6, unit: months}, after_hours: next_opening}]
    ladders:
      - id: case
        version: "9"
        rungs: [{id: only, percent: 10, audience: head, kind: warning}]
    """,
)


@pytest.mark.parametrize("policy", POLICIES)
def test_any_history_can_be_lived_under_any_policy(policy: str) -> None:
    """Whatever happened in it; the departments' time sums to the whole, and each broken promise is somebody's at most."""
    states = set()
    for seed in range(LIVES // 2):
        life = LivedCase(plan_of(seed)).live()
        if not life.records:
            continue
        _, would_be, after = both(life.records, life.definitions, a_proposal(policy))
        states.add(would_be.state)
        parts = would_be.departments.values()
        assert sum(part.used_seconds for part in parts) == pytest.approx(would_be.whole.used_seconds)
        assert sum(part.breached for part in parts) <= would_be.whole.breached <= 1
        assert would_be.late_seconds == 0 or would_be.state == "breached"
        assert [record.sequence for record in after.records] == list(range(1, len(after.records) + 1))
    assert len(states) > 2


def test_the_same_history_gives_the_same_records() -> None:
    """Lived twice, event for event."""
    life = a_closed_life()
    lives = [both(life.records, life.definitions, a_proposal())[2] for _ in range(2)]
    assert lives[0].records == lives[1].records


def test_a_shorter_limit_is_broken_by_what_kept_the_longer_one() -> None:
    """The limit is the law's, so it is overdue in law; who had the case then has broken it."""
    life = a_closed_life()
    proposal = a_proposal("procedures: [{procedure: karaoke, limit: {amount: 1, unit: hours}}]")
    was, would_be, after = both(life.records, life.definitions, proposal)
    assert (was.state, was.late_seconds, was.overdue_in_law) == ("met", 0, False)
    assert (would_be.state, would_be.overdue_in_law) == ("breached", True)
    closed_at = life.case.closed_at
    assert closed_at is not None
    assert would_be.late_seconds == (closed_at - MONDAY - timedelta(hours=1)).total_seconds()
    assert after.case.closed_at == closed_at
    late = [name for name, figures in would_be.departments.items() if figures.breached]
    assert late in (["culture"], ["police"])
    assert would_be.whole.warnings > was.whole.warnings


def test_a_green_lane_promises_beside_the_law() -> None:
    """A broken promise is not overdue in law."""
    life = an_open_life()
    for days, (step, department) in enumerate(
        (("intake", "one-stop"), ("appraisal", "culture"), ("fire", "police"), ("signing", "culture")), start=1
    ):
        at = MONDAY + timedelta(days=days)
        life.live_until(at)
        life.do(an_answer(step, department, at))
    proposal = a_proposal("lanes: {rules: [{id: all, lane: green_60, when: []}]}")
    was, would_be, _ = both(life.records, life.definitions, proposal)
    assert (was.lane, was.promise, was.state) == ("standard", "statutory", "met")
    assert (would_be.lane, would_be.promise, would_be.state) == ("green_60", "green", "breached")
    assert not would_be.overdue_in_law
    assert would_be.due_at is not None
    assert was.due_at is not None
    assert would_be.due_at < was.due_at


def test_steps_and_ladders_are_changed() -> None:
    """A step's own limit, and a ladder that warns at once and never escalates."""
    life = a_closed_life()
    proposal = a_proposal(
        """
        procedures:
          - {procedure: karaoke, steps: [{id: intake, budget: {amount: 10, unit: minutes}}]}
        ladders:
          - id: step
            version: "9"
            rungs: [{id: early, percent: 10, audience: head, kind: warning}]
        """
    )
    _, would_be, after = both(life.records, life.definitions, proposal)
    rungs = [record.event.rung for record in after.records if record.event.type == "RungFired"]
    assert rungs == ["early"]
    assert after.case.clocks["step:intake"].status == "breached"
    assert would_be.whole.escalations == 0
    assert would_be.departments["one-stop"].warnings == 1


def test_an_act_without_object_is_refused_and_time_goes_on() -> None:
    """Nobody acknowledges what did not happen; the case goes on to its end."""
    definitions = the_definitions()
    life = an_open_life(definitions)
    due_at = appointment_at(life.case.clocks["step:intake"], definitions)
    assert due_at is not None
    late_at = due_at + timedelta(days=1)
    life.live_until(late_at)
    life.do(an_acknowledgement("step:intake/breach", late_at))
    life.do(an_answer("intake", "one-stop", late_at))
    proposal = a_proposal("procedures: [{procedure: karaoke, limit: {amount: 6, unit: months}}]")
    was, would_be, after = both(life.records, life.definitions, proposal)
    assert dict(after.refused) == {"escalation_unknown": 1}
    assert after.case.steps["intake"].status == "done"
    assert (was.whole.warnings > 0, would_be.whole.warnings) == (True, 0)


def test_a_case_that_would_have_ended_before_takes_nothing_more() -> None:
    """The applicant had ten working days; within two he would have been too late."""
    life = an_open_life()
    asked_at = MONDAY + timedelta(hours=1)
    life.do(an_answer("intake", "one-stop", asked_at, outcome=Outcome.REQUEST_SUPPLEMENT, documents=("form",)))
    came_at = asked_at + timedelta(days=4)
    life.live_until(came_at)
    life.do(a_supplement(came_at, "form"))
    short = life.definitions.procedure.supplement.model_copy(
        update={"applicant_limit": Budget(amount=2, unit=Unit.WORKING_DAYS)}
    )
    other = life.definitions.model_copy(
        update={"procedure": life.definitions.procedure.model_copy(update={"supplement": short})}
    )
    history, _ = recorded_history(life.definitions, life.records)
    assert history is not None
    after = live(history, other, came_at)
    assert after.case.is_closed
    assert after.case.outcome != "issued"
    assert dict(after.refused) == {"case_closed": 1}


def test_under_another_calendar_no_recorded_calendar_is_applied() -> None:
    """The one that is thought of holds all the time."""
    life = an_open_life()
    day_off = a_calendar(version="2", days_off=(date(2026, 3, 4),))
    life.do(
        ApplyCalendar(
            command_id="cal-1",
            received_at=MONDAY + timedelta(hours=2),
            actor=OFFICE,
            calendar=day_off,
            reason="a day off",
        )
    )
    other = a_calendar(version="3", days_off=(date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)))
    was, would_be, after = both(life.records, life.definitions, a_proposal(calendar=other))
    assert after.case.definitions.calendar.version == "3"
    assert not after.refused
    assert was.due_at is not None
    assert would_be.due_at is not None
    assert would_be.due_at - was.due_at == timedelta(days=2)


def test_a_history_without_actors_is_none() -> None:
    """Older events do not say who acted: whether their acts would be lawful nobody can say."""
    life = a_closed_life()
    records = [life.records[0].model_copy(update={"actor": None}), *life.records[1:]]
    history, case = recorded_history(life.definitions, records)
    assert history is None
    assert case.is_closed


def test_an_application_that_would_not_be_accepted_has_no_life() -> None:
    """As where the other calendar does not reach its time."""
    life = a_closed_life()
    history, _ = recorded_history(life.definitions, life.records)
    assert history is not None
    proposal = a_proposal(calendar=a_calendar(first_day=date(2030, 1, 1), last_day=date(2030, 12, 31), days_off=()))
    after = live(history, proposal.definitions(life.definitions), datetime.max.replace(tzinfo=MONDAY.tzinfo), proposal)
    assert not after.records
    assert dict(after.refused) == {"calendar_range": 1}


def test_a_linked_case_is_known() -> None:
    """It is counted, since its dossier is not lived again."""
    for linked in (None, DossierReference(dossier="dossier-1", name="licence")):
        life = an_open_life(linked=linked)
        history, _ = recorded_history(life.definitions, life.records)
        assert history is not None
        assert history.is_linked == (linked is not None)
