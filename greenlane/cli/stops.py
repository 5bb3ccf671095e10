"""Stopping the handling of a case by decision, and giving it back: acts of their own, each told in writing."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.options import ActedBy, ApprovedBy, CaseReference, CommandId, Json, Lang, StateDir
from greenlane.cli.question import acting, asked

PANEL = "Answers"

Reason = Annotated[str, typer.Option("--reason", help="Why. Public in the case's history: no personal data.")]
LegalBasis = Annotated[str, typer.Option("--legal-basis", help="Decree and article that allow it.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command in (("stop", stop_case), ("return", return_case)):
        app.command(name, rich_help_panel=PANEL)(command)


def stop_case(
    case: CaseReference,
    *,
    reason: Reason,
    legal_basis: LegalBasis,
    until_at: Annotated[
        str | None,
        typer.Option("--until", metavar="INSTANT", help="When the stop ends by itself; with its offset."),
    ] = None,
    approved_by: ApprovedBy = None,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Stop the handling of a case by decision; a second person approves it. `resume` or `return` ends it.

    Example: greenlane stop H05.8-260302-0001 --reason "A court has seized the deed" --legal-basis "15/2021/NĐ-CP"
    --by lead-officer --approved-by chairman-office
    """
    from greenlane.cli.instants import instant_of

    content = {
        "reason": reason,
        "legal_basis": legal_basis,
        "until_at": None if until_at is None else instant_of(until_at, "until"),
        "approved_by": approved_by,
    }
    return asked("StopCase", case, acting(by, "supervisor"), content, command_id, state_dir, lang, as_json)


def return_case(
    case: CaseReference,
    *,
    reason: Reason,
    legal_basis: LegalBasis,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Give a stopped case back to the applicant, in writing and without a result; the case closes.

    Example: greenlane return H05.8-260302-0001 --reason "The deed is void" --legal-basis "15/2021/NĐ-CP"
    """
    content = {"reason": reason, "legal_basis": legal_basis}
    return asked("ReturnCase", case, acting(by, "supervisor"), content, command_id, state_dir, lang, as_json)
