"""What would have become of recorded cases under another policy. Nothing is written; a log needs no installation at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

from audit.simulation.figures import Simulation
from audit.simulation.run import simulate_streams, simulate_traces
from audit.simulation.traces import Traces
from catalog.catalogue import Catalog
from catalog.model import Definitions
from catalog.proposal import Proposal
from eventlog.source import LogFile
from events.language.case_events import ApplicationSubmitted, EventRecord
from services.errors import ServiceError
from services.installation import Installation
from services.recording_reads import Reader, filter_said, record_read
from services.reports import Period
from store.definitions import DefinitionArchive
from store.streams import StreamReader, reading_streams
from wording.text import _, joined, layout

__all__ = ["NothingSimulatedError", "Simulation", "simulate_ledger", "simulate_log"]

Progress = Callable[[int], None]


class NothingSimulatedError(ServiceError):
    """Not one of the cases could be lived again."""

    code = "nothing_simulated"


def simulate_log(catalog: Catalog, file: LogFile, proposal: Proposal, watch: Progress | None = None) -> Simulation:
    """The cases of an event log, under what the policy says that they stood under, and under the policy.

    `watch` is called with the bytes of the file read so far. Raises LogError, CatalogError, NothingSimulatedError.
    """
    began = perf_counter()
    simulation = _simulation(proposal)
    calendar = proposal.policy.log.calendar or proposal.calendar or catalog.province_calendar
    traces = Traces(file, proposal.policy.log, catalog, calendar)
    simulate_traces(traces, proposal, simulation, watch)
    simulation.names = traces.departments
    return _finished(simulation, began, file.path)


def simulate_ledger(
    installation: Installation,
    reader: Reader,
    proposal: Proposal,
    period: Period,
    progress: Callable[[int], Progress] = lambda _: lambda _: None,
) -> Simulation:
    """The cases of the ledger that were opened in the period, as they became, and under the policy.

    `progress` is told how many cases there are, and gives what is told of each that is done. Cases that are open are taken as of
    the ledger's last decision. The read is on record in any case. Raises CatalogError, NothingSimulatedError, StoreError.
    """
    began = perf_counter()
    simulation = _simulation(proposal)
    store, from_at, until_at = installation.store, period.from_at, period.until_at
    with reading_streams(store, dossiers=False, from_at=from_at, until_at=until_at) as cases:
        until = cases.last_at()
        if until is not None:
            streams = _streams(installation, cases, progress(cases.count()))
            simulate_streams(streams, proposal, simulation, until)
    narrowed = filter_said({"policy": simulation.policy, "from": from_at, "to": until_at})
    record_read(installation, reader, filter=narrowed, count=simulation.cases)
    return _finished(simulation, began, None)


def _simulation(proposal: Proposal) -> Simulation:
    return Simulation(f"{proposal.policy.id} {proposal.policy.version}")


def _streams(
    installation: Installation, reader: StreamReader, done: Progress
) -> Iterator[tuple[Definitions, Sequence[EventRecord]]]:
    archive = DefinitionArchive(installation.store)
    for records in reader.streams():
        first = records[0].event
        if isinstance(first, ApplicationSubmitted):
            yield archive.definitions(first.definitions_digest), records
        done(1)


def _finished(simulation: Simulation, began: float, file: Path | None) -> Simulation:
    simulation.elapsed_s = perf_counter() - began
    if simulation.cases:
        return simulation
    field = "ledger" if file is None else str(file)
    if not simulation.left_out:
        raise NothingSimulatedError(
            _("There is no case to simulate."),
            field=field,
            remedy=_("Name another period with --from and --to, or another log."),
        )
    why = joined(
        ", ", [layout("{code}: {count}", code=code, count=n) for code, n in sorted(simulation.left_out.items())]
    )
    raise NothingSimulatedError(
        _("Not one of the cases could be simulated ({why}).", why=why),
        field=field,
        remedy=_(
            "Where a calendar does not cover their time, give the policy one under log.calendar, or name a file with "
            "--calendar; docs/simulation.md says what else leaves a case out."
        ),
    )
