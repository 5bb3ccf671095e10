"""The sheet of a case on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from cases.model import ClockState
from cases.stamp import STAMP
from catalog.model import PROCEDURE_FACTS
from events.language.case_events import ClockCancelled, LaneChanged
from presentation.blocks import (
    Block,
    Inline,
    Line,
    Panel,
    Table,
    Tone,
    dim,
    facts,
    in_row,
    line,
    stacked,
    strong,
    table_of,
    toned,
)
from presentation.cases.event_lines import event_table, near_miss_table
from presentation.cases.promises import Kind, appointment_line, lawful_end_text, promise_of
from presentation.moments import Moments
from presentation.names import beside
from presentation.reasons import reason_text
from presentation.tones import lane_line, status_line
from services.case_sheets import CaseSheet
from wording.text import LazyText, _, _p

BAR_CELLS = 24


def case_screen(sheet: CaseSheet, moments: Moments) -> Iterator[Block | None]:
    """The parts of the screen from top to bottom; None where there is nothing to show."""
    moments = of_case(sheet, moments)
    yield _stamp(sheet, moments)
    yield head_panel(sheet, moments)
    yield clock_table(sheet, moments)
    yield step_table(sheet, moments)
    yield event_table(moments.words(_("Timeline")), sheet.records, moments)
    yield _refusals(sheet, moments)
    yield near_miss_table(sheet.near_misses, moments.words)
    yield _time_shares(sheet, moments)
    yield moments.scale


def of_case(sheet: CaseSheet, moments: Moments) -> Moments:
    """With what the case's own things are called, and what its applicant wrote."""
    steps = {step.id: (step.name_vi, step.name_en) for step in sheet.case.steps.values()}
    return replace(moments, texts=sheet.texts, known=moments.names.of_case(sheet.case.definitions, steps))


def _stamp(sheet: CaseSheet, moments: Moments) -> Panel | None:
    stamp = sheet.stamp
    if stamp is None:
        return None
    reason, source = stamp.reason, stamp.source
    if not any(isinstance(record.event, LaneChanged) for record in sheet.records):
        reason = _matched(sheet, moments)
        source = moments.words(_("table of lanes {version}"), version=sheet.case.definitions.lanes.version)
    return Panel(toned(Tone.BEST, STAMP), (line(reason, " ", dim(f"({source})")),), Tone.BEST)


def _matched(sheet: CaseSheet, moments: Moments) -> str:
    """The facts by which the rule of the lane matched."""
    case, words = sheet.case, moments.words
    rule = next((rule for rule in case.definitions.lanes.rules if rule.id == sheet.rule), None)
    if rule is None or case.application is None:
        return ""
    procedure = case.definitions.procedure
    own = {"procedure": procedure.name.in_language(words.language), "sector": procedure.sector}
    names = dict.fromkeys(condition.fact for condition in rule.when)
    facts = {name: own[name] if name in PROCEDURE_FACTS else case.application.facts.get(name) for name in names}
    return "; ".join(f"{words.named('fact', name)}: {value}" for name, value in facts.items())


def head_panel(sheet: CaseSheet, moments: Moments) -> Panel:
    """What the case is, where it stands, and both promises."""
    words, view, names, procedure = moments.words, sheet.view, moments.names, sheet.case.definitions.procedure
    status = status_line(words, "status", view.status)
    if view.outcome is not None:
        status = line(status, ": ", words.named("outcome", view.outcome))
    version = dim(words(_("version {version}"), version=procedure.version))
    known: dict[LazyText, Inline | None] = {
        _("Procedure"): line(procedure.name.in_language(words.language), " ", version),
        _("Lane"): lane_line(words, view.lane),
        _("Status"): status,
        _("Agency"): names.department(view.agency),
        _p("opened_at", "Received"): moments.instant(view.opened_at),
        _("Held by"): None if view.holder is None else names.holder(view.holder),
        _("Statutory appointment"): _promise(sheet, moments, "statutory"),
        _("Green appointment"): _promise(sheet, moments, "green"),
        _("Closed"): None if view.closed_at is None else moments.instant(view.closed_at),
        _("Result"): view.result_code,
    }
    grid = facts((words(key), text) for key, text in known.items())
    return Panel(strong(view.dossier_code or view.case_id), (grid,), subtitle=dim(view.case_id))


def _promise(sheet: CaseSheet, moments: Moments, kind: Kind) -> Inline | None:
    """Both ends, how far away the next of them is, and the appointment as first told where it was moved."""
    promised, lawful_day = promise_of(sheet.view, kind)
    if promised is None:
        return _declined(sheet, moments) if kind == "green" else None
    words, parts = moments.words, [appointment_line(promised, kind, moments)]
    lawful = lawful_end_text(lawful_day, kind, moments)
    if lawful is not None:
        parts.append(dim(f"({lawful})"))
    if promised.state in ("running", "past_appointment"):
        is_past = promised.state == "past_appointment"
        parts.append(moments.distance(promised.lawful_end_at if is_past else promised.appointment_at))
    first_at = promised.first_appointment_at
    if first_at is not None and first_at != promised.appointment_at:
        parts.append(dim(words(_("first told: {at}"), at=moments.instant(first_at))))
    return in_row(parts)


