"""Refusals of what is asked about a person, or for one, in both languages."""

from __future__ import annotations

from typing import Final

from wording.text import Texts, _

PERSON_TEXTS: Final[Texts] = {
    "case_open": (
        _("The person has a case that is open: {cases}."),
        _("Nothing is erased before every case has ended; correct what is wrong with `greenlane subject correct`."),
    ),
    "number_taken": (
        _("Another subject has this number: {other}."),
        _("Check the number; two subjects are never made into one."),
    ),
    "retention_runs": (
        _("The law demands that dossier {case} is kept until the end of {last_day}."),
        _("Tell the person so, with the legal basis; ask again after that day."),
    ),
    "subject_erased": (
        _("The person behind {subject} was erased; nothing is held any more."),
        _("Nothing is to be done; the erasure is on record."),
    ),
    "subject_unknown": (
        _("There is no subject {subject}."),
        _("Look for the person with `greenlane subject find`, and use the reference that it shows."),
    ),
    "values_differ": (
        _("The applications under this subject say different things in {fields}: they may be of different people."),
        _("Look at each with `greenlane subject show`, and name the one that is meant with --case (case)."),
    ),
}
PERSON_VARIANTS: Final[Texts] = {
    "retention_runs.permanent": (
        _("The law demands that dossier {case} is kept permanently."),
        _("Tell the person so, with the legal basis."),
    ),
    "retention_runs.unknown": (
        _("Nothing says how long dossier {case} must be kept; so it is kept."),
        _("Publish the list of retention times in the catalogue, then ask again."),
    ),
}
"""What a code says in a case of its own, by the code and the refusal's detail `variant`."""
