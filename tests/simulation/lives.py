"""Random lives of one case, lived by the core and by the model of the rules side by side, compared after every turn.

A life is a list of acts. What an act does is drawn from its own seed and from where the case stands, so that every list that is
left when acts are dropped is a life too: a difference shrinks to the few acts that it needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from audit.invariants import check_story, replay_story, story_of
from cases.evolve import evolve
from cases.model import Case, CaseStatus, StepState, blank
from cases.turns import take_turn
from catalog.dossier import Silence
from catalog.model import Definitions, LaneId
from events.language.case_events import EventRecord, RungFired
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
from events.language.identity import case_id_of
from sla.units import Budget, Unit
from tests.simulation.chances import SECOND, Dice
from tests.simulation.law_books import KINDS, later_calendar, later_procedure, law_books
from tests.simulation.reference.hours import moment
from tests.simulation.reference.player import Player
from tests.simulation.told import Names, facts_of, state_of_case, state_of_model

START_AT = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
HORIZON = timedelta(days=150)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOURCE = "/lives"
FACTS: tuple[dict[str, str], ...] = ({}, {}, {"project": "ring-road-4"}, {"field": "social-housing"})
APPLICANT = Actor(kind=ActorKind.APPLICANT, id="portal")
SUPERVISOR = Actor(kind=ActorKind.SUPERVISOR, id="supervisor")
OFFICER = Actor(kind=ActorKind.OFFICER, id="officer-1")
WHY: dict[str, Any] = {"reason": "because", "legal_basis": "law 1"}

Said = dict[str, Any]


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


@dataclass(frozen=True)
class Plan:
    """A whole life before it is lived."""

    seed: int
    acts: tuple[Act, ...]


WAITS = (0, 1, 60, 47 * 60, 3 * 3600, 9 * 3600, 26 * 3600, 2 * 86400, 4 * 86400, 12 * 86400)
KINDS_OF_ACTS = (
    *("answer",) * 16,
    *("documents",) * 4,
    *("explain",) * 2,
    *("pause", "resume") * 2,
    "note",
    "note",
    "fee",
    "paid",
    "stop",
    "return",
    "move",
    "extend",
    "lane",
    "calendar",
    "migrate",
    "reassign",
    "acknowledge",
    "withdraw",
    "sleep",
    "sleep",
)


def plan_of(seed: int) -> Plan:
    """The life of a seed."""
    dice = Dice(seed)
    sleepy = dice.choice((0.0, 0.0, 0.15, 0.4))
    acts = []
    for _ in range(dice.randint(3, 16)):
        wait = f"{dice.choice(WAITS) + dice.choice((0, 0, dice.randint(0, 5000)))}"
        if dice.happens(0.45):
            wait = f"due{dice.choice((-1_000_000, -1, 0, 0, 1, 1_000_000)):+d}"
        late = dice.choice((0, 0, 0, 0, 1, 600, 5 * 3600, 4 * 86400)) if dice.happens(sleepy) else 0
        acts.append(Act(dice.choice(KINDS_OF_ACTS), wait, dice.randint(0, 10**9), late, dice.happens(sleepy)))
    return Plan(seed, tuple(acts))


class Difference(AssertionError):  # noqa: N818 - what is found, not an error of ours
    """The core and the model do not say the same."""


class LivedCase:
    """A case that lives in both worlds."""

    def __init__(self, plan: Plan) -> None:
        dice = Dice(plan.seed + 1)
        self.plan = plan
        self.definitions: Definitions = dice.choice(law_books())
        self.now = START_AT + timedelta(seconds=dice.randint(0, 12 * 86400))
        if dice.happens(0.5):
            self.now = self.now.replace(minute=dice.choice((0, 30)), second=0)
        self.opened_at = self.now
        self.case: Case = blank(case_id_of(SOURCE, f"life-{plan.seed}"), self.definitions)
        self.player = Player(self.definitions)
        self.records: list[EventRecord] = []
        self.waiting: list[Command] = []
        self.codes: Counter[str] = Counter()
        self.number = 0
        self._submit(dice)

    def _submit(self, dice: Dice) -> None:
        given = ("form", "lease") if dice.happens(0.97) else ("lease",)
        application = Application(
            application_id=f"life-{self.plan.seed}",
            source=SOURCE,
            procedure=self.definitions.procedure.id,
            subject_ref="subject",
            documents=tuple(DocumentPart(kind=kind) for kind in given),
            facts=dice.choice(FACTS),
        )
        self.send(SubmitApplication, APPLICANT, {"application": application})
        self.now += dice.choice((timedelta(0), timedelta(0), SECOND, 3 * HOUR, 2 * DAY))
        self.turn()

    def live(self) -> LivedCase:
        """Let everything happen, then let time pass to the end of it."""
        for act in self.plan.acts:
            self.do(act)
        self.turn()
        self.now += HORIZON / 5
        self.turn()
        self.now += HORIZON
        self.turn()
        return self

    def do(self, act: Act) -> None:
        """One act: time passes, a message comes, and a turn is taken unless the worker is away."""
        self.now += self._wait(act.wait)
        act_of = _ACTS.get(act.kind)
        if act_of is not None and not self.case.is_closed:
            act_of(self, Dice(act.seed), act)
        if not act.asleep:
            self.turn()

    def _wait(self, wait: str) -> timedelta:
        if not wait.startswith("due"):
            return timedelta(seconds=int(wait))
        due = self.player.next_due()
        if due is None:
            return HOUR
        return max(timedelta(0), moment(due) + timedelta(microseconds=int(wait[3:])) - self.now)

    def send(self, kind: type[Command], actor: Actor, said: Said, late_seconds: int = 0) -> None:
        """A message comes; the case hears of it at its next turn."""
        self.number += 1
        at = max(self.opened_at, self.now - timedelta(seconds=late_seconds))
        self.waiting.append(kind(command_id=f"c{self.number}", received_at=at, actor=actor, **said))

    # ---- the two worlds

    def turn(self) -> None:
        """One turn in both worlds, and what they say of it."""
        before = Names(self.case)
        verdicts, expected = self.player.turn([_renamed(c, before) for c in self.waiting], self.now)
        turn = take_turn(self.case, self.waiting, self.now)
        commands, self.waiting = self.waiting, []
        records = [] if turn is None else list(turn.records)
        for record in records:
            self.case = evolve(self.case, record)
        self.records += records
        refused = {} if turn is None else {o.command_id: o.refusal.code if o.refusal else None for o in turn.outcomes}
        for command in commands:
            code, codes = refused.get(command.command_id), verdicts[command.command_id]
            self.codes[code or "taken"] += 1
            if (code is None) != (not codes) or (code is not None and code not in codes):
                raise Difference(f"{self.now} {command!r}\n  core: {code}\n  model: {sorted(codes) or 'taken'}")
        self._compare(facts_of(records, self.case), expected)

    def _compare(self, found: list[Any], expected: list[Any]) -> None:
        more, fewer = Counter(found) - Counter(expected), Counter(expected) - Counter(found)
        core, model = state_of_case(self.case), state_of_model(self.player)
        states = [f"{k}: core {core.get(k)} model {model.get(k)}" for k in core | model if core.get(k) != model.get(k)]
        if more or fewer or states:
            lines = [f"at the turn of {self.now}"]
            lines += [f"  only the core: {_readable(fact)}" for fact in more]
            lines += [f"  only the model: {_readable(fact)}" for fact in fewer]
            raise Difference("\n".join([*lines, *(f"  {_readable_text(line)}" for line in states)]))

    def invariants(self) -> list[str]:
        """What the invariants find in the ledger."""
        if not self.records:
            return []
        story = story_of(self.definitions, self.records)
        found = check_story(story, open_ok=True, until_at=self.now) + replay_story(story)
        return [str(violation) for violation in found]

    def open_steps(self) -> list[StepState]:
        return self.case.open_steps


def _readable(fact: Any) -> str:
    return _readable_text(str(fact))


def _readable_text(line: str) -> str:
    """Instants as one can read them."""
    words = []
    for word in line.replace("(", "( ").replace(")", " )").replace(",", " ,").split():
        is_instant = word.isdigit() and len(word) == 16 and word.startswith("17")
        words.append(f"{moment(int(word)):%m-%dT%H:%M:%S.%fZ}".replace(".000000", "") if is_instant else word)
    return " ".join(words).replace(" ,", ",").replace("( ", "(").replace(" )", ")")


def _renamed(command: Command, names: Names) -> Command:
    """The command in the model's own names for opinions and clocks."""
    if isinstance(command, DecideStep | ReassignStep | RequestPayment):
        return command.model_copy(update={"step_id": names.step(command.step_id)})
    if isinstance(command, AcknowledgeEscalation):
        clock, slash, rung = command.escalation_id.rpartition("/")
        return command.model_copy(update={"escalation_id": f"{names.clock(clock)}{slash}{rung}"})
    return command


