"""The desk calculator's answer, for machines and on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cases.calculator import Answer, FiringRung, Promised, Reason, calculate, refuse_future
from cases.slack import ZERO, StepShare
from cases.timetable import has_two_ends
from catalog.catalogue import Catalog
from catalog.errors import UnknownProcedure
from catalog.model import LaneId
from greenlane.cli.clock import now
from greenlane.cli.output import table_of
from greenlane.cli.promise_cells import Kind, lawful_end_text, rung_text
from greenlane.cli.styles import lane_markup, painted
from presentation.instants import instant_json
from presentation.moments import Moments
from presentation.names import Names
from presentation.sources import source_text
from presentation.words.time_words import TimeWords
from sla.business_time import BusinessTime
from sla.calendar import WorkingCalendar, compiled
from sla.errors import CalendarRangeError
from sla.suspension import Suspension
from sla.units import Budget
from wording.errors import GreenlaneError
from wording.text import Said

LINE_CELLS: Final = 64
NAMED: Final = ("procedure", "department", "calendar")
"""What a reason tells by its id, and a sentence by its name."""
RUNG_STYLES: Final = {
    "warning": "yellow",
    "past_appointment": "bold yellow",
    "breach": "bold red",
    "escalation": "red",
}


class NoLimitError(GreenlaneError):
    """The procedure has no limit of its own: its applications declare their own steps."""

    code = "no_limit"


def calculated(
    catalog: Catalog,
    procedure_id: str,
    lane: str,
    at: datetime,
    pauses: Sequence[Suspension],
    calendar_id: str | None = None,
) -> Answer:
    """The answer under the catalogue in force on the day of receipt. Raises CatalogError, SlaError, NoLimitError."""
    refuse_future(pauses, at, now())
    versions = catalog.procedures.get(procedure_id)
    if not versions:
        raise UnknownProcedure(procedure_id, catalog.procedures)
    calendar = catalog.calendar(calendar_id or versions[-1].calendar)
    # The calendar first: a year that it does not cover is the better reason than a version not in force in that year.
    received_day = compiled(calendar).local_day(at)
    definitions = catalog.definitions_for(procedure_id, received_day)
    if calendar_id is not None:
        definitions = definitions.model_copy(update={"calendar": calendar})
    try:
        answer = calculate(definitions, LaneId(lane), at, pauses)
    except CalendarRangeError as error:
        raise CalendarRangeError(error.reason, field="at", remedy=error.remedy) from None
    if answer is None:
        raise NoLimitError(
            Said(f"{procedure_id} has no limit of its own.", f"{procedure_id} không có thời hạn riêng."),
            field="procedure",
            remedy=Said("Name a procedure with a limit.", "Nêu một thủ tục có thời hạn."),
        )
    return answer


def calculation_json(answer: Answer, language: str, catalog: Catalog | None = None) -> dict[str, Any]:
    """The answer of `due --json`."""
    procedure, calendar = answer.definitions.procedure, answer.definitions.calendar
    moments = _moments(answer, language, catalog)
    clock = "statutory" if answer.green is None else "green"
    return {
        "procedure": procedure.id,
        "version": procedure.version,
        "lane": answer.lane.value,
        "at": instant_json(answer.at),
        "calendar": {"id": calendar.id, "version": calendar.version, "digest": calendar.digest},
        "pauses": [
            {"from_at": _iso(p.from_at, moments), "until_at": _iso(p.until_at, moments)} for p in answer.suspensions
        ],
        "promises": {
            "statutory": _told_json(answer.statutory, compiled(calendar)),
            "green": None if answer.green is None else _told_json(answer.green, compiled(calendar)),
        },
        "statutory": _promise_json(answer.statutory),
        "green": None if answer.green is None else _promise_json(answer.green),
        "rungs": [{"share": r.rung.percent, **_rung_json(r, clock)} for r in answer.rungs],
        "escalations": [{"delay": _budget_json(r.rung.delay), **_rung_json(r, clock)} for r in answer.escalations],
        "steps": [_step_json(share) for share in answer.steps],
        "reasons": [
            {"rule": reason.rule, "text": _sentence(reason, moments), "source": reason.source}
            for reason in answer.reasons
        ],
    }


def _promise_json(promised: Promised) -> dict[str, Any]:
    end = promised.due
    return {
        "operational_at": instant_json(end.operational_at),
        "lawful_day": end.lawful_day and end.lawful_day.isoformat(),
        "lawful_end_at": instant_json(end.lawful_end_at),
        "budget": _budget_json(promised.clock.budget),
    }


def _told_json(promised: Promised, calendar: WorkingCalendar) -> dict[str, Any]:
    """The promise as a case would show it; what only a case can know of it is null."""
    clock, end = promised.clock, promised.due
    first = clock.model_copy(update={"suspensions": ()}).due(calendar) or end
    lawful_at = end.lawful_end_at if has_two_ends("statutory", clock.budget) else None
    return {
        "appointment_at": instant_json(end.operational_at),
        "first_appointment_at": instant_json(first.operational_at),
        "lawful_end_at": instant_json(lawful_at),
        "state": None,
        "set_aside": False,
        "met_at": None,
        "appointment_kept": None,
    }


def _rung_json(firing: FiringRung, clock: str) -> dict[str, Any]:
    rung = firing.rung
    return {
        "at": instant_json(firing.at),
        "id": rung.id,
        "clock": clock,
        "kind": rung.kind,
        "level": rung.level,
        "audience": rung.audience,
    }


def _step_json(share: StepShare) -> dict[str, Any]:
    return {
        "id": share.step.id,
        "department": share.step.department,
        "needs": list(share.step.needs),
        "budget": _budget_json(share.budget),
        "slack_seconds": round(share.slack.total_seconds()),
        "critical": share.is_critical,
    }


def _budget_json(budget: Budget | None) -> dict[str, Any] | None:
    return None if budget is None else {"amount": budget.amount, "unit": budget.unit.value}


def _iso(at: datetime | None, moments: Moments) -> str | None:
    return None if at is None else at.astimezone(moments.zone).isoformat()


def _moments(answer: Answer, language: str, catalog: Catalog | None) -> Moments:
    zone, words = ZoneInfo(answer.definitions.calendar.zone), TimeWords(language)
    names = Names(words, catalog).of_procedure(answer.definitions.procedure)
    return Moments(words, zone, BusinessTime.real_time(), now(), known=names)


def _sentence(reason: Reason, moments: Moments) -> str:
    """The rule in words, its instants and amounts as the screen's language writes them."""
    words = moments.words
    given: dict[str, object] = {"unverified": ""}
    for name, value in reason.details.items():
        given[name] = _worded(name, value, moments)
    if reason.details.get("verified") is False:
        given["unverified"] = f" ({words('unverified')})"
    budget = reason.details.get("budget")
    if isinstance(budget, Budget):
        given["amount"] = budget.amount
    return words(f"rule.{reason.rule}", **given)


