"""A dossier on the terminal: its graph with states and clocks, the critical path, the promise and who used the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from cases.dossier.ends import joint_ends, verdict_of
from cases.dossier.model import Part
from cases.model import ClockStatus
from events.language.dossier_events import CascadeEffect
from events.language.reasons import said_reason
from presentation.blocks import (
    Block,
    Line,
    Table,
    Tone,
    Tree,
    dim,
    filled,
    in_row,
    line,
    stacked,
    strong,
    table_of,
    toned,
)
from presentation.dossiers.pictures import Box
from presentation.moments import Moments
from presentation.names import beside
from services.dossier_sheets import DossierSheet
from services.dossiers import Cascade
from wording.text import _, in_language

SIGNS: Final = {
    "waiting": toned(Tone.DIM, "○"),
    "blocked": toned(Tone.WRONG, "⊘"),
    "released": toned(Tone.NEAR, "▶"),
    "granted": toned(Tone.GOOD, "✓"),
    "replaced": toned(Tone.GOOD, "✓"),
}
LOST: Final = toned(Tone.WRONG, "✗")


def screen_of(sheet: DossierSheet, moments: Moments) -> Iterator[Block]:
    """The whole dossier."""
    words, dossier = moments.words, sheet.dossier
    yield _tree(sheet, moments)
    yield filled(
        words.template(
            _("Each is below what it waits for; + needs these too; (~) better after these; {red}: critical path.")
        ),
        red=toned(Tone.LATE, words(_("red"))),
    )
    if dossier.is_open:
        called = called_in(dossier.parts, moments)
        yield line(words(_("Critical path: {path}"), path=" → ".join(map(called, dossier.critical_path)) or "-"))
        yield line(words(_("Held by: {holder}"), holder=moments.names.holder(sheet.holder)))
        yield line(
            words(
                _("Promise: {at}, lawful end: {day}."),
                at=moments.instant(dossier.promised_at),
                day=moments.day(dossier.promised_day),
            )
        )
    else:
        outcome = words.named("dossier_outcome", dossier.outcome)
        yield line(words(_("Ended: {outcome}, {at}."), outcome=outcome, at=moments.instant(dossier.closed_at)))
        yield from _withdrawal(sheet, moments)
    yield _joint(sheet, moments)
    yield _table(sheet, moments)
    yield _blame(sheet, moments)
    if moments.scale:
        yield line(moments.scale)


def _withdrawal(sheet: DossierSheet, moments: Moments) -> Iterator[Line]:
    """Why the applicant took it back, where that was said."""
    event, shown = sheet.withdrawal, replace(moments, texts=sheet.texts)
    why = None if event is None else event.reason or shown.written(event.reason_ref)
    if why is not None:
        yield line(moments.words(_("Reason of the withdrawal: {text}"), text=why))


def _joint(sheet: DossierSheet, moments: Moments) -> Line:
    """The joint promise: its ends, and what became of it."""
    words, dossier, verdict = moments.words, sheet.dossier, verdict_of(sheet.dossier)
    ends, basis = joint_ends(dossier), words.named("basis", dossier.basis)
    # Only a limit of the law is overdue; one that was reckoned is a promise, which is kept or broken.
    state = line(words.named("clock" if dossier.basis == "cap" else "green", verdict.state))
    if verdict.state is ClockStatus.BREACHED:
        state = toned(Tone.LATE, state)
    elif verdict.appointment_kept is False:
        state = line(state, ", ", toned(Tone.NEAR, words(_("appointment missed"))))
    at, key = (
        moments.instant(dossier.joint_due_at),
        _("Joint limit ({basis}): {at}: {state}")
        if ends is None or ends.lawful_end_at is None
        else _("Joint limit ({basis}): appointment {at}, lawful end 24:00 of {day}: {state}"),
    )
    return filled(words.template(key), at=at, day=moments.day(dossier.joint_lawful_day), basis=basis, state=state)


def _tree(sheet: DossierSheet, moments: Moments) -> Tree:
    """Each application below the prerequisite that is due last; the others are named behind it."""
    dossier, declaration = sheet.dossier, sheet.dossier.declaration
    name = declaration.dossier_id if declaration is not None else dossier.dossier_id
    template = declaration and declaration.template
    tree = Tree(line(strong(name), " ", moments.names.template(template) if template else ""))
    place_of = {name: place for place, name in enumerate(dossier.graph.order)}
    branches: dict[str, Tree] = {}
    for name in dossier.graph.order:
        before = sorted((*dossier.graph.hard[name], *dossier.graph.practical[name]), key=place_of.__getitem__)
        above = branches[before[-1]] if before else tree
        branches[name] = above.add(_leaf(sheet, dossier.parts[name], before[:-1], moments))
    return tree


def _leaf(sheet: DossierSheet, part: Part, others: list[str], moments: Moments) -> Line:
    dossier, view, called = sheet.dossier, sheet.case(part), called_in(sheet.dossier.parts, moments)
    is_critical = part.name in dossier.critical_path and dossier.is_open
    advised = dossier.graph.practical[part.name]
    also = ", ".join(called(need) for need in others if need not in advised)
    is_running = view is not None and view.closed_at is None
    return in_row(
        (
            SIGNS.get(part.status, LOST),
            toned(Tone.LATE if is_critical else None, moments.names.procedure(part.application.procedure)),
            # The application's own name is typed into the next command.
            dim(f"({part.name}) {moments.words.named('part', part.status)}"),
            f"→ {moments.instant(view.statutory_due_at)}" if view is not None and is_running else None,
            dim(f"+ {also}") if also else None,
            dim(f"(~ {', '.join(map(called, advised))})") if advised else None,
            toned(Tone.WRONG, _trouble(part, called, moments)),
        )
    )


def _trouble(part: Part, called: Callable[[str], str], moments: Moments) -> str:
    words = moments.words
    causes = (f"{called(cause.needs)}: {words.named('part', cause.status)}" for cause in part.troubles)
    return "; ".join(causes) or _why(part, words.language)


def _why(part: Part, language: str) -> str:
    """Why an application came to nothing, where it is the engine that says so."""
    if part.refusal is not None:
        return part.refusal.message(language)
    return "" if part.reason_code is None else in_language(said_reason(part.reason_code), language)


def _table(sheet: DossierSheet, moments: Moments) -> Table:
    words, names = moments.words, moments.names
    headings = (
        _("Application\nAgency"),
        _("State\nReleased"),
        _("Appointment"),
        _("Result"),
        _("Slack (working time)"),
    )
    table = table_of(None, *map(words, headings), copied=False)
    for part in sheet.dossier.parts.values():
        view, slack = sheet.case(part), sheet.slack(part.name)
        agency = names.department(sheet.dossier.agency(part.name))
        table.add(
            stacked(beside(names.procedure(part.application.procedure), part.name), dim(agency)),
            stacked(words.named("part", part.status), dim(moments.instant(part.released_at))),
            moments.instant(view.statutory_due_at if view is not None else None),
            part.result_number or "-",
            "-" if slack is None else moments.hours(slack.total_seconds()),
            ends=True,
        )
    return table


def _blame(sheet: DossierSheet, moments: Moments) -> Table:
    words = moments.words
    table = table_of(words(_("Who used the time")), words(_("Owner of the time")), words(_("Time")))
    for share in sheet.shares:
        table.add(moments.names.holder(share.owner), moments.span(share.seconds))
    return table


def boxes_of(sheet: DossierSheet, moments: Moments) -> dict[str, Box]:
    """What each application shows in a picture."""
    dossier, words = sheet.dossier, moments.words
    boxes: dict[str, Box] = {}
    for part in dossier.parts.values():
        view = sheet.case(part)
        due = moments.instant(view.statutory_due_at) if view is not None else "-"
        lines = (f"{words.named('part', part.status)} · {moments.names.department(dossier.agency(part.name))}", due)
        critical = dossier.is_open and part.name in dossier.critical_path
        boxes[part.name] = Box(moments.names.procedure(part.application.procedure), part.status, lines, critical)
    return boxes


def cascade_screen(cascade: Cascade, moments: Moments, *, is_applied: bool) -> Iterator[Block]:
    """What follows from a lost result, and whether it was done."""
    words = moments.words
    if cascade.effects:
        yield cascade_table(cascade.effects, cascade.parts, moments)
    else:
        yield line(words(_("Nothing follows from it.")))
    yield line(words(_("Done.") if is_applied else _("Do it with --apply.")))


def cascade_table(effects: tuple[CascadeEffect, ...], parts: Mapping[str, Part], moments: Moments) -> Table:
    """What will happen to whom, and why."""
    words, called = moments.words, called_in(parts, moments)
    table = table_of(
        None, *map(words, (_("Application"), _("Effect"), _("Policy"), _("Because"), _("State"))), copied=False
    )
    for effect in effects:
        groups = (("effect", effect.effect), ("policy", effect.policy))
        what = [words.named(group, value) for group, value in groups]
        table.add(called(effect.name), *what, called(effect.because), words.named("part", effect.status))
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
        named = moments.names.procedure(procedure)
        return named if procedures.count(procedure) == 1 else f"{named} ({name})"

    return called
