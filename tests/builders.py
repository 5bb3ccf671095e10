"""Builders with lawful defaults: the smallest thing that the rules accept, and one word to make it differ."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from cases.decide import decide
from cases.evolve import evolve
from cases.model import Case, blank
from cases.timetable import next_due
from catalog.model import (
    ClockPolicy,
    Condition,
    Definitions,
    DocumentRequirement,
    LaneId,
    LaneRule,
    LaneTable,
    LegalBasis,
    NamedList,
    ProcedureVersion,
    Promise,
    StepDefinition,
    SupplementRule,
    Text,
)
from events.language.case_events import CaseEvent, EventRecord
from events.language.commands import (
    AcknowledgeEscalation,
    Actor,
    ActorKind,
    Application,
    Command,
    ConsultationRequest,
    DecideStep,
    DocumentPart,
    Outcome,
    PauseClock,
    ReassignStep,
    ReceiveExplanation,
    ReceiveSupplement,
    ResumeClock,
    ReturnCase,
    StopCase,
    SubmitApplication,
    Tick,
    WithdrawApplication,
)
from events.language.identity import case_id_of
from events.language.refusals import Refusal
from sla.calendar import CalendarDefinition, Window
from sla.ladder import Ladder, Rung
from sla.units import Budget, Unit

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Monday 2 March 2026, 09:00 in the province."""


def text(words: str) -> Text:
    return Text(vi=words, en=words)


@lru_cache
def a_calendar(**change: Any) -> CalendarDefinition:
    day = (Window(opens=time(7), closes=time(11, 30)), Window(opens=time(13, 30), closes=time(17)))
    given: dict[str, Any] = {
        "id": "test",
        "version": "1",
        "zone": "Asia/Ho_Chi_Minh",
        "first_day": date(2025, 1, 1),
        "last_day": date(2027, 12, 31),
        "weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), day),
        "days_off": (),
        "source": "test",
        "verified": True,
    }
    return CalendarDefinition.model_validate(given | change)


def a_ladder(name: str = "step") -> Ladder:
    passed = Rung(id="past-appointment", percent=100, audience="lead-head", kind="past_appointment")
    told = (passed,) if name == "case" else ()
    return Ladder(
        id=name,
        version="1",
        rungs=(
            Rung(id="half", percent=50, audience="officer", kind="warning", level=0),
            Rung(id="late-warning", percent=90, audience="head", kind="warning", level=0),
            *told,
            Rung(id="breach", percent=100, audience="head", kind="breach", level=0),
            Rung(
                id="first", delay=Budget(amount=4, unit=Unit.WORKING_HOURS), audience="head", kind="escalation", level=1
            ),
            Rung(
                id="second",
                delay=Budget(amount=8, unit=Unit.WORKING_HOURS),
                audience="office",
                kind="escalation",
                level=2,
            ),
        ),
    )


def a_lane_table() -> LaneTable:
    project = Condition(id="listed", fact="project", in_list="projects", missing=text("project not on the list"))
    field = Condition(id="field", fact="field", equals="social-housing", missing=text("field is not social-housing"))
    return LaneTable(
        id="lanes",
        version="1",
        facts=("project", "field"),
        lists=(NamedList(id="projects", entries=("ring-road-4",), source="test"),),
        rules=(
            LaneRule(id="day", lane=LaneId.GREEN_24H, when=(project,), source="test"),
            LaneRule(id="cut", lane=LaneId.GREEN_60, when=(field,), source="test"),
        ),
        promises=(
            Promise.model_validate({"lane": "green_24h", "budget": {"amount": 24, "unit": "hours"}, "source": "test"}),
            Promise.model_validate({"lane": "green_60", "reduction": "0.60", "source": "test"}),
        ),
        source="test",
    )


def a_step(step_id: str, department: str, *needs: str, **change: Any) -> StepDefinition:
    return StepDefinition.model_validate(
        {"id": step_id, "name": text(step_id), "department": department, "needs": needs} | change
    )


