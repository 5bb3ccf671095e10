"""Cases and waiting steps as tables: narrow enough for a terminal of eighty columns, every id by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cases.lateness import Lateness
from cases.turn import CaseView, WorkItem
from presentation.blocks import Column, Inline, Table, Tone, dim, line, stacked, table_of, toned
from presentation.cases.promises import nearness, promise_lines
from presentation.moments import Moments
from presentation.names import beside
from presentation.tones import lane_line, status_line

Late = Callable[[str, Lateness], str]
"""How late something of a stream is, in words."""


def case_table(title: str, views: Iterable[CaseView], moments: Moments) -> Table:
    """One row a case: what belongs together stands below one another."""
    words, names = moments.words, moments.names
    *headings, promise = map(words, ("dossier_and_receipt", "procedure_and_lane", "status_and_holder", "given_promise"))
    table = table_of(title, *headings, Column(promise, unbroken=True))
    for view in views:
        table.add(
            stacked(view.dossier_code or view.case_id, dim(moments.instant(view.opened_at))),
            stacked(names.procedure(view.procedure), lane_line(words, view.lane)),
            _status(view, moments),
            stacked(*promise_lines(view, moments)) or "-",
            ends=True,
        )
    return table


def _status(view: CaseView, moments: Moments) -> Inline:
    status = status_line(moments.words, "status", view.status)
    if view.outcome is not None:
        return line(status, ": ", moments.words.named("outcome", view.outcome))
    if view.holder in (None, "suspension"):
        return status
    return stacked(status, dim(moments.names.holder(view.holder)))


def work_table(title: str, items: Iterable[WorkItem], moments: Moments, late: Late) -> Table:
    """One row a waiting step, with the id that its answer names; how late is in working time, as on every other list."""
    words, names = moments.words, moments.names
    table = table_of(title, *map(words, ("dossier", "step", "procedure_and_lane", "due", "level")))
    for item in items:
        tone = Tone.LATE if item.overdue else nearness(item.due_at, moments)
        due_at = item.due_at if item.late is None else item.late.limit_at
        distance = moments.distance(due_at) if item.late is None else late(item.case_id, item.late)
        table.add(
            item.dossier_code or item.case_id,
            beside(item.name_en if words.language == "en" else item.name_vi, item.step_id),
            stacked(names.procedure(item.procedure), lane_line(words, item.lane)),
            toned(tone, stacked(moments.instant(due_at), distance)),
            toned(Tone.LATE, str(item.level)) if item.level else "",
            ends=True,
        )
    return table
