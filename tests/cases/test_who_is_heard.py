"""The core asks who sends before it decides. Whoever has no part in a case learns no more than of one that is not there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from audit.invariants import replay_story, story_of
from cases.decide import decide
from cases.model import blank
from catalog.model import LaneId
from events.language.commands import Actor, ActorKind, CaseCommand, Command, DocumentPart, Outcome
from events.language.refusals import Refusal, refuse
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    Life,
    a_pause,
    a_procedure,
    a_question,
    a_reassignment,
    a_submission,
    a_supplement,
    a_withdrawal,
    an_answer,
    an_open_life,
    the_definitions,
)
from tests.cases.dossier.openings import Life as DossierLife
from tests.cases.dossier.openings import an_application, days

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = MONDAY + HOUR
UNKNOWN = refuse("case_unknown", "case")
WHY = {"reason": "because", "legal_basis": "law 1"}
STRANGER = Actor(kind=ActorKind.DEPARTMENT, id="construction")
OTHER_SYSTEM = Actor(kind=ActorKind.APPLICANT, id="other-portal")
ONE_DAY = Budget(amount=1, unit=Unit.WORKING_DAYS)

SAID: dict[str, dict[str, Any]] = {
    "DecideStep": {"step_id": "intake", "department": "one-stop", "outcome": Outcome.APPROVE},
    "ReceiveSupplement": {"documents": (DocumentPart(kind="lease"),)},
    "ReceiveExplanation": {},
    "PauseClock": WHY,
    "ResumeClock": {"reason": "because"},
    "StopCase": WHY | {"approved_by": "head"},
    "ReturnCase": WHY,
    "WithdrawApplication": {},
    "AcknowledgeEscalation": {"escalation_id": "step:intake/breach"},
    "ReassignStep": {"step_id": "intake", "department": "construction", "reason": "because"},
    "RequestPayment": {"step_id": "intake", "department": "one-stop", "amount_vnd": 1, "reason": "fee"},
    "ConfirmPayment": {"receipt": "B-1"},
    "MoveAppointment": {"by": ONE_DAY, "reason": "sorry"},
    "ExtendLimit": WHY | {"by": ONE_DAY, "approved_by": "office"},
    "ChangeLane": WHY | {"lane": LaneId.GREEN_60, "approved_by": "office", "override": True},
    "ApplyCalendar": {"calendar": the_definitions().calendar, "reason": "decreed"},
    "MigrateProcedure": {"procedure": the_definitions().procedure, "reason": "decreed"},
}
COMMAND: TypeAdapter[Any] = TypeAdapter(CaseCommand)


def by(actor: Actor, kind: str, **change: Any) -> Command:
    """A command of a kind by this sender."""
    given = {"type": kind, "command_id": "stranger-1", "received_at": AT, "actor": actor}
    command: Command = COMMAND.validate_python(given | SAID[kind] | change)
    return command


def awaiting_documents() -> Life:
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", AT, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    return life


def closed() -> Life:
    life = an_open_life()
    life.do(a_withdrawal(AT))
    return life


def suspended() -> Life:
    life = an_open_life()
    life.do(a_pause(AT))
    return life


def test_every_command_from_outside_is_looked_at() -> None:
    """But for the submission itself, which opens the case."""
    union = get_args(CaseCommand)[0]
    assert SAID.keys() == {kind.__name__ for kind in get_args(union)} - {"SubmitApplication"}


@pytest.mark.parametrize("life", [an_open_life, awaiting_documents, suspended, closed])
@pytest.mark.parametrize("sender", [STRANGER, OTHER_SYSTEM], ids=["department", "system"])
@pytest.mark.parametrize("kind", sorted(SAID))
def test_a_stranger_gets_the_answer_for_a_case_that_is_not_there(kind: str, sender: Actor, life: Any) -> None:
    """Whatever is sent, and in whatever state the case is: closed, suspended, waiting for documents."""
    lived = life()
    command = by(sender, kind)
    nowhere = decide(blank("case-nowhere", lived.definitions), command, AT)
    assert decide(lived.case, command, AT + DAY) == nowhere == UNKNOWN


@pytest.mark.parametrize("kind", ["DecideStep", "RequestPayment"])
@pytest.mark.parametrize("life", [an_open_life, closed])
def test_a_person_who_acts_for_a_department_needs_its_part(kind: str, life: Any) -> None:
    """Also at a screen, where the department is what the command says it is."""
    officer = Actor(kind=ActorKind.OFFICER, id="officer-1")
    assert decide(life().case, by(officer, kind, department="construction"), AT + DAY) == UNKNOWN


@pytest.mark.parametrize("kind", ["DecideStep", "RequestPayment"])
def test_no_department_answers_in_the_name_of_another(kind: str) -> None:
    """Also where both have a part in the case."""
    refused = decide(an_open_life().case, by(Actor(kind=ActorKind.DEPARTMENT, id="police"), kind), AT)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.field) == ("wrong_department", "department")


def test_a_department_that_received_the_dossier_has_a_part() -> None:
    """It owns no step, and is the agency to which the documents come."""
    definitions = the_definitions(a_procedure(agency="finance"))
    life = Life(definitions)
    life.do(a_submission())
    life.do(an_answer("intake", "one-stop", AT, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    life.do(a_supplement(AT + HOUR, actor=Actor(kind=ActorKind.DEPARTMENT, id="finance")))


def test_a_department_that_is_asked_or_given_a_step_has_a_part_from_then_on() -> None:
    """By its steps, those of consultations too."""
    asked = an_open_life()
    construction = Actor(kind=ActorKind.DEPARTMENT, id="construction")
    assert asked.refused(a_pause(AT, construction)) == UNKNOWN
    asked.do(a_question("intake", "one-stop", AT, "construction"))
    asked.do(a_pause(AT + HOUR, construction))
    given = an_open_life()
    given.do(a_reassignment("intake", AT, department="construction"))
    given.do(an_answer("intake", "construction", AT + HOUR))


@pytest.mark.parametrize(
    ("system", "speakers"),
    [
        ("portal", {"portal", "/portal/older"}),
        ("tax-office", {"tax-office"}),
        (None, {"portal", "/portal/older", "/portal"}),
    ],
)
def test_for_the_applicant_speaks_the_system_that_handed_the_application_in(
    system: str | None, speakers: set[str]
) -> None:
    """Cases of older events came through the portal; older commands name their source in the system's place."""
    for speaker in ("portal", "tax-office", "/portal", "/portal/older", "other"):
        life = Life()
        life.do(a_submission(system=system))
        command = a_withdrawal(AT).model_copy(update={"actor": Actor(kind=ActorKind.APPLICANT, id=speaker)})
        decided = life.attempt(command)
        is_heard = speaker in speakers or (speaker.startswith("/") and system != "tax-office")
        assert (decided != UNKNOWN) == is_heard, speaker


