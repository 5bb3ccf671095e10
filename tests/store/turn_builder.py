"""Turns made by hand: lawful in form, with no rule behind them, so that the store is tested apart from the core."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cases.lateness import Lateness
from cases.promised import Promised, Promises
from cases.turn import CaseView, CommandOutcome, EscalationItem, Notice, Recorded, Turn, WorkItem
from catalog.model import Definitions, LaneId
from events.language.case_events import (
    ApplicationAccepted,
    ApplicationClassified,
    ApplicationSubmitted,
    CalendarExhausted,
    CaseClosed,
    CaseEvent,
    DefinitionRef,
    EventRecord,
    RungFired,
    StepAssigned,
    StepDecided,
    SuspensionReviewDue,
)
from events.language.commands import ENGINE, Actor, ActorKind, Application, Assurance, DocumentPart, Outcome
from events.language.identity import case_id_of, subject_ref_of
from events.language.refusals import Refusal, refuse
from tests.builders import the_definitions

MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SOURCE = "/portal"
AGENCY_CODE = "H05.7"
DEFINITIONS = the_definitions()
PROMISES = Promises(
    statutory=Promised(
        appointment_at=MORNING + timedelta(days=5),
        first_appointment_at=MORNING + timedelta(days=5),
        lawful_end_at=MORNING + timedelta(days=5, hours=15),
        state="running",
        set_aside=False,
        met_at=None,
        appointment_kept=None,
    ),
    green=None,
)


def case_id(number: int) -> str:
    return case_id_of(SOURCE, f"A-{number}")


def outcome(command_id: str, refusal: Refusal | None = None) -> CommandOutcome:
    return CommandOutcome(command_id=command_id, refusal=refusal)


BRIDGE = Actor(kind=ActorKind.SERVICE, id="bridge", assurance=Assurance.TOPIC)
"""Who gave every command of the builder; what answers no command is the engine's own."""


class Sketch:
    """A case as the builder knows it: what was recorded, folded by the simplest possible rule."""

    def __init__(self, number: int = 1, *, agency_code: str = AGENCY_CODE, day: date = date(2026, 3, 2)) -> None:
        self.case_id = case_id(number)
        self.application_id = f"A-{number}"
        self.agency_code = agency_code
        self.day = day
        self.records: tuple[EventRecord, ...] = ()

    def take(self, recorded: Recorded) -> Recorded:
        """The case goes on from what was recorded."""
        self.records += recorded.records
        return recorded

    def turn(
        self,
        events: Iterable[CaseEvent],
        *outcomes: CommandOutcome,
        notices: tuple[Notice, ...] = (),
        opening: Definitions | None = None,
    ) -> Turn:
        """A turn that proposes these events."""
        first = len(self.records) + 1
        command_id = outcomes[0].command_id if outcomes else "tick:2026-03-02T02:00:00Z"
        proposed = tuple(
            EventRecord(
                case_id=self.case_id,
                sequence=sequence,
                at=MORNING + timedelta(minutes=sequence),
                decided_at=MORNING + timedelta(minutes=sequence, seconds=1),
                command_id=command_id,
                actor=BRIDGE if outcomes else ENGINE,
                event=event,
            )
            for sequence, event in enumerate(events, first)
        )
        folded = project(self.case_id, DEFINITIONS, self.records + proposed) if proposed else (None, (), ())
        view, work, escalated = folded
        return Turn(
            case_id=self.case_id,
            expected_sequence=first,
            records=proposed,
            outcomes=outcomes,
            notices=notices,
            view=view,
            work=work,
            escalations=escalated or None,
            opening=opening,
        )

    def opening(self, command_id: str | None = None) -> Turn:
        """The first turn: submitted, classified, accepted, and two steps assigned."""
        submitted = ApplicationSubmitted(
            application=Application(
                application_id=self.application_id,
                source=SOURCE,
                procedure="karaoke",
                subject_ref=subject_ref_of(case_id_of(SOURCE, self.application_id)),
                documents=(DocumentPart(kind="form"),),
            ),
            definitions_digest=DEFINITIONS.digest,
            procedure=DefinitionRef(id="karaoke", version="1", digest="p"),
            calendar=DefinitionRef(id="test", version="1", digest="c"),
            lanes=DefinitionRef(id="lanes", version="1", digest="l"),
        )
        accepted = ApplicationAccepted(agency="culture", agency_code=self.agency_code, received_on=self.day)
        events = (
            submitted,
            ApplicationClassified(lane=LaneId.STANDARD, rule=None),
            accepted,
            assigned("intake", "one-stop"),
            assigned("fire", "police"),
        )
        return self.turn(events, outcome(command_id or f"submit:{self.case_id}"), opening=DEFINITIONS)

    def answer(self, step_id: str = "intake", department: str = "one-stop", command_id: str | None = None) -> Turn:
        """A turn of three events: a decision, and two steps that follow."""
        number = len(self.records)
        return self.turn(
            (
                decided(step_id, department),
                assigned(f"next-{number}", "culture"),
                assigned(f"side-{number}", "police"),
            ),
            outcome(command_id or f"{department}:{self.case_id}:{number}"),
        )

    def rung(self) -> Turn:
        """A turn in which a rung fires."""
        return self.turn((rung(f"{self.case_id}:breach:{len(self.records)}"),))

    def refusal(self, command_id: str, department: str = "finance") -> Turn:
        """A turn without events: one refused answer."""
        refusal = refuse("wrong_department", "step_id", step="intake", owner="one-stop", department=department)
        notice = Notice(command_id=command_id, department=department, step_id="intake", refusal=refusal)
        return self.turn((), outcome(command_id, refusal), notices=(notice,))

    def closing(self) -> Turn:
        """The last turn."""
        closed = CaseClosed(outcome="issued", closed_at=MORNING, elapsed_seconds=60, time_shares=())
        return self.turn((closed,), outcome(f"close:{self.case_id}"))


