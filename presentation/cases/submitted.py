"""What was handed in, and as what it was taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from presentation.blocks import Line, Table, Tone, line, stacked, table_of, toned
from presentation.cases.promises import promise_lines
from presentation.moments import Moments
from presentation.tones import lane_line
from presentation.troubles import WARNING
from presentation.words.words import Words
from services.applications import Submitted, SubmittedEntry
from wording.text import _, _p


def submitted_table(entries: Iterable[SubmittedEntry], moments: Moments) -> Table | None:
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
    for entry, answer in entries:
        if not isinstance(answer, Submitted):
            continue
        view = answer.view
        table.add(
            entry.application_id or "",
            (view and view.dossier_code) or answer.case_id,
            stacked(names.procedure(view.procedure), lane_line(words, view.lane)) if view else "-",
            stacked(*promise_lines(view, moments)) if view else "-",
            words(_("known")) if answer.is_known else toned(Tone.GOOD, words(_("new"))),
        )
    return table.unless_empty


def unrecorded_line(entries: Iterable[SubmittedEntry], words: Words) -> Line | None:
    """How many were accepted that nobody has recorded yet; None: all are on record."""
    count = sum(isinstance(answer, Submitted) and answer.view is None for __, answer in entries)
    said = _("{count} accepted, not opened yet: no worker answers. They are opened as soon as one runs.")
    return line(WARNING, " ", words(said, count=count)) if count else None


def submitted_line(entries: Sequence[SubmittedEntry], words: Words) -> Line:
    """How many are new, known and refused."""
    taken = [answer for __, answer in entries if isinstance(answer, Submitted)]
    known = sum(answer.is_known for answer in taken)
    said = _("{new} new, {known} known, {refused} refused.")
    return line(words(said, new=len(taken) - known, known=known, refused=len(entries) - len(taken)))
