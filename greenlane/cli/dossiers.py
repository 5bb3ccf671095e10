"""`greenlane dossier ...`: linked dossiers, from the plan to the joint result."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from greenlane.cli.acting import acting
from greenlane.cli.commanding import Dossier
from greenlane.cli.dossier_acts import acknowledge, cascade, result, revoke, withdraw
from greenlane.cli.options import Json, Lang, StateDir, Strict, source_of
from wording.text import _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from events.language.dossier_messages import DossierFile
    from services.dossiers import SubmittedDossier

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


def plan(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A dossier file, YAML or JSON; - is stdin.")],
    *,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="INSTANT", help="Opened then, e.g. 2026-03-02T09:00+07:00; default: now."),
    ] = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Show the order, the critical path and the promise of a dossier file.

    Example: greenlane dossier plan opening.yaml --at 2026-03-02T09:00+07:00
    """
    from greenlane.cli import handbook
    from greenlane.cli.clock import now
    from greenlane.cli.granting import granted
    from greenlane.cli.output import print_json
    from greenlane.cli.output import show as shown
    from intake.outline import forecast
    from presentation.dossiers.plan import plan_screen
    from presentation.json_of_forecasts import forecast_json
    from presentation.moments import Moments
    from presentation.names import Names
    from sla.business_time import BusinessTime

    book = handbook.opened(lang, None, state_dir)
    zone = book.catalog.zone
    opened_at = now() if at is None else _instant(at, zone)
    found = granted(forecast(_dossier_in(file), book.catalog, opened_at))
    if as_json:
        print_json(forecast_json(found, book.words.language))
    else:
        shown(
            *plan_screen(
                found,
                Moments(book.words, zone, BusinessTime.real_time(), opened_at, known=Names(book.words, book.catalog)),
            )
        )
    return 0


def templates(*, state_dir: StateDir = None, lang: Lang = None, as_json: Json = False) -> int:
    """List the templates: which licences a business opening needs.

    Example: greenlane dossier templates --lang en
    """
    from greenlane.cli import handbook
    from greenlane.cli.output import print_json
    from greenlane.cli.output import show as shown
    from presentation.catalogue.templates import template_json, template_table

    book = handbook.opened(lang, None, state_dir)
    found = book.catalog.templates_on(book.day)
    if as_json:
        print_json({"ok": True, "templates": [template_json(one, book.words, book.day) for one in found]})
    else:
        shown(template_table(found, book.names))
    return 0


def submit(
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
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Hand in a dossier, and wait until it is on record. The same dossier again is known and changes nothing.

    A fact that no list knows is left out of the cases and named, with the nearest that is known.

    Example: greenlane dossier submit opening.yaml
    """
    from greenlane.cli.clock import now
    from greenlane.cli.failure import say_left_out
    from greenlane.cli.granting import granted
    from greenlane.cli.output import print_json
    from greenlane.cli.output import show as shown
    from greenlane.cli.session import a_session, waiting
    from services.actors import claimed
    from services.dossiers import declare_template, submit_dossier

    if (file is None) == (template is None):
        raise typer.BadParameter(_("Give either a file or --template."), param_hint="FILE")
    read = None if file is None else _dossier_in(file)
    actor = claimed("applicant", source)
    with a_session(state_dir, lang) as session:
        declared = read or declare_template(session.wiring, actor, template or "", applicant, now=now())
        answer = waiting(
            lambda: submit_dossier(session.wiring, actor, declared, source, door="cli", now=now(), strict=strict)
        )
        submitted = granted(answer)
        if as_json:
            print_json(_submitted_json(submitted, session.words.language))
        else:
            key = (
                _("Dossier {dossier} was submitted before.")
                if submitted.is_known
                else _("Dossier {dossier} submitted.")
            )
            key = (
                _(
                    "Dossier {dossier} was accepted, not opened yet: no worker answers. It is opened as soon "
                    "as one runs."
                )
                if submitted.view is None
                else key
            )
            shown(session.words(key, dossier=f"{submitted.dossier_id} ({submitted.stream_id})"), session.moments.scale)
            for fact in submitted.left_out:
                say_left_out(fact, "", session.words.language)
    return 0 if submitted.view is not None else 2


def _dossier_in(file: str) -> DossierFile:
    from greenlane.cli.files import contents_of
    from intake.dossier_files import dossier_of

    ((name, content),) = contents_of([file])
    return dossier_of(name, content)


def _submitted_json(submitted: SubmittedDossier, language: str) -> dict[str, Any]:
    """The answer of `dossier submit --json`."""
    from presentation.instants import instant_json
    from presentation.left_out import left_out_json

    view = submitted.view
    return {
        "ok": view is not None,
        "dossier": submitted.stream_id,
        "dossier_id": submitted.dossier_id,
        "known": submitted.is_known,
        "applications": view and view.applications,
        "released": view and view.released,
        "lead": view and view.lead,
        "joint_due_at": view and instant_json(view.joint_due_at),
        "promised_at": view and instant_json(view.promised_at),
        "left_out": left_out_json(submitted.left_out, language),
    }


def show(
    dossier: Dossier,
    *,
    mermaid: Annotated[Path | None, typer.Option("--mermaid", help="Write the graph as a Mermaid flowchart.")] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="Write the graph as an SVG picture.")] = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Show a dossier: its graph with states and clocks, the critical path, who holds it, and the promise.

    Example: greenlane dossier show D-2026-17 --svg opening.svg
    """
    from greenlane.cli.clock import now
    from greenlane.cli.granting import granted
    from greenlane.cli.output import print_json
    from greenlane.cli.output import show as shown
    from greenlane.cli.session import a_session
    from greenlane.cli.writing import write_file
    from presentation.dossiers import pictures as dossier_pictures
    from presentation.dossiers.screen import boxes_of, screen_of
    from presentation.json_of_dossiers import dossier_json
    from services.dossier_sheets import read_dossier

    with a_session(state_dir, lang) as session:
        sheet = granted(read_dossier(session.wiring, acting(None), dossier, now=now()))
        moments = session.moments
        wanted = (("mermaid", mermaid, dossier_pictures.mermaid), ("svg", svg, dossier_pictures.svg))
        for option, path, draw in wanted:
            if path is not None:
                write_file(path, draw(sheet.dossier.graph, boxes_of(sheet, moments)), option)
        if as_json:
            print_json(dossier_json(sheet))
        else:
            shown(*screen_of(sheet, moments))
    return 0


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        # What lies so far off that the province has no date for it is refused here, with the option's name.
        return at.astimezone(zone) if at.tzinfo is not None else at.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            _("{text!r} is no instant such as 2026-03-02T09:00+07:00.", text=text),
            param_hint="--at",
        ) from None
