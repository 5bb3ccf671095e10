"""The rules of the acts of a procedure, as its version states them, or as they are where it states none."""

from __future__ import annotations

from typing import Final

from catalog.model import ExplanationRule, ProcedureVersion, RefusalRule, StopRule

_EXPLANATION: Final = ExplanationRule()
_STOP: Final = StopRule()
_REFUSAL: Final = RefusalRule()


def explanation_rule(procedure: ProcedureVersion) -> ExplanationRule:
    """How the applicant may be asked to explain."""
    return procedure.explanation or _EXPLANATION


def stop_rule(procedure: ProcedureVersion) -> StopRule:
    """How the handling may be stopped."""
    return procedure.stop or _STOP


def refusal_rule(procedure: ProcedureVersion) -> RefusalRule:
    """At which stages it may be refused."""
    return procedure.refusal or _REFUSAL
