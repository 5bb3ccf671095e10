"""The replay against an oracle of its own, at random instants of random lives, as known at others: 0 differences.

1,000 questions on every commit, 10,000 with GREENLANE_TEST_TIER=long; `SEED=n` asks of that life alone. A difference is printed
with the life, both instants and every place in which the two answers differ.
"""

from __future__ import annotations

import ast
import json
import os
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from audit.replay.cases import case_at, remaining_seconds
from audit.replay.facts import Recorded, known_by
from events.language.case_events import EventRecord, canonical_json
from tests.audit.replay import oracle
from tests.audit.replay.oracle import answer_of
from tests.audit.replay.seen import differences, seen_of
from tests.audit.simulation.acts import Act
from tests.audit.simulation.chances import Dice
from tests.audit.simulation.lives import Difference, LivedCase, Plan, plan_of
from tests.audit.simulation.reference.hours import HOUR, instant, moment

PARTS = 5
SEED = os.environ.get("SEED")
QUESTIONS = 10_000 if os.environ.get("GREENLANE_TEST_TIER") == "long" else 1_000
QUESTIONS_OF_A_LIFE = 5
FIRST_SEED = 90_000
REPORTS_MAX = 5
CROOKED_ACTS = (
    *("answer",) * 6,
    *("note", "pause", "resume") * 3,
    "documents",
    "documents",
    "explain",
    "stop",
    "fee",
    "paid",
)
NEAR = (0, 0, 0, 1, -1, HOUR, -HOUR, 60 * HOUR)


def crooked_plan(seed: int) -> Plan:
    """A life in which much is noted later and delivered late."""
    dice = Dice(seed)
    acts = []
    for _ in range(dice.randint(4, 14)):
        wait = (
            f"due{dice.choice((-1, 0, 1)):+d}"
            if dice.happens(0.4)
            else f"{dice.choice((60, 3 * 3600, 20 * 3600, 2 * 86400))}"
        )
        late = dice.choice((0, 0, 600, 5 * 3600, 30 * 3600, 4 * 86400))
        acts.append(Act(dice.choice(CROOKED_ACTS), wait, dice.randint(0, 10**9), late, dice.happens(0.5)))
    return Plan(seed, tuple(acts))


class Questions:
    """A life, and the instants about which somebody may ask."""

    def __init__(self, seed: int) -> None:
        self.life = LivedCase(plan_of(seed) if seed % 3 == 0 else crooked_plan(seed))
        with suppress(
            Difference
        ):  # of the rules of a life others judge; what was recorded until then is a ledger all the same
            self.life.live()
        self.dice = Dice(seed)
        records = self.life.records
        self.rows = [Recorded(record, record.decided_at) for record in records]
        self.ledger = [json.loads(canonical_json(record)) for record in records]
        self.ends = instant(self.life.now)
        self.kinds: dict[str, list[list[int]]] = {"": [[self.ends]]}
        for record in self.ledger:
            self.kinds.setdefault(record["event"]["type"], []).append(instants_in(record))
        self.begins = min((at for kind in self.kinds.values() for told in kind for at in told), default=self.ends)

    def asked(self) -> tuple[int | None, int]:
        """Of which instant, and as known at which; None: what is known then is asked of then."""
        dice = self.dice
        recorded = instant(dice.choice(self.rows).record.decided_at) if self.rows else self.ends
        known_at = self.ends if dice.happens(0.5) else recorded + dice.choice(NEAR)
        # What happens seldom is asked about as often as what happens every day.
        told = dice.choice(dice.choice(list(self.kinds.values())))
        at = dice.choice(told) + dice.choice(NEAR) if dice.happens(0.8) else dice.randint(self.begins, self.ends)
        return (None if dice.happens(0.1) else min(at, known_at - 1)), known_at

    def difference(self, at: int | None, known_at: int) -> list[str]:
        """Where the replay and the oracle differ."""
        definitions = self.life.definitions
        case = case_at(definitions, known_by(self.rows, moment(known_at)), None if at is None else moment(at))
        expected = answer_of(definitions, self.ledger, at, known_at)
        if case is None or expected is None:
            return [] if case is None and expected is None else [f"there: replay {case is not None}"]
        asked_at = moment(known_at if at is None else at)
        seen = seen_of(case, lambda state: remaining_seconds(state, case.definitions, asked_at))
        return differences(seen, expected)