# ---- the acts


def _answer(life: LivedCase, dice: Dice, act: Act) -> None:
    awaited = _AWAITED.get(life.case.status)
    if awaited is not None and dice.happens(0.4):
        _ACTS[awaited](life, dice, act)  # whoever is awaited acts more often than whoever is not
        return
    steps = life.open_steps() if dice.happens(0.93) else list(life.case.steps.values())
    if not steps:
        return
    step = dice.choice(steps)
    department = step.department if dice.happens(0.96) else dice.choice(life.definitions.departments)
    outcome = dice.choice(
        (*(Outcome.APPROVE,) * 12, *(Outcome.REQUEST_SUPPLEMENT,) * 5, *(Outcome.CONSULT,) * 3)
        + (Outcome.REQUEST_EXPLANATION,) * 3
        + (Outcome.REFUSE,)
    )
    said: Said = {"step_id": step.id, "department": department, "outcome": outcome}
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


def _documents(life: LivedCase, dice: Dice, act: Act) -> None:
    kinds = KINDS if dice.happens(0.6) else dice.sample(KINDS, 1)
    said: Said = {"documents": tuple(DocumentPart(kind=kind) for kind in kinds), "declared_complete": dice.happens(0.1)}
    life.send(ReceiveSupplement, dice.choice((APPLICANT, APPLICANT, OFFICER)), said, act.late_seconds)


