"""That a dossier was handed in."""

from __future__ import annotations

from presentation.blocks import Line, line
from presentation.words.words import Words
from services.dossiers import SubmittedDossier
from wording.text import _


def submitted_dossier_line(submitted: SubmittedDossier, words: Words) -> Line:
    """Whether it is new, and whether it is on record."""
    said = _("Dossier {dossier} was submitted before.") if submitted.is_known else _("Dossier {dossier} submitted.")
    if submitted.view is None:
        said = _("Dossier {dossier} was accepted, not opened yet: no worker answers. It is opened as soon as one runs.")
    return line(words(said, dossier=f"{submitted.dossier_id} ({submitted.stream_id})"))
