"""A simulation for programs and for spreadsheets. Times in seconds; the same input gives the same bytes, but for `elapsed_s`."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Final

from audit.simulation.figures import Change, Ending, Figures, Side, Simulation
from presentation.instants import instant_json
from wording.foreign import in_cell

CSV_FIELDS: Final = ("lane", "state", "due_at", "late_seconds", "overdue_in_law", "warnings", "escalations")


def simulation_json(simulation: Simulation) -> dict[str, Any]:
    """The answer of `simulate --json`."""
    return {
        "ok": True,
        "policy": simulation.policy,
        "cases": simulation.cases,
        "events": simulation.events,
        "elapsed_s": round(simulation.elapsed_s, 3),
        "before": _side_json(simulation.before),
        "after": _side_json(simulation.after),
        "by_department": {
            department: {"before": _figures_json(before), "after": _figures_json(after)}
            for department, before, after in by_department(simulation)
        },
        "changed": [_change_json(change) for change in simulation.changed],
        "overdue_in_law": [simulation.before.overdue_in_law, simulation.after.overdue_in_law],
        "late_seconds": {"median": _late(simulation, median), "most": _late(simulation, max)},
        "linked": simulation.linked,
        "left_out": _sorted(simulation.left_out),
        "not_applied": _sorted(simulation.not_applied),
    }


def by_department(simulation: Simulation) -> Iterator[tuple[str, Figures, Figures]]:
    """The figures of each department under both, in the order of their ids."""
    before, after = simulation.before.departments, simulation.after.departments
    for department in sorted(before.keys() | after.keys()):
        yield department, before.get(department, Figures()), after.get(department, Figures())


def _late(simulation: Simulation, of: Callable[[Sequence[float]], float]) -> list[int | None]:
    return [round(of(side.late)) if side.late else None for side in (simulation.before, simulation.after)]


def _side_json(side: Side) -> dict[str, Any]:
    return {**_figures_json(side.whole), "lanes": _sorted(side.lanes)}


def _figures_json(figures: Figures) -> dict[str, Any]:
    return {
        "cases": figures.cases,
        "met": figures.met,
        "breached": figures.breached,
        "warnings": figures.warnings,
        "escalations": figures.escalations,
        "used_seconds": round(figures.used_seconds),
    }


def _change_json(change: Change) -> dict[str, Any]:
    before, after = change.before, change.after
    return {
        "case": change.case,
        "lane": [before.lane, after.lane],
        "state": [before.state, after.state],
        "due_at": [before.due_at and instant_json(before.due_at), after.due_at and instant_json(after.due_at)],
        "late_seconds": [round(before.late_seconds), round(after.late_seconds)],
        "warnings": [before.whole.warnings, after.whole.warnings],
    }


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return {str(name): count for name, count in sorted(counts.items())}


def simulation_csv(simulation: Simulation) -> str:
    """One line a case that would have become another; with a byte-order mark, so that spreadsheets read it as it is."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["case", *(f"{name}_{side}" for name in CSV_FIELDS for side in ("before", "after"))])
    for change in simulation.changed:
        pairs = zip(_cells(change.before), _cells(change.after), strict=True)
        writer.writerow([in_cell(change.case), *(cell for pair in pairs for cell in pair)])
    return "\ufeff" + text.getvalue()


def _cells(ending: Ending) -> tuple[object, ...]:
    return (
        ending.lane,
        ending.state,
        "" if ending.due_at is None else instant_json(ending.due_at),
        round(ending.late_seconds),
        int(ending.overdue_in_law),
        ending.whole.warnings,
        ending.whole.escalations,
    )