def test_what_a_stranger_did_under_older_rules_stands_for_the_auditor() -> None:
    """A case opened before anybody asked who sends: its ledger is decided again without asking."""
    older = a_life_in_which_construction_completes_the_dossier(system=None)
    assert replay_story(older) == []
    newer = a_life_in_which_construction_completes_the_dossier(system="portal")
    assert [found.invariant for found in replay_story(newer)] == ["I2"]


def a_life_in_which_construction_completes_the_dossier(system: str | None) -> Any:
    life = Life()
    life.do(a_submission(system=system))
    life.do(an_answer("intake", "one-stop", AT, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    command = a_supplement(AT + HOUR, actor=STRANGER)
    taken = decide(life.case, command, AT + HOUR, hears_all=True)
    assert not isinstance(taken, Refusal)
    return story_of(life.definitions, [*life.records, *taken])


@pytest.mark.parametrize("sender", [STRANGER, OTHER_SYSTEM], ids=["department", "system"])
def test_a_dossier_hears_only_who_has_a_part_in_it(sender: Actor) -> None:
    """The same for linked dossiers: their agencies, and the system that handed them in."""
    life = DossierLife({"a": days(3), "b": days(3)})
    life.open(an_application("a"), an_application("b", "a"))
    command = life.ending("a", AT).model_copy(update={"actor": sender})
    assert life.attempt(command) == refuse("dossier_unknown")
    own = Actor(kind=sender.kind, id="culture" if sender is STRANGER else "portal")
    assert not isinstance(life.attempt(command.model_copy(update={"actor": own})), Refusal)
