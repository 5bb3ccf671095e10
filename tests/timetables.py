"""All that is still to fall due on a case, where the engine asks for the first alone."""

from __future__ import annotations

from collections.abc import Iterator

from cases.model import Case, ClockState
from cases.timetable import DueItem, open_among, timetable_of
from catalog.model import Definitions


def due_items(case: Case) -> list[DueItem]:
    """In the order in which it must happen."""
    return sorted(item for state in case.clocks.values() for item in _pending(state, case.definitions))


def _pending(state: ClockState, definitions: Definitions) -> Iterator[DueItem]:
    if not state.stopped and not state.is_paused:
        table = timetable_of(state, definitions)
        yield from open_among(table.until_end + table.after_end, state, table)
