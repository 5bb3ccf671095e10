"""The systems that hand in applications, and which CloudEvents sources are whose. Pure.

A system is known by its own topic, and speaks only for the sources that are its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from catalog.basis import Slug, Text, Version
from catalog.definition import Definition
from catalog.soundness import Located, raise_if_unsound, repeated
from wording.text import LazyText, _

PORTAL: Final = "portal"
"""The province's own system; its topic is the one without a name."""
RESERVED_IDS: Final = frozenset({"auditor", "bridge", "operator", "owner", "publisher", "reader", "worker"})
"""Accounts of the engine and of those who look after it: no department and no system may be taken for one of them."""
BELOW: Final = ("/", "?", "#")
"""What parts a source from the one above it, as in any URI."""
SOURCES_MAX: Final = 100

SourcePrefix = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^/{0,2}[0-9A-Za-z._~:-]+(/{1,2}[0-9A-Za-z._~:-]+)*$"),
]
"""A source of a system; all sources below it are the system's too. Without an outer slash at its end."""


class SubmittingSystem(Definition):
    """A system that hands in applications, on a topic and under an account of its own."""

    id: Slug
    name: Text
    sources: Annotated[tuple[SourcePrefix, ...], Field(min_length=1, max_length=SOURCES_MAX)]

    def owns(self, source: str) -> bool:
        """Whether a CloudEvents source is one of the system's, or lies below one."""
        return any(is_below(source, prefix) for prefix in self.sources)


class SystemList(Definition):
    """The submitting systems of one province, one version."""

    id: Slug
    version: Version
    systems: Annotated[tuple[SubmittingSystem, ...], Field(min_length=1)]
    source: str = ""
    verified: bool = False

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        problems = repeated(("systems",), "id", (system.id for system in self.systems))
        problems += [(("systems", i, "id"), reserved(s.id)) for i, s in enumerate(self.systems) if s.id in RESERVED_IDS]
        if PORTAL not in {system.id for system in self.systems}:
            missing = _(
                "'{portal}' is missing, the province's own system: its topic is the one without a name", portal=PORTAL
            )
            problems.append((("systems",), missing))
        return raise_if_unsound(self, problems + list(_shared_sources(self.systems)))


def is_below(source: str, prefix: str) -> bool:
    """Whether a source is the prefix or lies below it: `/counter/7` below `/counter`, `/counters` not."""
    return source == prefix or (source.startswith(prefix) and source[len(prefix)] in BELOW)


def owner_of(systems: Iterable[SubmittingSystem], source: str) -> SubmittingSystem | None:
    """The system to which a source belongs; no two share one."""
    return next((system for system in systems if system.owns(source)), None)


def shared_source(one: SubmittingSystem, other: SubmittingSystem) -> str | None:
    """A source of the first that the other has too, or has a part of."""
    pairs = ((mine, theirs) for mine in one.sources for theirs in other.sources)
    return next((mine for mine, theirs in pairs if is_below(mine, theirs) or is_below(theirs, mine)), None)


def reserved(account: str) -> LazyText:
    """Why an id may not be a department's or a system's."""
    return _("'{account}' is an account of the engine's own", account=account)


def _shared_sources(systems: tuple[SubmittingSystem, ...]) -> Iterator[Located]:
    for (_place, earlier), (place, later) in combinations(enumerate(systems), 2):
        shared = shared_source(later, earlier)
        if shared is not None:
            message = _("'{shared}' is a source of '{id}' too, in whole or in part", shared=shared, id=earlier.id)
            yield ("systems", place, "sources", later.sources.index(shared)), message
