"""What the demonstration ends with: cases by lane and outcome, promised against used, rungs fired, invariants checked."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.table import Table

from audit.verification_report import none_violated
from cases.promised import Promised
from cases.turn import CaseView
from greenlane.console import Console
from wording.text import LazyText, _, _p, in_language

PICTURE_WIDTH = 154
LANES = ("standard", "green_60", "green_24h")
MARKS = {"met": "[green]kept ✓[/green]", "breached": "[red]broken ✗[/red]", "cancelled": "[dim]-[/dim]"}

CASE_HEADINGS = (
    _p("dossier", "Dossier"),
    _("Procedure"),
    _("Lane"),
    _("Outcome"),
    _("Appointment"),
    _p("narrow", "Lawful end"),
    _("Closed"),
    _p("narrow", "Appt."),
    _p("narrow", "Law"),
    _p("narrow", "Green appt."),
    _p("narrow", "Green"),
)


@dataclass(slots=True)
class DemoReport:
    """Everything in it was read from the ledger, the topics and the read models of the stack that ran."""

    views: list[CaseView]
    rungs: dict[str, int]
    acknowledged: int
    dead_letters: int
    alerts_by_webhook: int
    violations: dict[str, int | None]
    """By invariant; None: not asked."""
    findings: list[str]
    elapsed_s: float
    factor: float
    events: int
    expected: int
    dossiers: dict[str, dict[str, int | bool]] = field(default_factory=dict)
    """By template: applications, closed, released_early, promise_kept."""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def closed(self) -> int:
        """Cases that have ended."""
        return sum(view.closed_at is not None for view in self.views)

    @property
    def ok(self) -> bool:
        """All applications became cases, all cases closed, all openings too, none released early, no invariant violated."""
        opened = all(d["closed"] == d["applications"] and not d["released_early"] for d in self.dossiers.values())
        return opened and len(self.views) == self.closed == self.expected and none_violated(self.violations)

    def as_json(self) -> dict[str, Any]:
        """The contract for machines."""
        return {
            "ok": self.ok,
            "cases": len(self.views),
            "closed": self.closed,
            "by_lane": {lane: sum(view.lane == lane for view in self.views) for lane in LANES},
            "by_outcome": _counts(view.outcome or "open" for view in self.views),
            "rungs_fired": sum(self.rungs.values()),
            "acknowledged": self.acknowledged,
            "dead_letters": self.dead_letters,
            "violations": self.violations,
            "elapsed_s": round(self.elapsed_s, 1),
            "rungs": self.rungs,
            "alerts_by_webhook": self.alerts_by_webhook,
            "events": self.events,
            "factor": self.factor,
            "findings": self.findings,
            "dossiers": self.dossiers,
            **self.extra,
        }

    def draw(self, picture: Path, zone: ZoneInfo) -> None:
        """For people, as a picture of the terminal (SVG)."""
        drawn = Console(record=True, width=PICTURE_WIDTH, file=io.StringIO())
        self.show(drawn, zone)
        drawn.save_svg(str(picture), title="greenlane demo")

    def show(self, console: Console, zone: ZoneInfo) -> None:
        """For people."""
        console.print(self._cases(zone))
        console.print(self._outcomes())
        if self.dossiers:
            console.print(self._openings())
        rungs = ", ".join(f"{kind} {count}" for kind, count in sorted(self.rungs.items())) or "none"
        console.print(
            f"{both(_('Rungs fired'))}: {rungs}; acknowledged {self.acknowledged}; by webhook {self.alerts_by_webhook}"
        )
        checked = " ".join(f"{name} {_checked(count)}" for name, count in self.violations.items())
        console.print(f"{both(_('Invariants'))}: {checked}")
        verdict = "[bold green]✓ all is well[/bold green]" if self.ok else "[bold red]✗ not well[/bold red]"
        console.print(
            f"{verdict}: {self.closed} of {self.expected} cases closed, {self.events} events, dead letters {self.dead_letters},"
            f" {self.elapsed_s:.0f} s at {self.factor:g}×"
        )

    def _cases(self, zone: ZoneInfo) -> Table:
        table = Table(
            title=both(_("Promised against used")),
            title_justify="left",
            header_style="bold",
            box=box.SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
            pad_edge=False,
        )
        for heading in CASE_HEADINGS:
            table.add_column(f"{in_language(heading, 'vi')}\n{heading}", no_wrap=True, vertical="bottom")
        for view in sorted(self.views, key=lambda one: one.opened_at):
            table.add_row(
                view.dossier_code or view.application_id,
                view.procedure,
                _coloured(view.lane),
                view.outcome or "open",
                _time(view.statutory_due_at, zone),
                "-" if view.statutory_lawful_day is None else f"{view.statutory_lawful_day:%d/%m} 24:00",
                _time(view.closed_at, zone),
                _kept(view.promises.statutory),
                MARKS.get(view.statutory_state or "", ""),
                _time(view.green_due_at, zone),
                MARKS.get(view.green_state or "", ""),
            )
        return table

    def _openings(self) -> Table:
        table = Table(title=both(_("Business openings")), title_justify="left", header_style="bold")
        for name in ("Opening", "Applications", "Closed", "Released early", "Promise"):
            table.add_column(name, no_wrap=True)
        for template, totals in self.dossiers.items():
            promise = MARKS["met" if totals["promise_kept"] else "breached"]
            counts = (str(totals[name]) for name in ("applications", "closed", "released_early"))
            table.add_row(template, *counts, promise)
        return table

    def _outcomes(self) -> Table:
        outcomes = sorted({view.outcome or "open" for view in self.views})
        table = Table(title=both(_("By lane and outcome")), title_justify="left", header_style="bold")
        table.add_column("Lane")
        for outcome in (*outcomes, "all"):
            table.add_column(outcome, justify="right")
        for lane in LANES:
            row = _counts(view.outcome or "open" for view in self.views if view.lane == lane)
            table.add_row(_coloured(lane), *(str(row.get(o, 0)) for o in outcomes), str(sum(row.values())))
        return table


def both(text: LazyText) -> str:
    """The demonstration speaks to everybody at once."""
    return f"{text} / {in_language(text, 'vi')}"


def _checked(count: int | None) -> str:
    """What was found against an invariant; a dash: it was not asked."""
    if count is None:
        return "–"
    return f"✗ {count}" if count else "✓"


def _kept(promised: Promised | None) -> str:
    """Whether the result came by the instant that the applicant was told."""
    if promised is None or promised.appointment_kept is None:
        return "[dim]-[/dim]"
    return "[green]kept ✓[/green]" if promised.appointment_kept else "[yellow]missed ✗[/yellow]"


def _counts(names: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))


def _coloured(lane: str) -> str:
    return lane if lane == "standard" else f"[green]{lane}[/green]"


def _time(at: datetime | None, zone: ZoneInfo) -> str:
    return "-" if at is None else f"{at.astimezone(zone):%d/%m %H:%M}"
