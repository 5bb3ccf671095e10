"""`greenlane cases` and `greenlane desk`: the read models as lists."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from greenlane.cli.options import Json, Lang, StateDir, name_of

if TYPE_CHECKING:
    from greenlane.cli.session import Session
    from store.views import CaseFilter

LIMIT_MAX = 1000


class Lane(StrEnum):
    """The lanes by which cases are listed."""

    STANDARD = "standard"
    GREEN_60 = "green_60"
    GREEN_24H = "green_24h"


class Status(StrEnum):
    """The states by which cases are listed."""

    IN_PROGRESS = "in_progress"
    AWAITING_SUPPLEMENT = "awaiting_supplement"
    AWAITING_EXPLANATION = "awaiting_explanation"
    AWAITING_PAYMENT = "awaiting_payment"
    SUSPENDED = "suspended"
    STOPPED = "stopped"
    CLOSED = "closed"


Limit = Annotated[int, typer.Option("--limit", min=1, max=LIMIT_MAX, help="So many at most.")]

PANEL = "Cases"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (cases, desk):
        app.command(rich_help_panel=PANEL)(command)


def cases(
    *,
    status: Annotated[Status | None, typer.Option("--status", help="Only cases in this state.")] = None,
    lane: Annotated[Lane | None, typer.Option("--lane", help="Only cases of this lane.")] = None,
    department: Annotated[
        str | None, typer.Option("--department", help="Only cases that this department holds now.")
    ] = None,
    procedure: Annotated[str | None, typer.Option("--procedure", help="Only cases of this procedure.")] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only open cases that are late: the limit, the green promise, or a step.")
    ] = False,
    past_appointment: Annotated[
        bool, typer.Option("--past-appointment", help="Only open cases past an appointment, and not breached.")
    ] = False,
    is_open: Annotated[bool, typer.Option("--open", help="Only open cases.")] = False,
    limit: Limit = 50,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """List cases, the latest first, with both promises and who holds them now.

    --overdue and --past-appointment together list what is in either state. Late steps are told below, with how late.

    Example: greenlane cases --open --lane green_24h
    """
    from greenlane.cli.session import a_session
    from store.views import CaseFilter

    with a_session(state_dir, lang) as session:
        wanted = CaseFilter(
            status=status,
            lane=lane,
            holder=department,
            procedure=procedure,
            open_only=is_open,
            late=overdue,
            promise_states=frozenset({"past_appointment"} if past_appointment else ()),
        )
        _show_cases(session, wanted, limit, as_json=as_json)
    return 0


def _show_cases(session: Session, wanted: CaseFilter, limit: int, *, as_json: bool) -> None:
    from greenlane.cli.late_steps import LateSteps
    from greenlane.cli.output import print_json, show
    from presentation.cases.case_table import case_table

    found, total = session.views.cases(wanted, limit=limit), session.views.count(wanted)
    late = LateSteps.of(session, [view.case_id for view in found])
    if as_json:
        listed = [{**view.model_dump(mode="json"), "late_steps": late.as_json(view.case_id)} for view in found]
        print_json({"ok": True, "total": total, "cases": listed})
    elif not found:
        show(session.words("no_cases"))
    else:
        more = session.words("more_of", shown=len(found), total=total) if total > len(found) else None
        table = case_table(session.words("cases"), found, session.moments)
        show(table, more, late.table(), late.pointer(), session.moments.scale)


def desk(
    department: Annotated[
        str, typer.Argument(metavar="DEPARTMENT", help="Id of the department, such as finance.", callback=name_of)
    ],
    limit: Limit = 200,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Show what waits for a department, the most urgent first, and the escalations that are told to it.

    Of an opinion that it is asked for: the question, who asks, and by when.

    Example: greenlane desk construction --lang en
    """
    from greenlane.cli.desk_sheet import DeskSheet
    from greenlane.cli.escalation_sheet import EscalationSheet
    from greenlane.cli.output import print_json, show
    from greenlane.cli.session import a_session
    from presentation.cases.case_table import work_table
    from store.escalations import EscalationFilter

    with a_session(state_dir, lang) as session:
        items = session.views.worklist(department, limit=limit)
        told = EscalationSheet.of(
            session, EscalationFilter(open_only=True, told=department), limit=limit, state_dir=state_dir
        )
        known = session.wiring.catalog.departments.get(department)
        if known is None and not items and not told.items:
            # An imported log has departments of its own; one without work cannot be told from a slip of the pen.
            session.wiring.catalog.department(department)
        sheet = DeskSheet.of(session, items)
        if as_json:
            print_json({"ok": True, "department": department, "work": sheet.as_json(), "escalations": told.as_json()})
            return 0
        name = known.name.in_language(session.words.language) if known else department
        moments = session.moments
        title = session.words("desk", department=name)
        show(work_table(title, items, moments, sheet.time.since) if items else f"{title}: {session.words('no_work')}")
        show(*sheet.screen(), *(told.screen() if told.items else ()), None if told.items else moments.scale)
    return 0
