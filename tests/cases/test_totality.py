"""`decide` is total and `evolve` never fails on what it produced: for every command, at every time, in every state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import lawfulness
from audit.invariants import check_case, replay_decisions
from cases import evolve
from cases.decide import decide
from cases.timetable import next_due
from catalog.model import LaneId
from events.language.case_events import CaseEvent, canonical_json, record_of
from events.language.commands import (
    AcknowledgeEscalation,
    Actor,
    ActorKind,
    ApplyCalendar,
    CaseCommand,
    ChangeLane,
    Command,
    ConfirmPayment,
    ConsultationRequest,
    DecideStep,
    DocumentPart,
    ExtendLimit,
    MigrateProcedure,
    MoveAppointment,
    Outcome,
    PauseClock,
    ReassignStep,
    ReceiveExplanation,
    ReceiveSupplement,
    RequestPayment,
    ResumeClock,
    ReturnCase,
    StopCase,
    SubmitApplication,
    Tick,
    WithdrawApplication,
)
from events.language.dossier_events import DossierEvent
from events.language.refusals import TEXTS, Refusal
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    SUPERVISOR,
    Life,
    a_calendar,
    a_procedure,
    a_submission,
    an_application,
    the_definitions,
)

STEPS = ("intake", "appraisal", "fire", "signing", "intake.opinion-1", "nowhere")
DEPARTMENTS = ("one-stop", "culture", "police", "finance", "nobody")
RUNGS = tuple(f"{clock}/{rung}" for clock in ("statutory", "step:intake", "green", "x") for rung in ("half", "first"))
ACTORS = st.sampled_from(
    [*(Actor(kind=kind, id="police") for kind in ActorKind), Actor(kind=ActorKind.DEPARTMENT, id="one-stop")]
)
BUDGETS = st.builds(Budget, amount=st.sampled_from([1, 2, 90, 1_000_000]), unit=st.sampled_from(tuple(Unit)))
REASONS = st.sampled_from([None, "because"])
INSTANTS = st.integers(-3 * 24 * 60, 40 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
FAR = st.sampled_from([timedelta(days=days) for days in (-500, 600, 4000)]).map(lambda delta: MONDAY + delta)
ASKED = st.builds(
    ConsultationRequest, department=st.sampled_from(DEPARTMENTS), question=st.just("?"), limit=st.none() | BUDGETS
)


def _said(kind: type[Command], **fields: Any) -> st.SearchStrategy[Command]:
    return st.builds(kind, command_id=st.just("c"), received_at=INSTANTS | FAR, actor=ACTORS, **fields)


ANSWERS = _said(
    DecideStep,
    step_id=st.sampled_from(STEPS),
    department=st.sampled_from(DEPARTMENTS),
    outcome=st.sampled_from(tuple(Outcome)),
    reason=REASONS,
    documents=st.sampled_from([(), ("lease",), ("lease", "map")]),
    question=st.none() | st.just("why?"),
    consult=st.lists(ASKED, max_size=2).map(tuple),
)
COMMANDS: dict[type[Command], st.SearchStrategy[Command]] = {
    SubmitApplication: _said(SubmitApplication, application=st.just(an_application())),
    DecideStep: ANSWERS,
    ReceiveSupplement: _said(
        ReceiveSupplement,
        documents=st.lists(st.sampled_from(["lease", "map"]).map(lambda kind: DocumentPart(kind=kind))).map(tuple),
        declared_complete=st.booleans(),
    ),
    ReceiveExplanation: _said(ReceiveExplanation, reference=st.none() | st.just("letter")),
    StopCase: _said(
        StopCase,
        reason=st.just("r"),
        legal_basis=st.just("l"),
        until_at=st.none() | INSTANTS | FAR,
        approved_by=st.sampled_from([None, "police", "chief"]),
    ),
    ReturnCase: _said(ReturnCase, reason=st.just("r"), legal_basis=st.just("l")),
    PauseClock: _said(
        PauseClock,
        reason=st.just("r"),
        legal_basis=st.just("l"),
        from_at=st.none() | INSTANTS,
        until_at=st.none() | INSTANTS,
    ),
    ResumeClock: _said(ResumeClock, reason=st.just("r")),
    WithdrawApplication: _said(WithdrawApplication, reason=REASONS),
    AcknowledgeEscalation: _said(AcknowledgeEscalation, escalation_id=st.sampled_from(RUNGS)),
    ReassignStep: _said(
        ReassignStep,
        step_id=st.sampled_from(STEPS),
        department=st.none() | st.sampled_from(DEPARTMENTS),
        officer=st.none() | st.just("officer"),
        reason=st.just("r"),
    ),
    RequestPayment: _said(
        RequestPayment,
        step_id=st.sampled_from(STEPS),
        department=st.sampled_from(DEPARTMENTS),
        amount_vnd=st.just(5),
        reason=st.just("r"),
    ),
    ConfirmPayment: _said(ConfirmPayment, receipt=st.just("r")),
    MoveAppointment: _said(MoveAppointment, by=BUDGETS, reason=st.just("r")),
    ExtendLimit: _said(
        ExtendLimit, by=BUDGETS, reason=st.just("r"), legal_basis=st.just("l"), approved_by=st.just("a")
    ),
    ChangeLane: _said(
        ChangeLane,
        lane=st.sampled_from(tuple(LaneId)),
        reason=st.just("r"),
        legal_basis=st.just("l"),
        approved_by=st.sampled_from([None, "police", "chief", "chief"]),
        override=st.booleans(),
    ),
    ApplyCalendar: _said(
        ApplyCalendar,
        calendar=st.sampled_from([a_calendar(), a_calendar(version="2"), a_calendar(id="other")]),
        reason=st.just("r"),
    ),
    MigrateProcedure: _said(
        MigrateProcedure,
        procedure=st.sampled_from(
            [
                a_procedure(),
                a_procedure(id="other"),
                a_procedure(version="2", limit=Budget(amount=9, unit=Unit.WORKING_DAYS)),
                a_procedure(version="3", steps=a_procedure().steps[:1]),
            ]
        ),
        reason=st.just("r"),
    ),
}
TICKS = st.builds(Tick, due_at=INSTANTS | FAR)
ANY = st.one_of(*COMMANDS.values(), ANSWERS, ANSWERS, TICKS)
RULEBOOKS = [
    the_definitions(a_procedure(clock_policy=policy, restart_steps=restart))
    for policy in ("RESTART", "PAUSE")
    for restart in (False, True)
]


def test_every_command_of_the_language_is_tried() -> None:
    """A new command joins the strategies above, or this fails."""
    assert set(get_args(get_args(CaseCommand)[0])) == set(COMMANDS)


def test_every_event_has_its_change_and_its_needs() -> None:
    """The fold and the invariants know the whole language; a dossier's events stand in a stream of their own."""
    events = set(get_args(get_args(CaseEvent)[0])) - set(get_args(DossierEvent))
    assert set(evolve._CHANGES) == events
    assert set(lawfulness._NEEDS) == events


