"""What the screens about the catalogue say, in Vietnamese and English."""

from __future__ import annotations

from typing import Final

from wording.text import LazyText, _

CATALOG_TABLE: Final[dict[str, LazyText]] = {
    # headings
    "catalogue": _("Catalogue: {place}"),
    "entry": _("Kind, id, version"),
    "first_day": _("Holds from"),
    "last_day": _("Last day"),
    "published_at": _("Published"),
    "published_by": _("By"),
    "field": _("Field"),
    "before": _("Before"),
    "after": _("After"),
    "drafts": _("Not published yet"),
    "new_versions": _("Published just now"),
    # states of a version
    "version_state.draft": _("draft"),
    "version_state.future": _("begins later"),
    "version_state.in_force": _("in force"),
    "version_state.ended": _("ended"),
    "version_state.replaced": _("replaced"),
    # places
    "place.stack": _("the running system"),
    # sentences
    "sound": _("{folder}: {files} files, no fault. {drafts} version(s) are not published yet."),
    "no_changes": _("Nothing differs from {place}."),
    "first_version": _("{which}: new"),
    "next_version": _("{which}: follows version {before}"),
    "other_version": _("{which}: says something else"),
    "missing_version": _("{which}: not in this folder"),
    "no_fields": _("It says the same."),
    "nothing_new": _("Nothing new: all {known} are published."),
    "published_folder": _("{count} version(s) published in {folder}."),
    "published_stack": _("{count} version(s) published; the running system takes them up within 5 seconds."),
    "migrate": _("Open cases keep their version. To move them: greenlane procedure migrate {id} {version} --dry-run"),
    "apply": _("Open cases keep their calendar. To apply this one: greenlane calendar apply {id} --dry-run"),
    "channels": _("{which} has channels of its own. Its account: greenlane access kafka {which}"),
    "channels_outside": _(
        "{which} needs an account and rights on Kafka, from whoever runs that broker (docs/operations.md)."
    ),
    "retired": _("{which} holds until {day} inclusive; nothing is received under it from the day after."),
    "retired_open": _("{count} open case(s) go on under it to their end."),
    "needed": _(
        "The dossier template '{template}' still asks for this procedure: no dossier can be opened "
        "by it from the day after. Publish a version of it without the procedure, or retire it: "
        "greenlane catalog list dossier {template}"
    ),
    "exported": _("{files} files written to {folder}. Edit there, then: greenlane catalog check {folder}"),
}
