"""A report as tables and as a plot."""

from __future__ import annotations

from collections.abc import Iterator

from cases.reporting import Tally
from presentation.blocks import Block, Inline, Table, Tone, dim, line, strong, table_of, toned
from presentation.moments import Moments
from presentation.plot import Bars, bar_plot
from presentation.words.words import Words
from services.reports import Report
from wording.text import _

HOUR_SECONDS = 3600
FIGURES = ("cases", "closed", "met", "breached", "set_aside", "escalations", "promised", "used", "share", "held")
APPOINTMENTS = ("past_appointment", "appointments_missed", "new_appointments")
"""Counted apart on the screen: an appointment that passed is no limit exceeded."""


def report_screen(report: Report, moments: Moments) -> Iterator[Block | None]:
    """One line a group, a line for all, the appointments and the duties."""
    words = _words(moments)
    table = table_of(
        words(_("Promised against used")),
        words.named("by", report.by),
        *(words.named("report", key) for key in FIGURES),
    )
    for number, (name, tally) in enumerate(report.groups.items(), start=1):
        table.add(_named(report, name, moments), *_cells(tally), ends=number == len(report.groups))
    table.add(strong(words(_("All"))), *_cells(report.whole))
    yield table
    yield _appointment_table(report, moments)
    yield _duty_table(report, moments)
    yield dim(
        words(
            _(
                "Working hours. Breached: past the lawful end. Used: of promises that have ended, "
                "suspensions left out. Held: every minute has one owner."
            )
        )
    )
    yield None if moments.scale is None else line(moments.scale)


def _words(moments: Moments) -> Words:
    return Words(moments.words.language)


def _named(report: Report, name: str, moments: Moments) -> str:
    """The group as people call it; time that no department had is somebody's too."""
    if report.by == "lane":
        return moments.words.named("lane", name)
    return moments.names.holder(name) if report.by == "department" else moments.names.procedure(name)


def _cells(tally: Tally) -> Iterator[Inline]:
    yield from map(str, (tally.cases, tally.closed, tally.met))
    yield toned(Tone.LATE, str(tally.breached)) if tally.breached else "0"
    yield from map(str, (tally.set_aside, tally.escalations))
    yield from map(_hours, (tally.promised_seconds, tally.used_seconds))
    share = tally.used_share
    yield "-" if share is None else toned(Tone.LATE if share > 1 else Tone.GOOD, f"{share:.0%}")
    yield _hours(tally.held_seconds)


def _appointment_table(report: Report, moments: Moments) -> Table | None:
    words = _words(moments)
    headings = (words.named("report", figure) for figure in APPOINTMENTS)
    table = table_of(words(_("Appointments")), words.named("by", report.by), *headings)
    for name, tally in report.groups.items():
        counts = [getattr(tally, figure) for figure in APPOINTMENTS]
        if any(counts):
            table.add(_named(report, name, moments), *map(str, counts))
    return table.unless_empty


def _duty_table(report: Report, moments: Moments) -> Table | None:
    words = _words(moments)
    names = {duty.id: duty.name.in_language(words.language) for duty in report.duties}
    table = table_of(
        words(_("The agencies' own duties of time")),
        words.named("by", report.by),
        words(_("Duty")),
        words(_("Arose")),
        words(_("Late")),
    )
    for name, tally in report.groups.items():
        for duty, arose in tally.duties.items():
            late = tally.duties_late.get(duty, 0)
            shown = toned(Tone.LATE, str(late)) if late else "0"
            table.add(_named(report, name, moments), names.get(duty, duty), str(arose), shown)
    return table.unless_empty


def report_plot(report: Report, moments: Moments) -> str:
    """Promised against used time of each group, as SVG."""
    words = _words(moments)
    bars = [
        Bars(
            _named(report, name, moments),
            tally.promised_seconds / HOUR_SECONDS,
            tally.used_seconds / HOUR_SECONDS,
            "-" if tally.used_share is None else f"{tally.used_share:.0%}",
        )
        for name, tally in report.groups.items()
    ]
    return bar_plot(words(_("Promised against used")), (words(_("Promised (h)")), words(_("Used (h)"))), bars)


def _hours(seconds: float) -> str:
    return f"{seconds / HOUR_SECONDS:.1f}"