def _source(reason: Reason, answer: Answer, moments: Moments) -> str:
    """Where a rule comes from: tables of the catalogue by their names."""
    words, given, text = moments.words, answer.definitions, reason.source
    ladder = given.case_ladder
    for definition, named in (
        (given.lanes, words("lane_table", version=given.lanes.version)),
        (given.calendar, f"{moments.names.calendar(given.calendar.id)} {given.calendar.version}"),
        (ladder, words("ladder", version=ladder.version)),
        (given.procedure, words("of_version", version=given.procedure.version)),
    ):
        known = f"{definition.id} {definition.version}"
        if text == known:
            return named
        if text.endswith(f" ({known})"):
            return f"{source_text(text.removesuffix(f' ({known})'), words.language)} ({named})"
    return source_text(text, words.language)


def _worded(name: str, value: object, moments: Moments) -> object:
    match value:
        case str() if name in NAMED:
            return getattr(moments.names, name)(value)
        case Budget():
            return moments.budget(value)
        case datetime():
            return moments.instant(value)
        case date():
            return moments.day(value)
        case tuple():
            return ", ".join(moments.day(day) for day in value)
        case str() if name == "lane":
            return moments.words.named("lane", value)
        case str() if name == "clock":
            return moments.words.named("kind", value)
        case _:
            return value


def calculation_screen(answer: Answer, language: str, catalog: Catalog | None = None) -> Iterator[RenderableType]:
    """The promises with a drawing of the time between, the ladder, and each rule with its source."""
    moments = _moments(answer, language, catalog)
    words, procedure = moments.words, answer.definitions.procedure
    grid = Table.grid(padding=(0, 2))
    name = escape(procedure.name.in_language(language))
    grid.add_row(
        f"[bold]{words('procedure')}[/bold]", f"{name} [dim]{words('of_version', version=procedure.version)}[/dim]"
    )
    grid.add_row(f"[bold]{words('lane')}[/bold]", lane_markup(words, answer.lane))
    grid.add_row(f"[bold]{words('received')}[/bold]", moments.instant(answer.at, seconds=True))
    grid.add_row(f"[bold]{words('statutory_promise')}[/bold]", _promise(answer.statutory, "statutory", moments))
    green = words("no_green") if answer.green is None else painted(_promise(answer.green, "green", moments), "green")
    grid.add_row(f"[bold]{words('green_promise')}[/bold]", green)
    yield Panel(Group(grid, "", *_drawing(answer, moments)), expand=False)
    clock = "statutory" if answer.green is None else "green"
    agency = procedure.agency
    yield _ladder(words("rungs"), answer.rungs, clock, agency, moments)
    yield _ladder(words("escalations"), answer.escalations, clock, agency, moments)
    yield _shares(answer.steps, moments)
    reasons = table_of(words("reasons"))
    reasons.add_column(words("rule_text"), overflow="fold", ratio=3)
    reasons.add_column(words("source"), overflow="fold", style="dim", ratio=2)
    for reason in answer.reasons:
        reasons.add_row(escape(_sentence(reason, moments)), escape(_source(reason, answer, moments)))
    yield reasons


