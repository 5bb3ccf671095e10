"""Late steps beside late cases: which step, whose, how late. Of a step it is never said that it is overdue in law."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from presentation.blocks import Table, Tone, table_of, toned
from presentation.instants import end_said
from presentation.lateness import delay_said
from presentation.moments import Moments
from presentation.names import both
from services.lateness import WaitingStep
from wording.text import _, in_language

TITLE: Final = _("Late steps")
TOLD: Final = _("Who was told, and the command to acknowledge: greenlane escalations --open")
HEADINGS: Final = (_("Dossier"), _("Step"), _("Department"), _("Limit of the step"), _("Late by"))


def late_step_table(steps: Sequence[WaitingStep], moments: Moments) -> Table | None:
    """One row a step; None: no step is late."""
    if not steps:
        return None
    language = moments.words.language
    table = table_of(*(in_language(text, language) for text in (TITLE, *HEADINGS)))
    for step in steps:
        item, delay = step.item, step.delay
        table.add(
            item.dossier_code or item.case_id,
            in_language(both(item.name_vi, item.name_en), language),
            moments.names.department(item.department),
            "-" if delay is None else in_language(end_said(delay.limit_at, moments.zone), language),
            toned(Tone.LATE, "-" if delay is None else in_language(delay_said(delay), language)),
        )
    return table
