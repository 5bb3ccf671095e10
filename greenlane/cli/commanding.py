"""A command of a case or of a linked dossier, made of the function that says its content: all else is the same for all."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from greenlane.cli.acting import Kind, acting, reading
from greenlane.cli.clock import now
from greenlane.cli.options import CaseReference
from greenlane.cli.run import Act, Run, with_options
from greenlane.speaking.typed import name_of
from wording.text import _

if TYPE_CHECKING:
    from cases.turn import CaseView
    from greenlane.session import Session

Content = dict[str, Any]
"""What a command says, beside who says it and to whom."""
ContentOf = Callable[..., Content]
Command = Callable[..., int]

Dossier = Annotated[
    str, typer.Argument(metavar="DOSSIER", help="Dossier (dossier-...), or its source's own id.", callback=name_of)
]
LegalBasis = Annotated[str, typer.Option("--legal-basis", help="Decree and article that allow it.")]


def of_case(kind: str, acts_as: Kind = "officer") -> Callable[[ContentOf], Command]:
    """A command of a case, of this kind; whoever `--by` names acts as such."""
    return functools.partial(_of, "case", CaseReference, functools.partial(run_case_command, kind, acts_as))


def of_dossier(kind: str, acts_as: Kind = "officer") -> Callable[[ContentOf], Command]:
    """A command of a linked dossier, of this kind; whoever `--by` names acts as such."""
    return functools.partial(_of, "dossier", Dossier, functools.partial(run_dossier_command, kind, acts_as))


def _of(name: str, reference: Any, run_command: Callable[..., int], content_of: ContentOf) -> Command:
    target = inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=reference)

    @functools.wraps(content_of)
    def command(run: Act, **options: Any) -> int:
        return run_command(options.pop(name), content_of(**options), run)

    own = inspect.signature(content_of, eval_str=True).parameters.values()
    leading = inspect.Parameter("run", inspect.Parameter.POSITIONAL_ONLY)
    command.__signature__ = inspect.Signature([leading, target, *own])  # type: ignore[attr-defined]
    return with_options(command, Act)


def run_case_command(kind: str, acts_as: Kind, case: str, content: Content, run: Act) -> int:
    """Give the case the command, and show it as it is then. Raises what the service raises."""
    from greenlane.session import waiting
    from services.cases import case_command, command_case
    from services.granting import granted

    actor = acting(run.by, acts_as)
    command = case_command(actor, kind, content, command_id=run.new_id, now=now())
    with run.session() as session:
        view = granted(waiting(lambda: command_case(session.wiring, actor, case, command, now=now())))
        return show_accepted(run, session, kind, view, {"command_id": command.command_id})


def show_accepted(run: Run, session: Session, kind: str, view: CaseView, answer: Mapping[str, object]) -> int:
    """Say that a command was accepted, and show its case; `answer` stands in what programs get, too."""
    from presentation.cases.case_table import case_table

    words, moments = session.words, session.moments
    return run.answer(
        lambda: {"ok": True, "accepted": True, **answer, "case": view.model_dump(mode="json")},
        lambda: (
            words(_("Recorded: {what}."), what=words.named("command", kind)),
            case_table(words(_("Case")), [view], moments),
            moments.scale,
        ),
    )


def run_dossier_command(kind: str, acts_as: Kind, dossier: str, content: Content, run: Act) -> int:
    """Give the dossier the command, and show it as it is then. Raises what the service raises."""
    from greenlane.session import waiting
    from presentation.dossiers.screen import screen_of
    from presentation.json_of_dossiers import dossier_json
    from services.dossier_sheets import read_dossier
    from services.dossiers import command_dossier, dossier_command
    from services.granting import granted

    actor = acting(run.by, acts_as)
    command = dossier_command(actor, kind, content, command_id=run.new_id, now=now())
    with run.session() as session:
        answer = waiting(lambda: command_dossier(session.wiring, actor, dossier, command, now=now()))
        reader = reading(session, kind, run.by, acts_as)
        sheet = granted(read_dossier(session.wiring, reader, granted(answer), now=now()))
        return run.answer(
            lambda: dossier_json(sheet) | {"command_id": command.command_id},
            lambda: screen_of(sheet, session.moments),
        )
