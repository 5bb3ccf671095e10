"""What the rules themselves cost: the life of a five-step case through the pure core, and the fold of its ledger.

`python -m bench.core` writes bench/results/core.json. No server, no database: CASES.take_turn, and evolve on what stands, as
the workflow does it. Processor time of this one process; of many rounds the best, since a busy machine only adds.

- `core_life_ms`: one case of five steps, six turns, 26 events: decided, viewed, evolved.
- `core_life_late_ms`: the same with every step answered a day after its end, so that the whole ladder fires.
- `events_per_s`: events folded in a second, as an audit or a rebuild does it.
- `verified_events_per_s`: events checked against every invariant and decided again.
- `classify_us`: one classification by the province's own decision table.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from time import process_time
from typing import Any, Final

from audit.invariants import check_case, replay_decisions
from bench.time import classification
from cases.decide import CASES, fold
from cases.evolve import evolve
from cases.model import blank
from cases.timetable import appointment_at
from catalog.model import Definitions
from events.language.case_events import EventRecord
from events.language.commands import Command
from tests.builders import MONDAY, a_procedure, a_step, a_submission, an_answer, an_open_life, the_definitions

Figures = dict[str, Any]

RESULTS: Final = Path(__file__).resolve().parent / "results" / "core.json"
STEPS: Final = 5
ROUNDS: Final = 400


def main() -> None:
    """Measure and write."""
    figures = {**life_section(), **classify_section()}
    figures["machine"] = f"{platform.machine()}, Python {platform.python_version()}"
    text = json.dumps(figures, indent=2, sort_keys=True) + "\n"
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(text)
    sys.stdout.write(text)


def classify_section() -> Figures:
    """`classify_us`, as `bench.time` has it."""
    return classification()


def life_section() -> Figures:
    """The figures of the rules."""
    definitions = _definitions()
    prompt, late = rehearsed(definitions, late=False), rehearsed(definitions, late=True)
    records, late_records = lived(definitions, prompt), lived(definitions, late)
    fold_s = best(lambda: fold("case-1", definitions, records))
    judged_s = best(lambda: check_case(definitions, late_records) + replay_decisions(definitions, late_records), 40)
    return {
        "core_life_ms": round(best(lambda: lived(definitions, prompt)) * 1e3, 3),
        "core_life_late_ms": round(best(lambda: lived(definitions, late)) * 1e3, 3),
        "core_life_events": len(records),
        "core_life_late_events": len(late_records),
        "events_per_s": round(len(records) / fold_s),
        "verified_events_per_s": round(len(late_records) / judged_s),
    }


def rehearsed(definitions: Definitions, *, late: bool) -> list[Command]:
    """The commands of one life: each step answered twenty minutes after the one before, or a day after its end."""
    life = an_open_life(definitions)
    commands: list[Command] = [a_submission()]
    at = MONDAY
    while life.case.open_steps:
        step = life.case.open_steps[0]
        due_at = appointment_at(life.case.clocks[step.clock_id or ""], definitions)
        at = due_at + timedelta(days=1) if late and due_at is not None else at + timedelta(minutes=20)
        commands.append(an_answer(step.id, step.department, at))
        life.live_until(at)
        life.do(commands[-1])
    return commands


def lived(definitions: Definitions, commands: Sequence[Command]) -> list[EventRecord]:
    """One case's life, turn by turn, evolved on what stands as the workflow does it; the ledger that it leaves."""
    case = blank("case-1", definitions)
    records: list[EventRecord] = []
    for command in commands:
        turn = CASES.take_turn(case, [command], command.received_at)
        if turn is None:
            raise AssertionError("nothing was decided")
        for record in turn.records:
            case = evolve(case, record)
        records += turn.records
    if not case.is_closed:
        raise AssertionError("the case did not end")
    return records


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The least processor time of a round, in seconds."""
    least = float("inf")
    for _ in range(rounds):
        began = process_time()
        work()
        least = min(least, process_time() - began)
    return least


def _definitions() -> Definitions:
    steps = tuple(a_step(f"s{n}", "culture", *([f"s{n - 1}"] if n else [])) for n in range(STEPS))
    return the_definitions(a_procedure(steps=steps))


if __name__ == "__main__":
    main()
