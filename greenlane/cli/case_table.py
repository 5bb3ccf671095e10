"""Cases and waiting steps as tables: narrow enough for a terminal of eighty columns, every id by its name."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from cases.turn import CaseView, WorkItem
from greenlane.cli.lateness import LateTime
from greenlane.cli.moments import Moments
from greenlane.cli.names import beside
from greenlane.cli.output import table_of
from greenlane.cli.promise_cells import nearness, promise_lines
from greenlane.cli.styles import LATE, lane_markup, painted, status_markup


def case_table(title: str, found: Iterable[CaseView], moments: Moments) -> Table:
    """One row a case: what belongs together stands below one another."""
    words, names = moments.words, moments.names
    headings = ("dossier_and_receipt", "procedure_and_lane", "status_and_holder", "given_promise")
    table = table_of(title, *map(words, headings))
    for view in found:
        status = status_markup(words, "status", view.status)
        if view.outcome is not None:
            status = f"{status}: {words.named('outcome', view.outcome)}"
        elif view.holder not in (None, "suspension"):
            status = f"{status}\n[dim]{escape(names.holder(view.holder))}[/dim]"
        table.add_row(
            f"{view.dossier_code or view.case_id}\n[dim]{moments.instant(view.opened_at)}[/dim]",
            f"{escape(names.procedure(view.procedure))}\n{lane_markup(words, view.lane)}",
            status,
            "\n".join(promise_lines(view, moments)) or "-",
            end_section=True,
        )
    table.columns[-1].no_wrap = True
    return table


def work_table(title: str, items: Iterable[WorkItem], moments: Moments, late: LateTime) -> Table:
    """One row a waiting step, with the id that its answer names; how late is in working time, as on every other list."""
    words, names = moments.words, moments.names
    table = table_of(title, *map(words, ("dossier", "step", "procedure_and_lane", "due", "level")))
    for item in items:
        colour = LATE if item.overdue else nearness(item.due_at, moments)
        step = item.name_en if words.language == "en" else item.name_vi
        due_at = item.due_at if item.late is None else item.late.limit_at
        distance = moments.distance(due_at) if item.late is None else late.since(item.case_id, item.late)
        due = [moments.instant(due_at), distance]
        table.add_row(
            item.dossier_code or item.case_id,
            beside(step, item.step_id),
            f"{escape(names.procedure(item.procedure))}\n{lane_markup(words, item.lane)}",
            "\n".join(painted(text, colour) for text in due if text),
            painted(str(item.level), LATE) if item.level else "",
            end_section=True,
        )
    return table
