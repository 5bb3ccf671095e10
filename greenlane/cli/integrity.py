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
) -> int:
    """Verify the whole ledger: hash chains, every rule decided again, clocks, read models, inbox.

    The exit code is 2 when anything is found.

    Example: greenlane verify --topics
    """
    from greenlane.cli.progress import counted
    from presentation.integrity import verification_json, verification_screen
    from services.verification import count_ledger, verify_installation

    with run.session() as session:
        events = count_ledger(session.wiring, acting(None))[1]
        with counted(session.words(_("Verifying the ledger")), events) as progress:
            report = verify_installation(session.wiring, acting(None), topics=topics, progress=progress)
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