def instants_in(value: Any) -> list[int]:
    """Every instant that is told anywhere in it."""
    if isinstance(value, dict):
        return [at for name, inner in value.items() if name != "calendar" for at in instants_in(inner)]
    if isinstance(value, list):
        return [at for inner in value for at in instants_in(inner)]
    is_instant = isinstance(value, str) and len(value) >= 20 and value[10] == "T" and value.endswith("Z")
    return [oracle.microseconds(value)] if is_instant else []


def seeds_of(part: int) -> Sequence[int]:
    if SEED:
        return [int(SEED)]
    lives = QUESTIONS // QUESTIONS_OF_A_LIFE
    return range(FIRST_SEED + part * lives // PARTS, FIRST_SEED + (part + 1) * lives // PARTS)


@pytest.mark.parametrize("part", range(PARTS))
def test_the_replay_says_what_the_oracle_says(part: int) -> None:
    """Status, holder, lane, steps, clocks with both ends and what is left, verdicts, rules: at any instant, as known at any."""
    reports = []
    for seed in seeds_of(part):
        questions = Questions(seed)
        for _ in range(QUESTIONS_OF_A_LIFE * (200 if SEED else 1)):
            at, known_at = questions.asked()
            found = questions.difference(at, known_at)
            if found:
                asked = f"SEED={seed} at {at and moment(at)} ({at}) known at {moment(known_at)} ({known_at})"
                reports.append("\n  ".join([asked, "replay / oracle", *found[:12]]))
    assert not reports, f"{len(reports)} differences\n" + "\n".join(reports[:REPORTS_MAX])


def test_the_questions_are_worth_asking() -> None:
    """They meet facts that came later, pauses that nobody knew, what is yet to begin: else the figures say nothing."""
    met: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + 150):
        questions = Questions(seed)
        for _ in range(QUESTIONS_OF_A_LIFE):
            at, known_at = questions.asked()
            met.update(what_is_met(questions, at, known_at))
    assert met["nothing then"] > 5
    assert met["back-dated"] > 30, "a fact counts from before it was recorded, and the question lies between"
    assert met["hindsight"] > 50, "what became known later changes the answer"
    assert met["suspended"] > 20
    assert met["paused"] > 50
    assert met["present"] > 20


def what_is_met(questions: Questions, at: int | None, known_at: int) -> set[str]:
    answer = answer_of(questions.life.definitions, questions.ledger, at, known_at)
    if answer is None:
        return {"nothing then"}
    found = {answer["status"]} | {"paused" for clock in answer["clocks"] if clock["paused"]}
    if at is None:
        return found | {"present"}
    known = oracle.known_events(questions.ledger, known_at)
    if any(told.counts_from <= at < decided_at(questions.rows[told.place].record) for told in known):
        found.add("back-dated")
    if answer != answer_of(questions.life.definitions, questions.ledger, at, at):
        found.add("hindsight")
    return found


def decided_at(record: EventRecord) -> int:
    return instant(record.decided_at)


def test_the_oracle_shares_nothing_with_the_replay() -> None:
    """It reads what definitions and calendars are, and the JSON of events: no fold, no rule, no arithmetic of time."""
    allowed = ("catalog.model", "sla.definition", "sla.units")
    for node in ast.walk(ast.parse(Path(oracle.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in (
            "audit",
            "cases",
            "catalog",
            "events",
            "sla",
        ):
            assert str(node.module).startswith(allowed), node.module
