"""A case's life told from its ledger: each record with the case before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audit.violation import Violation
from cases.evolve import evolve
from cases.model import Case, blank
from catalog.model import Definitions
from events.language.case_events import EventRecord


class Scene(NamedTuple):
    """One record, and what it made of the case."""

    record: EventRecord
    before: Case
    after: Case

    @property
    def is_older(self) -> bool:
        """Whether an older version wrote it, under its own rules: it does not say who acted."""
        return self.record.actor is None


@dataclass(frozen=True, slots=True)
class Story:
    """All scenes of a case, in the order of the ledger."""

    definitions: Definitions
    scenes: tuple[Scene, ...]
    case: Case
    broken: Violation | None = None
    """Where the ledger stops making sense; the scenes end before it."""

    @property
    def older(self) -> int:
        """With how many events the life begins that do not say who acted: they were decided under older rules."""
        return next((n for n, scene in enumerate(self.scenes) if not scene.is_older), len(self.scenes))

    @property
    def case_id(self) -> str:
        """The case."""
        return self.case.case_id


def story_of(definitions: Definitions, records: Sequence[EventRecord]) -> Story:
    """Tell the life. Never raises: a ledger that cannot be folded ends where it breaks."""
    case = blank(records[0].case_id if records else "", definitions)
    scenes: list[Scene] = []
    for record in records:
        try:
            after = evolve(case, record)
        except Exception as error:
            broken = Violation("I2", case.case_id, record.sequence, f"{record.event.type} cannot follow: {error!r}")
            return Story(definitions, tuple(scenes), case, broken)
        scenes.append(Scene(record, case, after))
        case = after
    return Story(definitions, tuple(scenes), case)
