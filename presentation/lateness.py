"""How late what is late is, in working time."""

from __future__ import annotations

from presentation.amounts import HOUR_SECONDS, MINUTE_SECONDS, in_words, working_said
from services.lateness import Delay
from wording.text import LazyText, _

MOMENT = _("less than a minute")
BEYOND = _("beyond the working calendar")


def delay_said(delay: Delay) -> LazyText:
    """How late: `2 working days 3 hours`."""
    seconds = delay.seconds
    if seconds is None:
        return BEYOND
    if delay.late.pauses:
        # With a suspension within, days cannot be counted from one instant to the other.
        hours, rest = divmod(seconds, HOUR_SECONDS)
        parts = [(hours, "working_hours"), (rest // MINUTE_SECONDS, "working_minutes")]
        return in_words([part for part in parts if part[0]]) or MOMENT
    return working_said(delay.limit_at, delay.until_at, delay.calendar) or MOMENT
