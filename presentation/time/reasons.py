"""The rules by which the calculator answers, in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from cases.calculator import Answer, Reason
from catalog.catalogue import Catalog
from presentation.moments import Moments
from presentation.names import Names
from presentation.sources import source_text
from presentation.words.words import Words
from sla.business_time import BusinessTime
from sla.units import Budget
from wording.text import _

NAMED: Final = ("procedure", "department", "calendar")
"""What a reason tells by its id, and a sentence by its name."""


def moments_of(answer: Answer, language: str, catalog: Catalog | None) -> Moments:
    """Time and names as the answer's screen has them."""
    zone, words = ZoneInfo(answer.definitions.calendar.zone), Words(language)
    names = Names(words, catalog).of_procedure(answer.definitions.procedure)
    return Moments(words, zone, BusinessTime.real_time(), answer.at, known=names)


def sentence_of(reason: Reason, moments: Moments) -> str:
    """The rule in words, its instants and amounts as the screen's language writes them."""
    words = moments.words
    gaps: dict[str, object] = {"unverified": ""}
    for name, value in reason.details.items():
        gaps[name] = _worded(name, value, moments)
    if reason.details.get("verified") is False:
        gaps["unverified"] = f" ({words(_('not verified'))})"
    budget = reason.details.get("budget")
    if isinstance(budget, Budget):
        gaps["amount"] = budget.amount
    return words.named("rule", reason.rule, **gaps)


def source_of(reason: Reason, answer: Answer, moments: Moments) -> str:
    """Where a rule comes from: tables of the catalogue by their names."""
    words, definitions, text = moments.words, answer.definitions, reason.source
    ladder = definitions.case_ladder
    for definition, named in (
        (definitions.lanes, words(_("table of lanes {version}"), version=definitions.lanes.version)),
        (definitions.calendar, f"{moments.names.calendar(definitions.calendar.id)} {definitions.calendar.version}"),
        (ladder, words(_("ladder {version}"), version=ladder.version)),
        (definitions.procedure, words(_("version {version}"), version=definitions.procedure.version)),
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
