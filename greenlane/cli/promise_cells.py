"""A promise with both its ends on a screen: the appointment told to the applicant, and the lawful end behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final, Literal

from cases.model import APPLICANT_HAS_IT
from cases.promised import Promised
from cases.turn import CaseView
from greenlane.cli.styles import LATE, SOON, SOON_SECONDS, painted, status_markup
from presentation.moments import Moments
from presentation.words.words import Words
from wording.text import _

Kind = Literal["statutory", "green"]
KINDS: Final[tuple[Kind, ...]] = ("statutory", "green")


def promise_of(view: CaseView, kind: Kind) -> tuple[Promised | None, date | None]:
    """The promise of a case, and the day whose 24:00 is its lawful end."""
    if kind == "statutory":
        return view.promises.statutory, view.statutory_lawful_day
    return view.promises.green, view.green_lawful_day


def appointment_markup(promised: Promised | None, kind: Kind, moments: Moments) -> str:
    """The appointment, coloured by how it stands, and the state in words where it is more than running; `-` for none."""
    if promised is None:
        return "-"
    if promised.state == "cancelled":
        return state_markup(promised, kind, moments)
    shown = moments.words(_("paused"))
    if promised.appointment_at is not None:
        shown = moments.instant(promised.appointment_at)
    if promised.state == "running":
        return painted(shown, nearness(promised.appointment_at, moments))
    return f"{shown} {state_markup(promised, kind, moments)}"


def promise_lines(view: CaseView, moments: Moments) -> Iterator[str]:
    """Both promises on short lines: the appointment, how it stands where that is more than running, and the lawful end."""
    words = moments.words
    for kind in KINDS:
        promised, lawful_day = promise_of(view, kind)
        if promised is None:
            continue
        at, state = promised.appointment_at, promised.state
        is_over = state == "cancelled"
        if is_over and view.status in APPLICANT_HAS_IT:
            shown, stands = words(_("starts again when complete")), ""
        else:
            shown = words(_("paused")) if at is None else moments.instant(at)
            stands = state_markup(promised, kind, moments)
        if state == "running":
            shown, stands = painted(shown, nearness(at, moments)), ""
        yield words.named("promise", kind, at=stands if is_over and stands else shown)
        if stands and not is_over:
            yield stands
        if lawful_day is not None and not is_over:
            yield f"[dim]{words.named('end', kind, day=moments.day(lawful_day))}[/dim]"


def state_markup(promised: Promised, kind: Kind, moments: Moments) -> str:
    """The state in words: only of the statutory promise is it said that it is overdue."""
    group = "clock" if kind == "statutory" else "green"
    state = status_markup(moments.words, group, promised.state)
    if promised.state == "met" and promised.appointment_kept is False:
        state = f"{state} [yellow]({moments.words(_('after the appointment'))})[/yellow]"
    return f"{state} [dim]({moments.words.named('clock', 'set_aside')})[/dim]" if promised.set_aside else state


def lawful_end_text(lawful_day: date | None, kind: Kind, moments: Moments) -> str | None:
    """Until when the law, or the lane, gives time; None for a limit that has one end, or none now."""
    if lawful_day is None:
        return None
    return moments.words(
        _("lawful end: 24:00 of {day}") if kind == "statutory" else _("promise ends: 24:00 of {day}"),
        day=moments.day(lawful_day),
    )


def nearness(due_at: datetime | None, moments: Moments) -> str | None:
    """The colour of an instant that is near, or has passed without its passing being on record yet."""
    if due_at is None:
        return None
    left_seconds = (due_at - moments.now).total_seconds()
    if left_seconds < 0:
        return LATE
    return SOON if left_seconds < SOON_SECONDS else None


def rung_text(words: Words, kind: str, clock_kind: str) -> str:
    """What a rung says: only of the law's limit that it is overdue, of a green promise that it is broken."""
    return words.named("breach", clock_kind) if kind == "breach" else words.named("rung", kind)
