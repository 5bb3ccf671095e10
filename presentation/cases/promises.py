"""A promise with both its ends on a screen: the appointment told to the applicant, and the lawful end behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final, Literal

from cases.model import APPLICANT_HAS_IT
from cases.promised import Promised
from cases.turn import CaseView
from presentation.blocks import Inline, Line, Tone, dim, filled, line, toned
from presentation.moments import Moments
from presentation.tones import SOON_SECONDS, status_line
from presentation.words.words import Words
from wording.text import _

Kind = Literal["statutory", "green"]
KINDS: Final[tuple[Kind, ...]] = ("statutory", "green")


def promise_of(view: CaseView, kind: Kind) -> tuple[Promised | None, date | None]:
    """The promise of a case, and the day whose 24:00 is its lawful end."""
    if kind == "statutory":
        return view.promises.statutory, view.statutory_lawful_day
    return view.promises.green, view.green_lawful_day


def appointment_line(promised: Promised | None, kind: Kind, moments: Moments) -> Inline:
    """The appointment, toned by how it stands, and the state in words where it is more than running; `-` for none."""
    if promised is None:
        return "-"
    if promised.state == "cancelled":
        return state_line(promised, kind, moments)
    at = promised.appointment_at
    shown = moments.words(_("paused")) if at is None else moments.instant(at)
    if promised.state == "running":
        return toned(nearness(at, moments), shown)
    return line(shown, " ", state_line(promised, kind, moments))


def promise_lines(view: CaseView, moments: Moments) -> Iterator[Inline]:
    """Both promises on short lines: the appointment, how it stands where that is more than running, and the lawful end."""
    for kind in KINDS:
        promised, lawful_day = promise_of(view, kind)
        if promised is not None:
            yield from _short_lines(view, kind, promised, lawful_day, moments)


def _short_lines(
    view: CaseView, kind: Kind, promised: Promised, lawful_day: date | None, moments: Moments
) -> Iterator[Inline]:
    words, at = moments.words, promised.appointment_at
    shown, state = words(_("paused")) if at is None else moments.instant(at), state_line(promised, kind, moments)
    if promised.state == "cancelled":
        over = words(_("starts again when complete")) if view.status in APPLICANT_HAS_IT else state
        yield filled(words.pattern("promise", kind), at=over)
        return
    is_running = promised.state == "running"
    yield filled(words.pattern("promise", kind), at=toned(nearness(at, moments) if is_running else None, shown))
    if not is_running:
        yield state
    if lawful_day is not None:
        yield dim(words.named("end", kind, day=moments.day(lawful_day)))


def state_line(promised: Promised, kind: Kind, moments: Moments) -> Line:
    """The state in words: only of the statutory promise is it said that it is overdue."""
    words = moments.words
    state = status_line(words, "clock" if kind == "statutory" else "green", promised.state)
    if promised.state == "met" and promised.appointment_kept is False:
        state = line(state, " ", toned(Tone.NEAR, f"({words(_('after the appointment'))})"))
    return line(state, " ", dim(f"({words.named('clock', 'set_aside')})")) if promised.set_aside else state


def lawful_end_text(lawful_day: date | None, kind: Kind, moments: Moments) -> str | None:
    """Until when the law, or the lane, gives time; None for a limit that has one end, or none now."""
    if lawful_day is None:
        return None
    return moments.words(
        _("lawful end: 24:00 of {day}") if kind == "statutory" else _("promise ends: 24:00 of {day}"),
        day=moments.day(lawful_day),
    )


def nearness(due_at: datetime | None, moments: Moments) -> Tone | None:
    """The tone of an instant that is near, or has passed without its passing being on record yet."""
    if due_at is None:
        return None
    left_seconds = (due_at - moments.now).total_seconds()
    if left_seconds < 0:
        return Tone.LATE
    return Tone.NEAR if left_seconds < SOON_SECONDS else None


def rung_text(words: Words, kind: str, clock_kind: str) -> str:
    """What a rung says: only of the law's limit that it is overdue, of a green promise that it is broken."""
    return words.named("breach", clock_kind) if kind == "breach" else words.named("rung", kind)