def test_an_appointment_beyond_all_measure_is_refused() -> None:
    """Who needs more than the limit itself needs an extension."""
    life = Life()
    life.do(a_submission())
    by = Budget(amount=1_000_000, unit=Unit.WORKING_DAYS)
    command = MoveAppointment(command_id="c", received_at=MONDAY, actor=SUPERVISOR, by=by, reason="r")
    refusal = life.refused(command)
    assert (refusal.code, refusal.details["most"]) == ("appointment_too_far", "5 working_days")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(RULEBOOKS), st.lists(st.tuples(ANY, INSTANTS | FAR), max_size=12))
def test_no_command_raises_whatever_it_says_and_whenever(
    definitions: Any, steps: list[tuple[Command | Tick, Any]]
) -> None:
    """A no is a refusal with a text; a yes folds; and what was decided is lawful and would be decided again."""
    life = Life(definitions)
    life.do(a_submission())
    for number, (command, now) in enumerate(steps):
        named = command if isinstance(command, Tick) else command.model_copy(update={"command_id": f"c{number}"})
        decided = decide(life.case, named, now)
        if isinstance(decided, Refusal):
            assert decided.code in TEXTS
            assert decided.message("vi")
            assert decided.remedy("en")
            continue
        for record in decided:
            assert record_of(canonical_json(record)) == record
            life.case = evolve.evolve(life.case, record)
            life.records.append(record)
        next_due(life.case)
    # Time does not run in order here, and nobody lets due instants pass: what needs that is asked of the machine.
    found = [v for v in check_case(definitions, life.records) if v.invariant in ("I2", "I12")]
    assert found == []
    assert replay_decisions(definitions, life.records) == []
