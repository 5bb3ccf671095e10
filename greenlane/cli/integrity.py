"""`greenlane verify` and `greenlane rebuild`: whether all that is kept is what the ledger says."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.options import Json, Lang, StateDir
from wording.text import _

PANEL = "Care"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (verify, rebuild):
        app.command(rich_help_panel=PANEL)(command)


def verify(
    *,
    topics: Annotated[
        bool, typer.Option("--topics", help="Compare Kafka's topics with the outbox too (I3); reads them whole.")
    ] = False,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Verify the whole ledger: hash chains, every rule decided again, clocks, read models, inbox.

    The exit code is 2 when anything is found.

    Example: greenlane verify --topics
    """
    from greenlane.cli.acting import acting
    from greenlane.cli.output import print_json, show
    from greenlane.cli.progress import counted
    from greenlane.cli.session import a_session
    from presentation.integrity import verification_json, verification_screen
    from services.verification import count_ledger, verify_installation

    with a_session(state_dir, lang) as session:
        events = count_ledger(session.wiring)[1]
        with counted(session.words(_("Verifying the ledger")), events) as progress:
            found = verify_installation(session.wiring, acting(None), topics=topics, progress=progress)
        if as_json:
            print_json(verification_json(found))
        else:
            show(*verification_screen(found, session.words))
    return 0 if found.ok else 2


def rebuild(
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put what was folded in place of what differs; else only compare.")
    ] = False,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Fold the read models again from the ledger, and compare them byte for byte or replace them.

    May run beside a live system. The exit code is 2 when anything differs that was not put right.

    Example: greenlane rebuild --replace
    """
    from greenlane.cli.acting import acting
    from greenlane.cli.output import print_json, show
    from greenlane.cli.progress import counted
    from greenlane.cli.session import a_session
    from presentation.integrity import rebuilt_json, rebuilt_screen
    from services.verification import count_ledger, rebuild_read_models

    with a_session(state_dir, lang) as session:
        cases = count_ledger(session.wiring)[0]
        with counted(session.words(_("Verifying the ledger")), cases) as progress:
            rebuilt = rebuild_read_models(session.wiring, acting(None), replace=replace, progress=progress)
        if as_json:
            print_json(rebuilt_json(rebuilt))
        else:
            show(*rebuilt_screen(rebuilt, session.words))
    return 0 if rebuilt.ok else 2
