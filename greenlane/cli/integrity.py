"""`greenlane verify` and `greenlane rebuild`: whether all that is kept is what the ledger says."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.acting import acting
from greenlane.cli.run import Run, as_command
from wording.text import _

PANEL = "Care"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (verify, rebuild):
        app.command(rich_help_panel=PANEL)(command)


@as_command
def verify(
    run: Run,
    *,
    topics: Annotated[
        bool, typer.Option("--topics", help="Compare Kafka's topics with the outbox too (I3); reads them whole.")
    ] = False,
    histories: Annotated[
        bool, typer.Option("--histories", help="Replay the stored workflow histories on today's code too (I13).")
    ] = False,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Replay so many only: the newest, and others by a seed that is told.")
    ] = None,
) -> int:
    """Verify the whole ledger: hash chains, every rule decided again, clocks, read models, inbox.

    The exit code is 2 when anything is found.

    Example: greenlane verify --topics
    """
    from greenlane.cli.progress import counted
    from presentation.integrity import verification_json, verification_screen
    from services.verification import count_histories, count_ledger, drawn_histories, verify_installation

    if sample is not None and not histories:
        raise typer.BadParameter(_("A sample is one of histories: give --histories too."), param_hint="--sample")
    with run.session() as session:
        asked = drawn_histories(sample, sandbox=session.wiring.settings.sandbox) if histories else None
        total = count_ledger(session.wiring, acting(None))[1]
        total += count_histories(session.wiring, acting(None)) if histories else 0
        with counted(session.words(_("Verifying the ledger")), total) as done:
            report = verify_installation(session.wiring, acting(None), topics=topics, histories=asked, progress=done)
        return run.answer(
            lambda: verification_json(report), lambda: verification_screen(report, session.words), 0 if report.ok else 2
        )


@as_command
def rebuild(
    run: Run,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put what was folded in place of what differs; else only compare.")
    ] = False,
) -> int:
    """Fold the read models again from the ledger, and compare them byte for byte or replace them.

    May run beside a live system. The exit code is 2 when anything differs that was not put right. Nothing is replaced while the
    ledger itself is not what was written.

    Example: greenlane rebuild --replace
    """
    from greenlane.cli.granting import granted
    from greenlane.cli.progress import counted
    from presentation.integrity import rebuilt_json, rebuilt_screen
    from services.verification import count_ledger, rebuild_read_models

    with run.session() as session:
        cases = count_ledger(session.wiring, acting(None))[0]
        with counted(session.words(_("Verifying the ledger")), cases) as progress:
            rebuilt = granted(rebuild_read_models(session.wiring, acting(None), replace=replace, progress=progress))
        return run.answer(
            lambda: rebuilt_json(rebuilt), lambda: rebuilt_screen(rebuilt, session.words), 0 if rebuilt.ok else 2
        )
