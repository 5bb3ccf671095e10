"""`greenlane dossier ...`: linked dossiers, from the plan to the joint result."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from greenlane.cli.acknowledgement import Escalation, Note, id_of, number_of
from greenlane.cli.options import ActedBy, CommandId, Json, Lang, StateDir, Strict, name_of, source_of
from greenlane.cli.question import acting, new_id
from wording.text import _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from events.language.commands import Actor
    from events.language.dossier_messages import DossierFile
    from services.dossiers import SubmittedDossier

PANEL = "Linked dossiers"
SOURCE = "/command-line"

Dossier = Annotated[
    str, typer.Argument(metavar="DOSSIER", help="Dossier (dossier-...), or its source's own id.", callback=name_of)
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Application, as the dossier calls it.", callback=name_of)]
File = Annotated[str | None, typer.Argument(metavar="FILE", help="A dossier file, YAML or JSON; - is stdin.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the ledger, without personal data.")]
OptionalReason = Annotated[
    str | None, typer.Option("--reason", help="Why; it stands in the ledger, without personal data.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        help="Linked dossiers: one business opening, several licences, one promise.",
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode="rich",
    )
    for command in (plan, templates, submit, show, cascade, revoke, result, acknowledge, withdraw):
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
            key = "dossier_known" if submitted.is_known else "dossier_submitted"
            key = "dossier_not_recorded" if submitted.view is None else key
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


def cascade(
    dossier: Dossier,
    name: Name,
    *,
    preview: Annotated[
        bool, typer.Option("--preview/--apply", help="Show what would happen (default), or do it.")
    ] = True,
    reason: OptionalReason = None,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Show what a lost result does to what depends on it: stopped, kept, re-opened. With --apply, do it; twice is once.

    Example: greenlane dossier cascade D-2026-17 security-order --preview
    """
    from cases.dossier.cascade import preview as previewed
    from events.language.refusals import refuse
    from greenlane.cli.clock import now
    from greenlane.cli.granting import RefusedError, granted
    from greenlane.cli.output import print_json
    from greenlane.cli.output import show as shown
    from greenlane.cli.session import a_session, waiting
    from presentation.dossiers.screen import cascade_table
    from services.dossier_sheets import read_dossier
    from services.dossiers import command_dossier, dossier_command

    actor, content = acting(by), {"name": name, "reason": reason}
    command = dossier_command(actor, "ApplyCascade", content, command_id=new_id(command_id), now=now())
    with a_session(state_dir, lang) as session:
        sheet, words = granted(read_dossier(session.wiring, actor, dossier, now=now())), session.words
        if name not in sheet.dossier.parts:
            names = ", ".join(list(sheet.dossier.parts)[:20])
            refusal = refuse("dossier_application_unknown", "name", application=name, names=names)
            raise RefusedError(refusal)
        effects = previewed(sheet.dossier, name)
        if not preview:
            stream_id = sheet.dossier.dossier_id
            granted(waiting(lambda: command_dossier(session.wiring, actor, stream_id, command, now=now())))
        if as_json:
            listed = [effect.model_dump(mode="json") for effect in effects]
            print_json({"ok": True, "name": name, "applied": not preview, "effects": listed})
        else:
            hint = words("cascade_hint" if preview else "cascade_done")
            shown(
                cascade_table(effects, sheet.dossier.parts, session.moments) if effects else words("nothing_follows"),
                hint,
            )
    return 0