def _pause(life: LivedCase, dice: Dice, act: Act) -> None:
    back = dice.choice((None, None, HOUR, 15 * HOUR, 5 * DAY + SECOND, -MINUTE))
    cap = life.case.definitions.procedure.suspension.cap
    if cap is not None and back is not None and back > DAY:
        back = HOUR  # a suspension that its cap ended before anybody entered it is noted as one that is over
    said = WHY | {"from_at": None if back is None else life.now - back}
    department = dice.choice(life.definitions.departments)
    actor = SUPERVISOR if dice.happens(0.8) else Actor(kind=ActorKind.DEPARTMENT, id=department)
    life.send(PauseClock, actor, said, act.late_seconds)


def _note(life: LivedCase, dice: Dice, act: Act) -> None:
    begins = life.now - timedelta(seconds=dice.randint(0, 6 * 86400))
    ends = begins + dice.choice((HOUR, 5 * HOUR, DAY, 3 * DAY, -HOUR))
    life.send(PauseClock, SUPERVISOR, WHY | {"from_at": begins, "until_at": ends}, act.late_seconds)


def _stop(life: LivedCase, dice: Dice, act: Act) -> None:
    until = dice.choice((None, life.now + 3 * DAY, life.now + 9 * HOUR, life.now - HOUR))
    said = WHY | {"until_at": until, "approved_by": dice.choice((None, "supervisor", "head-2", "head-2", "head-2"))}
    life.send(StopCase, SUPERVISOR, said, act.late_seconds)


def _fee(life: LivedCase, dice: Dice, act: Act) -> None:
    steps = life.open_steps()
    if steps:
        step = dice.choice(steps)
        said: Said = {"step_id": step.id, "department": step.department, "amount_vnd": 1, "reason": "fee"}
        life.send(RequestPayment, Actor(kind=ActorKind.DEPARTMENT, id=step.department), said, act.late_seconds)


def _unit(life: LivedCase) -> Unit:
    limit = life.case.definitions.procedure.limit
    assert limit is not None
    return limit.unit


def _move(life: LivedCase, dice: Dice, act: Act) -> None:
    by = Budget(amount=dice.choice((1, 1, 2, 200)), unit=_unit(life) if dice.happens(0.9) else Unit.MINUTES)
    life.send(MoveAppointment, SUPERVISOR, {"by": by, "reason": "sorry"}, act.late_seconds)


