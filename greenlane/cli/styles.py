"""Colours, the same on every screen."""

from __future__ import annotations

from typing import Final

from presentation.words.words import Words

LANES: Final = {"green_24h": "bold green", "green_60": "green", "standard": "default"}
STATUSES: Final = {
    "in_progress": "cyan",
    "awaiting_supplement": "yellow",
    "awaiting_explanation": "yellow",
    "awaiting_payment": "yellow",
    "suspended": "yellow",
    "stopped": "yellow",
    "closed": "dim",
    "past_appointment": "yellow",
    "breached": "bold red",
    "met": "green",
    "running": "cyan",
    "assigned": "cyan",
    "done": "green",
    "waiting": "dim",
    "cancelled": "dim",
}
LATE: Final = "bold red"
SOON: Final = "yellow"
SOON_SECONDS: Final = 4 * 3600
"""A due instant nearer than this is shown as a warning."""


def lane_markup(words: Words, lane: str) -> str:
    """A lane in its colour."""
    return painted(words.named("lane", lane), LANES.get(lane))


def status_markup(words: Words, group: str, status: str | None) -> str:
    """A state in its colour; `group` is its table of words."""
    return painted(words.named(group, status), STATUSES.get(status or ""))


def painted(text: str, style: str | None) -> str:
    """Text as markup in a style; the text must be ours, or escaped."""
    return f"[{style}]{text}[/]" if style and style != "default" else text
