"""The stamp of a green case: on the case, and on every page that is printed or exported of it, with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cases.model import Case
from catalog.model import PROCEDURE_FACTS, LaneId
from events.language.case_events import ApplicationClassified, EventRecord, LaneChanged

STAMP: Final = "LUỒNG XANH / GREEN LANE"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is stamped, and why the case is green."""

    lane: LaneId
    reason: str
    source: str

    @property
    def line(self) -> str:
        """The stamp as one line."""
        return f"{STAMP} · {self.lane} · {self.reason} ({self.source})"


def is_green(lane: str) -> bool:
    """Whether a lane promises more than the law."""
    return lane != LaneId.STANDARD


def stamp_of(case: Case, records: Iterable[EventRecord]) -> Stamp | None:
    """The stamp of a case; None in the standard lane.

    A lane that was granted later is stamped with that decision, one from the beginning with the rule that matched and
    the facts that it looked at. No personal data: a table of lanes names the facts that it may see.
    """
    if not is_green(case.lane):
        return None
    reason, source = "", f"{case.definitions.lanes.id} {case.definitions.lanes.version}"
    for record in records:
        event = record.event
        if isinstance(event, ApplicationClassified):
            reason = _matched(case, event.rule)
        elif isinstance(event, LaneChanged):
            reason, source = event.reason, event.legal_basis
    return Stamp(case.lane, reason, source)


def _matched(case: Case, rule_id: str | None) -> str:
    rule = next((rule for rule in case.definitions.lanes.rules if rule.id == rule_id), None)
    if rule is None or case.application is None:
        return rule_id or ""
    procedure = case.definitions.procedure
    known = {**case.application.facts, **dict(zip(PROCEDURE_FACTS, (procedure.id, procedure.sector), strict=True))}
    facts = "; ".join(f"{condition.fact}: {known.get(condition.fact)}" for condition in rule.when)
    return f"{rule.id} ({facts})" if facts else rule.id
