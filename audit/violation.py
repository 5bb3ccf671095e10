"""What is wrong with a ledger: which invariant is broken, where, and how."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One finding. `sequence` is the event's place in its case; None: it is about the whole case, or about none."""

    invariant: str
    """`I1` to `I14` of docs/invariants.md."""
    case_id: str
    """The stream, or what else is meant; what is told in words, as `checkpoint 3`, can be said in each language."""
    sequence: int | None
    message: str
    """In English; a LazyText can be said in each language, and so survives the way between processes."""
    goes_on: bool = False
    """The message goes on from the id of the case, or of what is meant: "… is owed to …"."""
    altered: bool = False
    """What stands is not what was written, by its hash or by what was signed: that explains what else is found."""

    def __str__(self) -> str:
        place = self.case_id if self.sequence is None else f"{self.case_id}.{self.sequence}"
        return f"{self.invariant} {place}: {self.message}"
