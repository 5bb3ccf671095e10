"""The graph of a dossier: which application needs the result of which. Pure; what is no graph is refused by name."""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from catalog.dossier import EdgeKind
from events.language.dossier_messages import Need
from events.language.refusals import Refusal, refuse


class Edge(NamedTuple):
    """That `target` needs the result of `source`."""

    source: str
    target: str
    kind: EdgeKind


class Needing(Protocol):
    """An application with what it needs, in a file or in a declaration."""

    @property
    def name(self) -> str:
        """What it is called within its dossier."""

    @property
    def needs(self) -> Sequence[Need]:
        """What it needs."""


@dataclass(frozen=True, slots=True)
class GraphFault:
    """Why applications are no dossier: with the circle, or the reference that leads nowhere."""

    refusal: Refusal
    cycle: tuple[str, ...] = ()
    """In the order of release, the earliest in the file first; the last one is needed by the first."""
    reference: str | None = None


@dataclass(frozen=True)
class Graph:
    """A graph without circles. Names stand in the order of the file."""

    names: tuple[str, ...]
    edges: tuple[Edge, ...]
    """By dependant, then by prerequisite, both in the order of the file."""

    @cached_property
    def hard(self) -> dict[str, tuple[str, ...]]:
        """What each application must have, by name."""
        return self._sources(EdgeKind.HARD)

    @cached_property
    def practical(self) -> dict[str, tuple[str, ...]]:
        """What each application had better have, by name."""
        return self._sources(EdgeKind.PRACTICAL)

    @cached_property
    def dependants(self) -> dict[str, tuple[str, ...]]:
        """Which applications must have the result of each, by name."""
        targets_of: dict[str, list[str]] = {name: [] for name in self.names}
        for edge in self.edges:
            if edge.kind is EdgeKind.HARD:
                targets_of[edge.source].append(edge.target)
        return {name: tuple(targets) for name, targets in targets_of.items()}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Prerequisites first, practical ones too; where the graph leaves it open, as in the file."""
        return _sorted(self.names, self.edges)

    def _sources(self, kind: EdgeKind) -> dict[str, tuple[str, ...]]:
        sources_of: dict[str, list[str]] = {name: [] for name in self.names}
        for edge in self.edges:
            if edge.kind is kind:
                sources_of[edge.target].append(edge.source)
        return {name: tuple(sources) for name, sources in sources_of.items()}


def graph_of(parts: Sequence[Needing]) -> Graph | GraphFault:
    """The graph of a dossier's applications, or why they are none: a name twice, an unknown name, a circle."""
    names = tuple(part.name for part in parts)
    for place, name in enumerate(names):
        if name in names[:place]:
            return GraphFault(refuse("name_repeated", "applications.name", name=name), reference=name)
    place_of = {name: place for place, name in enumerate(names)}
    kinds: dict[tuple[str, str], EdgeKind] = {}
    for part in parts:
        for need in part.needs:
            if need.name is None:
                continue
            if need.name not in place_of:
                return GraphFault(_unknown(part.name, need.name, names), reference=need.name)
            known = kinds.get((need.name, part.name))
            # Said twice, the stronger word holds.
            kinds[need.name, part.name] = EdgeKind.HARD if EdgeKind.HARD in (known, need.kind) else need.kind
    edges = (Edge(source, target, kind) for (source, target), kind in kinds.items())
    ordered = tuple(sorted(edges, key=lambda edge: (place_of[edge.target], place_of[edge.source])))
    if cycle := _cycle(names, ordered):
        shown = " → ".join((*cycle, cycle[0]))
        return GraphFault(refuse("dossier_cycle", "applications.needs", cycle=shown), cycle=cycle)
    return Graph(names, ordered)


def _unknown(name: str, reference: str, names: Iterable[str]) -> Refusal:
    near = ", ".join(difflib.get_close_matches(reference, list(names), n=3, cutoff=0.6)) or "-"
    return refuse("reference_unknown", "applications.needs", application=name, reference=reference, near=near)


def _sorted(names: Sequence[str], edges: Iterable[Edge]) -> tuple[str, ...]:
    """As many names as can be put in order: those in a circle, and what is behind it, are left out."""
    place_of = {name: place for place, name in enumerate(names)}
    missing = dict.fromkeys(names, 0)
    after: dict[str, list[str]] = {name: [] for name in names}
    for edge in edges:
        missing[edge.target] += 1
        after[edge.source].append(edge.target)
    ready = [place for name, place in place_of.items() if not missing[name]]
    order: list[str] = []
    while ready:
        name = names[heapq.heappop(ready)]
        order.append(name)
        for target in after[name]:
            missing[target] -= 1
            if not missing[target]:
                heapq.heappush(ready, place_of[target])
    return tuple(order)


def _cycle(names: Sequence[str], edges: Sequence[Edge]) -> tuple[str, ...]:
    """The first circle; empty: there is none."""
    stuck = set(names) - set(_sorted(names, edges))
    if not stuck:
        return ()
    before: Mapping[str, list[str]] = {name: [] for name in stuck}
    for edge in edges:
        if edge.source in stuck and edge.target in stuck:
            before[edge.target].append(edge.source)
    # Whatever could not be put in order waits for something that could not either: back along that we must come round.
    name = next(name for name in names if name in stuck)
    path: list[str] = []
    while name not in path:
        path.append(name)
        name = before[name][0]
    circle = path[path.index(name) :][::-1]
    first = min(range(len(circle)), key=lambda place: names.index(circle[place]))
    return tuple(circle[first:] + circle[:first])
