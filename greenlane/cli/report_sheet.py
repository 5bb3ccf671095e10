"""A report as a table, as JSON, as CSV and as a plot."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from cases.reporting import COUNTS, Tally, summed
from greenlane.accounts import accounts
from greenlane.cli.output import table_of
from greenlane.cli.progress import counted
from greenlane.cli.session import Session
from greenlane.cli.styles import LATE, painted
from greenlane.cli.writing import FileRefusedError, write_file
from presentation.instants import instant_json
from presentation.moments import Moments
from presentation.plot import Bars, bar_plot
from presentation.words.time_words import TimeWords
from store.views import CaseFilter
from wording.errors import GreenlaneError
from wording.foreign import in_cell
from wording.text import _

HOUR_SECONDS = 3600
APPOINTMENTS = ("past_appointment", "appointments_missed", "new_appointments")
"""Counted apart on the screen: an appointment that passed is no limit exceeded."""


class PeriodReversedError(GreenlaneError):
    """A period ends before it begins."""

    code = "period_reversed"


@dataclass(frozen=True, slots=True)
class Period:
    """From one business instant up to another; None is open."""

    from_at: datetime | None
    until_at: datetime | None

    @classmethod
    def checked(cls, from_at: datetime | None, until_at: datetime | None) -> Self:
        """Raises PeriodReversedError where the end does not come after the beginning."""
        if from_at is not None and until_at is not None and until_at <= from_at:
            raise PeriodReversedError(
                _("The period ends at {until_at}, not after its beginning.", until_at=until_at.isoformat()),
                field="to",
                remedy=_("Give an end after the beginning."),
            )
        return cls(from_at, until_at)


def writable(file: Path | None, suffix: str, field: str) -> None:
    """Raises FileRefusedError before any server is asked, where the file cannot be meant."""
    if file is None:
        return
    if file.suffix.lower() != suffix:
        raise FileRefusedError(
            _("{file} is no {suffix} file.", file=file, suffix=suffix),
            field=field,
            remedy=_("Name a file that ends in {suffix}.", suffix=suffix),
        )
    if not file.absolute().parent.is_dir():
        raise FileRefusedError(
            _("There is no folder {parent}.", parent=file.parent),
            field=field,
            remedy=_("Make the folder first."),
        )


@dataclass(frozen=True)
class ReportSheet:
    """The figures, in a language."""

    by: str
    period: Period
    groups: dict[str, Tally]
    whole: Tally
    duties: dict[str, str]
    """The duties by id, with their names."""
    words: TimeWords
    moments: Moments

    def as_json(self) -> dict[str, Any]:
        """The answer of `report --json`. Times in working seconds."""
        return {
            "ok": True,
            "by": self.by,
            "from": instant_json(self.period.from_at),
            "to": instant_json(self.period.until_at),
            "groups": [{self.by: name, **_tally_json(tally)} for name, tally in self.groups.items()],
            "total": _tally_json(self.whole),
        }

    def screen(self) -> Iterator[RenderableType | None]:
        """One line a group, a line for all, and the duties."""
        words = self.words
        keys = ("cases", "closed", "met", "breached", "set_aside", "escalations", "promised", "used", "share", "held")
        table = table_of(words("report"), words(self.by), *(words(f"report.{key}") for key in keys))
        for name, tally in self.groups.items():
            table.add_row(escape(self._named(name)), *self._cells(tally))
        table.add_section()
        table.add_row(f"[bold]{words('report.total')}[/bold]", *self._cells(self.whole))
        yield table
        yield self._appointment_table()
        yield self._duty_table()
        yield f"[dim]{words('report.measure')}[/dim]"
        yield self.moments.scale

    def _named(self, name: str) -> str:
        """The group as people call it; time that no department had is somebody's too."""
        if self.by == "lane":
            return self.words.named("lane", name)
        names = self.moments.names
        return names.holder(name) if self.by == "department" else names.procedure(name)

    def _cells(self, tally: Tally) -> Iterator[str]:
        for count in (tally.cases, tally.closed, tally.met):
            yield str(count)
        yield painted(str(tally.breached), LATE) if tally.breached else "0"
        yield str(tally.set_aside)
        yield str(tally.escalations)
        yield _hours(tally.promised_seconds)
        yield _hours(tally.used_seconds)
        share = tally.used_share
        yield "-" if share is None else painted(f"{share:.0%}", LATE if share > 1 else "green")
        yield _hours(tally.held_seconds)

    def _appointment_table(self) -> Table | None:
        words = self.words
        table = table_of(
            words("report.appointments"), words(self.by), *(words(f"report.{name}") for name in APPOINTMENTS)
        )
        for name, tally in self.groups.items():
            counts = [getattr(tally, figure) for figure in APPOINTMENTS]
            if any(counts):
                table.add_row(escape(self._named(name)), *map(str, counts))
        return table if table.row_count else None

    def _duty_table(self) -> Table | None:
        words = self.words
        table = table_of(words("duties"), words(self.by), words("duty"), words("report.arose"), words("report.late"))
        for name, tally in self.groups.items():
            for duty, arose in tally.duties.items():
                late = tally.duties_late.get(duty, 0)
                shown = painted(str(late), LATE) if late else "0"
                table.add_row(escape(self._named(name)), escape(self.duties.get(duty, duty)), str(arose), shown)
        return table if table.row_count else None

    def write(self, table_file: Path | None, plot_file: Path | None) -> None:
        """Write the files that are wanted. Raises FileRefusedError."""
        if table_file is not None:
            # A byte-order mark, so that spreadsheets read the Vietnamese names.
            write_file(table_file, "\ufeff" + self._csv(), "csv")
        if plot_file is not None:
            write_file(plot_file, self._plot(), "plot")

    def _csv(self) -> str:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        duties = sorted({duty for tally in self.groups.values() for duty in tally.duties} | set(self.duties))
        times = ("promised_seconds", "used_seconds", "held_seconds")
        names = (name for duty in duties for name in (duty, f"{duty} late"))
        writer.writerow([self.by, *COUNTS, *times, *names])
        for name, tally in (*self.groups.items(), ("", self.whole)):
            counts = [getattr(tally, figure) for figure in COUNTS]
            seconds = [round(getattr(tally, time)) for time in times]
            kept = [n for duty in duties for n in (tally.duties.get(duty, 0), tally.duties_late.get(duty, 0))]
            writer.writerow([in_cell(name), *counts, *seconds, *kept])
        return text.getvalue()

    def _plot(self) -> str:
        lines = [
            Bars(
                self._named(name),
                tally.promised_seconds / HOUR_SECONDS,
                tally.used_seconds / HOUR_SECONDS,
                "-" if tally.used_share is None else f"{tally.used_share:.0%}",
            )
            for name, tally in self.groups.items()
        ]
        return bar_plot(self.words("report"), (self.words("report.promised"), self.words("report.used")), lines)


