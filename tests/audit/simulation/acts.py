"""What people do in a random life: each act drawn from its own seed and from where the case stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from cases.model import Case, CaseStatus
from catalog.dossier import Silence
from catalog.model import Definitions, LaneId
from events.language.case_events import EventRecord, RungFired
from events.language.commands import (
    AcknowledgeEscalation,
    Actor,
    ActorKind,
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
    WithdrawApplication,
)
from sla.units import Budget, Unit
from tests.audit.simulation.chances import SECOND, Dice
from tests.audit.simulation.law_books import KINDS, later_calendar, later_procedure

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
APPLICANT = Actor(kind=ActorKind.APPLICANT, id="portal")
SUPERVISOR = Actor(kind=ActorKind.SUPERVISOR, id="supervisor")
OFFICER = Actor(kind=ActorKind.OFFICER, id="officer-1")
SYSTEMS = ("portal", "tax-office", "other-portal", "/older")
"""Who may say that he speaks for the applicant; the last as older messages said it."""
WHY: dict[str, Any] = {"reason": "because", "legal_basis": "law 1"}

LazyText = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """One thing that somebody does, after a while. Printed as Python, so that a shrunk life can be pasted."""

    kind: str
    wait: str
    """Until when: an amount in seconds, or `due` with an offset in microseconds."""
    seed: int
    late_seconds: int = 0
    """How long its message lay somewhere before it came to the case."""
    asleep: bool = False
    """The worker is away: no turn is taken, the message waits."""


class Acting(Protocol):
    """The life in which somebody acts."""

    now: datetime
    case: Case
    definitions: Definitions
    records: list[EventRecord]

    def send(self, kind: type[Command], actor: Actor, said: LazyText, late_seconds: int = 0) -> None:
        """A message comes; the case hears of it at its next turn."""


class Strange:
    """A life in which somebody sends what another would: of another department, or through another system."""

    def __init__(self, life: Acting, dice: Dice) -> None:
        self._life, self._dice = life, dice
        self.now, self.case, self.definitions, self.records = life.now, life.case, life.definitions, life.records

    def send(self, kind: type[Command], actor: Actor, said: LazyText, late_seconds: int = 0) -> None:
        """The message with its sender changed; now and then it is somebody who has a part in the case after all."""
        dice = self._dice
        if dice.happens(0.4):
            stranger = Actor(kind=ActorKind.APPLICANT, id=dice.choice(SYSTEMS))
        else:
            stranger = Actor(kind=ActorKind.DEPARTMENT, id=dice.choice((*self.definitions.departments, "nobody")))
            if kind is DecideStep and dice.happens(0.7):
                said = said | {"department": stranger.id}
        self._life.send(kind, stranger, said, late_seconds)


def _strange(life: Acting, dice: Dice, act: Act) -> None:
    kind = dice.choice((*("answer",) * 8, *sorted(ACTS.keys() - {"stranger"})))
    ACTS[kind](Strange(life, dice), dice, act)


def _answer(life: Acting, dice: Dice, act: Act) -> None:
    awaited = _AWAITED.get(life.case.status)
    if awaited is not None and dice.happens(0.4):
        ACTS[awaited](life, dice, act)  # whoever is awaited acts more often than whoever is not
        return
    steps = life.case.open_steps if dice.happens(0.93) else list(life.case.steps.values())
    if not steps:
        return
    step = dice.choice(steps)
    department = step.department if dice.happens(0.96) else dice.choice(life.definitions.departments)
    outcome = dice.choice(
        (*(Outcome.APPROVE,) * 12, *(Outcome.REQUEST_SUPPLEMENT,) * 5, *(Outcome.CONSULT,) * 3)
        + (Outcome.REQUEST_EXPLANATION,) * 3
        + (Outcome.REFUSE,)
    )
    said: LazyText = {"step_id": step.id, "department": department, "outcome": outcome}
    if dice.happens(0.97):
        said |= {"reason": "because", "question": "why?" if outcome is Outcome.REQUEST_EXPLANATION else None}
    if outcome is Outcome.REQUEST_SUPPLEMENT:
        said["documents"] = tuple(sorted(dice.sample(KINDS, dice.randint(0, 2))))
    if outcome is Outcome.CONSULT:
        limits = (None, Budget(amount=3, unit=Unit.WORKING_HOURS), Budget(amount=2, unit=Unit.DAYS))
        said["consult"] = tuple(
            ConsultationRequest(
                department=dice.choice(
                    (*life.definitions.departments, "nobody") if dice.happens(0.1) else life.definitions.departments
                ),
                question="any objection?",
                limit=dice.choice(limits),
                silence=dice.choice((None, None, *Silence)),
            )
            for _ in range(dice.choice((1, 1, 2)))
        )
    life.send(DecideStep, Actor(kind=ActorKind.DEPARTMENT, id=department), said, act.late_seconds)


def _documents(life: Acting, dice: Dice, act: Act) -> None:
    kinds = KINDS if dice.happens(0.6) else dice.sample(KINDS, 1)
    said: LazyText = {
        "documents": tuple(DocumentPart(kind=kind) for kind in kinds),
        "declared_complete": dice.happens(0.1),
    }
    life.send(ReceiveSupplement, dice.choice((APPLICANT, APPLICANT, OFFICER)), said, act.late_seconds)


def _pause(life: Acting, dice: Dice, act: Act) -> None:
    back = dice.choice((None, None, HOUR, 15 * HOUR, 5 * DAY + SECOND, -MINUTE))
    cap = life.case.definitions.procedure.suspension.cap
    if cap is not None and back is not None and back > DAY:
        back = HOUR  # a suspension that its cap ended before anybody entered it is noted as one that is over
    said = WHY | {"from_at": None if back is None else life.now - back}
    department = dice.choice(life.definitions.departments)
    actor = SUPERVISOR if dice.happens(0.8) else Actor(kind=ActorKind.DEPARTMENT, id=department)
    life.send(PauseClock, actor, said, act.late_seconds)


def _note(life: Acting, dice: Dice, act: Act) -> None:
    begins = life.now - timedelta(seconds=dice.randint(0, 6 * 86400))
    ends = begins + dice.choice((HOUR, 5 * HOUR, DAY, 3 * DAY, -HOUR))
    life.send(PauseClock, SUPERVISOR, WHY | {"from_at": begins, "until_at": ends}, act.late_seconds)


def _stop(life: Acting, dice: Dice, act: Act) -> None:
    until = dice.choice((None, life.now + 3 * DAY, life.now + 9 * HOUR, life.now - HOUR))
    said = WHY | {"until_at": until, "approved_by": dice.choice((None, "supervisor", "head-2", "head-2", "head-2"))}
    life.send(StopCase, SUPERVISOR, said, act.late_seconds)


def _fee(life: Acting, dice: Dice, act: Act) -> None:
    steps = life.case.open_steps
    if steps:
        step = dice.choice(steps)
        said: LazyText = {"step_id": step.id, "department": step.department, "amount_vnd": 1, "reason": "fee"}
        life.send(RequestPayment, Actor(kind=ActorKind.DEPARTMENT, id=step.department), said, act.late_seconds)


def _unit(life: Acting) -> Unit:
    limit = life.case.definitions.procedure.limit
    assert limit is not None
    return limit.unit


def _move(life: Acting, dice: Dice, act: Act) -> None:
    by = Budget(amount=dice.choice((1, 1, 2, 200)), unit=_unit(life) if dice.happens(0.9) else Unit.MINUTES)
    life.send(MoveAppointment, SUPERVISOR, {"by": by, "reason": "sorry"}, act.late_seconds)


def _extend(life: Acting, dice: Dice, act: Act) -> None:
    by = Budget(amount=dice.choice((1, 2, 3)), unit=_unit(life))
    life.send(ExtendLimit, SUPERVISOR, WHY | {"by": by, "approved_by": "office"}, act.late_seconds)


def _lane(life: Acting, dice: Dice, act: Act) -> None:
    said = WHY | {
        "lane": dice.choice(tuple(LaneId)),
        "approved_by": dice.choice((None, "supervisor", "head-2", "head-2", "head-2")),
        "override": dice.happens(0.7),
    }
    life.send(ChangeLane, SUPERVISOR, said, act.late_seconds)


def _calendar(life: Acting, dice: Dice, act: Act) -> None:
    said: LazyText = {"calendar": later_calendar(life.case.definitions, dice), "reason": "decreed"}
    life.send(ApplyCalendar, SUPERVISOR, said, act.late_seconds)


def _migrate(life: Acting, dice: Dice, act: Act) -> None:
    said: LazyText = {"procedure": later_procedure(life.case.definitions, dice), "reason": "decreed"}
    life.send(MigrateProcedure, SUPERVISOR, said, act.late_seconds)


def _reassign(life: Acting, dice: Dice, act: Act) -> None:
    steps = life.case.open_steps if dice.happens(0.9) else list(life.case.steps.values())
    if steps:
        said: LazyText = {
            "step_id": dice.choice(steps).id,
            "department": dice.choice((None, *life.definitions.departments)),
            "officer": dice.choice((None, "officer-2")),
            "reason": "overdue",
        }
        life.send(ReassignStep, SUPERVISOR, said, act.late_seconds)


def _acknowledge(life: Acting, dice: Dice, act: Act) -> None:
    fired = [r.event for r in life.records if isinstance(r.event, RungFired)]
    if fired:
        chains = [event for event in fired if event.kind != "warning"] or fired
        said = {"escalation_id": dice.choice(chains if dice.happens(0.9) else fired).escalation_id}
        life.send(AcknowledgeEscalation, SUPERVISOR, said, act.late_seconds)


def _plain(kind: type[Command], actor: Actor, said: LazyText) -> Callable[[Acting, Dice, Act], None]:
    return lambda life, dice, act: life.send(kind, actor, said, act.late_seconds)


ACTS: dict[str, Callable[[Acting, Dice, Act], None]] = {
    "answer": _answer,
    "documents": _documents,
    "explain": _plain(ReceiveExplanation, APPLICANT, {}),
    "pause": _pause,
    "resume": _plain(ResumeClock, SUPERVISOR, {"reason": "over"}),
    "note": _note,
    "stop": _stop,
    "return": _plain(ReturnCase, SUPERVISOR, WHY),
    "fee": _fee,
    "paid": _plain(ConfirmPayment, APPLICANT, {"receipt": "B-1"}),
    "move": _move,
    "extend": _extend,
    "lane": _lane,
    "calendar": _calendar,
    "migrate": _migrate,
    "reassign": _reassign,
    "acknowledge": _acknowledge,
    "withdraw": _plain(WithdrawApplication, APPLICANT, {}),
    "stranger": _strange,
}


_AWAITED = {
    CaseStatus.AWAITING_SUPPLEMENT: "documents",
    CaseStatus.AWAITING_EXPLANATION: "explain",
    CaseStatus.AWAITING_PAYMENT: "paid",
    CaseStatus.SUSPENDED: "resume",
    CaseStatus.STOPPED: "return",
}
