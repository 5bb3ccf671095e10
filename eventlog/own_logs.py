"""Logs of our own ledger, read again: what stands in them is told from other logs by its attributes, trace by trace. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from eventlog.mapping import FACT_MAX, LEFT_OUT, NOTE_MAX, OF_A_TRACE, Naming, Step, shortened
from eventlog.xes import Event, Trace
from events.language.commands import FACTS_MAX
from events.language.identity import APPLICATION_ID_PATTERN
from wording.foreign import plain
from wording.names import tidy

OWN: Final = "greenlane:"
"""Before every attribute of our own."""
CASE_ID: Final = OWN + "case_id"
"""Of a trace: by it a trace is one of ours."""
EVENT: Final = OWN + "event"
"""Of an event: its type in the ledger."""
EVENT_ID: Final = OWN + "event_id"
SEQUENCE: Final = OWN + "sequence"
ENGINE_AT: Final = OWN + "engine_at"
"""The business instant at which the engine decided it; that at which it counts is the `time:timestamp`."""
COMMAND_ID: Final = OWN + "command_id"
DATA: Final = OWN + "data:"
"""Of a decision: before what its department's system kept with it."""
FACTS: Final = OWN + "facts:"
"""Of a trace: before what the application says."""
DECIDED: Final = "StepDecided"
FACT_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
STEP_ID_MAX: Final = 180
"""Of the 200 characters that an id may have; the rest is for a number."""
SHORTENED: Final = {"reason": 2000, "legal_basis": NOTE_MAX}
"""What goes with a refusal, and how long it may be."""


class Answer(NamedTuple):
    """What a department says again on a step, and what it keeps with that."""

    message: dict[str, str]
    """Outcome, and where it is a refusal its reason."""
    data: dict[str, str]


def is_own(trace: Trace) -> bool:
    """Whether a trace is a case of a ledger like ours."""
    return trace.first(CASE_ID) is not None


def is_set_aside(trace: Trace, event: Event) -> bool:
    """Whether an event is none that departments decide again: all but the decisions of our own cases."""
    return is_own(trace) and event.first(EVENT) != DECIDED


def application_name(trace: Trace) -> str | None:
    """The id that the application had; None where that is none."""
    name = trace.first(OWN + "application_id") or ""
    return name if re.fullmatch(APPLICATION_ID_PATTERN, name) else None


def route_of(trace: Trace, naming: Naming) -> list[Step]:
    """The steps that were decided, under the ids and names they had; one decided anew gets a number behind its id."""
    wanted = [plain(tidy(event.first(OWN + "step_id") or ""))[:STEP_ID_MAX] or "step" for event in trace.events]
    taken: set[str] = set()
    route = []
    for event, step_id in zip(trace.events, wanted, strict=True):
        free, number = step_id, 1
        while free in taken or (number > 1 and free in wanted):
            number += 1
            free = f"{step_id}.{number}"
        taken.add(free)
        route.append(Step(free, naming.activity(event), naming.department(event)))
    return route


def answer_of(trace: Trace, event: Event, counted: Counter[str]) -> Answer:
    """The decision as it is made again. A refusal ends its case, so that only the last can be one; any other is kept as data."""
    is_last = event is trace.events[-1]
    said = {key: value for key, value in event.attributes if value.strip()}
    outcome = said.get(OWN + "outcome", "approve")
    data = {key.removeprefix(DATA): value for key, value in said.items() if key.startswith(DATA)}
    message = {"outcome": "approve"}
    if outcome == "refuse" and is_last and OWN + "reason" in said and said.get(OWN + "kind") != "consultation":
        with_it = {name: said[OWN + name][:most] for name, most in SHORTENED.items() if OWN + name in said}
        message = {"outcome": outcome} | with_it
    told = {"logged_at": said.get(OWN + "decided_at") or said.get("time:timestamp", "")}
    told |= {"procedure": procedure} if (procedure := trace.first(OWN + "procedure")) else {}
    told |= {"outcome": outcome} if outcome != message["outcome"] else {}
    # What an earlier import has kept wins: an import of an import is still that decision.
    return Answer(message, _fitting((told | data).items(), counted, NOTE_MAX))


def facts_of(trace: Trace, counted: Counter[str]) -> dict[str, str]:
    """What the application said, and what its case was: under the names that facts of imported applications have."""
    said: dict[str, str] = {}
    case: dict[str, str] = {}
    for key, value in trace.attributes:
        if key.startswith(FACTS):
            name = key.removeprefix(FACTS)
            said[name if name.startswith(OF_A_TRACE) else OF_A_TRACE + name] = tidy(value)
        elif key.startswith(OWN):
            case[OF_A_TRACE + key.removeprefix(OWN)] = tidy(value)
    return _fitting(
        (said | {name: value for name, value in case.items() if name not in said}).items(), counted, FACT_MAX
    )


def _fitting(items: Iterable[tuple[str, str]], counted: Counter[str], longest: int) -> dict[str, str]:
    fitting: dict[str, str] = {}
    for name, value in items:
        if len(fitting) == FACTS_MAX or not FACT_NAME.fullmatch(name):
            counted[LEFT_OUT] += 1
        else:
            fitting[name] = shortened(value, longest, counted)
    return fitting
