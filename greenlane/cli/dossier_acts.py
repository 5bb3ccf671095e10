"""`greenlane dossier ...`: what is asked of a linked dossier: its results, its cascade, its escalations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from greenlane.cli.acknowledgement import Escalation, Note
from greenlane.cli.acting import acting, reading
from greenlane.cli.clock import now
from greenlane.cli.commanding import Content, Dossier, of_dossier, run_dossier_command
from greenlane.cli.options import ApplicantsReason, LedgerReason, OptionalLedgerReason
from greenlane.cli.run import Act, as_act
from greenlane.speaking.typed import id_of, name_of, number_of

Name = Annotated[str, typer.Argument(metavar="NAME", help="Application, as the dossier calls it.", callback=name_of)]


@as_act
def cascade(
    run: Act,
    dossier: Dossier,
    name: Name,
    *,
    preview: Annotated[
        bool, typer.Option("--preview/--apply", help="Show what would happen (default), or do it.")
    ] = True,
    reason: OptionalLedgerReason = None,
) -> int:
    """Show what a lost result does to what depends on it: stopped, kept, re-opened. With --apply, do it; twice is once.

    Example: greenlane dossier cascade D-2026-17 security-order --preview
    """
    from greenlane.session import waiting
    from presentation.dossiers.screen import cascade_screen
    from presentation.json_of_dossiers import cascade_json
    from services.dossiers import command_dossier, dossier_command, preview_cascade
    from services.granting import granted

    actor, content = acting(run.by), {"name": name, "reason": reason}
    command = dossier_command(actor, "ApplyCascade", content, command_id=run.new_id, now=now())
    with run.session() as session:
        cascade = granted(
            preview_cascade(session.wiring, reading(session, "dossier cascade", run.by), dossier, name, now=now())
        )
        if not preview:
            granted(waiting(lambda: command_dossier(session.wiring, actor, cascade.stream_id, command, now=now())))
        return run.answer(
            lambda: cascade_json(cascade, name, is_applied=not preview),
            lambda: cascade_screen(cascade, session.moments, is_applied=not preview),
        )


@of_dossier("RevokeResult")
def revoke(
    name: Name,
    *,
    reason: LedgerReason,
    legal_basis: Annotated[str, typer.Option("--legal-basis", help="By which rule.")],
    number: Annotated[
        str | None, typer.Option("--number", help="Of a result from elsewhere that NAME stands on; default: its own.")
    ] = None,
) -> Content:
    """Note that a result was revoked, also of a closed dossier: what waits for it is blocked; the cascade shows the rest.

    Example: greenlane dossier revoke D-2026-17 registration --reason "issued by mistake" --legal-basis "45/2020 art. 15"
    """
    return {"name": name, "number": number, "reason": reason, "legal_basis": legal_basis}


@of_dossier("RecordResult")
def result(
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
) -> Content:
    """Let a result from elsewhere take the place of an application's own, or of another that it stands on.

    Example: greenlane dossier result D-2026-17 registration --number 01/2026 --issuer commune --issued-on 2026-01-05
    """
    content = {
        "number": number,
        "issuer": issuer,
        "issued_on": issued_on.date(),
        "valid_until": valid_until and valid_until.date(),
    }
    return {"name": name, "result": content, "replaces": replaces}


@as_act
def acknowledge(
    run: Act,
    dossier: Dossier,
    escalation: Escalation = None,
    *,
    note: Note = None,
) -> int:
    """Acknowledge an escalation of the joint clock, by default the latest: its chain stops, the breach stays on record.

    By its number in the timeline, such as 12, or its id, such as joint/breach.

    Example: greenlane dossier acknowledge D-2026-17 12 --by head-of-culture
    """
    if (exact := id_of(escalation)) is None:
        from services.acknowledging import find_joint_escalation
        from services.granting import granted

        with run.session() as session:
            actor = acting(run.by, "supervisor")
            exact = granted(find_joint_escalation(session.wiring, actor, dossier, number_of(escalation)))
    content = {"escalation_id": exact, "note": note}
    return run_dossier_command("AcknowledgeEscalation", "supervisor", dossier, content, run)


@of_dossier("WithdrawDossier")
def withdraw(
    *,
    reason: ApplicantsReason = None,
) -> Content:
    """Take a whole dossier back: open cases are withdrawn, the rest is stopped.

    Example: greenlane dossier withdraw D-2026-17
    """
    return {"reason": reason}
