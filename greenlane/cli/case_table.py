"""Cases and waiting steps as tables."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from cases.turn import CaseView, WorkItem
from greenlane.cli.moments import Moments
from greenlane.cli.output import table_of
from greenlane.cli.promise_cells import Kind, appointment_markup, lawful_end_text, nearness, promise_of
from greenlane.cli.styles import LATE, lane_markup, painted, status_markup


def case_table(title: str, found: Iterable[CaseView], moments: Moments) -> Table:
    """One line a case."""
    words = moments.words
    table = table_of(
        title,
        *map(words, ("dossier", "procedure", "lane", "status", "holder", "opened_at", "statutory_due", "green_due")),
    )
    for view in found:
        status = status_markup(words, "status", view.status)
        if view.outcome is not None:
            status = f"{status} [dim]({words.named('outcome', view.outcome)})[/dim]"
        table.add_row(
            view.dossier_code or view.case_id,
            view.procedure,
            lane_markup(words, view.lane),
            status,
            escape(words.named("holder", view.holder)),
            moments.instant(view.opened_at),
            _promise_cell(view, "statutory", moments),
            _promise_cell(view, "green", moments),
        )
    return table


def work_table(title: str, items: Iterable[WorkItem], moments: Moments) -> Table:
    """One line a waiting step."""
    words = moments.words
    table = table_of(title, *map(words, ("dossier", "step", "name", "procedure", "lane", "due", "time", "level")))
    for item in items:
        colour = LATE if item.overdue else nearness(item.due_at, moments)
        table.add_row(
            item.dossier_code or item.case_id,
            escape(item.step_id),
            escape(item.name_en if words.language == "en" else item.name_vi),
            item.procedure,
            lane_markup(words, item.lane),
            painted(moments.instant(item.due_at), colour),
            painted(moments.distance(item.due_at), colour),
            painted(str(item.level), LATE) if item.level else "",
        )
    return table


def _promise_cell(view: CaseView, kind: Kind, moments: Moments) -> str:
    """The appointment, and below it the lawful end."""
    promised, lawful_day = promise_of(view, kind)
    lawful = lawful_end_text(lawful_day, kind, moments)
    shown = appointment_markup(promised, kind, moments)
    return shown if lawful is None else f"{shown}\n[dim]{lawful}[/dim]"
