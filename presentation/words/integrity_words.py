"""What the screens about the ledger's soundness say."""

from __future__ import annotations

from typing import Final

from wording.text import LazyText, _

INTEGRITY_TABLE: Final[dict[str, LazyText]] = {
    "log.events": _("log of events"),
    "log.publications": _("log of publications"),
    "log.reads": _("log of reads"),
    "invariant.I1": _("Every accepted application has exactly one case"),
    "invariant.I2": _("Events of a case have no gap and are lawful"),
    "invariant.I3": _("The topics hold what is owed, in order"),
    "invariant.I4": _("Each outside effect happens once"),
    "invariant.I5": _("Every clock ends in exactly one way"),
    "invariant.I6": _("Each rung fires once, and in time"),
    "invariant.I7": _("Consumed time is reckoned right"),
    "invariant.I8": _("The lists are what the ledger says"),
    "invariant.I9": _("The past is what signed checkpoints say"),
    "invariant.I10": _("Nobody reads or changes what was not granted"),
    "invariant.I11": _("Nothing personal lies outside the vault"),
    "invariant.I12": _("No procedure version changes silently"),
    "invariant.I13": _("Stored histories replay on today's code"),
    "invariant.I14": _("Every open case waits for somebody or something"),
    "difference.case": _("row of the case"),
    "difference.worklist": _("waiting steps"),
    "difference.escalations": _("escalations"),
    "difference.hash": _("hash of the row"),
    "difference.chain": _("hash chain of the ledger"),
    "difference.unreadable": _("the ledger cannot be read"),
    "difference.definitions": _("definitions of the case"),
    "difference.surplus": _("surplus row"),
}