def report_of(session: Session, by: str, period: Period) -> ReportSheet:
    """Fold the period's cases and add them up. Raises StoreError."""
    words, moments = TimeWords(session.words.language), session.moments
    whole = Tally()
    found = []
    with counted(words("looking"), session.views.count(CaseFilter())) as told:
        for account in accounts(
            session.wiring, from_at=period.from_at, until_at=period.until_at, now=moments.now, told=told
        ):
            whole.add(account.whole)
            found.append(account)
    rules = session.wiring.catalog.duties
    names = {} if rules is None else {duty.id: duty.name.in_language(words.language) for duty in rules.duties}
    return ReportSheet(by, period, summed(found, by), whole, names, words, moments)


def _tally_json(tally: Tally) -> dict[str, Any]:
    return {
        **{name: getattr(tally, name) for name in COUNTS},
        "promised_seconds": round(tally.promised_seconds),
        "used_seconds": round(tally.used_seconds),
        "used_share": tally.used_share and round(tally.used_share, 4),
        "held_seconds": round(tally.held_seconds),
        "duties": {duty: {"arose": n, "late": tally.duties_late.get(duty, 0)} for duty, n in tally.duties.items()},
    }


def _hours(seconds: float) -> str:
    return f"{seconds / HOUR_SECONDS:.1f}"
