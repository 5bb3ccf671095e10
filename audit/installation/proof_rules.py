"""Whether the past is signed, by somebody, in time, and where it leaves the house. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

from audit.installation.check import Check
from wording.text import _, _n

LATE_AFTER_INTERVALS: Final = 3
"""A checkpoint may be late once or twice: a restart, a database that was away. The metric's alert has the same bound."""
FILE_SECONDS: Final = 60.0
"""So long after a checkpoint the file has it too, or the publisher cannot write it."""


@dataclass(frozen=True, slots=True)
class Signing:
    """How far the past is signed; real seconds."""

    number: int
    """Of the newest checkpoint; 0: none was ever made."""
    events: int
    age_seconds: float
    unsigned_seconds: float
    """Age of the oldest event that no checkpoint signs; 0: there is none."""


def checkpoints(signing: Signing, interval_seconds: float, *, in_production: bool) -> Check:
    """Whether somebody signs, and in time."""
    late = signing.unsigned_seconds > LATE_AFTER_INTERVALS * interval_seconds
    if not late and (signing.number or not in_production):
        said = _("Checkpoint {number} signs {events} events.", number=signing.number, events=signing.events)
        return Check("checkpoints", said if signing.number else _("No checkpoint is due yet."))
    said = _n(
        "No checkpoint signs what was recorded in the last {count} minute.",
        "No checkpoint signs what was recorded in the last {count} minutes.",
        ceil(signing.unsigned_seconds / 60),
    )
    return Check(
        "checkpoints",
        said if late else _("No checkpoint was ever signed here: nobody could prove the past."),
        _("Give the publisher the key that signs them (GREENLANE_CHECKPOINT_KEY_FILE), and see its log."),
    )


def checkpoint_file(file: str | None, last: int, signing: Signing) -> Check:
    """Whether the file has what it must; `last` is the number of the last checkpoint in it, 0 for none."""
    if file is None:
        return Check("checkpoint_file", _("No file of checkpoints is set; they leave by Kafka alone."))
    newest = signing.number
    if last < newest and signing.age_seconds > FILE_SECONDS:
        return Check(
            "checkpoint_file",
            _(
                "The file {file} ends with checkpoint {last}; the newest is {newest}.",
                file=file,
                last=last,
                newest=newest,
            ),
            _("See the publisher's log: it says why it cannot write there, and appends what is lacking once it can."),
        )
    return Check("checkpoint_file", _("The file {file} has every checkpoint up to {last}.", file=file, last=last))
