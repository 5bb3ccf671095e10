"""What changes how long a case may take: payment awaited, a new appointment, an extension, another lane."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.commanding import Content, LegalBasis, of_case
from greenlane.cli.listing import Lane
from greenlane.cli.options import ApprovedBy, Reason, StepId

PANEL = "Answers"

Longer = Annotated[str, typer.Option("--by-time", metavar="AMOUNT", help='How much later, such as "2 working_days".')]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command in (
        ("pay-request", request_payment),
        ("pay-confirm", confirm_payment),
        ("move-appointment", move_appointment),
        ("extend", extend),
        ("lane", change_lane),
    ):
        app.command(name, rich_help_panel=PANEL)(command)


@of_case("RequestPayment")
def request_payment(
    step: StepId,
    *,
    department: Annotated[str, typer.Option("--department", help="The department that asks; the step's own.")],
    amount: Annotated[int, typer.Option("--amount", metavar="VND", help="The fee in đồng.")],
    reason: Reason,
) -> Content:
    """Ask the applicant to pay the fee; where the procedure says so, the clocks stand still meanwhile.

    Example: greenlane pay-request H05.8-260302-0001 intake --department one-stop --amount 200000 --reason "Fee"
    """
    return {"step_id": step, "department": department, "amount_vnd": amount, "reason": reason}


@of_case("ConfirmPayment")
def confirm_payment(
    *,
    receipt: Annotated[str, typer.Option("--receipt", help="The payment's number.")],
) -> Content:
    """Note that the fee was paid: the clocks run again.

    Example: greenlane pay-confirm H05.8-260302-0001 --receipt BL-2026-0007
    """
    return {"receipt": receipt}


@of_case("MoveAppointment", "supervisor")
def move_appointment(
    *,
    by_time: Longer,
    reason: Reason,
) -> Content:
    """Give the applicant a new appointment with an apology: once, and at least a day before the old one.

    The limit itself stays where it is.

    Example: greenlane move-appointment H05.8-260302-0001 --by-time "2 working_days" --reason "The road is flooded"
    """
    from greenlane.speaking.typed import budget_of

    return {"by": budget_of(by_time, "--by-time"), "reason": reason}


@of_case("ExtendLimit", "supervisor")
def extend(
    *,
    by_time: Longer,
    reason: Reason,
    legal_basis: LegalBasis,
    approved_by: ApprovedBy = None,
) -> Content:
    """Extend the statutory limit where the sector's law allows it; a second person approves it, both dates stay on record.

    Example: greenlane extend H05.8-260302-0001 --by-time "5 days" --reason "Complex appraisal"
    --legal-basis "15/2021/NĐ-CP" --approved-by chairman-office
    """
    from greenlane.speaking.typed import budget_of

    return {
        "by": budget_of(by_time, "--by-time"),
        "reason": reason,
        "legal_basis": legal_basis,
        "approved_by": approved_by,
    }


@of_case("ChangeLane", "supervisor")
def change_lane(
    lane: Annotated[Lane, typer.Argument(metavar="LANE", help="standard, green_60 or green_24h.")],
    *,
    reason: Reason,
    legal_basis: LegalBasis,
    approved_by: ApprovedBy = None,
    override: Annotated[
        bool, typer.Option("--override", help="Grant a lane that no rule gives: on the decision's own legal basis.")
    ] = False,
) -> Content:
    """Grant or revoke a green lane after acceptance; elapsed time and pauses are kept, no breach is erased.

    A second person approves it. A lane that no rule of the decision table gives needs --override, and stands on record so.

    Example: greenlane lane H05.4-260302-0001 green_60 --reason "Decided on 3 March" --legal-basis "QĐ 12/QĐ-UBND"
    --by lead-officer --approved-by chairman-office --override
    """
    return {
        "lane": lane,
        "reason": reason,
        "legal_basis": legal_basis,
        "approved_by": approved_by,
        "override": override,
    }