def assigned(step_id: str, department: str) -> StepAssigned:
    return StepAssigned(
        step_id=step_id,
        name_vi="Thẩm định",
        name_en="Appraisal",
        department=department,
        procedure="karaoke",
        lane=LaneId.STANDARD,
        assigned_at=MORNING,
        due_at=MORNING + timedelta(days=1),
    )


def decided(step_id: str, department: str) -> StepDecided:
    return StepDecided(step_id=step_id, department=department, outcome=Outcome.APPROVE, decided_at=MORNING)


def rung(escalation_id: str) -> RungFired:
    return RungFired(
        escalation_id=escalation_id,
        clock_id="step:intake",
        clock_kind="step",
        step_id="intake",
        department="one-stop",
        rung="breach",
        kind="breach",
        level=1,
        audience="head",
        due_at=MORNING,
        late_seconds=0.0,
    )


def review(department: str = "culture") -> SuspensionReviewDue:
    return SuspensionReviewDue(since_at=MORNING, due_at=MORNING + timedelta(days=30), department=department)


def exhausted() -> CalendarExhausted:
    return CalendarExhausted(
        calendar=DefinitionRef(id="vn-public", version="2026", digest="c"),
        last_day=date(2027, 12, 31),
        clock_ids=("statutory",),
    )


def project(
    of_case: str, definitions: Definitions, records: tuple[EventRecord, ...]
) -> tuple[CaseView, tuple[WorkItem, ...], tuple[EscalationItem, ...]]:
    """The builder's own fold: who waits for what, the newest code, and what was escalated."""
    work: dict[str, WorkItem] = {}
    escalated: dict[str, EscalationItem] = {}
    given: dict[str, Any] = {"outcome": None, "closed_at": None, "dossier_code": None}
    rungs = 0
    for record in records:
        match record.event:
            case ApplicationSubmitted(application=application):
                given |= {"source": application.source, "application_id": application.application_id}
            case ApplicationAccepted(dossier_code=code):
                given["dossier_code"] = code
            case StepAssigned() as event:
                work[event.step_id] = item_of(of_case, event, given["dossier_code"])
            case StepDecided(step_id=step_id):
                work.pop(step_id, None)
            case RungFired() as event:
                rungs += 1
                escalated[event.escalation_id] = alarm_of(of_case, event, given["dossier_code"], record.at)
            case CaseClosed() as event:
                work.clear()
                given |= {"outcome": event.outcome, "closed_at": event.closed_at}
            case _:
                pass
    view = CaseView(
        case_id=of_case,
        sequence=len(records),
        procedure=definitions.procedure.id,
        procedure_version=definitions.procedure.version,
        agency="culture",
        status="closed" if given["closed_at"] else "open",
        lane="standard",
        opened_at=MORNING,
        holder=None if given["closed_at"] else next(iter(item.department for item in work.values()), None),
        statutory_due_at=MORNING + timedelta(days=5),
        statutory_lawful_day=date(2026, 3, 9),
        statutory_state="running",
        green_due_at=None,
        green_lawful_day=None,
        green_state=None,
        promises=PROMISES,
        next_due_at=MORNING + timedelta(days=1),
        result_code=None,
        breaches=rungs,
        escalations_open=rungs,
        **given,
    )
    return view, tuple(work.values()), tuple(escalated.values())


def alarm_of(of_case: str, event: RungFired, code: str | None, at: datetime) -> EscalationItem:
    return EscalationItem(
        case_id=of_case,
        escalation_id=event.escalation_id,
        linked=False,
        dossier_code=code,
        dossier_id=None,
        procedure="karaoke",
        agency="culture",
        clock_id=event.clock_id,
        clock_kind=event.clock_kind,
        step_id=event.step_id,
        name_vi="Thẩm định",
        name_en="Appraisal",
        department=event.department or "culture",
        holder=event.department,
        audience=event.audience,
        audience_department=event.audience_department,
        kind=event.kind,
        level=event.level,
        fired_at=at,
        is_open=True,
        acknowledged=False,
        limit_at=MORNING,
        late=Lateness(limit_at=MORNING, calendar="vn-public"),
    )


def item_of(of_case: str, event: StepAssigned, code: str | None) -> WorkItem:
    return WorkItem(
        case_id=of_case,
        step_id=event.step_id,
        department=event.department,
        kind=event.kind,
        round=event.round,
        name_vi=event.name_vi,
        name_en=event.name_en,
        lane=event.lane,
        procedure=event.procedure,
        dossier_code=code,
        assigned_at=event.assigned_at,
        due_at=event.due_at,
        overdue=False,
        level=0,
        officer=None,
    )
