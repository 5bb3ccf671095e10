"""The plan of a dossier on the screen."""

from __future__ import annotations

from collections.abc import Iterator

from intake.outline import Forecast
from presentation.blocks import Block, Table, Tone, dim, line, stacked, table_of, toned
from presentation.moments import Moments
from wording.text import _, in_language


def plan_screen(plan: Forecast, moments: Moments) -> Iterator[Block]:
    """One line an application, the critical path, the promise, and whether the joint limit holds."""
    words, schedule = moments.words, plan.schedule
    yield _table(plan, moments)
    yield line(
        words(_("Critical path: {path}"), path=" → ".join(_called(plan, name, moments) for name in plan.critical_path))
    )
    if schedule is None:
        yield line(words(_("No promise: {reason}"), reason=in_language(plan.unpromised or "-", words.language)))
        return
    yield line(
        words(
            _("Promise: {at}, lawful end: {day}."),
            at=moments.instant(schedule.operational_at),
            day=moments.day(schedule.lawful_day),
        )
    )
    if plan.cap is not None:
        due = moments.instant(plan.cap.operational_at)
        yield line(
            words(
                _("Within the joint limit: {due}.") if plan.keeps_cap else _("Beyond the joint limit: {due}."), due=due
            )
        )


def _table(plan: Forecast, moments: Moments) -> Table:
    words, graph = moments.words, plan.outline.graph
    headings = map(words, (_("Application\nAgency"), _("After"), _("Since\nAppointment"), _("Slack (working time)")))
    table = table_of(
        words(_("Plan of the dossier from {at}"), at=moments.instant(plan.opened_at)), *headings, copied=False
    )
    for name in graph.order:
        entry = plan.schedule and plan.schedule.planned.get(name)
        needs = [_called(plan, need, moments) for need in graph.hard[name]]
        needs += [f"(~ {_called(plan, need, moments)})" for need in graph.practical[name]]
        is_critical = name in plan.critical_path
        agency = moments.names.department(plan.outline.procedures[name].agency)
        table.add(
            stacked(toned(Tone.LATE if is_critical else None, _called(plan, name, moments)), dim(agency)),
            "\n".join(needs) or "-",
            stacked(moments.instant(entry.starts_at), moments.instant(entry.ends_at)) if entry else "-",
            moments.hours(plan.schedule.slack[name].total_seconds()) if plan.schedule else "-",
            ends=True,
        )
    return table


def _called(plan: Forecast, name: str, moments: Moments) -> str:
    """An application by its procedure, with its own name where two have one procedure."""
    procedure = plan.outline.procedures[name]
    named = procedure.name.in_language(moments.words.language)
    is_one = sum(version.id == procedure.id for version in plan.outline.procedures.values()) == 1
    return named if is_one else f"{named} ({name})"
