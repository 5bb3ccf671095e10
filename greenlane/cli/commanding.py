"""A command of a case or of a linked dossier, made of the function that says its content: all else is the same for all."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from greenlane.cli.acting import Kind, acting, new_id
from greenlane.cli.clock import now
from greenlane.cli.options import ActedBy, CaseReference, CommandId, Json, Lang, StateDir, name_of
from wording.text import _

if TYPE_CHECKING:
    from cases.turn import CaseView
    from greenlane.cli.session import Session

Content = dict[str, Any]
"""What a command says, beside who says it and to whom."""
ContentOf = Callable[..., Content]
Command = Callable[..., int]

Dossier = Annotated[
    str, typer.Argument(metavar="DOSSIER", help="Dossier (dossier-...), or its source's own id.", callback=name_of)
]
Reason = Annotated[str, typer.Option("--reason", help="Why. Public in the case's history: no personal data.")]
LegalBasis = Annotated[str, typer.Option("--legal-basis", help="Decree and article that allow it.")]


def of_case(kind: str, acts_as: Kind = "officer") -> Callable[[ContentOf], Command]:
    """A command of a case, of this kind; whoever `--by` names acts as such."""
    return functools.partial(_with_options, "case", CaseReference, functools.partial(run_case_command, kind, acts_as))


def of_dossier(kind: str, acts_as: Kind = "officer") -> Callable[[ContentOf], Command]:
    """A command of a linked dossier, of this kind; whoever `--by` names acts as such."""
    return functools.partial(_with_options, "dossier", Dossier, functools.partial(run_dossier_command, kind, acts_as))


@dataclass(frozen=True)
class Options:
    """The options of every command, in the order in which they stand in its help."""

    by: ActedBy = None
    command_id: CommandId = None
    state_dir: StateDir = None
    lang: Lang = None
    as_json: Json = False


def _with_options(name: str, reference: Any, run: Callable[..., int], content_of: ContentOf) -> Command:
    own, common = (inspect.signature(made, eval_str=True).parameters.values() for made in (content_of, Options))
    target = inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=reference)
    options = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in common]

    @functools.wraps(content_of)
    def command(**given: Any) -> int:
        chosen = Options(**{option.name: given.pop(option.name) for option in options})
        return run(given.pop(name), content_of(**given), chosen)

    parameters = [target, *own, *options]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def run_case_command(kind: str, acts_as: Kind, case: str, content: Content, options: Options) -> int:
    """Give the case the command, and show it as it is then. Raises what the service raises."""
    from greenlane.cli.granting import granted
    from greenlane.cli.session import a_session, waiting
    from services.cases import case_command, command_case

    actor = acting(options.by, acts_as)
    command = case_command(actor, kind, content, command_id=new_id(options.command_id), now=now())
    with a_session(options.state_dir, options.lang) as session:
        view = granted(waiting(lambda: command_case(session.wiring, actor, case, command, now=now())))
        show_accepted(session, kind, view, {"command_id": command.command_id}, as_json=options.as_json)
    return 0


def show_accepted(session: Session, kind: str, view: CaseView, told: Mapping[str, object], *, as_json: bool) -> None:
    """Say that a command was accepted, and show its case; `told` stands in what programs get, too."""
    from greenlane.cli.output import print_json, show
    from presentation.cases.case_table import case_table

    if as_json:
        print_json({"ok": True, "accepted": True, **told, "case": view.model_dump(mode="json")})
        return
    moments = session.moments
    show(session.words(_("Recorded: {what}."), what=session.words.named("command", kind)))
    show(case_table(session.words(_("Case")), [view], moments), moments.scale)


def run_dossier_command(kind: str, acts_as: Kind, dossier: str, content: Content, options: Options) -> int:
    """Give the dossier the command, and show it as it is then. Raises what the service raises."""
    from greenlane.cli.granting import granted
    from greenlane.cli.output import print_json, show
    from greenlane.cli.session import a_session, waiting
    from presentation.dossiers.screen import screen_of
    from presentation.json_of_dossiers import dossier_json
    from services.dossier_sheets import read_dossier
    from services.dossiers import command_dossier, dossier_command

    actor = acting(options.by, acts_as)
    command = dossier_command(actor, kind, content, command_id=new_id(options.command_id), now=now())
    with a_session(options.state_dir, options.lang) as session:
        answer = waiting(lambda: command_dossier(session.wiring, actor, dossier, command, now=now()))
        sheet = granted(read_dossier(session.wiring, actor, granted(answer), now=now()))
        if options.as_json:
            print_json(dossier_json(sheet) | {"command_id": command.command_id})
        else:
            show(*screen_of(sheet, session.moments))
    return 0
