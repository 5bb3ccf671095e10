"""What is left of a clock at an instant, as people read it."""

from __future__ import annotations

from cases.model import ClockState
from presentation.blocks import Inline, Tone, dim, stacked, toned
from presentation.moments import Moments
from services.replays.moments import CaseThen
from sla.clock import WORKING_UNITS
from wording.text import _


def left_text(seconds: float, moments: Moments) -> str:
    """So much is left, or it is over by so much."""
    template = _("{span} left") if seconds >= 0 else _("{span} over")
    return moments.words(template, span=moments.hours(seconds))


def left_of(then: CaseThen, clock: ClockState, moments: Moments) -> Inline:
    """Of one clock, and below it in which measure."""
    seconds = then.remaining_seconds(clock)
    if seconds is None:
        return "-"
    working = clock.clock.budget.unit in WORKING_UNITS
    measure = _("working time") if working else _("by the clock")
    return stacked(toned(Tone.LATE if seconds < 0 else None, left_text(seconds, moments)), dim(moments.words(measure)))
