"""How fast time is computed, side by side with the libraries one would otherwise take.

`python -m bench.time [SECTION ...]` runs the sections and merges their figures into bench/results/time.json. A section
is a function that returns figures by name; add one to `SECTIONS`. Before a call is timed its answer is checked: the
libraries must agree before they race. A ratio is one scalar call against one scalar call, both warm. All figures are
processor time of this one process, so that a busy machine does not flatter the shorter call, which finds a gap.
"""

from __future__ import annotations

import json
import platform
import sys
import timeit
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time as clock
from typing import Any, Final

import numpy as np
import yaml

from sla.bulk import FAR_US, UNIT_CODES, ClockColumns, due_columns
from sla.calendar import CalendarDefinition, WorkingCalendar, compiled
from sla.units import Unit

Figures = dict[str, Any]

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "bench" / "results" / "time.json"
CALENDAR: Final = ROOT / "catalog" / "data" / "calendars" / "vn-public.yaml"
MILLION: Final = 1_000_000
WORKING: Final = timedelta(hours=8 * 20)
# Twenty working days without a make-up Saturday, which business-duration could not express.
FROM_AT: Final = "2026-03-02T09:00:00"
UNTIL_AT: Final = "2026-03-30T09:00:00"


def main() -> None:
    """Run the sections named on the command line, or all of them."""
    figures: Figures = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in sys.argv[1:] or SECTIONS:
        figures |= SECTIONS[name]()
    figures["machine"] = f"{platform.machine()}, Python {platform.python_version()}"
    text = json.dumps(figures, indent=2, sort_keys=True) + "\n"
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(text)
    sys.stdout.write(text)


def against_businesstimedelta() -> Figures:
    """Time `add` and `between` against businesstimedelta, on the public calendar with its two sessions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, about pytz
        import businesstimedelta  # type: ignore[import-untyped] # noqa: PLC0415 - a section imports what only it compares
        import pytz  # type: ignore[import-untyped] # noqa: PLC0415
    definition = public_calendar()
    calendar = compiled(definition)
    start, end = _local(FROM_AT, calendar), _local(UNTIL_AT, calendar)
    zone = pytz.timezone(definition.zone)
    sessions = [
        businesstimedelta.WorkDayRule(window.opens, window.closes, [0, 1, 2, 3, 4], tz=zone)
        for window in definition.weekly[next(iter(definition.weekly))]
    ]
    rules = businesstimedelta.Rules([*sessions, businesstimedelta.HolidayRule(list(definition.days_off), tz=zone)])
    other_start, other_end = (zone.localize(at.replace(tzinfo=None)) for at in (start, end))
    amount = businesstimedelta.BusinessTimeDelta(rules, timedelta=WORKING)
    _agree(calendar.add(start, WORKING), end, other_start + amount)
    _agree(calendar.between(start, end), WORKING, rules.difference(other_start, other_end).timedelta)
    add_ns = nanoseconds("calendar.add(start, WORKING)", locals())
    between_ns = nanoseconds("calendar.between(start, end)", locals())
    other_add_ns = nanoseconds("other_start + amount", locals(), calls=5)
    other_between_ns = nanoseconds("rules.difference(other_start, other_end)", locals(), calls=5)
    return {
        "add_ns": round(add_ns),
        "between_ns": round(between_ns),
        "businesstimedelta_add_ns": round(other_add_ns),
        "businesstimedelta_between_ns": round(other_between_ns),
        "add_ratio_businesstimedelta": round(other_add_ns / add_ns),
        "between_ratio_businesstimedelta": round(other_between_ns / between_ns),
    }


def against_business_duration() -> Figures:
    """Time `between` against business-duration.

    One call of it knows one session a day, so that the race of call against call is on a calendar with the morning only;
    the figures with `two_sessions` are its two calls for the public calendar against our one.
    """
    from business_duration import businessDuration  # type: ignore[import-untyped] # noqa: PLC0415

    definition = public_calendar()
    weekly = {day: windows[:1] for day, windows in definition.weekly.items()}
    morning = compiled(definition.model_copy(update={"id": "vn-morning", "weekly": weekly}))
    calendar = compiled(definition)
    start, end = _local(FROM_AT, calendar), _local(UNTIL_AT, calendar)
    days_off = list(definition.days_off)
    first, second = definition.weekly[next(iter(definition.weekly))]

    def other(opens: Any, closes: Any) -> float:
        return float(businessDuration(start, end, opens, closes, holidaylist=days_off, unit="sec"))

    answers = [other(window.opens, window.closes) for window in (first, second)]
    _agree(morning.between(start, end), timedelta(seconds=answers[0]))
    _agree(calendar.between(start, end), timedelta(seconds=sum(answers)), WORKING)
    opens, closes = first.opens, first.closes
    names = locals()
    one_ns = nanoseconds(
        "businessDuration(start, end, opens, closes, holidaylist=days_off, unit='sec')", names, calls=200
    )
    between_ns = nanoseconds("morning.between(start, end)", names)
    return {
        "business_duration_between_ns": round(one_ns),
        "between_ratio_business_duration": round(one_ns / between_ns),
        "between_ratio_business_duration_two_sessions": round(2 * one_ns / between_ns),
    }


def unseen_instants() -> Figures:
    """Time `between` on instants never asked before, and both calls over short and long stretches.

    `between` remembers the positions of instants; what it costs without that is said here. No cost grows with the
    interval.
    """
    calendar = compiled(public_calendar())
    start, near, far = (_local(at, calendar) for at in (FROM_AT, "2026-03-03T09:00:00", "2027-12-01T09:00:00"))
    day, years = timedelta(hours=8), calendar.between(start, far)
    return {
        "add_1_day_ns": round(nanoseconds("calendar.add(start, day)", locals())),
        "add_21_months_ns": round(nanoseconds("calendar.add(start, years)", locals())),
        "between_unseen_1_day_ns": round(_unseen(calendar, start, near)),
        "between_unseen_20_days_ns": round(_unseen(calendar, start, _local(UNTIL_AT, calendar))),
        "between_unseen_21_months_ns": round(_unseen(calendar, start, far)),
    }


def recompute_million() -> Figures:
    """Time the ends of a million clocks, all units, one in five suspended once, after one new holiday."""
    definition = public_calendar()
    old = compiled(definition)
    announced = definition.model_copy(
        update={"version": "bench", "days_off": (*definition.days_off, _local("2026-06-15T00:00:00", old).date())}
    )
    clocks = _million_clocks(old)
    before = due_columns(clocks, old)
    started = clock()
    after = due_columns(clocks, WorkingCalendar(announced))
    seconds = clock() - started
    changed = (before.operational_at != after.operational_at) & ~np.isnat(before.operational_at)
    return {"recompute_1m_s": round(seconds, 3), "recompute_1m_changed": int(changed.sum())}


def recompute_stored() -> Figures:
    """Time the plan of a million changed deadlines, stored with the worklist's due column in PostgreSQL."""
    from bench.plans import recompute_stored as measured  # noqa: PLC0415 - only this section needs a server

    return measured(public_calendar())