def revoke(
    dossier: Dossier,
    name: Name,
    *,
    reason: Reason,
    legal_basis: Annotated[str, typer.Option("--legal-basis", help="By which rule.")],
    number: Annotated[
        str | None, typer.Option("--number", help="Of a result from elsewhere that NAME stands on; default: its own.")
    ] = None,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Note that a result was revoked, also of a closed dossier: what waits for it is blocked; the cascade shows the rest.

    Example: greenlane dossier revoke D-2026-17 registration --reason "issued by mistake" --legal-basis "45/2020 art. 15"
    """
    content = {"name": name, "number": number, "reason": reason, "legal_basis": legal_basis}
    return _command(dossier, "RevokeResult", content, acting(by), command_id, state_dir, lang, as_json)


def result(
    dossier: Dossier,
    name: Name,
    *,
    number: Annotated[str, typer.Option("--number", help="The result's number.")],
    issuer: Annotated[str, typer.Option("--issuer", help="Who issued it.")],
    issued_on: Annotated[datetime, typer.Option("--issued-on", formats=["%Y-%m-%d"], help="Day of issue.")],
    valid_until: Annotated[
        datetime | None, typer.Option("--valid-until", formats=["%Y-%m-%d"], help="Its last day; default: no end.")
    ] = None,
    replaces: Annotated[
        str | None,
        typer.Option(
            "--replaces", help="Number of the result from elsewhere whose place it takes; default: NAME's own."
        ),
    ] = None,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Let a result from elsewhere take the place of an application's own, or of another that it stands on.

    Example: greenlane dossier result D-2026-17 registration --number 01/2026 --issuer commune --issued-on 2026-01-05
    """
    given = {
        "number": number,
        "issuer": issuer,
        "issued_on": issued_on.date(),
        "valid_until": valid_until and valid_until.date(),
    }
    content = {"name": name, "result": given, "replaces": replaces}
    return _command(dossier, "RecordResult", content, acting(by), command_id, state_dir, lang, as_json)


def acknowledge(
    dossier: Dossier,
    escalation: Escalation = None,
    *,
    note: Note = None,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Acknowledge an escalation of the joint clock, by default the latest: its chain stops, the breach stays on record.

    By its number in the timeline, such as 12, or its id, such as joint/breach.

    Example: greenlane dossier acknowledge D-2026-17 12 --by head-of-culture
    """
    actor = acting(by, "supervisor")
    if (exact := id_of(escalation)) is None:
        from greenlane.cli.granting import granted
        from greenlane.cli.session import a_session
        from services.acknowledging import find_joint_escalation

        with a_session(state_dir, lang) as session:
            exact = granted(find_joint_escalation(session.wiring, actor, dossier, number_of(escalation)))
    content = {"escalation_id": exact, "note": note}
    return _command(dossier, "AcknowledgeEscalation", content, actor, command_id, state_dir, lang, as_json)


def withdraw(
    dossier: Dossier,
    *,
    reason: Annotated[
        str | None, typer.Option("--reason", help="The applicant's words; kept in the vault, not in the history.")
    ] = None,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Take a whole dossier back: open cases are withdrawn, the rest is stopped.

    Example: greenlane dossier withdraw D-2026-17
    """
    return _command(dossier, "WithdrawDossier", {"reason": reason}, acting(by), command_id, state_dir, lang, as_json)


def _command(
    dossier: str,
    kind: str,
    content: dict[str, Any],
    actor: Actor,
    command_id: str | None,
    state_dir: Path | None,
    lang: Any,
    as_json: bool,
) -> int:
    """Give a dossier a command, and show it as it is then."""
    from greenlane.cli.clock import now
    from greenlane.cli.granting import granted
    from greenlane.cli.output import print_json
    from greenlane.cli.output import show as shown
    from greenlane.cli.session import a_session, waiting
    from presentation.dossiers.screen import screen_of
    from presentation.json_of_dossiers import dossier_json
    from services.dossier_sheets import read_dossier
    from services.dossiers import command_dossier, dossier_command

    command = dossier_command(actor, kind, content, command_id=new_id(command_id), now=now())
    with a_session(state_dir, lang) as session:
        answer = waiting(lambda: command_dossier(session.wiring, actor, dossier, command, now=now()))
        sheet = granted(read_dossier(session.wiring, actor, granted(answer), now=now()))
        if as_json:
            print_json(dossier_json(sheet) | {"command_id": command.command_id})
        else:
            shown(*screen_of(sheet, session.moments))
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