def _extend(life: LivedCase, dice: Dice, act: Act) -> None:
    by = Budget(amount=dice.choice((1, 2, 3)), unit=_unit(life))
    life.send(ExtendLimit, SUPERVISOR, WHY | {"by": by, "approved_by": "office"}, act.late_seconds)


def _lane(life: LivedCase, dice: Dice, act: Act) -> None:
    said = WHY | {
        "lane": dice.choice(tuple(LaneId)),
        "approved_by": dice.choice((None, "supervisor", "head-2", "head-2", "head-2")),
        "override": dice.happens(0.7),
    }
    life.send(ChangeLane, SUPERVISOR, said, act.late_seconds)


def _calendar(life: LivedCase, dice: Dice, act: Act) -> None:
    said: Said = {"calendar": later_calendar(life.case.definitions, dice), "reason": "decreed"}
    life.send(ApplyCalendar, SUPERVISOR, said, act.late_seconds)


def _migrate(life: LivedCase, dice: Dice, act: Act) -> None:
    said: Said = {"procedure": later_procedure(life.case.definitions, dice), "reason": "decreed"}
    life.send(MigrateProcedure, SUPERVISOR, said, act.late_seconds)


def _reassign(life: LivedCase, dice: Dice, act: Act) -> None:
    steps = life.open_steps() if dice.happens(0.9) else list(life.case.steps.values())
    if steps:
        said: Said = {
            "step_id": dice.choice(steps).id,
            "department": dice.choice((None, *life.definitions.departments)),
            "officer": dice.choice((None, "officer-2")),
            "reason": "overdue",
        }
        life.send(ReassignStep, SUPERVISOR, said, act.late_seconds)


def _acknowledge(life: LivedCase, dice: Dice, act: Act) -> None:
    fired = [r.event for r in life.records if isinstance(r.event, RungFired)]
    if fired:
        chains = [event for event in fired if event.kind != "warning"] or fired
        said = {"escalation_id": dice.choice(chains if dice.happens(0.9) else fired).escalation_id}
        life.send(AcknowledgeEscalation, SUPERVISOR, said, act.late_seconds)


def _plain(kind: type[Command], actor: Actor, said: Said) -> Callable[[LivedCase, Dice, Act], None]:
    return lambda life, dice, act: life.send(kind, actor, said, act.late_seconds)


_ACTS: dict[str, Callable[[LivedCase, Dice, Act], None]] = {
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
}


_AWAITED = {
    CaseStatus.AWAITING_SUPPLEMENT: "documents",
    CaseStatus.AWAITING_EXPLANATION: "explain",
    CaseStatus.AWAITING_PAYMENT: "paid",
    CaseStatus.SUSPENDED: "resume",
}

# ---- what is found


def finding_of(plan: Plan, *, judged: bool = True) -> str | None:
    """What is wrong with a life, if anything. Not `judged`: by the model alone, without the invariants."""
    try:
        life = LivedCase(plan).live()
        found = life.invariants() if judged else []
    except Difference as difference:
        return str(difference)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "\n".join(found[:10]) or None


def shrunk(plan: Plan) -> tuple[Plan, str]:
    """The same life with as few acts as still show something wrong: halves are dropped first, then single acts."""
    finding = finding_of(plan)
    assert finding is not None, plan.seed
    size = max(1, len(plan.acts) // 2)
    while size:
        place = 0
        while place < len(plan.acts):
            fewer = replace(plan, acts=(*plan.acts[:place], *plan.acts[place + size :]))
            found = finding_of(fewer)
            if found is None:
                place += size
            else:
                plan, finding = fewer, found
        size //= 2
    return plan, finding


def report_of(plan: Plan) -> str:
    """A finding, shrunk, with the command that replays it."""
    small, finding = shrunk(plan)
    acts = "\n".join(f"    {act}" for act in small.acts)
    return (
        f"seed {plan.seed}\n{finding}\n  acts that are left:\n{acts}\n"
        f"  replay: SEED={plan.seed} .venv/bin/python -m pytest -q tests/simulation/test_lives_and_model.py"
    )


def first_finding(seeds: Sequence[int]) -> Plan | None:
    """The first life with something wrong."""
    return next((plan for plan in map(plan_of, seeds) if finding_of(plan) is not None), None)
