"""What the version before this one left behind: its state of a case, read as the state of today. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.model import ClockStatus

_NEWER = "payments_asked"


def read_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of a case that a run carries along. An older one does not say that its breaches were recorded at appointments."""
    if _NEWER in state:
        return dict(state)
    clocks = {
        clock_id: {**clock, "breached_early": clock.get("status") == ClockStatus.BREACHED}
        for clock_id, clock in dict(state.get("clocks", {})).items()
    }
    return {**state, "clocks": clocks}
