"""`greenlane verify` and `greenlane rebuild`: whether all that is kept is what the ledger says."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.options import Json, Lang, StateDir

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
    from audit.verification import PublishedTopics
    from audit.verification import verify as verified
    from greenlane.cli.output import print_json, show
    from greenlane.cli.progress import counted
    from greenlane.cli.session import a_session
    from presentation.integrity import verification_screen

    with a_session(state_dir, lang) as session:
        words = session.words
        _, events = session.ledger.counts()
        with counted(words("verifying"), events) as told:
            wiring = session.wiring
            published = PublishedTopics(wiring.cluster, wiring.topics) if topics else None
            found = verified(wiring.store, published, told)
        if as_json:
            body = {"ok": found.ok, "cases": found.cases, "events": found.events, "violations": found.violations}
            body |= {"older_events": found.older} if found.older else {}
            print_json(body if found.ok else body | {"findings": found.findings})
        else:
            show(*verification_screen(found, words))
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
    from audit.rebuilding import rebuild_all
    from greenlane.cli.output import print_json, show
    from greenlane.cli.progress import counted
    from greenlane.cli.session import a_session
    from presentation.integrity import rebuild_screen

    with a_session(state_dir, lang) as session:
        words = session.words
        cases, _ = session.ledger.counts()
        with counted(words("verifying"), cases) as told:
            outcome = rebuild_all(session.wiring.store, told, replace=replace)
        if as_json:
            print_json(outcome.as_json())
        else:
            show(*rebuild_screen(outcome, words))
    return 0 if outcome.ok else 2
