"""What `watch` shows: open cases, their late steps, and the last events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cases.turn import CaseView
from presentation.blocks import Block, Table, line, table_of
from presentation.cases.case_table import case_table
from presentation.cases.event_lines import event_cells, event_columns
from presentation.cases.late_steps import late_step_table
from presentation.moments import Moments
from services.watching import Present
from wording.text import _


def present_screen(present: Present, moments: Moments) -> Iterator[Block]:
    """From top to bottom."""
    seen, total = present.open_cases, present.total
    title = f"{moments.words(_('Open cases'))}: {seen.total} / {total}   {moments.instant(moments.now)}"
    yield case_table(title, seen.cases, moments)
    if (late := late_step_table(seen.late_steps, moments)) is not None:
        yield late
    yield _event_table(present, moments)
    if moments.scale is not None:
        yield line(moments.scale)


def _event_table(present: Present, moments: Moments) -> Table:
    codes = {view.case_id: view.dossier_code or view.case_id for view in present.open_cases.cases}
    table = table_of(moments.words(_("Latest events")), moments.words(_("Case")), *event_columns(moments.words))
    for event in present.events:
        case_id = event.row.case_id
        table.add(codes.get(case_id, case_id), *event_cells(event.row.record, _of_case(event.case, moments)))
    return table


def _of_case(case: CaseView | None, moments: Moments) -> Moments:
    """With what the steps and documents of the case are called."""
    names = moments.names
    version = None if case is None else names.procedure_version(case.procedure, case.procedure_version)
    return moments if version is None else replace(moments, known=names.of_procedure(version))
