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
    from rich.markup import escape

    from audit.verification import PublishedTopics
    from audit.verification import verify as verified
    from greenlane.cli.output import print_json, show, table_of
    from greenlane.cli.progress import counted
    from greenlane.cli.session import a_session
    from presentation.words.integrity_words import finding_text

    with a_session(state_dir, lang) as session:
        words = session.words
        events = session.ledger.counts()[1]
        with counted(words(_("Verifying the ledger")), events) as told:
            wiring = session.wiring
            published = PublishedTopics(wiring.cluster, wiring.topics) if topics else None
            found = verified(wiring.store, published, told)
        if as_json:
            body = {"ok": found.ok, "cases": found.cases, "events": found.events, "violations": found.violations}
            body |= {"older_events": found.older} if found.older else {}
            print_json(body if found.ok else body | {"findings": found.findings})
        else:
            table = table_of(None, words(_("Invariant")), words(_("Violations")))
            for name, count in found.violations.items():
                named = f"{words.named('invariant', name)} [dim]({name})[/dim]"
                table.add_row(named, f"[bold red]{count}[/bold red]" if count else "[green]0[/green]")
            show(table, *(f"[red]✗[/red] {escape(finding_text(finding, words))}" for finding in found.findings))
            show(words(_("Each in detail above.")) if found.findings and words.language == "vi" else None)
            counts = {"cases": found.cases, "events": found.events}
            findings = sum(found.violations.values())
            older = (
                words(
                    _(
                        "Of these, {events} events were decided by an older version under its own rules: "
                        "checked, not decided again."
                    ),
                    events=found.older,
                )
                if found.older
                else None
            )
            verdict = (
                words(_("{cases} cases, {events} events: all is well."), **counts)
                if found.ok
                else words(_("{cases} cases, {events} events: {findings} finding(s)."), findings=findings, **counts)
            )
            show(verdict, older)
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

    with a_session(state_dir, lang) as session:
        words = session.words
        cases = session.ledger.counts()[0]
        with counted(words(_("Verifying the ledger")), cases) as told:
            outcome = rebuild_all(session.wiring.store, told, replace=replace)
        if as_json:
            print_json(outcome.as_json())
        else:
            report = outcome.report
            for difference in report.differences:
                what = words.named("difference", difference.what)
                show(f"[red]✗[/red] {difference.case_id}: {what}")
            counts = {"cases": report.cases, "events": report.events, "differences": len(report.differences)}
            show(
                words(_("{cases} cases, {events} events folded again: {differences} difference(s)."), **counts),
                words(_("They were put right.")) if outcome.mended else None,
            )
    return 0 if outcome.ok else 2
