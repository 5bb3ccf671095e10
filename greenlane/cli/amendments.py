"""What changes how long a case may take: payment awaited, a new appointment, an extension, another lane."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.due import Lane
from greenlane.cli.options import ActedBy, ApprovedBy, CaseReference, CommandId, Json, Lang, StateDir, name_of
from greenlane.cli.question import acting, asked

PANEL = "Answers"

Reason = Annotated[str, typer.Option("--reason", help="Why. Public in the case's history: no personal data.")]
LegalBasis = Annotated[str, typer.Option("--legal-basis", help="Decree and article that allow it.")]
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


def request_payment(
    case: CaseReference,
    step: Annotated[str, typer.Argument(metavar="STEP", help="Id of the step, as `show` lists it.", callback=name_of)],
    *,
    department: Annotated[str, typer.Option("--department", help="The department that asks; the step's own.")],
    amount: Annotated[int, typer.Option("--amount", metavar="VND", help="The fee in đồng.")],
    reason: Reason,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Ask the applicant to pay the fee; where the procedure says so, the clocks stand still meanwhile.

    Example: greenlane pay-request H05.8-260302-0001 intake --department one-stop --amount 200000 --reason "Fee"
    """
    content = {"step_id": step, "department": department, "amount_vnd": amount, "reason": reason}
    return asked("RequestPayment", case, acting(by), content, command_id, state_dir, lang, as_json)


def confirm_payment(
    case: CaseReference,
    *,
    receipt: Annotated[str, typer.Option("--receipt", help="The payment's number.")],
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Note that the fee was paid: the clocks run again.

    Example: greenlane pay-confirm H05.8-260302-0001 --receipt BL-2026-0007
    """
    return asked("ConfirmPayment", case, acting(by), {"receipt": receipt}, command_id, state_dir, lang, as_json)


def move_appointment(
    case: CaseReference,
    *,
    by_time: Longer,
    reason: Reason,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Give the applicant a new appointment with an apology: once, and at least a day before the old one.

    The limit itself stays where it is.

    Example: greenlane move-appointment H05.8-260302-0001 --by-time "2 working_days" --reason "The road is flooded"
    """
    from greenlane.cli.budget_text import budget_of

    content = {"by": budget_of(by_time, "--by-time"), "reason": reason}
    return asked("MoveAppointment", case, acting(by, "supervisor"), content, command_id, state_dir, lang, as_json)


def extend(
    case: CaseReference,
    *,
    by_time: Longer,
    reason: Reason,
    legal_basis: LegalBasis,
    approved_by: ApprovedBy = None,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Extend the statutory limit where the sector's law allows it; a second person approves it, both dates stay on record.

    Example: greenlane extend H05.8-260302-0001 --by-time "5 days" --reason "Complex appraisal"
    --legal-basis "15/2021/NĐ-CP" --approved-by chairman-office
    """
    from greenlane.cli.budget_text import budget_of

    content = {
        "by": budget_of(by_time, "--by-time"),
        "reason": reason,
        "legal_basis": legal_basis,
        "approved_by": approved_by,
    }
    return asked("ExtendLimit", case, acting(by, "supervisor"), content, command_id, state_dir, lang, as_json)


def change_lane(
    case: CaseReference,
    lane: Annotated[Lane, typer.Argument(metavar="LANE", help="standard, green_60 or green_24h.")],
    *,
    reason: Reason,
    legal_basis: LegalBasis,
    approved_by: ApprovedBy = None,
    override: Annotated[
        bool, typer.Option("--override", help="Grant a lane that no rule gives: on the decision's own legal basis.")
    ] = False,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Grant or revoke a green lane after acceptance; elapsed time and pauses are kept, no breach is erased.

    A second person approves it. A lane that no rule of the decision table gives needs --override, and stands on record so.

    Example: greenlane lane H05.4-260302-0001 green_60 --reason "Decided on 3 March" --legal-basis "QĐ 12/QĐ-UBND"
    --by lead-officer --approved-by chairman-office --override
    """
    content = {
        "lane": lane.value,
        "reason": reason,
        "legal_basis": legal_basis,
        "approved_by": approved_by,
        "override": override,
    }
    return asked("ChangeLane", case, acting(by, "supervisor"), content, command_id, state_dir, lang, as_json)
