"""A dossier on the terminal: its graph with states and clocks, the critical path, the promise and who used the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from cases.dossier.ends import joint_ends, verdict_of
from cases.dossier.model import Part
from cases.model import ClockStatus
from events.language.dossier_events import CascadeEffect
from events.language.reasons import said_reason
from greenlane.cli.names import beside
from greenlane.cli.output import table_of
from presentation.dossiers.pictures import Box
from presentation.moments import Moments
from services.dossier_sheets import DossierSheet
from wording.text import in_language

MARKS = {
    "waiting": "[dim]○[/dim]",
    "blocked": "[red]⊘[/red]",
    "released": "[yellow]▶[/yellow]",
    "granted": "[green]✓[/green]",
    "replaced": "[green]✓[/green]",
}
LOST_MARK = "[red]✗[/red]"


def screen_of(sheet: DossierSheet, moments: Moments) -> Iterator[RenderableType]:
    """The whole dossier."""
    words, dossier = moments.words, sheet.dossier
    yield _tree(sheet, moments)
    yield words("graph_legend")
    if dossier.is_open:
        called = called_in(dossier.parts, moments)
        yield words("path", path=escape(" → ".join(map(called, dossier.critical_path))) or "-")
        yield words("held_now", holder=escape(moments.names.holder(sheet.holder)))
        yield words("promise_is", at=moments.instant(dossier.promised_at), day=moments.day(dossier.promised_day))
    else:
        outcome = words.named("dossier_outcome", dossier.outcome)
        yield words("dossier_ended", outcome=outcome, at=moments.instant(dossier.closed_at))
        yield from _withdrawal(sheet, moments)
    yield _joint(sheet, moments)
    yield _table(sheet, moments)
    yield _blame(sheet, moments)
    if moments.scale:
        yield moments.scale


def _withdrawal(sheet: DossierSheet, moments: Moments) -> Iterator[str]:
    """Why the applicant took it back, where that was said."""
    event, shown = sheet.withdrawal, replace(moments, texts=sheet.texts)
    why = None if event is None else event.reason or shown.written(event.reason_ref)
    if why is not None:
        yield moments.words("dossier_because", text=escape(why))


def _joint(sheet: DossierSheet, moments: Moments) -> str:
    """The joint promise: its ends, and what became of it."""
    words, dossier, verdict = moments.words, sheet.dossier, verdict_of(sheet.dossier)
    ends, basis = joint_ends(dossier), words.named("basis", dossier.basis)
    # Only a limit of the law is overdue; one that was reckoned is a promise, which is kept or broken.
    state = words(f"{'clock' if dossier.basis == 'cap' else 'green'}.{verdict.state}")
    if verdict.state is ClockStatus.BREACHED:
        state = f"[bold red]{state}[/bold red]"
    elif verdict.appointment_kept is False:
        state = f"{state}, [yellow]{words('joint_missed')}[/yellow]"
    at = moments.instant(dossier.joint_due_at)
    if ends is None or ends.lawful_end_at is None:
        return words("joint_one", at=at, basis=basis, state=state)
    return words("joint_is", at=at, day=moments.day(dossier.joint_lawful_day), basis=basis, state=state)


def _tree(sheet: DossierSheet, moments: Moments) -> Tree:
    """Each application below the prerequisite that is due last; the others are named behind it."""
    dossier, declaration = sheet.dossier, sheet.dossier.declaration
    name = declaration.dossier_id if declaration is not None else dossier.dossier_id
    template = declaration and declaration.template
    tree = Tree(f"[bold]{escape(name)}[/bold] {escape(moments.names.template(template)) if template else ''}")
    place_of = {name: place for place, name in enumerate(dossier.graph.order)}
    branches: dict[str, Tree] = {}
    for name in dossier.graph.order:
        before = sorted((*dossier.graph.hard[name], *dossier.graph.practical[name]), key=place_of.__getitem__)
        above = branches[before[-1]] if before else tree
        branches[name] = above.add(_leaf(sheet, dossier.parts[name], before[:-1], moments))
    return tree


def _leaf(sheet: DossierSheet, part: Part, others: list[str], moments: Moments) -> str:
    dossier, words = sheet.dossier, moments.words
    critical = part.name in dossier.critical_path and dossier.is_open
    called = called_in(dossier.parts, moments)
    procedure = escape(moments.names.procedure(part.application.procedure))
    shown = f"[bold red]{procedure}[/bold red]" if critical else procedure
    # The application's own name is typed into the next command.
    shown = f"{shown} [dim]({escape(part.name)})[/dim]"
    view = sheet.case(part)
    due = f" → {moments.instant(view.statutory_due_at)}" if view is not None and view.closed_at is None else ""
    advised = dossier.graph.practical[part.name]
    hard = ", ".join(called(need) for need in others if need not in advised)
    also = f" [dim]+ {escape(hard)}[/dim]" if hard else ""
    soft = ", ".join(map(called, advised))
    hint = f" [dim](~ {escape(soft)})[/dim]" if soft else ""
    state = words.named("part", part.status)
    causes = "; ".join(f"{called(cause.needs)}: {words.named('part', cause.status)}" for cause in part.troubles)
    told = causes or _why(part, words.language)
    why = f" [red]{escape(told)}[/red]" if told else ""
    return f"{MARKS.get(part.status, LOST_MARK)} {shown} [dim]{state}[/dim]{due}{also}{hint}{why}"


def _why(part: Part, language: str) -> str:
    """Why an application came to nothing, where it is the engine that says so."""
    if part.refusal is not None:
        return part.refusal.message(language)
    return "" if part.reason_code is None else in_language(said_reason(part.reason_code), language)


def _table(sheet: DossierSheet, moments: Moments) -> Table:
    words = moments.words
    headings = ("application_and_agency", "state_and_released", "appointment", "result_code", "slack")
    table = table_of(None, *map(words, headings))
    for part in sheet.dossier.parts.values():
        view, slack = sheet.case(part), sheet.slack(part.name)
        agency = escape(moments.names.department(sheet.dossier.agency(part.name)))
        table.add_row(
            f"{beside(moments.names.procedure(part.application.procedure), part.name)}\n[dim]{agency}[/dim]",
            f"{words.named('part', part.status)}\n[dim]{moments.instant(part.released_at)}[/dim]",
            moments.instant(view.statutory_due_at if view is not None else None),
            escape(part.result_number or "-"),
            "-" if slack is None else moments.hours(slack.total_seconds()),
            end_section=True,
        )
    table.columns[0].no_wrap = False
    return table


def _blame(sheet: DossierSheet, moments: Moments) -> Table:
    words = moments.words
    table = table_of(words("time_shares"), words("owner"), words("time"))
    for share in sheet.shares:
        table.add_row(escape(moments.names.holder(share.owner)), moments.span(share.seconds))
    return table


def boxes_of(sheet: DossierSheet, moments: Moments) -> dict[str, Box]:
    """What each application shows in a picture."""
    dossier, words = sheet.dossier, moments.words
    found: dict[str, Box] = {}
    for part in dossier.parts.values():
        view = sheet.case(part)
        due = moments.instant(view.statutory_due_at) if view is not None else "-"
        lines = (f"{words.named('part', part.status)} · {moments.names.department(dossier.agency(part.name))}", due)
        critical = dossier.is_open and part.name in dossier.critical_path
        found[part.name] = Box(moments.names.procedure(part.application.procedure), part.status, lines, critical)
    return found


def cascade_table(effects: tuple[CascadeEffect, ...], parts: Mapping[str, Part], moments: Moments) -> Table:
    """What will happen to whom, and why."""
    words, called = moments.words, called_in(parts, moments)
    table = table_of(None, *map(words, ("application", "effect", "policy", "because", "state")))
    for effect in effects:
        table.add_row(
            escape(called(effect.name)),
            words.named("effect", effect.effect),
            words.named("policy", effect.policy),
            escape(called(effect.because)),
            words.named("part", effect.status),
        )
    table.columns[0].no_wrap = False
    return table


def called_in(parts: Mapping[str, Part], moments: Moments) -> Callable[[str], str]:
    """What an application of the dossier is called: its procedure; with its own name where two have one procedure.

    What is no application, as the number of a result from elsewhere, is called what it is.
    """
    procedures = [part.application.procedure for part in parts.values()]

    def called(name: str) -> str:
        if name not in parts:
            return name
        procedure = parts[name].application.procedure
        found = moments.names.procedure(procedure)
        return found if procedures.count(procedure) == 1 else f"{found} ({name})"

    return called
