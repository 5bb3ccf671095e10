"""The deadline calculator's answer as a screen: both promises, the time between, the ladder, and each rule with its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from cases.calculator import Answer, FiringRung, Promised
from cases.slack import ZERO, StepShare
from catalog.catalogue import Catalog
from presentation.blocks import (
    Block,
    Column,
    Inline,
    Line,
    Mark,
    Panel,
    Table,
    Timeline,
    Tone,
    dim,
    facts,
    line,
    strong,
    table_of,
    toned,
)
from presentation.cases.promises import Kind, lawful_end_text, rung_text
from presentation.moments import Moments
from presentation.time.reasons import moments_of, sentence_of, source_of
from presentation.tones import lane_line
from wording.text import LazyText, _, _p

RUNG_TONES: Final = {
    "warning": Tone.NEAR,
    "past_appointment": Tone.NEAR,
    "breach": Tone.LATE,
    "escalation": Tone.WRONG,
}
SIGNS: Final = {
    "received": ("●", Tone.GOING),
    "rung": ("┿", Tone.NEAR),
    "green": ("◆", Tone.BEST),
    "statutory": ("◆", Tone.STRONG),
    "lawful": ("┃", Tone.LATE),
    "pause": ("░", Tone.NEAR),
}


def calculation_screen(answer: Answer, language: str, catalog: Catalog | None = None) -> Iterator[Block]:
    """The promises with a drawing of the time between, the ladder, and each rule with its source."""
    moments = moments_of(answer, language, catalog)
    words, procedure, green = moments.words, answer.definitions.procedure, answer.green
    version = dim(words(_("version {version}"), version=procedure.version))
    promised = words(_("none")) if green is None else toned(Tone.GOOD, _promise(green, "green", moments))
    known: dict[LazyText, Inline] = {
        _("Procedure"): line(procedure.name.in_language(language), " ", version),
        _("Lane"): lane_line(words, answer.lane),
        _("Received"): moments.instant(answer.at, seconds=True),
        _("Statutory limit"): _promise(answer.statutory, "statutory", moments),
        _("Green promise"): promised,
    }
    grid = facts((words(key), text) for key, text in known.items())
    yield Panel(None, (grid, "", Timeline(tuple(_marks(answer))), _legend(answer, moments)))
    clock = "statutory" if green is None else "green"
    yield _ladder(_("Rungs of the ladder"), answer.rungs, clock, procedure.agency, moments)
    yield _ladder(_("Escalations after the end"), answer.escalations, clock, procedure.agency, moments)
    yield _shares(answer.steps, moments)
    source = Column(words(_("Source")), share=2, tone=Tone.DIM)
    reasons = table_of(words(_("Why")), Column(words(_("What holds")), share=3), source, copied=False)
    for reason in answer.reasons:
        reasons.add(sentence_of(reason, moments), source_of(reason, answer, moments))
    yield reasons


def _promise(promised: Promised, kind: Kind, moments: Moments) -> Line:
    """The limit and both its ends under their own names; one that is counted in hours has one."""
    end, limit = promised.due, moments.budget(promised.clock.budget)
    shown = moments.instant(end.operational_at, seconds=True)
    if end.lawful_day is None:
        return line(f"{limit}: {shown}")
    lawful = lawful_end_text(end.lawful_day, kind, moments)
    return line(f"{limit}: {moments.words(_('Appointment')).lower()} {shown} ", dim(f"({lawful})"))


def _ladder(title: LazyText, firing: Iterable[FiringRung], clock: str, agency: str, moments: Moments) -> Table:
    words = moments.words
    table = table_of(words(title), *map(words, (_("Share"), _("What it says"), _("At"), _("Audience"), _("Level"))))
    for fires in firing:
        rung = fires.rung
        table.add(
            f"{rung.percent} %" if rung.percent is not None else f"+ {moments.budget(rung.delay)}",
            rung_text(words, rung.kind, clock),
            toned(
                RUNG_TONES[rung.kind], words(_("beyond the calendar")) if fires.at is None else moments.end(fires.at)
            ),
            moments.names.audience(rung.audience, agency),
            str(rung.level) if rung.level else "",
        )
    return table


def _shares(shares: Iterable[StepShare], moments: Moments) -> Table:
    """How the promise is shared out; what lies on the longest path has no slack."""
    words, names = moments.words, moments.names
    headings = map(words, (_("Step"), _("Department"), _p("needs", "After"), _("Limit"), _("Slack")))
    table = table_of(words(_("The promise shared out over the steps")), *headings, copied=False)
    for share in shares:
        needs = "\n".join(map(names.step, share.step.needs))
        department = names.department(share.step.department)
        table.add(names.step(share.step), department, needs, moments.budget(share.budget), _slack(share, moments))
    return table


def _slack(share: StepShare, moments: Moments) -> Inline:
    if share.slack < ZERO:  # its department's calendar takes it beyond the promise
        return toned(Tone.LATE, f"-{moments.hours(-share.slack.total_seconds())}")
    return (
        strong(moments.words(_("on the longest path")))
        if share.is_critical
        else moments.hours(share.slack.total_seconds())
    )


def _marks(answer: Answer) -> Iterator[Mark]:
    """The time from the receipt to the last end, by the wall clock."""
    end, green = answer.statutory.due, answer.green
    ends = (end.operational_at, end.lawful_end_at, answer.promised.due.operational_at)
    whole = (max(at for at in ends if at is not None) - answer.at).total_seconds()

    def mark(name: str, at: datetime, until_at: datetime | None = None) -> Mark:
        sign, tone = SIGNS[name]
        places = [None if each is None else (each - answer.at).total_seconds() / whole for each in (at, until_at)]
        return Mark(sign, tone, places[0] or 0.0, places[1])

    for pause in answer.suspensions:
        if pause.until_at is not None and pause.until_at > answer.at:
            yield mark("pause", pause.from_at, pause.until_at)
    yield from (mark("rung", fires.at) for fires in answer.rungs if fires.at is not None)
    if end.lawful_end_at is not None:
        yield mark("lawful", end.lawful_end_at)
    yield mark("statutory", end.operational_at)
    if green is not None:
        yield mark("green", green.due.operational_at)
    yield mark("received", answer.at)


def _legend(answer: Answer, moments: Moments) -> Line:
    shown = {**SIGNS}
    if answer.green is None:
        del shown["green"]
    if not answer.suspensions:
        del shown["pause"]
    parts = (
        (toned(tone, f"{sign} "), dim(f"{moments.words.named('mark', name)}  ")) for name, (sign, tone) in shown.items()
    )
    return line(*(piece for part in parts for piece in part))
