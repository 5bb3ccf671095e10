"""Lives of cases under the shipped catalogue, for measuring what is done with ledgers: seeded, each decided turn by turn.

Of every ten cases three are answered late, so that ladders climb, and one is asked for more documents; all others are handled
in their time. Every procedure of the catalogue with a route of its own has its turn.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from cases.decide import CASES
from cases.evolve import evolve
from cases.model import Case, CaseStatus, StepState, blank
from cases.timetable import appointment_at
from cases.turn import Recorded, Turn, acceptance_of, with_dossier_code
from catalog.loader import load_catalog
from catalog.model import Definitions
from events.language.case_events import EventRecord
from events.language.commands import (
    Actor,
    ActorKind,
    Application,
    Command,
    DecideStep,
    DocumentPart,
    Outcome,
    ReassignStep,
    ReceiveSupplement,
    SubmitApplication,
)
from events.language.identity import case_id_of, dossier_code_of, subject_ref_of

SOURCE: Final = "/bench"
OPENING: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday 2 March 2026, 08:00 in the province."""
APPLICANT: Final = Actor(kind=ActorKind.APPLICANT, id="portal")
SUPERVISOR: Final = Actor(kind=ActorKind.SUPERVISOR, id="bench")
LATE: Final = 0.3
ASKED: Final = 0.1
HORIZON: Final = timedelta(days=60)


def definitions_in_force() -> list[Definitions]:
    """What cases are decided under, of every procedure whose route the catalogue defines, by id."""
    catalog, day = load_catalog(), OPENING.date()
    procedures = [procedure for procedure in catalog.procedures_on(day) if procedure.route == "defined"]
    return [catalog.definitions_of(procedure, day) for procedure in procedures]


def application_id_of(number: int) -> str:
    """Its id: as long as any other, so that one can stand in another's place."""
    return f"bench-{number:09d}"


def application_of(definitions: Definitions, number: int) -> Application:
    """The application of this number with every document that is asked for."""
    stream_id = case_id_of(SOURCE, application_id_of(number))
    return Application(
        application_id=application_id_of(number),
        source=SOURCE,
        system="portal",
        procedure=definitions.procedure.id,
        subject_ref=subject_ref_of(stream_id),
        documents=tuple(DocumentPart(kind=document.kind) for document in definitions.procedure.documents),
    )


def life(definitions: Definitions, number: int) -> Generator[Turn, Recorded]:
    """The turns of one case, each decided on what was recorded of the one before; its choices are those of its number."""
    dice, application = Random(number), application_of(definitions, number)
    case = blank(case_id_of(SOURCE, application.application_id), definitions)
    at = OPENING + timedelta(minutes=dice.randrange(480))
    command = _submission(application, number, at)
    while True:
        for record in (yield _accepted(case, command, at)).records:
            case = evolve(case, record)
        if case.is_closed:
            return
        command = _answer(case, at, dice)
        # The engine wakes at each instant that falls due before the answer comes.
        while (due_at := CASES.next_due(case)) is not None and due_at < command.received_at:
            woken = CASES.take_turn(case, [], due_at)
            if woken is None:
                raise AssertionError(f"case {number}: nothing was due at {due_at}")
            for record in (yield woken).records:
                case = evolve(case, record)
        at = command.received_at


def long_life(definitions: Definitions, number: int, events: int) -> Generator[Turn, Recorded]:
    """The turns of a case that goes from one officer to the next, until it has so many events."""
    application = application_of(definitions, number)
    case, at = blank(case_id_of(SOURCE, application.application_id), definitions), OPENING
    command = _submission(application, number, at)
    while case.sequence < events:
        for record in (yield _accepted(case, command, at)).records:
            case = evolve(case, record)
        at += timedelta(seconds=1)
        step = case.open_steps[0]
        command = ReassignStep(
            command_id=f"act-{case.sequence}",
            received_at=at,
            actor=SUPERVISOR,
            step_id=step.id,
            department=step.department,
            officer=f"officer-{case.sequence}",
            reason="leave",
        )


def lived(definitions: Definitions, number: int) -> tuple[EventRecord, ...]:
    """The ledger of one life that nobody recorded, with a code as a recorder would give it."""
    records: list[EventRecord] = []
    turns = life(definitions, number)
    try:
        turn = next(turns)
        while True:
            accepted = acceptance_of(turn)
            if accepted is not None:
                turn = with_dossier_code(turn, dossier_code_of(accepted.agency_code, accepted.received_on, number + 1))
            records += turn.records
            turn = turns.send(Recorded(records=turn.records, outcomes=turn.outcomes))
    except StopIteration:
        return tuple(records)


def _submission(application: Application, number: int, at: datetime) -> Command:
    return SubmitApplication(command_id=f"submit-{number}", received_at=at, actor=APPLICANT, application=application)


def _accepted(case: Case, command: Command, at: datetime) -> Turn:
    turn = CASES.take_turn(case, [command], at)
    if turn is None or not all(outcome.accepted for outcome in turn.outcomes):
        raise AssertionError(f"{case.case_id}: {turn and turn.outcomes}")
    return turn


def _answer(case: Case, at: datetime, dice: Random) -> Command:
    if case.status is CaseStatus.AWAITING_SUPPLEMENT:
        later = at + timedelta(hours=dice.randrange(4, 60))
        documents = tuple(DocumentPart(kind=kind) for kind in case.documents_awaited)
        return ReceiveSupplement(
            command_id=f"supplement-{case.sequence}", received_at=later, actor=APPLICANT, documents=documents
        )
    step = dice.choice([step for step in case.open_steps if step.status.value == "assigned"])
    asks = case.supplement_rounds == 0 and case.definitions.procedure.documents and dice.random() < ASKED
    return DecideStep(
        command_id=f"answer-{case.sequence}",
        received_at=_answered_at(case, step, at, dice),
        actor=Actor(kind=ActorKind.DEPARTMENT, id=step.department),
        step_id=step.id,
        department=step.department,
        outcome=Outcome.REQUEST_SUPPLEMENT if asks else Outcome.APPROVE,
        reason="a document is missing" if asks else None,
        documents=(case.definitions.procedure.documents[0].kind,) if asks else (),
    )


def _answered_at(case: Case, step: StepState, at: datetime, dice: Random) -> datetime:
    clock = case.clocks.get(step.clock_id or "")
    due_at = None if clock is None else appointment_at(clock, case.definitions)
    if due_at is None or due_at <= at:
        return at + timedelta(minutes=dice.randrange(10, 300))
    if dice.random() < LATE / max(1, len(case.definitions.procedure.steps)):
        return due_at + timedelta(hours=dice.randrange(1, 72))
    return at + (due_at - at) * dice.uniform(0.05, 0.9)
