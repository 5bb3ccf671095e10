"""The applications of the dossiers' model, in the order in which one needs another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from catalog.dossier import CascadePolicy
from events.language.dossier_commands import LinkedApplication
from events.language.dossier_messages import ResultReference

UNBEGUN = ("waiting", "blocked")
LOST = ("refused", "withdrawn", "returned", "revoked", "expired", "stopped")


@dataclass
class Elsewhere:
    """A result of another office that an application stands on."""

    result: ResultReference
    policy: CascadePolicy
    lost: bool = False


@dataclass
class Part:
    """One application."""

    name: str
    hard: dict[str, CascadePolicy]
    elsewhere: list[Elsewhere]
    status: str = "waiting"
    round: int = 0
    released_at: int = 0
    ended_at: int | None = None
    valid_until: date | None = None
    stands_in: ResultReference | None = None
    """A result from elsewhere in the place of its own."""
    leaving: str | None = None
    followed: bool = False
    """Its loss was followed through."""

    @property
    def has_result(self) -> bool:
        return self.status == "granted" or self.stands_in is not None

    @property
    def is_lost(self) -> bool:
        return self.status in LOST and self.stands_in is None

    @property
    def last_day(self) -> date | None:
        return self.valid_until if self.stands_in is None else self.stands_in.valid_until

    @property
    def lost_from_elsewhere(self) -> list[Elsewhere]:
        return [one for one in self.elsewhere if one.lost]


def in_order(told: dict[str, LinkedApplication]) -> Iterator[str]:
    """Prerequisites first."""
    done: set[str] = set()
    while len(done) < len(told):
        for name, part in told.items():
            if name not in done and {need.name for need in part.needs if need.name is not None} <= done:
                done.add(name)
                yield name