def _declined(sheet: CaseSheet, moments: Moments) -> Inline | None:
    declined = sheet.declined
    if declined is None:
        return None
    why = reason_text(declined.reason, declined.code, moments, declined.details)
    return line("- ", dim(f"({why or '-'})"))


def clock_table(sheet: CaseSheet, moments: Moments, left: Callable[[ClockState], Inline] | None = None) -> Table | None:
    """Its clocks, the latest last; None: it has none. `left`: what is left of each, in place of since when it runs."""
    words = moments.words
    second = _("Since") if left is None else _p("clock", "Left")
    headings = map(words, (_("Clock"), second, _("Due"), _("State"), _("Level")))
    table = table_of(words(_("Clocks")), *headings, copied=False)
    causes = {r.event.clock_id: r.event.cause for r in sheet.records if isinstance(r.event, ClockCancelled)}
    for clock in sheet.case.clocks.values():
        table.add(
            stacked(moments.names.clock_of(clock.kind, clock.step_id), dim(moments.budget(clock.clock.budget))),
            moments.instant(clock.clock.anchored_at) if left is None else left(clock),
            "-" if clock.status == "cancelled" else _ends(sheet, clock, moments),
            _clock_state(clock, causes.get(clock.id), moments),
            toned(Tone.LATE, str(clock.level)) if clock.level else "",
        )
    return table.unless_empty


def _ends(sheet: CaseSheet, clock: ClockState, moments: Moments) -> Line:
    """The appointment, and below it the lawful end where that is another instant."""
    due_at, end_at = sheet.due_at(clock), sheet.end_at(clock)
    shown = moments.instant(due_at)
    if end_at is None or end_at == due_at:
        return line(shown)
    kind = "green" if clock.kind == "green" else "statutory"
    return stacked(shown, dim(moments.words.named("end", kind, day=_last_day(end_at, moments))))


def _last_day(end_at: datetime, moments: Moments) -> str:
    """The day whose 24:00 an end is."""
    return moments.day((end_at - timedelta(seconds=1)).astimezone(moments.zone).date())


def _clock_state(clock: ClockState, cause: str | None, moments: Moments) -> Line:
    words = moments.words
    if clock.set_aside:
        return status_line(words, "clock", "set_aside")
    if clock.is_paused and not clock.stopped:
        return toned(Tone.NEAR, words(_("paused")))
    if cause is not None:
        # It did not come to nothing: another takes its place, or what it measured is no longer asked for.
        return dim(words.named("cause", cause))
    if clock.status == "breached":
        return toned(Tone.LATE, words.named("breach", clock.kind))
    return status_line(words, "green" if clock.kind == "green" else "clock", clock.status)


def step_table(sheet: CaseSheet, moments: Moments) -> Table | None:
    """Its steps in the order of the procedure; None: it has none."""
    words = moments.words
    headings = map(words, (_("Step"), _("Department"), _("Status"), _("Since"), _("Due")))
    table = table_of(words(_("Steps")), *headings, copied=False)
    for step in sheet.case.steps.values():
        clock = sheet.case.clocks.get(step.clock_id or "")
        due_at = sheet.due_at(clock) if clock is not None and step.is_open else None
        table.add(
            # Both ids are typed with an answer: decide CASE STEP ... --department DEPARTMENT.
            beside(step.name_en if words.language == "en" else step.name_vi, step.id),
            stacked(beside(moments.names.department(step.department), step.department), step.officer),
            status_line(words, "step", step.status),
            moments.instant(step.assigned_at),
            toned(Tone.LATE if moments.is_past(due_at) else None, moments.instant(due_at)),
        )
    return table.unless_empty


def _refusals(sheet: CaseSheet, moments: Moments) -> Table | None:
    words = moments.words
    table = table_of(words(_("Refused commands")), *map(words, (_("At"), _("Reason"), _("Remedy"))))
    for at, outcome in sheet.refusals:
        if outcome.refusal is not None:
            # The inbox tells real time; the screen has one time only.
            shown = moments.instant(moments.time.to_business(at), seconds=True)
            table.add(shown, outcome.refusal.message(words.language), outcome.refusal.remedy(words.language))
    return table.unless_empty


def _time_shares(sheet: CaseSheet, moments: Moments) -> Table | None:
    words = moments.words
    total = sum(share.seconds for share in sheet.time_shares)
    table = table_of(words(_("Who used the time")), *map(words, (_("Owner of the time"), _("Time"), _("Share"))), "")
    for share in sorted(sheet.time_shares, key=lambda share: -share.seconds) if total else ():
        part = share.seconds / total
        table.add(
            moments.names.holder(share.owner), moments.span(share.seconds), f"{part:.0%}", "█" * round(part * BAR_CELLS)
        )
    return table.unless_empty
