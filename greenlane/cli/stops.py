"""Stopping the handling of a case by decision, and giving it back: acts of their own, each told in writing."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.commanding import Content, LegalBasis, of_case
from greenlane.cli.options import ApprovedBy, Reason

PANEL = "Answers"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command in (("stop", stop_case), ("return", return_case)):
        app.command(name, rich_help_panel=PANEL)(command)


@of_case("StopCase", "supervisor")
def stop_case(
    *,
    reason: Reason,
    legal_basis: LegalBasis,
    until_at: Annotated[
        str | None,
        typer.Option("--until", metavar="INSTANT", help="When the stop ends by itself; with its offset."),
    ] = None,
    approved_by: ApprovedBy = None,
) -> Content:
    """Stop the handling of a case by decision; a second person approves it. `resume` or `return` ends it.

    Example: greenlane stop H05.8-260302-0001 --reason "A court has seized the deed" --legal-basis "15/2021/NĐ-CP"
    --by lead-officer --approved-by chairman-office
    """
    from sla.instants import instant_of

    return {
        "reason": reason,
        "legal_basis": legal_basis,
        "until_at": None if until_at is None else instant_of(until_at, "until"),
        "approved_by": approved_by,
    }


@of_case("ReturnCase", "supervisor")
def return_case(
    *,
    reason: Reason,
    legal_basis: LegalBasis,
) -> Content:
    """Give a stopped case back to the applicant, in writing and without a result; the case closes.

    Example: greenlane return H05.8-260302-0001 --reason "The deed is void" --legal-basis "15/2021/NĐ-CP"
    """
    return {"reason": reason, "legal_basis": legal_basis}
