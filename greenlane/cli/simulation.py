"""`greenlane simulate`: what would have become of recorded cases under another policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greenlane.cli.acting import reading
from greenlane.cli.run import Look, as_look
from wording.text import _

if TYPE_CHECKING:
    from catalog.catalogue import Catalog
    from catalog.proposal import Proposal
    from services.reports import Period
    from services.simulation import Simulation

PANEL = "Care"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=PANEL)(simulate)


@as_look
def simulate(
    run: Look,
    *,
    policy: Annotated[Path, typer.Option("--policy", metavar="FILE.yaml", help="The other rules.")],
    log: Annotated[
        Path | None, typer.Option("--log", metavar="FILE", help="The cases of an XES event log, also gzipped.")
    ] = None,
    ledger: Annotated[bool, typer.Option("--ledger", help="The cases of the ledger.")] = False,
    from_at: Annotated[
        str | None, typer.Option("--from", metavar="INSTANT", help="Cases opened from then on; with its offset.")
    ] = None,
    to_at: Annotated[
        str | None, typer.Option("--to", metavar="INSTANT", help="Cases opened before then; with its offset.")
    ] = None,
    calendar: Annotated[
        Path | None, typer.Option("--calendar", metavar="FILE.yaml", help="Another working calendar too.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the changed cases as CSV too.")
    ] = None,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE.svg", help="Draw the broken promises.")] = None,
) -> int:
    """Simulate recorded cases under other lanes, ladders, limits or calendars: which would change, be warned, be late.

    Nothing is written, and a log needs no server. People's answers stay at their recorded instants.

    Example: greenlane simulate --log receipt.xes.gz --policy docs/examples/green-permits.yaml
    """
    from greenlane.side_files import writable, write_file
    from greenlane.speaking.faults import faults_listed
    from presentation.json_of_simulations import simulation_csv, simulation_json
    from presentation.names import Names
    from presentation.simulation import simulation_plot, simulation_screen
    from presentation.words.words import Words

    period = _period(log, from_at, to_at, ledger=ledger)
    writable(csv, ".csv", "csv")
    writable(plot, ".svg", "plot")
    catalog = run.catalog()
    with faults_listed():
        proposal = _proposal(catalog, policy, calendar)
        simulation = _of_ledger(run, proposal, period) if log is None else _of_log(run, catalog, log, proposal)
    names = Names(Words(run.settings().language), catalog)
    if csv is not None:
        write_file(csv, simulation_csv(simulation), "csv")
    if plot is not None:
        write_file(plot, simulation_plot(simulation, names), "plot")
    return run.answer(lambda: simulation_json(simulation), lambda: simulation_screen(simulation, names))


def _period(log: Path | None, from_at: str | None, to_at: str | None, *, ledger: bool) -> Period:
    from services.reports import Period
    from sla.instants import instant_of

    if ledger == (log is not None):
        raise typer.BadParameter(_("Give either --log with a file or --ledger."), param_hint="--log")
    if log is not None and (from_at or to_at):
        raise typer.BadParameter(_("A period is one of the ledger: give --ledger."), param_hint="--from")
    return Period(*(instant_of(text, name) if text else None for name, text in (("from", from_at), ("to", to_at))))


def _proposal(catalog: Catalog, policy: Path, calendar: Path | None) -> Proposal:
    from catalog.calendar_files import read_calendar
    from catalog.policy_files import read_policy

    return read_policy(policy, catalog, None if calendar is None else read_calendar(calendar, "calendar"))


def _of_log(run: Look, catalog: Catalog, file: Path, proposal: Proposal) -> Simulation:
    from eventlog.source import LogFile
    from greenlane.importing.display import Terminal
    from services.simulation import simulate_log

    log = LogFile(file)
    with Terminal(language=run.settings().language) as display:
        display.reading(file.name, log.size_bytes)
        return simulate_log(catalog, log, proposal, display.read_bytes)


def _of_ledger(run: Look, proposal: Proposal, period: Period) -> Simulation:
    from contextlib import ExitStack

    from greenlane.speaking.progress import counted
    from services.simulation import simulate_ledger

    with run.session() as session, ExitStack() as shown:
        said = session.words(_("Simulating the cases"))
        return simulate_ledger(
            session.wiring,
            reading(session, "simulate"),
            proposal,
            period,
            lambda count: shown.enter_context(counted(said, count)),
        )
