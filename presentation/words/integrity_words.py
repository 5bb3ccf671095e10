"""What the screens about the ledger's soundness say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wording.text import LazyText, _

if TYPE_CHECKING:
    from presentation.words.words import Words

INTEGRITY_TABLE: Final[dict[str, LazyText]] = {
    "invariant.I1": _("Every accepted application has exactly one case"),
    "invariant.I2": _("Events of a case have no gap and are lawful"),
    "invariant.I3": _("The topics hold what is owed, in order"),
    "invariant.I4": _("Each outside effect happens once"),
    "invariant.I5": _("Every clock ends in exactly one way"),
    "invariant.I6": _("Each rung fires once, and in time"),
    "invariant.I7": _("Consumed time is reckoned right"),
    "invariant.I8": _("The lists are what the ledger says"),
    "invariant.I12": _("No procedure version changes silently"),
    "difference.case": _("row of the case"),
    "difference.worklist": _("waiting steps"),
    "difference.escalations": _("escalations"),
    "difference.hash": _("hash of the row"),
    "difference.chain": _("hash chain of the ledger"),
    "difference.unreadable": _("the ledger cannot be read"),
    "difference.definitions": _("definitions of the case"),
    "difference.surplus": _("surplus row"),
}
_FINDING: Final = re.compile(r"^(?P<invariant>I\d+): (?P<stream>\S+?)(?: event (?P<event>\d+))?(?:[: ].*)?$", re.DOTALL)


def finding_text(finding: str, words: Words) -> str:
    """A finding on the screen. The auditor's own words are English; in Vietnamese it says which rule is broken, and where."""
    found = _FINDING.match(finding)
    if words.language == "en" or found is None:
        return finding
    place = found["stream"]
    if found["event"] is not None:
        place = words(_("{stream}, event {event}"), stream=place, event=found["event"])
    return words(
        _("{invariant}: wrong at {place}"), invariant=words.named("invariant", found["invariant"]), place=place
    )
