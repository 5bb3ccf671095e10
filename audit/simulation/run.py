"""Many histories, each as it became and as it would have become, and what that comes to. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from audit.simulation.figures import Simulation, ending_of
from audit.simulation.history import recorded_history
from audit.simulation.living import Life, live, live_on
from audit.simulation.traces import Traces, refitted
from catalog.model import Definitions
from catalog.proposal import Proposal
from eventlog.source import Watch
from events.language.case_events import EventRecord

OLDER = "older"
"""Why a case of the ledger is left out whose events do not say who acted, or are not those of commands."""


def simulate_traces(traces: Traces, proposal: Proposal, simulation: Simulation, watch: Watch | None = None) -> None:
    """Live every trace of a log under both. Raises LogError, CatalogError."""
    for history, facts in traces.histories(watch):
        proposed = proposal.definitions(history.definitions)
        until = history.acts[-1].decided_at
        before = live(history, history.definitions, until)
        after = live(refitted(history, facts, proposed.lanes), proposed, until, proposal)
        if not (before.records and after.records):
            simulation.left_out.update((before.refused if not before.records else after.refused).keys())
            continue
        _compare(simulation, history.name, before, after, until)
    simulation.left_out.update(traces.left_out)


def simulate_streams(
    streams: Iterator[tuple[Definitions, Sequence[EventRecord]]],
    proposal: Proposal,
    simulation: Simulation,
    until: datetime,
) -> None:
    """Live every case of the ledger under the other rules; before is what the ledger says. Raises CatalogError."""
    for definitions, records in streams:
        history, case = recorded_history(definitions, records)
        if history is None:
            simulation.left_out[OLDER] += 1
            continue
        after = live(history, proposal.definitions(definitions), until, proposal)
        if not after.records:
            simulation.left_out.update(after.refused.keys())
            continue
        simulation.linked += history.is_linked
        before = live_on(Life(case, list(records)), history, until)
        _compare(simulation, history.name, before, after, until)


def _compare(simulation: Simulation, name: str, before: Life, after: Life, until: datetime) -> None:
    simulation.events += len(before.records) + len(after.records)
    simulation.not_applied.update(after.refused)
    endings = (ending_of(life.case, life.records, until) for life in (before, after))
    simulation.add(name, *endings)
