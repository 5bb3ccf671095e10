"""What a verification looked at, and what it found wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from audit.checkpoints import Witnessed
from audit.examination import Examined
from audit.rebuild import OF_THE_LEDGER, Difference
from audit.violation import Violation
from events.language.identity import is_dossier
from wording.text import LazyText, _

INVARIANTS: Final = tuple(f"I{number}" for number in range(1, 15))
"""All of docs/invariants.md."""
OF_THE_WHOLE: Final = ("I1", "I2", "I9")
"""Those that every verification looks at; the topics (I3) and the stored histories (I13) only where asked."""
OF_STREAMS: Final = ("I4", "I5", "I6", "I7", "I8", "I12", "I14")
"""Those that are looked at where any stream is folded."""
FINDINGS_MAX: Final = 50
OF_HEADS: Final = ("chain", "hash")
"""Differences that the check of all heads names more exactly."""
SAID: Final[dict[str, LazyText]] = {
    "case": _("its row in the list of cases is not what the ledger says"),
    "dossier": _("its row in the list of linked dossiers is not what the ledger says"),
    "worklist": _("its rows in the list of waiting steps are not what the ledger says"),
    "escalations": _("its rows in the list of escalations are not what the ledger says"),
    "unreadable": _("cannot be read"),
    "definitions": _("the definitions that it was opened under are not those of the archive"),
    "surplus": _("has rows in the lists, and no event in the ledger"),
}
"""How a difference is told."""
GOING_ON: Final = ("unreadable", "surplus")
"""Those that are told on from the id."""
LAST: Final = 2**31
NUMBER: Final = re.compile(r"\d+")
DIGITS: Final = 10


def not_asked() -> dict[str, int | None]:
    """Every invariant, none of them looked at."""
    return dict.fromkeys(INVARIANTS)


def none_violated(violations: dict[str, int | None]) -> bool:
    """Whether nothing was found wrong among what was asked."""
    return not any(violations.values())


@dataclass(slots=True)
class ReplayTally:
    """How many workflow histories were replayed."""

    replayed: int = 0
    left_out: int = 0
    """Runs of which it is on record that their history could not be stored, and why."""
    seed: str | None = None
    """By what a sample was drawn; None: all were replayed."""


@dataclass(slots=True)
class PersonalTally:
    """In how many texts values of persons were looked for, and how many of them."""

    persons: int = 0
    """Persons and enterprises whose values are looked for."""
    spellings: int = 0
    """Values that are looked for: a name with and without its accents counts twice."""
    ordinary: int = 0
    """Spellings of names that are left out, since they are also words of the catalogue."""
    texts: int = 0
    letters_in_clear: int = 0
    """Dead letters of an older program, which lie in clear until their time on the topic is over: not looked into."""


@dataclass(slots=True)
class VerificationReport:
    """What was looked at, and what was found wrong, by invariant."""

    cases: int = 0
    events: int = 0
    violations: dict[str, int | None] = field(default_factory=not_asked)
    """None: not asked, so nothing is said of it."""
    findings: list[Violation] = field(default_factory=list)
    first_fault: Violation | None = None
    """The first by kind (altered events, then checkpoints, then the rest), within a kind in the order of streams and events."""
    witness: Literal["database", "checkpoints"] = "database"
    """What the ledger was held against: what stands beside it, or also the checkpoints that left the house."""
    witnessed: Witnessed | None = None
    """How far the checkpoints reach that left the house; None: none was brought along."""
    torn: bool = False
    """The last line of the file of checkpoints was never written to its end: left out, and no fault."""
    checkpoints: int = 0
    nothing_new: bool = False
    """Only what came since the last checkpoint was asked for, and nothing did: no stream was folded."""
    unsigned: int = 0
    """Events that no checkpoint signed yet: no fault."""
    redelivered: int = 0
    """Repeated records on the topics: allowed, counted."""
    replays: ReplayTally | None = None
    """None: not asked."""
    personal: PersonalTally | None = None
    """None: not asked."""
    older: int = 0
    """Events that an older version decided, under its own rules: checked in all else, and not decided again."""
    unseen: list[Literal["vault", "signatures"]] = field(default_factory=list)
    """What the account may not look into, and signatures by keys that nobody knows here: nothing is said of these."""
    unseen_signatures: int = 0
    """Of how many checkpoints the signature was not looked at."""

    @property
    def ok(self) -> bool:
        """Nothing was found wrong."""
        return none_violated(self.violations)

    def ask(self, *invariants: str) -> None:
        """These are looked at: from now on none of them is None."""
        for name in invariants:
            self.violations[name] = self.violations.get(name) or 0

    def note(self, violation: Violation) -> None:
        """Count a violation."""
        self.violations[violation.invariant] = (self.violations.get(violation.invariant) or 0) + 1
        self._name(violation)
        self._put_first(violation)

    def _name(self, violation: Violation) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(violation)
        elif violation.altered and not self.findings[-1].altered:
            self._make_room(violation)

    def _put_first(self, violation: Violation) -> None:
        if self.first_fault is None or _rank(violation) < _rank(self.first_fault):
            self.first_fault = violation

    def _make_room(self, violation: Violation) -> None:
        """What was altered is named, however much else is wrong for that."""
        place = next(n for n, one in enumerate(self.findings) if not one.altered)
        self.findings = [*self.findings[:place], violation, *self.findings[place:-1]]

    def note_findings(self, other: VerificationReport) -> None:
        """Count what another report counted, of what this one did not look at."""
        for name, count in other.violations.items():
            if count:
                self.violations[name] = (self.violations[name] or 0) + count
        for violation in other.findings:
            self._name(violation)
        if other.first_fault is not None:
            self._put_first(other.first_fault)

    def note_all(self, violations: Iterable[Violation]) -> None:
        """Count violations."""
        for violation in violations:
            self.note(violation)

    def note_differences(self, differences: Iterable[Difference]) -> None:
        """Count where the ledger cannot be folded, or a read model is not the fold; heads are looked at by themselves."""
        for difference in differences:
            if difference.what not in OF_HEADS:
                invariant = "I2" if difference.what in OF_THE_LEDGER else "I8"
                self.note(_violation(invariant, difference))

    def take(self, examined: Examined) -> None:
        """Count what a batch of streams came to."""
        self.cases += examined.cases
        self.events += examined.events
        self.older += examined.older
        self.note_all(examined.violations)
        self.note_differences(examined.differences)


def _violation(invariant: str, difference: Difference) -> Violation:
    what, place = difference.what, (difference.case_id, difference.sequence)
    said = SAID["dossier" if what == "case" and is_dossier(difference.case_id) else what]
    altered = what == "unreadable"  # nothing that we write is
    return Violation(invariant, *place, said, goes_on=what in GOING_ON, altered=altered)


def _rank(violation: Violation) -> tuple[int, str, int]:
    kind = 0 if violation.altered else 1 if violation.invariant == "I9" else 2
    # Checkpoints and editions are told by their number: 2 comes before 10. The ids of streams are compared as they are.
    place = NUMBER.sub(lambda digits: digits[0].zfill(DIGITS), violation.case_id) if kind == 1 else violation.case_id
    # Of one stream the earlier event is the first, whether its chain shows it or what was signed of it.
    return kind, place, LAST if violation.sequence is None else violation.sequence