def _promise(promised: Promised, kind: Kind, moments: Moments) -> str:
    """The limit and both its ends under their own names; one that is counted in hours has one."""
    end, words = promised.due, moments.words
    limit, shown = moments.budget(promised.clock.budget), moments.instant(end.operational_at, seconds=True)
    if end.lawful_day is None:
        return f"{limit}: {shown}"
    lawful = lawful_end_text(end.lawful_day, kind, moments)
    return f"{limit}: {words('appointment').lower()} {shown} [dim]({lawful})[/dim]"


def _ladder(title: str, firing: Iterable[FiringRung], clock: str, agency: str, moments: Moments) -> Table:
    words = moments.words
    table = table_of(title, *map(words, ("share", "what", "at", "audience", "level")))
    for found in firing:
        rung = found.rung
        share = f"{rung.percent} %" if rung.percent is not None else f"+ {moments.budget(rung.delay)}"
        at = words("not_covered") if found.at is None else moments.end(found.at)
        style, kind = RUNG_STYLES[rung.kind], rung_text(words, rung.kind, clock)
        audience = escape(moments.names.audience(rung.audience, agency))
        table.add_row(share, kind, f"[{style}]{at}[/]", audience, str(rung.level) if rung.level else "")
    return table


def _shares(shares: Iterable[StepShare], moments: Moments) -> Table:
    """How the promise is shared out; what lies on the longest path has no slack."""
    words = moments.words
    table = table_of(
        words("shares"), words("step"), words("department"), words("needs"), words("budget"), words("slack")
    )
    for share in shares:
        slack = f"[bold]{words('critical')}[/bold]" if share.is_critical else moments.hours(share.slack.total_seconds())
        if share.slack < ZERO:  # its department's calendar takes it beyond the promise
            slack = f"[bold red]-{moments.hours(-share.slack.total_seconds())}[/]"
        names = moments.names
        needs = escape("\n".join(map(names.step, share.step.needs)))
        department = escape(names.department(share.step.department))
        table.add_row(escape(names.step(share.step)), department, needs, moments.budget(share.budget), slack)
    table.columns[0].no_wrap = False
    return table


def _drawing(answer: Answer, moments: Moments) -> Iterator[Text]:
    """A line of the time from the receipt to the last end, by the wall clock, and what its marks mean."""
    ends = [answer.statutory.due.operational_at, answer.statutory.due.lawful_end_at, answer.promised.due.operational_at]
    last_at = max(at for at in ends if at is not None)
    whole = (last_at - answer.at).total_seconds()

    def cell(at: datetime) -> int:
        return max(0, min(LINE_CELLS - 1, round((at - answer.at).total_seconds() / whole * (LINE_CELLS - 1))))

    line = Text("─" * LINE_CELLS, style="dim")
    cells: dict[int, tuple[str, str]] = {}
    for entry in answer.suspensions:
        if entry.until_at is not None and entry.until_at > answer.at:
            for place in range(cell(entry.from_at), cell(entry.until_at)):
                cells[place] = ("░", "yellow")
    for found in answer.rungs:
        if found.at is not None:
            cells[cell(found.at)] = ("┿", "yellow")
    if answer.statutory.due.lawful_end_at is not None:
        cells[cell(answer.statutory.due.lawful_end_at)] = ("┃", "bold red")
    cells[cell(answer.statutory.due.operational_at)] = ("◆", "bold")
    if answer.green is not None:
        cells[cell(answer.green.due.operational_at)] = ("◆", "bold green")
    cells[0] = ("●", "bold cyan")
    drawn = Text()
    for place, plain in enumerate(line.plain):
        mark, style = cells.get(place, (plain, "dim"))
        drawn.append(mark, style)
    yield drawn
    yield _legend(answer, moments)


def _legend(answer: Answer, moments: Moments) -> Text:
    marks = [
        ("●", "bold cyan", "received"),
        ("┿", "yellow", "rung"),
        ("◆", "bold", "statutory"),
        ("┃", "bold red", "lawful"),
    ]
    if answer.green is not None:
        marks.insert(2, ("◆", "bold green", "green"))
    if answer.suspensions:
        marks.append(("░", "yellow", "pause"))
    legend = Text()
    for mark, style, name in marks:
        legend.append(f"{mark} ", style)
        legend.append(f"{moments.words.named('mark', name)}  ", "dim")
    return legend