def a_procedure(**change: Any) -> ProcedureVersion:
    given: dict[str, Any] = {
        "id": "karaoke",
        "version": "1",
        "name": text("Karaoke licence"),
        "sector": "culture",
        "agency": "culture",
        "limit": Budget(amount=5, unit=Unit.WORKING_DAYS),
        "documents": (DocumentRequirement(kind="form", name=text("Form 01")),),
        "steps": (
            a_step("intake", "one-stop"),
            a_step("appraisal", "culture", "intake", weight=2),
            a_step("fire", "police", "intake"),
            a_step("signing", "culture", "appraisal", "fire"),
        ),
        "supplement": SupplementRule(
            notice_limit=Budget(amount=3, unit=Unit.WORKING_DAYS),
            rounds_max=1,
            applicant_limit=Budget(amount=10, unit=Unit.WORKING_DAYS),
        ),
        "legal_basis": (LegalBasis(document="54/2019/NĐ-CP"),),
        "calendar": "test",
    }
    return ProcedureVersion.model_validate(given | change)


def the_definitions(procedure: ProcedureVersion | None = None, **change: Any) -> Definitions:
    given: dict[str, Any] = {
        "procedure": procedure or a_procedure(),
        "calendar": a_calendar(),
        "lanes": a_lane_table(),
        "step_ladder": a_ladder("step"),
        "case_ladder": a_ladder("case"),
        "agency_code": "H05.7",
        "departments": ("one-stop", "culture", "police", "finance", "construction"),
    }
    return Definitions.model_validate(given | change)


def an_application(**change: Any) -> Application:
    given: dict[str, Any] = {
        "application_id": "A-1",
        "source": "/portal",
        "procedure": "karaoke",
        "subject_ref": "subject-1",
        "documents": (DocumentPart(kind="form"),),
    }
    return Application.model_validate(given | change)


APPLICANT = Actor(kind=ActorKind.APPLICANT, id="portal")
SUPERVISOR = Actor(kind=ActorKind.SUPERVISOR, id="supervisor-1")


def a_submission(at: datetime = MONDAY, **change: Any) -> SubmitApplication:
    return SubmitApplication(
        command_id="submit-1", received_at=at, actor=APPLICANT, application=an_application(**change)
    )


def an_answer(
    step_id: str, department: str, at: datetime, outcome: Outcome = Outcome.APPROVE, **change: Any
) -> DecideStep:
    given: dict[str, Any] = {
        "command_id": f"{department}:{step_id}:{outcome}:{at.isoformat()}",
        "received_at": at,
        "actor": Actor(kind=ActorKind.DEPARTMENT, id=department),
        "step_id": step_id,
        "department": department,
        "outcome": outcome,
    }
    if outcome in (Outcome.REFUSE, Outcome.REQUEST_SUPPLEMENT):
        given["reason"] = "because"
    if outcome is Outcome.REQUEST_EXPLANATION:
        given["question"] = "why so large?"
    return DecideStep.model_validate(given | change)


def a_supplement(at: datetime, *kinds: str, **change: Any) -> ReceiveSupplement:
    """With the documents that tests ask for, unless others are named."""
    given: dict[str, Any] = {
        "command_id": f"supplement:{at.isoformat()}",
        "received_at": at,
        "actor": APPLICANT,
        "documents": tuple(DocumentPart(kind=kind) for kind in kinds or ("form", "lease")),
    }
    return ReceiveSupplement.model_validate(given | change)


def an_explanation(at: datetime, **change: Any) -> ReceiveExplanation:
    given: dict[str, Any] = {"command_id": f"explain:{at.isoformat()}", "received_at": at, "actor": APPLICANT}
    return ReceiveExplanation.model_validate(given | change)


def a_stop(at: datetime, **change: Any) -> StopCase:
    given: dict[str, Any] = {
        "command_id": f"stop:{at.isoformat()}",
        "received_at": at,
        "actor": SUPERVISOR,
        "reason": "nothing came",
        "legal_basis": "form 05",
        "approved_by": "chairman-office",
    }
    return StopCase.model_validate(given | change)


