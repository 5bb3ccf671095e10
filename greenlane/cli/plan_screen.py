"""The plan of a dossier on the screen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from greenlane.cli.output import table_of
from intake.outline import Forecast
from presentation.moments import Moments
from wording.text import in_language


def plan_screen(plan: Forecast, moments: Moments) -> Iterator[RenderableType]:
    """One line an application, the critical path, the promise, and whether the joint limit holds."""
    words = moments.words
    yield _table(plan, moments)
    yield words("path", path=escape(" → ".join(_called(plan, name, moments) for name in plan.critical_path)))
    found = plan.schedule
    if found is None:
        yield words("no_promise", reason=escape(in_language(plan.unpromised or "-", words.language)))
        return
    yield words("promise_is", at=moments.instant(found.operational_at), day=moments.day(found.lawful_day))
    if plan.cap is not None:
        yield words("cap_kept" if plan.keeps_cap else "cap_broken", due=moments.instant(plan.cap.operational_at))


def _table(plan: Forecast, moments: Moments) -> Table:
    words = moments.words
    title = words("dossier_plan", at=moments.instant(plan.opened_at))
    table = table_of(title, *map(words, ("application_and_agency", "after", "since_and_due", "slack")))
    graph = plan.outline.graph
    for name in graph.order:
        entry = plan.schedule and plan.schedule.planned.get(name)
        needs = [_called(plan, need, moments) for need in graph.hard[name]]
        needs += [f"(~ {_called(plan, need, moments)})" for need in graph.practical[name]]
        slack = plan.schedule.slack[name].total_seconds() if plan.schedule else None
        shown = escape(_called(plan, name, moments))
        shown = f"[bold red]{shown}[/bold red]" if name in plan.critical_path else shown
        agency = escape(moments.names.department(plan.outline.procedures[name].agency))
        times = (entry.starts_at, entry.ends_at) if entry else ()
        table.add_row(
            f"{shown}\n[dim]{agency}[/dim]",
            escape("\n".join(needs)) or "-",
            "\n".join(map(moments.instant, times)) or "-",
            "-" if slack is None else moments.hours(slack),
            end_section=True,
        )
    table.columns[0].no_wrap = False
    return table


def _called(plan: Forecast, name: str, moments: Moments) -> str:
    """An application by its procedure, with its own name where two have one procedure."""
    procedure = plan.outline.procedures[name]
    found = procedure.name.in_language(moments.words.language)
    is_one = sum(version.id == procedure.id for version in plan.outline.procedures.values()) == 1
    return found if is_one else f"{found} ({name})"
