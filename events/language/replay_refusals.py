"""Why a moment cannot be shown again."""

from __future__ import annotations

from typing import Final

from wording.text import Texts, _

REPLAY_TEXTS: Final[Texts] = {
    "instant_future": (
        _("It is {now} now: nothing can be told of a later instant."),
        _("Give an instant that has passed, or leave the option out."),
    ),
    "not_yet_known": (
        _("What was known at {known_at} says nothing of a later instant."),
        _("Give an earlier --at, or a later --known-at."),
    ),
    "nothing_then": (
        _("There was nothing yet then."),
        _("Ask for a later instant."),
    ),
}
