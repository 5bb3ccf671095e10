"""What versions before this one left behind: their state of a case, read as the state of today. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.model import ClockStatus

_NEWER = "payments_asked"
_NEWEST = "supplements"


def read_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of a case that a run carries along."""
    return _with_documents(_with_breaches(state))


def _with_documents(state: Mapping[str, Any]) -> dict[str, Any]:
    """A state that does not say which documents came after the application knows them only where none were asked for."""
    if _NEWEST in state:
        return dict(state)
    application = state.get("application") or {}
    counted = {"documents_given": len(application.get("documents", ()))}
    return {**state, **counted, _NEWEST: None if state.get("supplement_rounds") else ()}


def _with_breaches(state: Mapping[str, Any]) -> dict[str, Any]:
    """An older state does not say that its breaches were recorded at appointments."""
    if _NEWER in state:
        return dict(state)
    clocks = {
        clock_id: {**clock, "breached_early": clock.get("status") == ClockStatus.BREACHED}
        for clock_id, clock in dict(state.get("clocks", {})).items()
    }
    return {**state, "clocks": clocks}
