"""Cases and waiting steps as tables: narrow enough for a terminal of eighty columns, every id by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cases.turn import CaseView
from presentation.blocks import Block, Column, Inline, Table, Tone, dim, line, stacked, table_of, toned
from presentation.cases.late_steps import TOLD, late_step_table
from presentation.cases.promises import nearness, promise_lines
from presentation.lateness import delay_said
from presentation.moments import Moments
from presentation.names import beside
from presentation.tones import lane_line, status_line
from services.case_lists import CaseList
from services.lateness import Delay, WaitingStep
from wording.text import _, _p, in_language


def case_table(title: str, views: Iterable[CaseView], moments: Moments) -> Table:
    """One row a case: what belongs together stands below one another."""
    words, names = moments.words, moments.names
    *headings, promise = map(
        words, (_("Dossier\nReceived"), _("Procedure\nLane"), _("Status\nHeld by"), _p("given_promise", "Appointments"))
    )
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


def case_list_screen(listed: CaseList, moments: Moments) -> Iterator[Block | None]:
    """The cases, how many more there are, and below them the steps that are late."""
    words = moments.words
    if not listed.cases:
        yield line(words(_("There are no cases.")))
        return
    yield case_table(words(_("Cases")), listed.cases, moments)
    shown = len(listed.cases)
    yield line(words(_("{shown} of {total} shown."), shown=shown, total=listed.total)) if listed.total > shown else None
    yield late_step_table(listed.late_steps, moments)
    yield line(in_language(TOLD, words.language)) if listed.late_steps else None
    yield None if moments.scale is None else line(moments.scale)


def _status(view: CaseView, moments: Moments) -> Inline:
    status = status_line(moments.words, "status", view.status)
    if view.outcome is not None:
        return line(status, ": ", moments.words.named("outcome", view.outcome))
    if view.holder in (None, "suspension"):
        return status
    return stacked(status, dim(moments.names.holder(view.holder)))


def work_table(title: str, steps: Iterable[WaitingStep], moments: Moments) -> Table:
    """One row a waiting step, with the id that its answer names; how late is in working time, as on every other list."""
    words, names = moments.words, moments.names
    table = table_of(
        title, *map(words, (_p("dossier", "Dossier"), _("Step"), _("Procedure\nLane"), _("Due"), _("Level")))
    )
    for step in steps:
        item, delay = step.item, step.delay
        tone = Tone.LATE if item.overdue else nearness(item.due_at, moments)
        due_at = item.due_at if delay is None else delay.limit_at
        distance = moments.distance(due_at) if delay is None else words(_("{span} late"), span=_span(delay, moments))
        table.add(
            item.dossier_code or item.case_id,
            beside(item.name_en if words.language == "en" else item.name_vi, item.step_id),
            stacked(names.procedure(item.procedure), lane_line(words, item.lane)),
            toned(tone, stacked(moments.instant(due_at), distance)),
            toned(Tone.LATE, str(item.level)) if item.level else "",
            ends=True,
        )
    return table


def _span(delay: Delay, moments: Moments) -> str:
    return in_language(delay_said(delay), moments.words.language)
