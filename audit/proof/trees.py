"""The tree of a log made again from its leaves, as it was at each size that somebody signed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from audit.proof.leaves import data_of
from audit.proof.merkle import EMPTY_ROOT, CompactRange, leaf_hash
from events.language.identity import is_dossier
from store.leaves import Leaf


@dataclass(slots=True)
class Tree:
    """What the leaves of one log come to."""

    size: int = 0
    """How many leaves there are."""
    roots: dict[int, bytes] = field(default_factory=dict)
    """At the sizes that were asked for, as far as there are leaves."""
    cases: dict[int, int] = field(default_factory=dict)
    """How many cases had begun at these sizes; linked dossiers are none."""
    gap: int | None = None
    """The first number at which no leaf, or another, stands."""


def grow(leaves: Iterable[Leaf], sizes: Collection[int]) -> Tree:
    """The tree of these leaves, in the order of their numbers. A hash for each level and size is held, and nothing else."""
    wanted, growing, cases = set(sizes), CompactRange(), 0
    tree = Tree(roots={0: EMPTY_ROOT} if 0 in wanted else {}, cases={0: 0})
    for number, leaf in enumerate(leaves):
        if leaf.number != number and tree.gap is None:
            tree.gap = number
        growing.append(leaf_hash(data_of(leaf)))
        cases += leaf.sequence == 1 and not is_dossier(leaf.stream_id)
        if growing.size in wanted:
            tree.roots[growing.size], tree.cases[growing.size] = growing.root(), cases
    tree.size = growing.size
    return tree
