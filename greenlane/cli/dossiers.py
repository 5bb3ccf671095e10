"""`greenlane dossier ...`: linked dossiers, from the plan to the joint result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greenlane.cli.acting import acting, reading
from greenlane.cli.clock import now
from greenlane.cli.commanding import Dossier
from greenlane.cli.dossier_acts import acknowledge, cascade, result, revoke, withdraw
from greenlane.cli.options import Strict
from greenlane.cli.run import Look, Run, as_command, as_look
from greenlane.speaking.typed import instant_in, source_of
from wording.text import _

if TYPE_CHECKING:
    from events.language.dossier_messages import DossierFile

PANEL = "Linked dossiers"
SOURCE = "/command-line"

File = Annotated[str | None, typer.Argument(metavar="FILE", help="A dossier file, YAML or JSON; - is stdin.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        help="Linked dossiers: one business opening, several licences, one promise.",
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode="rich",
    )
    acts = (cascade, revoke, result, acknowledge, withdraw)
    for command in (plan, templates, submit, show, *acts):
        group.command()(command)
    app.add_typer(group, name="dossier", rich_help_panel=PANEL)


@as_command
def plan(
    run: Run,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A dossier file, YAML or JSON; - is stdin.")],
    *,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="INSTANT", help="Opened then, e.g. 2026-03-02T09:00+07:00; default: now."),
    ] = None,
) -> int:
    """Show the order, the critical path and the promise of a dossier file.

    Example: greenlane dossier plan opening.yaml --at 2026-03-02T09:00+07:00
    """
    from presentation.dossiers.plan import plan_screen
    from presentation.json_of_forecasts import forecast_json
    from presentation.moments import Moments
    from presentation.names import Names
    from services.dossiers import plan_dossier
    from services.granting import granted
    from sla.business_time import BusinessTime

    book = run.handbook()
    zone = book.catalog.zone
    opened_at = now() if at is None else instant_in(at, zone)
    found = granted(plan_dossier(book.catalog, acting(None), _dossier_in(file), opened_at))
    return run.answer(
        lambda: forecast_json(found, book.words.language),
        lambda: plan_screen(
            found,
            Moments(book.words, zone, BusinessTime.real_time(), opened_at, known=Names(book.words, book.catalog)),
        ),
    )


@as_command
def templates(run: Run) -> int:
    """List the templates: which licences a business opening needs.

    Example: greenlane dossier templates --lang en
    """
    from presentation.catalogue.templates import template_json, template_table

    book = run.handbook()
    found = book.catalog.templates_on(book.day)
    return run.answer(
        lambda: {"ok": True, "templates": [template_json(one, book.words, book.day) for one in found]},
        lambda: (template_table(found, book.names),),
    )


@as_command
def submit(
    run: Run,
    file: File = None,
    *,
    template: Annotated[
        str | None,
        typer.Option("--template", help="Instead of a file: this template, with every document it asks for."),
    ] = None,
    applicant: Annotated[str | None, typer.Option("--applicant", help="With --template: who applies.")] = None,
    source: Annotated[
        str, typer.Option("--source", help="Who numbers the dossiers: one id of one source is one.", callback=source_of)
    ] = SOURCE,
    strict: Strict = False,
) -> int:
    """Hand in a dossier, and wait until it is on record. The same dossier again is known and changes nothing.

    A fact that no list knows is left out of the cases and named, with the nearest that is known.

    Example: greenlane dossier submit opening.yaml
    """
    from greenlane.session import waiting
    from greenlane.speaking.failure import say_left_out
    from presentation.dossiers.submitted import submitted_dossier_line
    from presentation.json_of_submissions import submitted_dossier_json
    from services.actors import claimed
    from services.dossiers import declare_template, submit_dossier
    from services.granting import granted

    if (file is None) == (template is None):
        raise typer.BadParameter(_("Give either a file or --template."), param_hint="FILE")
    read = None if file is None else _dossier_in(file)
    actor = claimed("applicant", source)
    with run.session() as session:
        declared = read or declare_template(session.wiring, actor, template or "", applicant, now=now())
        answer = waiting(
            lambda: submit_dossier(session.wiring, actor, declared, source, door="cli", now=now(), strict=strict)
        )
        submitted = granted(answer)
        language = session.words.language
        if not run.as_json:
            for fact in submitted.left_out:
                say_left_out(fact, "", language)
        code = 0 if submitted.view is not None else 2
        return run.answer(
            lambda: submitted_dossier_json(submitted, language),
            lambda: (submitted_dossier_line(submitted, session.words), session.moments.scale),
            code,
        )


def _dossier_in(file: str) -> DossierFile:
    from greenlane.handed_in import contents_of
    from services.dossiers import dossier_of

    ((name, content),) = contents_of([file])
    return dossier_of(name, content)


@as_look
def show(
    run: Look,
    dossier: Dossier,
    *,
    mermaid: Annotated[Path | None, typer.Option("--mermaid", help="Write the graph as a Mermaid flowchart.")] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="Write the graph as an SVG picture.")] = None,
) -> int:
    """Show a dossier: its graph with states and clocks, the critical path, who holds it, and the promise.

    Example: greenlane dossier show D-2026-17 --svg opening.svg
    """
    from greenlane.side_files import write_file
    from presentation.dossiers import pictures as dossier_pictures
    from presentation.dossiers.screen import boxes_of, screen_of
    from presentation.json_of_dossiers import dossier_json
    from services.dossier_sheets import read_dossier
    from services.granting import granted

    with run.session() as session:
        sheet = granted(read_dossier(session.wiring, reading(session, "dossier show"), dossier, now=now()))
        moments = session.moments
        wanted = (("mermaid", mermaid, dossier_pictures.mermaid), ("svg", svg, dossier_pictures.svg))
        for option, path, draw in wanted:
            if path is not None:
                write_file(path, draw(sheet.dossier.graph, boxes_of(sheet, moments)), option)
        return run.answer(lambda: dossier_json(sheet), lambda: screen_of(sheet, moments))
