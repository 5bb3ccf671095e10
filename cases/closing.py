"""How a case ends: what becomes of its open steps and clocks, the result's code, and who used the time."""

from __future__ import annotations

from datetime import datetime

from cases.clocks import cancel, finish, running
from cases.draft import Draft
from cases.model import CASE_CLOCKS, Case
from events.language.case_events import CaseClosed, StepCancelled, TimeShare
from events.language.identity import result_code_of
from events.language.reasons import ReasonCode

# The outcomes in which the agency has answered: its promise is kept or broken. In the others it never came to that.
ANSWERED = ("issued", "refused")


def close(draft: Draft, outcome: str, reason: str | None = None, *, code: ReasonCode | None = None) -> None:
    """End the case at the draft's instant. `reason`: what somebody wrote; `code`: the engine's own."""
    for step in draft.state.open_steps:
        cancel(draft, step.clock_id, "closed")
        draft.emit(StepCancelled(step_id=step.id, department=step.department, cause="case_closed"))
    for state in list(running(draft.state)):
        if state.kind in CASE_CLOCKS and outcome in ANSWERED:
            finish(draft, state.id)
        else:
            cancel(draft, state.id, "withdrawn" if outcome == "withdrawn" else "closed")
    shares = time_shares(draft.state, draft.at)
    draft.emit(
        CaseClosed.model_validate(
            {
                "outcome": outcome,
                "closed_at": draft.at,
                "result_code": _result_code(draft.state) if outcome == "issued" else None,
                "reason": reason,
                "reason_code": code,
                "elapsed_seconds": sum(share.seconds for share in shares),
                "time_shares": shares,
            }
        )
    )


def _result_code(case: Case) -> str | None:
    return None if case.dossier_code is None else result_code_of(case.dossier_code)


def time_shares(case: Case, until_at: datetime) -> tuple[TimeShare, ...]:
    """Who had the case for how long, from opening until `until_at`; the shares sum to the total.

    An end that was long under way counts from its receipt: what changed hands after that took no time.
    """
    ends = [*(min(span.started_at, until_at) for span in case.spans[1:]), until_at]
    shares: dict[str, float] = {}
    for span, end in zip(case.spans, ends, strict=True):
        seconds = max(0.0, (end - span.started_at).total_seconds())
        shares[span.owner] = shares.get(span.owner, 0.0) + seconds
    return tuple(TimeShare(owner=owner, seconds=seconds) for owner, seconds in shares.items() if seconds)