def a_return(at: datetime) -> ReturnCase:
    return ReturnCase(
        command_id=f"return:{at.isoformat()}",
        received_at=at,
        actor=SUPERVISOR,
        reason="asked for",
        legal_basis="form 05",
    )


def a_question(
    step_id: str, department: str, at: datetime, *asked: str, limit: Budget | None = None, **change: Any
) -> DecideStep:
    requests = tuple(ConsultationRequest(department=name, question="any objection?", limit=limit) for name in asked)
    return an_answer(step_id, department, at, Outcome.CONSULT, consult=requests, **change)


def a_pause(at: datetime, actor: Actor = SUPERVISOR) -> PauseClock:
    return PauseClock(
        command_id=f"pause:{at.isoformat()}", received_at=at, actor=actor, reason="a flood", legal_basis="form 05"
    )


def a_resumption(at: datetime, actor: Actor = SUPERVISOR) -> ResumeClock:
    return ResumeClock(command_id=f"resume:{at.isoformat()}", received_at=at, actor=actor, reason="it is over")


def a_withdrawal(at: datetime) -> WithdrawApplication:
    return WithdrawApplication(command_id=f"withdraw:{at.isoformat()}", received_at=at, actor=APPLICANT)


def an_acknowledgement(escalation_id: str, at: datetime) -> AcknowledgeEscalation:
    return AcknowledgeEscalation(
        command_id=f"acknowledge:{escalation_id}:{at.isoformat()}",
        received_at=at,
        actor=SUPERVISOR,
        escalation_id=escalation_id,
    )


def a_reassignment(step_id: str, at: datetime, **change: Any) -> ReassignStep:
    given: dict[str, Any] = {
        "command_id": f"reassign:{step_id}:{at.isoformat()}",
        "received_at": at,
        "actor": SUPERVISOR,
        "step_id": step_id,
        "reason": "the officer is ill",
    }
    return ReassignStep.model_validate(given | change)


class Life:
    """A case that lives through commands, for tests of the core: refuses to go on after a refusal unless asked."""

    def __init__(self, definitions: Definitions | None = None, case_id: str | None = None) -> None:
        self.definitions = definitions or the_definitions()
        self.case: Case = blank(case_id or case_id_of("/portal", "A-1"), self.definitions)
        self.records: list[EventRecord] = []

    def do(self, command: Command | Tick, now: datetime | None = None) -> list[CaseEvent]:
        decided = self.attempt(command, now)
        assert not isinstance(decided, Refusal), decided
        return decided

    def attempt(self, command: Command | Tick, now: datetime | None = None) -> list[CaseEvent] | Refusal:
        at = command.due_at if isinstance(command, Tick) else command.received_at
        decided = decide(self.case, command, now or at)
        if isinstance(decided, Refusal):
            return decided
        for record in decided:
            self.case = evolve(self.case, record)
            self.records.append(record)
        return [record.event for record in decided]

    def live_until(self, until: datetime) -> list[CaseEvent]:
        """Let every instant up to this one pass, each when it falls due."""
        events: list[CaseEvent] = []
        while (due_at := next_due(self.case)) is not None and due_at <= until:
            events.extend(self.do(Tick(due_at=due_at)))
        return events

    def refused(self, command: Command | Tick) -> Refusal:
        decided = self.attempt(command)
        assert isinstance(decided, Refusal), decided
        return decided

    def of_type(self, name: str) -> list[Any]:
        return [record.event for record in self.records if record.event.type == name]


def an_open_life(definitions: Definitions | None = None, **change: Any) -> Life:
    life = Life(definitions)
    life.do(a_submission(**change))
    return life


def a_closed_life() -> Life:
    life = an_open_life()
    for hours, (step, department) in enumerate(
        (("intake", "one-stop"), ("appraisal", "culture"), ("fire", "police"), ("signing", "culture")), start=1
    ):
        life.do(an_answer(step, department, MONDAY + timedelta(minutes=30 * hours)))
    return life


RESTART, PAUSE = ClockPolicy.RESTART, ClockPolicy.PAUSE
