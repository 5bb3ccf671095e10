"""A simulation as tables and as a plot: what became of the cases beside what would have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from statistics import median
from typing import Final

from audit.simulation.figures import Change, Figures, Side, Simulation
from presentation.amounts import DAY_SECONDS, HOUR_SECONDS, span_said
from presentation.blocks import Block, Inline, Line, Table, Tone, dim, line, stacked, table_of, toned
from presentation.json_of_simulations import by_department
from presentation.names import Names
from presentation.plot import Bars, Plot, bar_plots
from presentation.tones import lane_line
from wording.foreign import visible
from wording.text import LazyText, _, _n, in_language

LATEST_SHOWN: Final = 10
"""Of the cases whose promise would have been broken, those by most; all stand in the CSV."""
FIGURES: Final[Mapping[str, LazyText]] = {
    "cases": _("Cases"),
    "met": _("Promise kept"),
    "breached": _("Promise broken"),
    "warnings": _("Warnings"),
    "escalations": _("Escalations"),
}
BANDS: Final[Mapping[float, LazyText]] = {
    1: _("by one day at most"),
    7: _("by one week at most"),
    30: _("by 30 days at most"),
    inf: _("by more"),
}
"""In days by the wall clock, and what they are called."""
LEFT_OUT: Final[Mapping[str, LazyText]] = {
    "calendar_range": _("the calendar does not cover them"),
    "older": _("their events do not say who acted"),
    "without_time": _("they have no instant at all"),
}


def simulation_screen(simulation: Simulation, names: Names) -> Iterator[Block | None]:
    """The sums, the departments, the cases that would have been late by most, and what was left out."""
    words = names.words
    yield _sums(simulation, names)
    yield _departments(simulation, names)
    yield _latest(simulation, names)
    changed = _n(
        "{count:,} case would have become another.",
        "{count:,} cases would have become others.",
        len(simulation.changed),
    )
    yield line(words(changed))
    yield from _remarks(simulation, names)
    pace = simulation.events / simulation.elapsed_s if simulation.elapsed_s else 0.0
    yield dim(
        words(
            _("{events:,} events of both sides in {seconds:.1f} s ({pace:,.0f} a second)."),
            events=simulation.events,
            seconds=simulation.elapsed_s,
            pace=pace,
        )
    )
    yield dim(
        words(_("People's answers stay at their recorded instants: what they would have done otherwise nobody knows."))
    )


def _sums(simulation: Simulation, names: Names) -> Table:
    words = names.words
    table = table_of(words(_("What would have been")), "", words(_("before")), words(_("after")))
    sides = (simulation.before, simulation.after)
    for lane in sorted({*simulation.before.lanes, *simulation.after.lanes}):
        table.add(lane_line(words, lane), *(f"{side.lanes[lane]:,}" for side in sides))
    for figure, said in FIGURES.items():
        if figure != "cases":
            table.add(words(said), *(_count(figure, getattr(side.whole, figure)) for side in sides))
    table.add(words(_("Overdue in law")), *(_count("breached", side.overdue_in_law) for side in sides))
    table.add(words(_("Cases that were warned")), *(f"{side.warned:,}" for side in sides))
    table.add(words(_("Late by (median)")), *_lateness(simulation, names))
    table.add(words(_("Held, working hours")), *(_hours(side.whole.used_seconds) for side in sides))
    return table


def _lateness(simulation: Simulation, names: Names) -> Iterator[str]:
    for side in (simulation.before, simulation.after):
        yield _span(median(side.late), names) if side.late else "-"


def _departments(simulation: Simulation, names: Names) -> Table | None:
    words = names.words
    headings = _in_pairs([*(words(said) for said in FIGURES.values()), words(_("Held (h)"))])
    table = table_of(
        words(_("By department, before → after")), words(_("Department")), *map(str, headings), copied=False
    )
    for department, before, after in by_department(simulation):
        held = f"{_hours(before.used_seconds)} → {_hours(after.used_seconds)}"
        figures = _in_pairs([*(_pair(figure, before, after) for figure in FIGURES), held])
        table.add(_department(simulation, department, names), *figures)
    return table.unless_empty


def _in_pairs(cells: Sequence[Inline]) -> Iterator[Line]:
    """Two below one another, so that a terminal of eighty columns holds them all."""
    return (stacked(upper, lower) for upper, lower in zip(cells[::2], cells[1::2], strict=True))


def _pair(figure: str, before: Figures, after: Figures) -> Inline:
    was, would_be = getattr(before, figure), getattr(after, figure)
    text = f"{was:,} → {would_be:,}"
    return toned(Tone.LATE, text) if figure == "breached" and would_be > was else text


def _latest(simulation: Simulation, names: Names) -> Table | None:
    words = names.words
    late = sorted(
        (each for each in simulation.changed if each.after.late_seconds > 0),
        key=lambda each: (-each.after.late_seconds, each.case),
    )
    headings = (words(_("Case")), words(_("before")), words(_("after")), words(_("Late by")))
    table = table_of(words(_("Late by most")), *headings)
    for change in late[:LATEST_SHOWN]:
        table.add(
            visible(change.case), *_states(change, names), toned(Tone.LATE, _span(change.after.late_seconds, names))
        )
    return table.unless_empty


def _states(change: Change, names: Names) -> Iterator[str]:
    for ending in (change.before, change.after):
        group = "green" if ending.promise == "green" else "clock"
        yield "-" if ending.promise is None else names.words.named(group, ending.state)


def _remarks(simulation: Simulation, names: Names) -> Iterator[Block]:
    words = names.words
    for code, count in sorted(simulation.left_out.items()):
        why = words(LEFT_OUT[code]) if code in LEFT_OUT else code
        left_out = _n("{count:,} case was left out: {why}.", "{count:,} cases were left out: {why}.", count, why=why)
        yield toned(Tone.NEAR, words(left_out))
    for code, count in sorted(simulation.not_applied.items()):
        refused = _n(
            "{count:,} recorded act would have been refused ({code}).",
            "{count:,} recorded acts would have been refused ({code}).",
            count,
            code=code,
        )
        yield toned(Tone.NEAR, words(refused))
    if simulation.linked:
        linked = _n(
            "{count:,} case belongs to a linked dossier: it was released when it was, whatever the others became.",
            "{count:,} cases belong to linked dossiers: each was released when it was, whatever the others became.",
            simulation.linked,
        )
        yield dim(words(linked))


def simulation_plot(simulation: Simulation, names: Names) -> str:
    """The promises broken while each department had the case, and by how much, before and after, as SVG."""
    words = names.words
    sides = (words(_("before")), words(_("after")))
    by_whom = [
        _bars(_department(simulation, department, names), before.breached, after.breached)
        for department, before, after in by_department(simulation)
        if before.breached or after.breached
    ]
    counts = (_bands(simulation.before), _bands(simulation.after))
    by_how_much = [
        _bars(words(said), was, would_be) for said, was, would_be in zip(BANDS.values(), *counts, strict=True)
    ]
    title = words(_("Promises broken, by who had the case"))
    return bar_plots(title, [Plot(title, sides, by_whom), Plot(words(_("By how much")), sides, by_how_much)])


def _bars(name: str, before: int, after: int) -> Bars:
    return Bars(name, before, after, f"{before:,} → {after:,}")


def _bands(side: Side) -> list[int]:
    """How many cases were late by how much, in the order of the bands."""
    counts = dict.fromkeys(BANDS, 0)
    for seconds in side.late:
        counts[next(days for days in BANDS if seconds <= days * DAY_SECONDS)] += 1
    return list(counts.values())


def _department(simulation: Simulation, department: str, names: Names) -> str:
    called = simulation.names.get(department)
    return names.holder(department) if called is None else visible(called)


def _count(figure: str, count: int) -> Inline:
    return toned(Tone.LATE, f"{count:,}") if figure == "breached" and count else f"{count:,}"


def _hours(seconds: float) -> str:
    return f"{seconds / HOUR_SECONDS:,.1f}"


def _span(seconds: float, names: Names) -> str:
    said = span_said(seconds)
    return "<1'" if said is None else in_language(said, names.words.language)
