"""The two instants of a replay: up to when something is known, and of when it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from events.language.refusals import Refusal, refuse
from services.installation import Installation

AT, KNOWN_AT, DIFF = "at", "known-at", "diff"
"""The fields by which a refusal names an instant."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; business instants. None: as of now, or as of what is known."""

    at: datetime | None = None
    known_at: datetime | None = None
    diff_at: datetime | None = None
    """The other instant, where the difference to it is asked."""


@dataclass(frozen=True, slots=True)
class Instants:
    """The two instants of one look; business time (UTC)."""

    at: datetime
    known_at: datetime
    known_until: datetime | None
    """Events recorded later are left out; None: whatever stands is known, however the clocks of two machines differ."""

    @property
    def folded_at(self) -> datetime | None:
        """The instant up to which what is known counts; None: all of it does."""
        return self.at if self.at < self.known_at else None

    def moved_to(self, at: datetime) -> Instants:
        """The same knowledge, of another instant."""
        return Instants(at, self.known_at, self.known_until)


def instants_of(installation: Installation, asked: Asked, now: datetime) -> Instants | Refusal:
    """The two instants of a look, or why they cannot be."""
    today = installation.business(now)
    known_at = today if asked.known_at is None else asked.known_at.astimezone(UTC)
    for field, given in ((KNOWN_AT, asked.known_at), (AT, asked.at), (DIFF, asked.diff_at)):
        if given is not None and given > today:
            return refuse("instant_future", field, now=today.astimezone(installation.zone).isoformat())
    for field, given in ((AT, asked.at), (DIFF, asked.diff_at)):
        if given is not None and given > known_at:
            return refuse("not_yet_known", field, known_at=known_at.astimezone(installation.zone).isoformat())
    at = known_at if asked.at is None else asked.at.astimezone(UTC)
    return Instants(at, known_at, asked.known_at and known_at)
