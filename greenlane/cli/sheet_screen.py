"""The sheet of a case on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from cases.model import ClockState
from cases.stamp import STAMP
from catalog.model import PROCEDURE_FACTS
from events.language.case_events import ClockCancelled, LaneChanged
from greenlane.cli.case_sheet import Sheet
from greenlane.cli.event_lines import event_table, near_miss_table
from greenlane.cli.names import beside
from greenlane.cli.output import table_of
from greenlane.cli.promise_cells import Kind, appointment_markup, lawful_end_text, promise_of
from greenlane.cli.session import Session
from greenlane.cli.styles import LATE, lane_markup, painted, status_markup
from presentation.moments import Moments
from presentation.reasons import reason_text

BAR_CELLS = 24


def screen_of(sheet: Sheet, session: Session) -> Iterator[RenderableType | None]:
    """The parts of the screen from top to bottom; None where there is nothing to show."""
    moments = session.moments
    steps = {step.id: (step.name_vi, step.name_en) for step in sheet.case.steps.values()}
    moments = replace(moments, texts=sheet.texts, known=moments.names.of_case(sheet.case.definitions, steps))
    yield _stamp(sheet, moments)
    yield _head(sheet, moments)
    yield _clocks(sheet, moments)
    yield _steps(sheet, moments)
    yield event_table(moments.words("timeline"), sheet.records, moments)
    yield _refusals(sheet, moments)
    yield near_miss_table(sheet.near_misses, moments.words)
    yield _time_shares(sheet, moments)
    yield moments.scale


def _stamp(sheet: Sheet, moments: Moments) -> Panel | None:
    stamp = sheet.stamp
    if stamp is None:
        return None
    reason, source = stamp.reason, stamp.source
    if not any(isinstance(record.event, LaneChanged) for record in sheet.records):
        reason = _matched(sheet, moments)
        source = moments.words("lane_table", version=sheet.case.definitions.lanes.version)
    shown = f"{escape(reason)} [dim]({escape(source)})[/dim]"
    return Panel(shown, title=f"[bold green]{STAMP}[/bold green]", border_style="bold green", expand=False)


def _matched(sheet: Sheet, moments: Moments) -> str:
    """The facts by which the rule of the lane matched."""
    case, words = sheet.case, moments.words
    rule = next((rule for rule in case.definitions.lanes.rules if rule.id == sheet.rule), None)
    if rule is None or case.application is None:
        return ""
    procedure = case.definitions.procedure
    own = {"procedure": procedure.name.in_language(words.language), "sector": procedure.sector}
    asked = dict.fromkeys(condition.fact for condition in rule.when)
    given = {name: own[name] if name in PROCEDURE_FACTS else case.application.facts.get(name) for name in asked}
    return "; ".join(f"{words.named('fact', name)}: {value}" for name, value in given.items())


def _head(sheet: Sheet, moments: Moments) -> Panel:
    words, view = moments.words, sheet.view
    names, procedure = moments.names, sheet.case.definitions.procedure
    version = escape(procedure.version)
    lane = lane_markup(words, view.lane)
    status = status_markup(words, "status", view.status)
    if view.outcome is not None:
        status = f"{status}: {words.named('outcome', view.outcome)}"
    lines = {
        "procedure": f"{escape(procedure.name.in_language(words.language))} [dim]{words('of_version', version=version)}[/dim]",
        "lane": lane,
        "status": status,
        "agency": escape(names.department(view.agency)),
        "opened_at": moments.instant(view.opened_at),
        "holder": None if view.holder is None else escape(names.holder(view.holder)),
        "statutory_due": _promise(sheet, moments, "statutory"),
        "green_due": _promise(sheet, moments, "green"),
        "closed_at": None if view.closed_at is None else moments.instant(view.closed_at),
        "result_code": view.result_code,
    }
    grid = Table.grid(padding=(0, 2))
    for key, text in lines.items():
        if text is not None:
            grid.add_row(f"[bold]{words(key)}[/bold]", text)
    title = f"[bold]{view.dossier_code or view.case_id}[/bold]"
    return Panel(Group(grid), title=title, subtitle=f"[dim]{view.case_id}[/dim]", expand=False)


def _promise(sheet: Sheet, moments: Moments, kind: Kind) -> str | None:
    """Both ends, how far away the next of them is, and the appointment as first told where it was moved."""
    promised, lawful_day = promise_of(sheet.view, kind)
    if promised is None:
        return _declined(sheet, moments) if kind == "green" else None
    words, parts = moments.words, [appointment_markup(promised, kind, moments)]
    lawful = lawful_end_text(lawful_day, kind, moments)
    if lawful is not None:
        parts.append(f"[dim]({lawful})[/dim]")
    if promised.state in ("running", "past_appointment"):
        is_past = promised.state == "past_appointment"
        parts.append(moments.distance(promised.lawful_end_at if is_past else promised.appointment_at))
    first_at = promised.first_appointment_at
    if first_at is not None and first_at != promised.appointment_at:
        parts.append(f"[dim]{words('first_told', at=moments.instant(first_at))}[/dim]")
    return " ".join(part for part in parts if part)


def _declined(sheet: Sheet, moments: Moments) -> str | None:
    declined = sheet.declined
    if declined is None:
        return None
    why = reason_text(declined.reason, declined.code, moments, declined.details)
    return f"- [dim]({escape(why or '-')})[/dim]"


def _clocks(sheet: Sheet, moments: Moments) -> Table | None:
    words = moments.words
    table = table_of(words("clocks"), *map(words, ("clock", "since", "due", "state", "level")))
    ends = {r.event.clock_id: r.event.cause for r in sheet.records if isinstance(r.event, ClockCancelled)}
    for clock in sheet.case.clocks.values():
        is_over = clock.status == "cancelled"
        table.add_row(
            f"{escape(moments.names.clock_of(clock.kind, clock.step_id))}\n[dim]{moments.budget(clock.clock.budget)}[/dim]",
            moments.instant(clock.clock.anchored_at),
            "-" if is_over else "\n".join(_ends(sheet, clock, moments)),
            _clock_state(clock, ends.get(clock.id), moments),
            painted(str(clock.level), LATE) if clock.level else "",
        )
    table.columns[0].no_wrap = False
    return table if table.row_count else None


def _ends(sheet: Sheet, clock: ClockState, moments: Moments) -> Iterator[str]:
    """The appointment, and below it the lawful end where that is another instant."""
    due_at, end_at = sheet.due_at(clock), sheet.end_at(clock)
    yield moments.instant(due_at)
    if end_at is not None and end_at != due_at:
        lawful = moments.words(
            "end.green" if clock.kind == "green" else "end.statutory", day=_last_day(end_at, moments)
        )
        yield f"[dim]{lawful}[/dim]"


def _last_day(end_at: datetime, moments: Moments) -> str:
    """The day whose 24:00 an end is."""
    return moments.day((end_at - timedelta(seconds=1)).astimezone(moments.zone).date())


def _clock_state(clock: ClockState, cause: str | None, moments: Moments) -> str:
    words = moments.words
    if clock.set_aside:
        return status_markup(words, "clock", "set_aside")
    if clock.is_paused and not clock.stopped:
        return painted(words("paused"), "yellow")
    if cause is not None:
        # It did not come to nothing: another takes its place, or what it measured is no longer asked for.
        return f"[dim]{words.named('cause', cause)}[/dim]"
    if clock.status == "breached":
        return painted(words.named("breach", clock.kind), LATE)
    return status_markup(words, "green" if clock.kind == "green" else "clock", clock.status)


def _steps(sheet: Sheet, moments: Moments) -> Table | None:
    words = moments.words
    table = table_of(words("steps"), *map(words, ("step", "department", "status", "since", "due")))
    for step in sheet.case.steps.values():
        clock = sheet.case.clocks.get(step.clock_id or "")
        due_at = sheet.due_at(clock) if clock is not None and step.is_open else None
        officer = f"\n{escape(step.officer)}" if step.officer else ""
        table.add_row(
            # Both ids are typed with an answer: decide CASE STEP ... --department DEPARTMENT.
            beside(step.name_en if words.language == "en" else step.name_vi, step.id),
            beside(moments.names.department(step.department), step.department) + officer,
            status_markup(words, "step", step.status),
            moments.instant(step.assigned_at),
            painted(moments.instant(due_at), LATE if moments.is_past(due_at) else None),
        )
    table.columns[0].no_wrap = False
    return table if table.row_count else None


def _refusals(sheet: Sheet, moments: Moments) -> Table | None:
    words = moments.words
    table = table_of(words("refused_commands"), *map(words, ("at", "reason", "remedy")))
    for at, outcome in sheet.refusals:
        if outcome.refusal is not None:
            # The inbox tells real time; the screen has one time only.
            shown = moments.instant(moments.time.to_business(at), seconds=True)
            refusal, language = outcome.refusal, words.language
            table.add_row(shown, escape(refusal.message(language)), escape(refusal.remedy(language)))
    return table if table.row_count else None


def _time_shares(sheet: Sheet, moments: Moments) -> Table | None:
    words = moments.words
    total = sum(share.seconds for share in sheet.time_shares)
    if not total:
        return None
    table = table_of(words("time_shares"), *map(words, ("owner", "time", "share")), "")
    for share in sorted(sheet.time_shares, key=lambda share: -share.seconds):
        part = share.seconds / total
        bar = "█" * round(part * BAR_CELLS)
        table.add_row(escape(moments.names.holder(share.owner)), moments.span(share.seconds), f"{part:.0%}", bar)
    return table
