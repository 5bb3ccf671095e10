"""Who lives in a simulated world: departments, applicants, supervisors; diligent, slow, silent, forgetful, contradictory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cases.model import CaseStatus, StepStatus
from cases.turn import Notice
from catalog.model import LaneId
from events.language.case_events import (
    CaseEvent,
    ConsultationLapsed,
    EventRecord,
    ExplanationRequested,
    PaymentRequested,
    RungFired,
    StepAssigned,
    StepDecided,
    SupplementRequested,
)
from events.language.commands import (
    AcknowledgeEscalation,
    Actor,
    ActorKind,
    Application,
    ApplyCalendar,
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
    WithdrawApplication,
)
from events.language.identity import case_id_of, event_id_of
from events.transport.ports import OutboxRow
from sla.units import Budget, Unit
from tests.audit.simulation.chances import SECOND
from tests.audit.simulation.rulebooks import FACTS, documents_of, later_calendar, later_procedure, rulebooks
from tests.audit.simulation.world import START_AT, TOPICS, World

LazyText = dict[str, Any]

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
APPLICANT = Actor(kind=ActorKind.APPLICANT, id="portal")
SUPERVISOR = Actor(kind=ActorKind.SUPERVISOR, id="supervisor")
SOURCE = "/simulation"
RETRIED = frozenset({"consultation_open", "case_suspended", "case_stopped", "awaiting_payment", "step_not_assigned"})
GIVEN_UP = frozenset({"supplement_rounds", "explanation_rounds", "field_missing", "opinion_only"})
"""What was refused for its own sake: the step is approved in the end."""
ATTEMPTS_MAX = 6
OUTCOMES = (
    *(Outcome.APPROVE,) * 14,
    *(Outcome.REQUEST_SUPPLEMENT,) * 3,
    *(Outcome.REQUEST_EXPLANATION,) * 2,
    *(Outcome.CONSULT,) * 2,
    Outcome.REFUSE,
)


class People:
    """Everybody of one world. What they read and when decides what they do; a message read twice counts once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dice = world.dice
        self._read: set[tuple[str, str]] = set()
        self._attempts: dict[tuple[str, str], int] = {}
        self._number = 0
        world.receive = self.receive

    # ---- applicants

    def apply(self, name: str) -> None:
        """Somebody hands in an application; an anxious one does so twice."""
        definitions = self.dice.choice(rulebooks())
        application = Application(
            application_id=name,
            source=SOURCE,
            procedure=definitions.procedure.id,
            subject_ref=f"subject-{name}",
            documents=documents_of(definitions),
            facts=self.dice.choice(FACTS),
        )
        case_id = case_id_of(SOURCE, name)
        self.world.definitions[case_id] = definitions
        submission = SubmitApplication(
            command_id=f"submit-{name}", received_at=self.world.now, actor=APPLICANT, application=application
        )
        for _ in range(1 + self.dice.happens(0.1)):
            self.world.send(case_id, submission, to_ack=name)
        self._plan_interventions(case_id)

    def _answer_applicant(self, case_id: str, event: CaseEvent) -> None:
        if isinstance(event, SupplementRequested) and self.dice.happens(0.75):
            self._complete(case_id, event.documents)
        elif isinstance(event, ExplanationRequested) and self.dice.happens(0.75):
            delay = self.dice.between(MINUTE, 9 * DAY)
            said: LazyText = {"reference": self.dice.choice((None, "letter-7"))}
            self.world.later(delay, lambda: self._send(case_id, ReceiveExplanation, APPLICANT, said))
        elif isinstance(event, PaymentRequested):
            delay = self.dice.between(MINUTE, 5 * DAY)
            self.world.later(delay, lambda: self._send(case_id, ConfirmPayment, APPLICANT, {"receipt": "receipt"}))

    def _complete(self, case_id: str, asked: tuple[str, ...]) -> None:
        """The documents come: all at once, one after another, or the wrong ones."""
        parts = self.dice.choice((asked, (*asked[1:], "other"), asked[:1], ()))
        for kinds in (parts, asked):
            delay = self.dice.between(MINUTE, 16 * DAY)
            self.world.later(delay, partial(self._send, case_id, ReceiveSupplement, APPLICANT, _documents(kinds)))

    # ---- what is read

    def receive(self, row: OutboxRow, content: EventRecord | Notice) -> None:
        """A message reaches its reader, perhaps not for the first time."""
        if (row.topic, row.event_id) in self._read:
            return
        self._read.add((row.topic, row.event_id))
        if row.topic == TOPICS.escalations and isinstance(content, EventRecord):
            self._supervise(content)
        elif not self.world.is_busy:
            return
        elif isinstance(content, Notice):
            self._hear_refusal(row.case_id, content)
        elif row.topic == TOPICS.case_events:
            self._answer_applicant(content.case_id, content.event)
        else:
            self._work(row.topic, content.case_id, content.event)

    # ---- departments

    def _work(self, topic: str, case_id: str, event: CaseEvent) -> None:
        if isinstance(event, StepAssigned):
            self._take_up(case_id, event)
        elif isinstance(event, StepDecided | ConsultationLapsed) and event.asked_by_department is not None:
            step_id, asker = event.step_id.rsplit(".opinion-", 1)[0], event.asked_by_department
            if topic != TOPICS.work(asker):
                return  # what this department answered itself
            self.world.later(MINUTE, lambda: self._decide(case_id, step_id, asker, Outcome.APPROVE))

    def _take_up(self, case_id: str, event: StepAssigned) -> None:
        manner = self.dice.random()
        outcome = self.dice.choice(OUTCOMES)
        exactly = False
        if manner < 0.1:
            return  # silent
        if manner < 0.2 and event.due_at is not None and event.due_at > self.world.now + SECOND:
            delay = event.due_at - self.world.now + self.dice.randint(-1, 1) * SECOND
            exactly = True
        elif manner < 0.7:
            delay = self.dice.between(MINUTE, 180 * MINUTE)
        else:
            delay = self.dice.between(MINUTE, 12 * DAY)
        self._later_decide(delay, case_id, event, outcome, exactly=exactly)
        if self.dice.happens(0.06):
            self._later_decide(delay + MINUTE, case_id, event, self.dice.choice(OUTCOMES))
        if event.kind == "processing" and self.dice.happens(0.06):
            asked: LazyText = {
                "step_id": event.step_id,
                "department": event.department,
                "amount_vnd": 1,
                "reason": "fee",
            }
            self.world.later(delay / 2, lambda: self._send(case_id, RequestPayment, self._of(event.department), asked))

    def _later_decide(
        self, delay: timedelta, case_id: str, event: StepAssigned, outcome: Outcome, *, exactly: bool = False
    ) -> None:
        self.world.later(
            delay, lambda: self._decide(case_id, event.step_id, event.department, outcome, exactly=exactly)
        )

    def _decide(self, case_id: str, step_id: str, department: str, outcome: Outcome, *, exactly: bool = False) -> None:
        fields: LazyText = {"step_id": step_id, "department": department, "outcome": outcome}
        if outcome is not Outcome.APPROVE and self.dice.happens(0.95):
            fields["reason"] = "because"
        if outcome is Outcome.REQUEST_SUPPLEMENT:
            fields["documents"] = self.dice.choice(((), ("lease",), ("lease", "map")))
        if outcome is Outcome.REQUEST_EXPLANATION and self.dice.happens(0.9):
            fields["question"] = "why so large?"
        if outcome is Outcome.CONSULT:
            limit = self.dice.choice(
                (None, Budget(amount=3, unit=Unit.WORKING_HOURS), Budget(amount=2, unit=Unit.DAYS))
            )
            asked = self.dice.choice(self.world.definitions[case_id].departments)
            fields["consult"] = (ConsultationRequest(department=asked, question="any objection?", limit=limit),)
        self._send(case_id, DecideStep, self._of(department), fields, exactly=exactly)

    def _hear_refusal(self, case_id: str, notice: Notice) -> None:
        key = (case_id, notice.step_id or "")
        self._attempts[key] = self._attempts.get(key, 0) + 1
        again = notice.refusal.code in RETRIED | GIVEN_UP
        if notice.step_id is None or not again or self._attempts[key] > ATTEMPTS_MAX:
            return
        step_id, department = notice.step_id, notice.department
        delay = self.dice.between(MINUTE, 2 * DAY)
        self.world.later(delay, lambda: self._decide(case_id, step_id, department, Outcome.APPROVE))

    @staticmethod
    def _of(department: str) -> Actor:
        return Actor(kind=ActorKind.DEPARTMENT, id=department)

    # ---- supervisors

    def _supervise(self, record: EventRecord) -> None:
        event = record.event
        if not isinstance(event, RungFired):
            return
        # The alert itself: an effect outside, kept under the event's id, so that it happens once.
        self.world.effects.append(event_id_of(record.case_id, record.sequence))
        if not self.world.is_busy or event.kind == "warning":
            return
        chance = self.dice.random()
        delay = self.dice.between(MINUTE, DAY)
        case_id, escalation = record.case_id, event.escalation_id
        if chance < 0.3:
            seen: LazyText = {"escalation_id": escalation}
            self.world.later(delay, lambda: self._send(case_id, AcknowledgeEscalation, SUPERVISOR, seen))
        elif chance < 0.5 and event.step_id is not None:
            department = self.dice.choice((None, *self.world.definitions[case_id].departments))
            moved: LazyText = {
                "step_id": event.step_id,
                "department": department,
                "officer": "officer-2",
                "reason": "overdue",
            }
            self.world.later(delay, lambda: self._send(case_id, ReassignStep, SUPERVISOR, moved))

    def _plan_interventions(self, case_id: str) -> None:
        definitions = self.world.definitions[case_id]
        unit = definitions.procedure.limit.unit if definitions.procedure.limit is not None else Unit.HOURS
        why: LazyText = {"reason": "because", "legal_basis": "law 1"}
        plans: tuple[tuple[float, type[Command], Callable[[], LazyText]], ...] = (
            (0.10, PauseClock, lambda: why),
            (0.10, ResumeClock, lambda: {"reason": "it is over"}),
            (0.03, WithdrawApplication, dict),
            (0.12, StopCase, lambda: why | self._approved() | {"until_at": self._some_time_ahead()}),
            (0.04, ReturnCase, lambda: why),
            (0.08, ChangeLane, lambda: why | self._approved() | self._lane()),
            (0.06, MoveAppointment, lambda: {"by": Budget(amount=2, unit=unit), "reason": "sorry"}),
            (0.1, ExtendLimit, lambda: why | {"by": Budget(amount=1, unit=unit), "approved_by": "office"}),
            (0.04, ApplyCalendar, lambda: {"calendar": later_calendar(definitions), "reason": "decreed"}),
            (0.04, MigrateProcedure, lambda: {"procedure": later_procedure(definitions), "reason": "decreed"}),
        )
        for probability, kind, fields in plans:
            if self.dice.happens(probability):
                delay = self.dice.between(MINUTE, 12 * DAY)
                self.world.later(delay, partial(self._send, case_id, kind, SUPERVISOR, fields()))
                if kind in (PauseClock, StopCase):
                    over = delay + self.dice.between(MINUTE, 8 * DAY)
                    if kind is StopCase and self.dice.happens(0.5):
                        self.world.later(over, partial(self._send, case_id, ReturnCase, SUPERVISOR, why))
                        over += MINUTE  # else the one is as often too late as the other
                    self.world.later(over, lambda: self._send(case_id, ResumeClock, SUPERVISOR, {"reason": "over"}))
        if self.dice.happens(0.05):
            delay = self.dice.between(DAY, 9 * DAY)
            self.world.later(delay, lambda: self._note_suspension(case_id, why))

    def _approved(self) -> LazyText:
        return {"approved_by": self.dice.choice((None, SUPERVISOR.id, *("office",) * 6))}

    def _lane(self) -> LazyText:
        return {"lane": self.dice.choice(tuple(LaneId)), "override": self.dice.happens(0.5)}

    def _some_time_ahead(self) -> datetime | None:
        return self.world.now + self.dice.between(DAY, 20 * DAY) if self.dice.happens(0.5) else None

    def _note_suspension(self, case_id: str, why: LazyText) -> None:
        times: LazyText = {"from_at": self.world.now - 20 * 60 * MINUTE, "until_at": self.world.now - 3 * 60 * MINUTE}
        self._send(case_id, PauseClock, SUPERVISOR, why | times)

    # ---- the end

    def finish(self, case_id: str) -> None:
        """Everybody does his duty at last, until the case is over."""
        worker = self.world.workers[case_id]
        for _ in range(200):
            case = worker.case
            if case.is_closed:
                return
            if case.status in (CaseStatus.SUSPENDED, CaseStatus.STOPPED):
                self._send(case_id, ResumeClock, SUPERVISOR, {"reason": "over"})
            elif case.status is CaseStatus.AWAITING_PAYMENT:
                self._send(case_id, ConfirmPayment, APPLICANT, {"receipt": "receipt"})
            elif case.status is CaseStatus.AWAITING_SUPPLEMENT:
                self._send(case_id, ReceiveSupplement, APPLICANT, _documents(case.documents_awaited))
            elif case.status is CaseStatus.AWAITING_EXPLANATION:
                self._send(case_id, ReceiveExplanation, APPLICANT)
            for step in case.open_steps:
                if step.status is StepStatus.ASSIGNED:
                    self._decide(case_id, step.id, step.department, Outcome.APPROVE)
            self.world.run()

    def _send(
        self, case_id: str, kind: type[Command], actor: Actor, said: LazyText | None = None, *, exactly: bool = False
    ) -> None:
        self._number += 1
        command = kind(command_id=f"c{self._number}", received_at=self.world.now, actor=actor, **(said or {}))
        self.world.send(case_id, command, exactly=exactly)


def _documents(kinds: tuple[str, ...]) -> LazyText:
    return {"documents": tuple(DocumentPart(kind=kind) for kind in kinds)}


def lived(seed: int, cases: int) -> World:
    """A world of so many cases, lived to the end: faults, then quiet, then everybody's duty done."""
    world = World(seed)
    people = People(world)
    for number in range(cases):
        name = f"{seed}-{number}"
        world.later(world.dice.between(SECOND, 30 * DAY), partial(people.apply, name))
    world.run()
    world.calm_down()
    for case_id in list(world.workers):
        people.finish(case_id)
    world.run()
    assert world.now > START_AT
    return world