def classification() -> Figures:
    """Time the classification of one case by the shipped decision table: the mean over granted and missed lanes."""
    from cases.classification import classify  # noqa: PLC0415
    from catalog.loader import load_catalog  # noqa: PLC0415

    catalog = load_catalog()
    day = datetime.fromisoformat(FROM_AT).date()
    table = catalog.lane_table(day)
    asked = [
        (catalog.procedure("work-permit", day), {"project": "ring-road-4"}, "green_24h"),
        (catalog.procedure("construction-permit-works", day), {"project_class": "industrial-park"}, "green_60"),
        (catalog.procedure("work-permit", day), {"field": "high-quality-human-resources"}, "green_60"),
        (catalog.procedure("karaoke-licence", day), {"field": "tourism", "project": "another"}, "standard"),
    ]
    for procedure, facts, lane in asked:
        _agree(classify(table, procedure, facts).lane.value, lane)

    def each() -> None:
        for procedure, facts, _ in asked:
            classify(table, procedure, facts)

    return {"classify_us": round(nanoseconds("each()", locals(), calls=5_000) / len(asked) / 1e3, 2)}


SECTIONS: Final[dict[str, Callable[[], Figures]]] = {
    "businesstimedelta": against_businesstimedelta,
    "business_duration": against_business_duration,
    "unseen_instants": unseen_instants,
    "recompute_million": recompute_million,
    "recompute_stored": recompute_stored,
    "classification": classification,
}


def public_calendar() -> CalendarDefinition:
    """The calendar of the public offices as the catalogue ships it."""
    return CalendarDefinition.model_validate(yaml.safe_load(CALENDAR.read_text(encoding="utf-8")))


def nanoseconds(call: str, names: dict[str, Any], calls: int = 50_000, rounds: int = 7) -> float:
    """The time of one warm call: the best of several rounds, since noise only ever adds."""
    return (
        min(timeit.repeat(call, timer=clock, globals={**globals(), **names}, number=calls, repeat=rounds)) / calls * 1e9
    )


def _unseen(calendar: WorkingCalendar, start: datetime, end: datetime, calls: int = 5_000, rounds: int = 7) -> float:
    def one_round(shift: int) -> float:
        steps = [timedelta(microseconds=shift * calls + step) for step in range(calls)]
        pairs = [(start + step, end + step) for step in steps]
        between = calendar.between
        started = clock()
        for first, last in pairs:
            between(first, last)
        return (clock() - started) / calls * 1e9

    return min(one_round(shift) for shift in range(1, rounds + 1))


def _million_clocks(calendar: WorkingCalendar) -> ClockColumns:
    random = np.random.default_rng(20260302)
    start_us = int(calendar.normalise(_local("2026-01-05T07:00:00", calendar)).timestamp()) * 1_000_000
    anchored_us = start_us + random.integers(0, 300 * 86_400, MILLION) * 1_000_000
    units = np.array([UNIT_CODES[unit] for unit in Unit], np.int8)
    suspended = random.random(MILLION) < 1 / 5
    from_us = np.where(suspended, anchored_us + 86_400_000_000, FAR_US)
    until_us = np.where(suspended, from_us + random.integers(1, 10 * 86_400, MILLION) * 1_000_000, FAR_US)
    unit = random.choice(units, MILLION)
    longest = np.where(unit == UNIT_CODES[Unit.MONTHS], 3, 60)
    return ClockColumns(
        unit=unit,
        amount=random.integers(1, longest, MILLION),
        anchored_us=anchored_us,
        next_opening=random.random(MILLION) < 1 / 10,
        open_ended=np.zeros(MILLION, np.bool_),
        pauses=((from_us, until_us),),
    )


def _local(text: str, calendar: WorkingCalendar) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone)


def _agree(*answers: object) -> None:
    if any(answer != answers[0] for answer in answers):
        raise AssertionError(answers)


if __name__ == "__main__":
    main()
