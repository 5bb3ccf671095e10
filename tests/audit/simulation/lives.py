"""Random lives of one case, lived by the core and by the model of the rules side by side, compared after every turn.

A life is a list of acts. What an act does is drawn from its own seed and from where the case stands, so that every list that is
left when acts are dropped is a life too: a difference shrinks to the few acts that it needs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from audit.invariants import check_story, replay_story, story_of
from cases.decide import CASES
from cases.evolve import evolve
from cases.model import Case, blank
from catalog.model import Definitions
from events.language.case_events import EventRecord
from events.language.commands import (
    AcknowledgeEscalation,
    Actor,
    ActorKind,
    Application,
    Command,
    DecideStep,
    DocumentPart,
    ReassignStep,
    RequestPayment,
    SubmitApplication,
)
from events.language.identity import case_id_of
from tests.audit.simulation.acts import ACTS, APPLICANT, DAY, HOUR, Act
from tests.audit.simulation.chances import SECOND, Dice
from tests.audit.simulation.law_books import law_books
from tests.audit.simulation.reference.hours import moment
from tests.audit.simulation.reference.player import Player
from tests.audit.simulation.told import Names, facts_of, state_of_case, state_of_model
from wording.text import LazyText

START_AT = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
HORIZON = timedelta(days=150)
SOURCE = "/lives"
FACTS: tuple[dict[str, str], ...] = ({}, {}, {"project": "ring-road-4"}, {"field": "social-housing"})


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
    *("stranger",) * 4,
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


class Difference(AssertionError):
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
        self.system: str | None = dice.choice((None, "portal", "tax-office"))
        spoken = {None: ("portal", SOURCE, "/older"), "portal": ("portal", "/older"), "tax-office": ("tax-office",)}
        self.applicant = Actor(kind=ActorKind.APPLICANT, id=dice.choice(spoken[self.system]))
        self._submit(dice)

    def _submit(self, dice: Dice) -> None:
        given = ("form", "lease") if dice.happens(0.97) else ("lease",)
        application = Application(
            application_id=f"life-{self.plan.seed}",
            source=SOURCE,
            system=self.system,
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
        act_of = ACTS.get(act.kind)
        if act_of is not None and (act.kind == "stranger" or not self.case.is_closed):
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

    def send(self, kind: type[Command], actor: Actor, said: LazyText, late_seconds: int = 0) -> None:
        """A message comes; the case hears of it at its next turn."""
        self.number += 1
        actor = self.applicant if actor is APPLICANT else actor
        at = max(self.opened_at, self.now - timedelta(seconds=late_seconds))
        self.waiting.append(kind(command_id=f"c{self.number}", received_at=at, actor=actor, **said))

    # ---- the two worlds

    def turn(self) -> None:
        """One turn in both worlds, and what they say of it."""
        before = Names(self.case)
        verdicts, expected = self.player.turn([_renamed(c, before) for c in self.waiting], self.now)
        turn = CASES.take_turn(self.case, self.waiting, self.now)
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
        f"  replay: SEED={plan.seed} .venv/bin/python -m pytest -q tests/audit/simulation/test_lives_and_model.py"
    )
