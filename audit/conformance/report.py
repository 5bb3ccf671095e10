"""What a run ends with, for machines; the screen is made from the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from audit.conformance.observations import Observations
from audit.conformance.rehearsals import Rehearsal
from audit.conformance.trial import Trial, TrialCase
from audit.conformance.verdict_words import RULES
from audit.conformance.verdicts import Fault, Rule, Verdict
from wording.text import in_language


@dataclass(frozen=True, slots=True)
class ConformanceReport:
    """A run and its judgement."""

    trial: Trial
    seen: Observations
    verdict: Verdict
    hitches: dict[str, str]
    """By case, what of the sandbox's own doing failed."""
    elapsed: timedelta

    @property
    def interrupted(self) -> bool:
        """Whether somebody stopped it before its end."""
        return self.seen.cut_short

    @property
    def passed(self) -> bool:
        """Whether the program did everything right, in all that was to be seen."""
        return self.verdict.passed and not self.interrupted and not self.hitches and not self.missed

    @property
    def missed(self) -> tuple[TrialCase, ...]:
        """Rehearsals whose situation did not come about, so that nothing is known of how the program meets it."""
        return tuple(sent for sent in self.trial.sent if sent.rehearsal is not None and not self._came_about(sent))

    def _came_about(self, sent: TrialCase) -> bool:
        own = [each for each in self.seen.assigned if each.case_id == sent.case_id]
        match sent.rehearsal:
            case Rehearsal.REFUSAL:
                return any(each.case_id == sent.case_id for each in self.seen.refused)
            case Rehearsal.SUPPLEMENT:
                return any(each.round > 1 for each in own)
            case Rehearsal.CONSULTATION:
                return any(each.kind == "consultation" for each in own)
            case _:
                return any(each.is_late for each in own)

    def state_of(self, rule: Rule) -> str:
        """`failed`, `ok`, or `not_seen` where there was nothing to judge by."""
        waited = rule is Rule.ANSWERED and self.verdict.unanswered and not self.interrupted
        if waited or any(fault.rule is rule for fault in self.verdict.faults):
            return "failed"
        return "ok" if rule in self.verdict.looked_at else "not_seen"

    def faults_of(self, case_id: str) -> list[Fault]:
        """What was wrong in one case."""
        return [fault for fault in self.verdict.faults if fault.case_id == case_id]

    def as_json(self, language: str) -> dict[str, Any]:
        """The contract for machines."""
        verdict, faults = self.verdict, Counter(fault.rule for fault in self.verdict.faults)
        return {
            "ok": not self.interrupted,
            "passed": self.passed,
            "department": self.trial.department,
            "source": self.trial.source,
            "cases": len(self.trial.sent),
            "closed": self.seen.closed(),
            "assigned": len(self.seen.assigned),
            "answered": verdict.answered,
            "refused": verdict.refused,
            "late": verdict.late,
            "unanswered": verdict.unanswered,
            "rules": {rule.value: {"state": self.state_of(rule), "faults": faults[rule]} for rule in Rule},
            "rehearsals": {
                sent.rehearsal.value: {
                    "case_id": sent.case_id,
                    "came_about": sent not in self.missed,
                    "faults": len(self.faults_of(sent.case_id)),
                }
                for sent in self.trial.sent
                if sent.rehearsal is not None
            },
            "faults": [self._fault(fault, language) for fault in verdict.faults],
            "hitches": [{"case_id": case_id, "message": text} for case_id, text in self.hitches.items()],
            "elapsed_s": round(self.elapsed.total_seconds(), 1),
        }

    def _fault(self, fault: Fault, language: str) -> dict[str, Any]:
        sent = self.trial.by_case.get(fault.case_id or "")
        return {
            "rule": fault.rule.value,
            "code": fault.code,
            "case_id": fault.case_id,
            "dossier_code": self.seen.code_of(fault.case_id) if fault.case_id else None,
            "procedure": sent.procedure.id if sent else None,
            "step_id": fault.step_id,
            "assigned": fault.assigned_id,
            "messages": list(fault.message_ids),
            "places": list(fault.places),
            "message": in_language(fault.message, language),
            "remedy": in_language(fault.remedy, language),
        }


def title_of(rule: Rule, language: str) -> str:
    """What a rule asks, in words."""
    return in_language(RULES[rule.value], language)
