"""Stopping the handling of a case by decision, and giving it back: acts of their own (form 05 of TT 03/2025)."""

from __future__ import annotations

from datetime import datetime

from cases.clocks import running
from cases.closing import close
from cases.draft import Draft
from cases.model import APPLICANT_HAS_IT, CaseStatus
from cases.persons import not_seconded
from cases.suspensions import later, not_a_holder, stands_still
from catalog.model import StopRule, stop_rule
from events.language.case_events import CaseReturned, CaseStopped, ClockPaused
from events.language.commands import ReturnCase, StopCase
from events.language.refusals import Refusal, refuse


def stop_case(draft: Draft, command: StopCase) -> Refusal | None:
    """Stop the case: from what it is doing, or while the applicant does not answer. A second person approves it."""
    case = draft.state
    rule = stop_rule(case.definitions.procedure)
    refusal = not_a_holder(case, command.actor) or not_seconded(command.actor, command.approved_by)
    if refusal is None and case.status not in APPLICANT_HAS_IT:
        refusal = stands_still(case)
    if refusal is not None:
        return refusal
    if command.until_at is not None and command.until_at <= draft.at:
        return refuse("stop_past", "until_at")
    ends_at = _ends_at(draft, rule, command.until_at)
    draft.emit(
        CaseStopped(
            reason=command.reason,
            legal_basis=command.legal_basis,
            approved_by=command.approved_by or "",
            stopped_at=draft.at,
            until_at=ends_at,
            departments=case.working_departments,
        )
    )
    draft.emit(
        ClockPaused(
            clock_ids=tuple(state.id for state in running(case) if not state.is_paused),
            from_at=draft.at,
            cause="stop",
            reason=command.reason,
            legal_basis=command.legal_basis,
            ends_at=ends_at,
            review_at=None if ends_at is not None else later(draft, rule.review_after, draft.at),
            departments=case.working_departments,
        )
    )
    return None


def return_case(draft: Draft, command: ReturnCase) -> Refusal | None:
    """Give a stopped case back, in writing, without a result."""
    refusal = not_a_holder(draft.state, command.actor)
    if refusal is not None:
        return refusal
    if draft.state.status is not CaseStatus.STOPPED:
        return refuse("not_stopped")
    if not stop_rule(draft.state.definitions.procedure).return_allowed:
        return refuse("return_not_allowed", procedure=draft.state.definitions.procedure.id)
    draft.emit(CaseReturned(reason=command.reason, legal_basis=command.legal_basis))
    close(draft, "returned", command.reason)
    return None


def _ends_at(draft: Draft, rule: StopRule, until_at: datetime | None) -> datetime | None:
    ends = [at for at in (until_at, later(draft, rule.cap, draft.at)) if at is not None]
    return draft.utc(min(ends)) if ends else None
