"""Who used a dossier's time: along the chain that everything waited for, each elapsed second has one owner. Pure."""

from __future__ import annotations

from datetime import datetime

from cases.dossier.model import Dossier, Part, PartStatus
from cases.spans import SYSTEM
from events.language.dossier_commands import OwnedTime

BETWEEN = "between_applications"
"""Time in which nothing on the chain was open: a block that waited for somebody to act, or a message under way."""


def blame(dossier: Dossier, until_at: datetime) -> tuple[OwnedTime, ...]:
    """The owners of the time from opening until then; their shares sum to it.

    From the end backwards: the application that ended last, or is open now, then the prerequisite with whose result it
    was released, and so on. An ended case says itself who used its time; an open one is its agency's.
    """
    if dossier.opened_at is None:
        return ()
    shares: dict[str, float] = {}
    cursor = until_at
    part = _last(dossier, until_at)
    while part is not None and part.released_at is not None:
        ended_at = min(part.ended_at or cursor, cursor)
        _add(shares, BETWEEN, (cursor - ended_at).total_seconds())
        begun_at = min(part.released_at, ended_at)
        _share_out(shares, dossier, part, (ended_at - begun_at).total_seconds())
        gate = _gate(dossier, part, begun_at)
        cursor = _add_delay(shares, part, begun_at, gate)
        part = gate
    _add(shares, BETWEEN, (cursor - dossier.opened_at).total_seconds())
    return tuple(OwnedTime(owner=owner, seconds=seconds) for owner, seconds in shares.items())


def _last(dossier: Dossier, until_at: datetime) -> Part | None:
    """The one that everything waits for: on the critical path if open, else the one that ended last."""
    for name in dossier.critical_path:
        if dossier.parts[name].status is PartStatus.RELEASED:
            return dossier.parts[name]
    begun = [part for part in dossier.parts.values() if part.released_at is not None and part.released_at <= until_at]
    return max(begun, key=lambda part: min(part.ended_at or until_at, until_at), default=None)


def _gate(dossier: Dossier, part: Part, before_at: datetime) -> Part | None:
    needed = [dossier.parts[name] for name in dossier.graph.hard[part.name]]
    ended = [one for one in needed if one.ended_at is not None and one.ended_at <= before_at]
    return max(ended, key=lambda one: one.ended_at or before_at, default=None)


def _add_delay(shares: dict[str, float], part: Part, begun_at: datetime, gate: Part | None) -> datetime:
    """Between the instant at which all was there and the release it was the system that had it; the former instant."""
    freed_at = begun_at if part.freed_at is None else min(part.freed_at, begun_at)
    if gate is not None and gate.ended_at is not None:
        # Told in the wrong order: it was not free before the last of its prerequisites had ended.
        freed_at = max(freed_at, gate.ended_at)
    _add(shares, SYSTEM, (begun_at - freed_at).total_seconds())
    return freed_at


def _share_out(shares: dict[str, float], dossier: Dossier, part: Part, seconds: float) -> None:
    total = sum(share.seconds for share in part.time_shares)
    if part.ended_at is None or total <= 0:
        _add(shares, dossier.agency(part.name), seconds)
        return
    for share in part.time_shares:
        _add(shares, share.owner, seconds * share.seconds / total)


def _add(shares: dict[str, float], owner: str, seconds: float) -> None:
    if seconds > 0:
        shares[owner] = shares.get(owner, 0.0) + seconds
