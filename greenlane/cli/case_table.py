"""Cases and waiting steps as tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.markup import escape
from rich.table import Table

from cases.turn import CaseView, WorkItem
from greenlane.cli.moments import Moments
from greenlane.cli.output import table_of
from greenlane.cli.styles import LATE, SOON, SOON_SECONDS, lane_markup, painted, status_markup

MET = "met"


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
            promise_markup(view.statutory_due_at, view.statutory_state, moments),
            promise_markup(view.green_due_at, view.green_state, moments),
        )
    return table


def work_table(title: str, items: Iterable[WorkItem], moments: Moments) -> Table:
    """One line a waiting step."""
    words = moments.words
    table = table_of(title, *map(words, ("dossier", "step", "name", "procedure", "lane", "due", "time", "level")))
    for item in items:
        late = item.overdue or moments.is_past(item.due_at)
        table.add_row(
            item.dossier_code or item.case_id,
            escape(item.step_id),
            escape(item.name_en if words.language == "en" else item.name_vi),
            item.procedure,
            lane_markup(words, item.lane),
            painted(moments.instant(item.due_at), LATE if late else _nearness(item.due_at, moments)),
            painted(moments.distance(item.due_at), LATE if late else _nearness(item.due_at, moments)),
            painted(str(item.level), LATE) if item.level else "",
        )
    return table


def promise_markup(due_at: datetime | None, state: str | None, moments: Moments) -> str:
    """The due instant of a promise, coloured by how it stands; `-` where nothing is promised."""
    if state is None:
        return "-"
    shown = moments.instant(due_at) if due_at is not None else moments.words("paused")
    if state == "running":
        late = moments.is_past(due_at)
        return painted(shown, LATE if late else _nearness(due_at, moments))
    return f"{shown} {status_markup(moments.words, 'clock', state)}"


def _nearness(due_at: datetime | None, moments: Moments) -> str | None:
    if due_at is None:
        return None
    return SOON if (due_at - moments.now).total_seconds() < SOON_SECONDS else None
