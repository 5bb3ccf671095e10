"""What officers, applicants and supervisors ask of a case: each command waits for its answer."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from greenlane.cli.commanding import Content, LegalBasis, of_case
from greenlane.cli.options import ApplicantsReason, OptionalReason, Reason, StepId
from greenlane.speaking.typed import stretch_of

Outcome = Literal["approve", "refuse", "request_supplement", "request_explanation", "consult"]
"""What a department may answer."""


Silence = Literal["proceed", "deemed_no_objection", "escalate"]
"""What no answer of a consulted department may mean."""


Documents = Annotated[
    list[str] | None, typer.Option("--document", metavar="KIND", help="Kind of a document; may be given several times.")
]

PANEL = "Answers"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (decide, supplement, explain, withdraw, pause, resume, reassign):
        app.command(rich_help_panel=PANEL)(command)


SilenceMeans = Annotated[
    Silence | None, typer.Option("--silence", help="What no answer within the limit means; needs --limit.")
]


@of_case("DecideStep")
def decide(
    step: StepId,
    outcome: Annotated[Outcome, typer.Argument(help="The department's answer.")],
    *,
    department: Annotated[str, typer.Option("--department", help="The department that answers; the step's own.")],
    reason: OptionalReason = None,
    legal_basis: Annotated[str | None, typer.Option("--legal-basis", help="Decree and article.")] = None,
    document: Documents = None,
    consult: Annotated[
        list[str] | None,
        typer.Option("--consult", metavar="DEPARTMENT", help="Whose opinion is asked; may be given several times."),
    ] = None,
    question: Annotated[
        str | None, typer.Option("--question", help="What the applicant, or the consulted departments, are asked.")
    ] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", help='Within which time, such as "3 working_days" or "8 working_hours".')
    ] = None,
    silence: SilenceMeans = None,
) -> Content:
    """Answer a step of a case for its department.

    Refusing and asking for documents need a --reason; asking for documents at least one --document; asking the applicant
    to explain a --question; consulting at least one --consult with a --question.

    Example: greenlane decide H05.8-260302-0001 site-check request_supplement --department culture
    --document security-certificate --reason "The copy cannot be read"
    """
    from greenlane.speaking.typed import budget_of

    within = None if limit is None else budget_of(limit)
    asked_of = {"question": question, "limit": within, "silence": silence}
    return {
        "step_id": step,
        "department": department,
        "outcome": outcome,
        "reason": reason,
        "legal_basis": legal_basis,
        "documents": tuple(document or ()),
        "question": question if outcome == "request_explanation" else None,
        "consult": tuple({"department": each, **asked_of} for each in consult or ()),
    }


@of_case("ReceiveSupplement")
def supplement(
    *,
    document: Documents = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="Nothing more is awaited, whatever was asked for: an officer says so.")
    ] = False,
) -> Content:
    """Note that the applicant's documents came; the case goes on when all that was asked for is there.

    Example: greenlane supplement H05.8-260302-0001 --document security-certificate --by counter-3
    """
    return {"documents": tuple({"kind": kind} for kind in document or ()), "declared_complete": complete}


@of_case("ReceiveExplanation")
def explain(
    *,
    reference: Annotated[
        str | None, typer.Option("--reference", help="Where the answer lies; kept in the vault, not in the history.")
    ] = None,
) -> Content:
    """Note that the applicant has answered the question that was asked.

    Example: greenlane explain H05.8-260302-0001 --reference incoming-117 --by counter-3
    """
    return {"reference": reference}


@of_case("WithdrawApplication")
def withdraw(
    *,
    reason: ApplicantsReason = None,
) -> Content:
    """Take the application back on the applicant's wish; the case closes.

    Example: greenlane withdraw H05.8-260302-0001 --reason "The plans have changed"
    """
    return {"reason": reason}


@of_case("PauseClock", "supervisor")
def pause(
    *,
    reason: Reason,
    legal_basis: LegalBasis,
    from_at: Annotated[
        str | None,
        typer.Option("--from", metavar="INSTANT", help="When it began, if that was earlier; with its offset."),
    ] = None,
    until_at: Annotated[
        str | None, typer.Option("--until", metavar="INSTANT", help="When it ended, if it is over; with its offset.")
    ] = None,
) -> Content:
    """Suspend all clocks of a case, with reason and legal basis; or note that they stood still from one instant to another.

    A suspension begins and ends in the past, and no further back than the procedure allows.

    Example: greenlane pause H05.8-260302-0001 --reason "A court decides first" --legal-basis "61/2018/NĐ-CP art. 19"
    """
    return {"reason": reason, "legal_basis": legal_basis, **stretch_of(from_at, until_at)}


@of_case("ResumeClock", "supervisor")
def resume(
    *,
    reason: Reason,
) -> Content:
    """Let the clocks of a suspended or stopped case run again.

    Example: greenlane resume H05.8-260302-0001 --reason "The court has decided"
    """
    return {"reason": reason}


@of_case("ReassignStep", "supervisor")
def reassign(
    step: StepId,
    *,
    reason: Reason,
    department: Annotated[str | None, typer.Option("--department", help="The department that gets the step.")] = None,
    officer: Annotated[
        str | None, typer.Option("--officer", help="Account of the officer who gets it; never a person's name.")
    ] = None,
    escalation: Annotated[
        str | None, typer.Option("--escalation", metavar="ESCALATION", help="The alert that is answered by it.")
    ] = None,
) -> Content:
    """Give a step to another officer, or to another department.

    Example: greenlane reassign H05.8-260302-0001 site-check --officer officer-7 --reason "On leave"
    """
    return {
        "step_id": step,
        "department": department,
        "officer": officer,
        "escalation_id": escalation,
        "reason": reason,
    }
