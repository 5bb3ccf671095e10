"""Until when the law demands that what is held of an applicant is kept. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from catalog.retention import Period, RetentionRules
from catalog.validity import NO_ENDS, Ends, begins_on, version_on
from events.language.refusals import Refusal, refuse

UNACCEPTED: Final = frozenset({"withdrawn", "returned"})
"""The outcomes of which nothing came that anybody could rely on."""
FOR_EVER: Final = date.max
"""The last day of keeping where there is none."""
SHOWN_MAX: Final = 10
"""How many names a refusal holds."""


@dataclass(frozen=True, slots=True)
class Held:
    """One case or linked dossier that holds data of a subject, as far as keeping it goes."""

    stream_id: str
    name: str
    """What people know it by; no personal data."""
    procedure: str | None
    """None: a linked dossier."""
    closed_on: date | None
    """The province's day on which it ended; None: it is open."""
    outcome: str | None
    accepted: bool = True
    """Whether it ever got its code."""


def retention_ends_on(held: Held, rules: Sequence[RetentionRules], ends: Ends = NO_ENDS) -> date | None:
    """The last day on which it must be kept, of one that has ended; None: it is open, or nothing says how long.

    The version in force on the day it ended counts, so that a later one neither shortens nor lengthens what was promised;
    before the first version there was none, and the first counts. `rules`: the versions, the earliest first.
    """
    if held.closed_on is None or not rules:
        return None
    version = version_on(rules, held.closed_on, ends) or _nearest(rules, held.closed_on)
    accepted = held.accepted and held.outcome not in UNACCEPTED
    return _last_day(held.closed_on, version.period_of(held.procedure, accepted=accepted))


def not_erasable(
    held: Sequence[Held], rules: Sequence[RetentionRules], today: date, ends: Ends = NO_ENDS
) -> Refusal | None:
    """Why a subject's data may not be erased on the day; None: every case has ended and no time of keeping runs."""
    if open_ones := [one.name for one in held if one.closed_on is None]:
        return refuse("case_open", "subject", cases=_some(open_ones))
    last_days = [(retention_ends_on(one, rules, ends), one.name) for one in held]
    if unknown := [name for last, name in last_days if last is None]:
        return refuse("retention_runs", "subject", case=_some(unknown), variant="unknown")
    last, name = max(((last, name) for last, name in last_days if last is not None), default=(date.min, ""))
    if last < today:
        return None
    if last == FOR_EVER:
        return refuse("retention_runs", "subject", case=name, variant="permanent")
    return refuse("retention_runs", "subject", case=name, last_day=last.isoformat())


def _nearest(rules: Sequence[RetentionRules], day: date) -> RetentionRules:
    """The version that counts where none is in force on the day: the last that had begun, else the first to come."""
    return next((version for version in reversed(rules) if begins_on(version) <= day), rules[0])


def _last_day(closed_on: date, period: Period) -> date:
    year = date.max.year if period.years is None else closed_on.year + period.years
    if year >= date.max.year:
        return FOR_EVER
    # Civil Code art. 148(4): where the last month has no such day, its last day ends the time.
    day = min(closed_on.day, monthrange(year, closed_on.month)[1])
    return date(year, closed_on.month, day)


def _some(names: Sequence[str]) -> str:
    shown = sorted(names)[:SHOWN_MAX]
    return ", ".join([*shown, *(["…"] if len(names) > SHOWN_MAX else [])])
