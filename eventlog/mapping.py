"""What a trace and its events are called and carry in the language of the engine. Pure; nothing is left out uncounted."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from catalog.systems import PORTAL, RESERVED_IDS
from eventlog.identity import SYSTEM
from eventlog.xes import Attribute, Event, Trace
from events.language.commands import FACTS_MAX
from events.language.identity import department_slug_of
from wording.foreign import plain
from wording.names import tidy

UNASSIGNED = "unassigned"
TAKEN = RESERVED_IDS | {PORTAL, SYSTEM.id}
"""Accounts that are somebody else's: no department of a log may be taken for one of them."""
UNNAMED = "unnamed"
STEP_NAME_MAX = 500
STEM_MAX = 80
NOTE_MAX = 500
FACT_MAX = 200
FACT_NAME_MAX = 50
"""Of the 64 characters that a fact's name may have; the rest is for a prefix and a number."""
KNOWN_MAX = 100_000
"""Names remembered for telling them apart; a log with more activities gives each a hash."""
LEFT_OUT = "attributes_left_out"
OF_A_TRACE = "trace_"
"""Before every fact of an imported application: keeps a log's word from being taken for a fact of a lane."""
STANDARD = {
    "concept:name": "activity",
    "concept:instance": "instance",
    "time:timestamp": "logged_at",
    "lifecycle:transition": "lifecycle",
    "org:group": "group",
    "org:resource": "resource",
    "org:role": "role",
}
"""The attributes of XES's standard extensions and the names under which a decision keeps them."""


class Step(NamedTuple):
    """One event as a step of its case's route."""

    id: str
    name: str
    department: str


class Naming:
    """The names of one log's activities and departments; the same log gives the same names."""

    def __init__(self) -> None:
        self.departments: dict[str, str] = {}
        """By slug: the name as the log has it."""
        self._slugs: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        self._taken: set[str] = set()

    @property
    def activities(self) -> int:
        """How many activities were met; of more than are told apart by memory, at least so many."""
        return len(self._stems)

    def steps(self, trace: Trace) -> list[Step]:
        """The route of a trace: one step per event, told apart by how often its activity has occurred in it."""
        seen: Counter[str] = Counter()
        route = []
        for event in trace.events:
            stem = self._stem(_activity(event))
            seen[stem] += 1
            route.append(Step(f"{stem}.{seen[stem]}", self.activity(event), self.department(event)))
        return route

    def activity(self, event: Event) -> str:
        """What was done, as it is shown."""
        self._stem(_activity(event))
        return plain(_activity(event))[:STEP_NAME_MAX] or "(unnamed)"

    def department(self, event: Event) -> str:
        """The slug of who did it: its group, else its resource, else `unassigned`."""
        name = tidy(event.first("org:group") or event.first("org:resource") or UNASSIGNED)
        if name not in self._slugs:
            slug = department_slug_of(name, TAKEN)
            self._slugs[name] = slug
            self.departments[slug] = plain(name)
        return self._slugs[name]

    def _stem(self, activity: str) -> str:
        if activity in self._stems:
            return self._stems[activity]
        stem = _plain(activity).replace("_", "-")[:STEM_MAX].strip("-") or UNNAMED
        if stem in self._taken or len(self._stems) >= KNOWN_MAX:
            stem = f"{stem}-{hashlib.sha256(activity.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
        if len(self._stems) < KNOWN_MAX:
            self._taken.add(stem)
            self._stems[activity] = stem
        return stem


def _activity(event: Event) -> str:
    return tidy(event.first("concept:name") or "")


def decision_data(event: Event, counted: Counter[str]) -> dict[str, str]:
    """What a decision keeps of its event: all attributes, the standard ones under names of their own and first."""
    return _kept(sorted(event.attributes, key=lambda attribute: attribute.key not in STANDARD), counted, "", NOTE_MAX)


def application_facts(trace: Trace, counted: Counter[str]) -> dict[str, str]:
    """What an application says of its trace."""
    return _kept(trace.attributes, counted, OF_A_TRACE, FACT_MAX)


def _kept(ordered: Sequence[Attribute], counted: Counter[str], prefix: str, longest: int) -> dict[str, str]:
    """Attributes as facts: lower-case names, texts. What was cut or left out is counted, and said in the facts."""
    facts: dict[str, str] = {}
    left_out = 0
    room = FACTS_MAX - 1 if len(ordered) > FACTS_MAX else FACTS_MAX
    for key, written in ordered:
        if len(facts) >= room:
            left_out += 1
            continue
        name = _free(fact_name_of(key) if not prefix else prefix + _written(key), facts)
        value = tidy(written) if prefix else written  # as facts are compared
        facts[name] = shortened(value, longest, counted)
    if left_out:
        counted[LEFT_OUT] += left_out
        facts[LEFT_OUT] = str(left_out)
    return facts


def shortened(value: str, longest: int, counted: Counter[str]) -> str:
    """The value, or what of it there is room for; that it was cut is counted, and shows at its end."""
    counted["attributes_cut"] += len(value) > longest
    return value if len(value) <= longest else value[: longest - 1] + "…"


def fact_name_of(key: str) -> str:
    """The name under which an event's attribute is kept: lower case with underscores, whatever the log calls it."""
    return STANDARD.get(key) or _written(key)


@lru_cache(maxsize=10_000)
def _written(key: str) -> str:
    name = _plain(key)[:FACT_NAME_MAX].strip("_")
    if not name:
        return "attribute"
    return name if name[0].isalpha() else f"n_{name}"


def _free(name: str, taken: dict[str, str]) -> str:
    """The name, or with a number where another attribute has it already."""
    if name not in taken and name != LEFT_OUT:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")
