"""What was handed in, and as what it was taken."""

from __future__ import annotations

from collections.abc import Iterable

from presentation.blocks import Table, Tone, stacked, table_of, toned
from presentation.cases.promises import promise_lines
from presentation.moments import Moments
from presentation.tones import lane_line
from services.applications import Submitted
from wording.text import _, _p


def submitted_table(taken: Iterable[tuple[str, Submitted]], moments: Moments) -> Table | None:
    """One row an application, by its source's id: its lane and its promises, once they are on record."""
    words, names = moments.words, moments.names
    headings = (
        _("Application"),
        _p("dossier", "Dossier"),
        _("Procedure\nLane"),
        _p("given_promise", "Appointments"),
        _("Submitted"),
    )
    table = table_of(None, *map(words, headings))
    for application_id, answer in taken:
        view = answer.view
        table.add(
            application_id,
            (view and view.dossier_code) or answer.case_id,
            stacked(names.procedure(view.procedure), lane_line(words, view.lane)) if view else "-",
            stacked(*promise_lines(view, moments)) if view else "-",
            words(_("known")) if answer.is_known else toned(Tone.GOOD, words(_("new"))),
        )
    return table.unless_empty
