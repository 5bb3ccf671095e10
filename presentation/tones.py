"""What lanes and states mean, as tones, the same on every screen."""

from __future__ import annotations

from typing import Final

from presentation.blocks import Line, Tone, toned
from presentation.words.words import Words
from wording.text import _

LANES: Final = {"green_24h": Tone.BEST, "green_60": Tone.GOOD}
STATUSES: Final = {
    "in_progress": Tone.GOING,
    "awaiting_supplement": Tone.NEAR,
    "awaiting_explanation": Tone.NEAR,
    "awaiting_payment": Tone.NEAR,
    "suspended": Tone.NEAR,
    "stopped": Tone.NEAR,
    "closed": Tone.DIM,
    "past_appointment": Tone.NEAR,
    "breached": Tone.LATE,
    "met": Tone.GOOD,
    "running": Tone.GOING,
    "assigned": Tone.GOING,
    "done": Tone.GOOD,
    "waiting": Tone.DIM,
    "cancelled": Tone.DIM,
}
SOON_SECONDS: Final = 4 * 3600
"""A due instant nearer than this is shown as a warning."""


def lane_line(words: Words, lane: str) -> Line:
    """A lane in its tone."""
    return toned(LANES.get(lane), words.named("lane", lane))


def status_line(words: Words, group: str, status: str | None) -> Line:
    """A state in its tone; `group` is its table of words."""
    return toned(STATUSES.get(status or ""), words.named(group, status))


def yes_line(words: Words, *, is_so: bool) -> Line:
    """Yes, or a no that stands out."""
    return toned(None, words(_("yes"))) if is_so else toned(Tone.NEAR, words(_("no")))
