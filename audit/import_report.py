"""What an import comes to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from audit.verification_report import none_violated, not_asked
from eventlog.index import Summary


@dataclass(slots=True)
class ImportReport:
    """The result of one import; all counts are this log's alone."""

    cases: int
    closed: int = 0
    decisions: int = 0
    """Events of the log with a recorded decision."""
    lost: int = 0
    """Events of the log without one."""
    doubled: int = 0
    """Command ids with more than one recorded effect."""
    reordered: int = 0
    """Cases whose first occurrences on the topic differ from the ledger's order."""
    redelivered: int = 0
    """Records on the topic that repeat one: allowed, since receivers take each id once."""
    cases_per_s: float = 0.0
    """Cases closed per second of driving, interruptions left out."""
    elapsed_s: float = 0.0
    violations: dict[str, int | None] = field(default_factory=not_asked)
    """By invariant; None: not asked."""
    dead_letters: int = 0
    findings: list[str] = field(default_factory=list)
    """The first violations in words."""
    stalled: bool = False
    """The driving was given up because nothing moved any more."""
    log: Summary | None = None

    @property
    def ok(self) -> bool:
        """Every event of the log is exactly one decision, every case closed, in order, and no invariant violated."""
        whole = self.closed == self.cases and not (self.lost or self.doubled or self.reordered)
        return whole and none_violated(self.violations)

    def as_json(self) -> dict[str, Any]:
        """The object of `--json`."""
        body = asdict(self)
        body["log"] = None if self.log is None else asdict(self.log)
        return {"ok": self.ok, **body}
