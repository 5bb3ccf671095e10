"""A model of linked dossiers of its own: what is released, blocked, over and closed, and the joint promise's ends and rungs.

Written from the rules (a result for each hard need, Decree 45/2020 art. 15, Civil Code art. 147-148), with the walked hours
of the cases' model; instants are its whole microseconds. Left out: the renewed promise with its path and holder, who is to
blame, warnings of practical edges, acknowledged escalations, and rungs that are quiet at night.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from catalog.dossier import CascadePolicy, DossierDefinitions, EdgeKind
from events.language.dossier_commands import (
    ApplyCascade,
    DossierCommand,
    RecordEnd,
    RecordResult,
    RevokeResult,
    SubmitDossier,
    WithdrawDossier,
)
from tests.audit.simulation.dossier_reference_parts import LOST, UNBEGUN, Elsewhere, Part, in_order
from tests.audit.simulation.dossier_reference_promise import Due, JointPromise, promise_of
from tests.audit.simulation.reference.hours import Hours, instant

POLICIES = (CascadePolicy.STOP, CascadePolicy.REOPEN, CascadePolicy.KEEP)
"""The strongest first."""


@dataclass
class ModelledDossier:
    """A dossier as the rules have it."""

    definitions: DossierDefinitions
    hours: Hours
    parts: dict[str, Part] = field(default_factory=dict)
    """Prerequisites first."""
    opened_at: int | None = None
    closed_at: int | None = None
    outcome: str | None = None
    reopenings: int = 0
    closings: int = 0
    withdrawn: bool = False
    promise: JointPromise | None = None
    released: list[tuple[str, int, int]] = field(default_factory=list)
    now: int = 0

    def turn(self, commands: Sequence[DossierCommand], now: int) -> list[bool]:
        """Let commands and time come in the order in which they happened; which commands are taken."""
        self.now, taken = now, []
        for command in sorted(commands, key=lambda one: (not isinstance(one, SubmitDossier), one.received_at)):
            at = min(instant(command.received_at), now)
            self._pass_time(at - 1)
            at = max(at, self.opened_at or at)
            taken.append(self._take(command, at))
            if taken[-1]:
                self._go_on(at, free_at=at if isinstance(command, SubmitDossier) else now)
        self._pass_time(now)
        return taken

    # ---- commands

    def _take(self, command: DossierCommand, at: int) -> bool:
        if self.closed_at is not None and not isinstance(command, RevokeResult):
            return False
        match command:
            case SubmitDossier():
                return self._open(command, at)
            case RecordEnd():
                return self._end(self.parts[command.name], command, at)
            case RevokeResult():
                return self._revoke(self.parts[command.name], command.number)
            case RecordResult():
                return self._record(self.parts[command.name], command, self.hours.day(at))
            case ApplyCascade():
                return self._cascade(self.parts[command.name])
            case WithdrawDossier():
                return self._withdraw()
        return False

    def _open(self, command: SubmitDossier, at: int) -> bool:
        told = {part.name: part for part in command.declaration.applications}
        for name in in_order(told):
            needs = told[name].needs
            hard = {n.name: n.policy for n in needs if n.name is not None and n.kind is EdgeKind.HARD}
            self.parts[name] = Part(name, hard, [Elsewhere(n.result, n.policy) for n in needs if n.result is not None])
        self.opened_at = at
        hard_of = {name: tuple(part.hard) for name, part in self.parts.items()}
        self.promise = promise_of(command.declaration, self.definitions, self.hours, hard_of, at)
        return True

    def _end(self, part: Part, command: RecordEnd, at: int) -> bool:
        if part.status != "released" or part.round != command.round:
            return False
        # A result that was there before its case was taken back is a result.
        part.status = "granted" if command.outcome == "issued" else part.leaving or command.outcome
        part.leaving, part.valid_until = None, command.valid_until
        part.ended_at = max(at, part.released_at)
        return True

    def _withdraw(self) -> bool:
        self.withdrawn = True
        for part in self.parts.values():
            if part.status == "released":
                part.leaving = "withdrawn"
            elif part.status in UNBEGUN:
                part.status = "stopped"
        return True

    def _revoke(self, part: Part, number: str | None) -> bool:
        held = [one for one in part.elsewhere if one.result.number == number and not one.lost]
        if not (part.has_result if number is None else held):
            return False
        if self.closed_at is not None:
            self.closed_at, self.outcome, self.reopenings = None, None, self.reopenings + 1
        if number is not None:
            held[0].lost, part.followed = True, False
        else:
            self._lose(part, "revoked")
        return True

    def _lose(self, part: Part, status: str) -> None:
        part.followed = False
        if part.status == "granted":
            part.status = status
        elif part.status == "replaced":
            part.status = "stopped" if self.withdrawn else "waiting"
        part.stands_in = None

    def _record(self, part: Part, command: RecordResult, day: date) -> bool:
        if command.replaces is not None:
            found = [one for one in part.elsewhere if one.result.number == command.replaces]
            if not found or not (part.status in UNBEGUN or found[0].lost) or not command.result.valid_on(day):
                return False
            found[0].result, found[0].lost = command.result, False
            return True
        if part.has_result or part.status == "released" or not command.result.valid_on(day):
            return False
        part.stands_in = command.result
        part.status = "replaced" if part.status in UNBEGUN else part.status
        return True

    # ---- what is lost

    def _effects(self, lost: set[str], elsewhere: set[str]) -> dict[str, str | None]:
        """What stands on what is lost, and where it goes: stopped, to wait anew, or (None) nowhere."""
        found: dict[str, str | None] = {}
        lost = set(lost)
        for part in self.parts.values():
            said = [policy for need, policy in part.hard.items() if need in lost]
            said += [one.policy for one in part.lost_from_elsewhere if part.name in elsewhere]
            if not said or part.status in (*LOST, "replaced") or part.leaving is not None:
                continue
            policy = min(said, key=POLICIES.index)
            goes_to = None
            if policy is CascadePolicy.STOP or (policy is CascadePolicy.REOPEN and self.withdrawn):
                goes_to = "stopped"
            elif policy is CascadePolicy.REOPEN and part.status not in UNBEGUN:
                goes_to = "waiting"
            found[part.name] = goes_to
            if goes_to is not None:
                lost.add(part.name)
        return found

    def stands_on_a_loss(self) -> bool:
        """Whether somebody must decide first what becomes of what was granted on a loss: no dossier closes over that."""
        lost = {part.name for part in self.parts.values() if part.is_lost}
        return any(self._effects(lost, set(self.parts)).values())

    def _cascade(self, first: Part) -> bool:
        effects = self._effects({first.name} if first.is_lost else set(), {first.name})
        if not any(effects.values()) and first.followed:
            return True
        if not effects:
            return False
        for name, goes_to in effects.items():
            if goes_to is not None and self.parts[name].status == "released":
                self.parts[name].leaving = goes_to
            elif goes_to is not None:
                self.parts[name].status = goes_to
        first.followed = True
        return True

    # ---- what follows

    def _go_on(self, at: int, free_at: int) -> None:
        if self.closed_at is not None:
            return
        if not self.withdrawn:
            for part in self.parts.values():
                if part.status in UNBEGUN:
                    self._settle(part, at, free_at)
        self._close(at)

    def _settle(self, part: Part, at: int, free_at: int) -> None:
        day, needed = self.hours.day(at), [self.parts[name] for name in part.hard]
        gone = any(one.lost or not one.result.valid_on(day) for one in part.elsewhere)
        gone |= any(not one.has_result and self._never_comes(one) for one in needed)
        if gone:
            part.status = "blocked"
        elif all(one.has_result and (one.last_day is None or day <= one.last_day) for one in needed):
            part.status, part.round, part.leaving = "released", part.round + 1, None
            # The applicant handed in what is free at the opening; nobody could begin the rest before the turn.
            part.released_at = max([free_at, *(one.ended_at for one in needed if one.ended_at is not None)])
            part.ended_at = part.valid_until = None
            self.released.append((part.name, part.round, part.released_at))
        else:
            part.status = "waiting"

    @staticmethod
    def _never_comes(part: Part) -> bool:
        return part.status in (*LOST, "blocked") or part.leaving not in (None, "waiting")

    def _close(self, at: int) -> None:
        parts = self.parts.values()
        if any(part.status in (*UNBEGUN, "released") for part in parts):
            return
        if self.stands_on_a_loss():
            return
        self.closed_at = max([at, *(part.ended_at for part in parts if part.ended_at is not None)])
        self.closings += 1
        there = [part.has_result for part in parts]
        self.outcome = "granted" if all(there) else "partly_granted" if any(there) else "refused"
        self.outcome = "withdrawn" if self.withdrawn else self.outcome
        if self.promise is not None:
            self.promise.end(self.closed_at, self.withdrawn)

    # ---- what falls due

    def _pass_time(self, until: int) -> None:
        while (due := min(self._due(), default=None)) is not None and due.at <= until:
            at = due.at
            while due is not None and due.at <= at:
                self._fall(due)
                due = min(self._due(), default=None)
            self._go_on(at, free_at=self.now)

    def _fall(self, due: Due) -> None:
        part = self.parts.get(due.name)
        if part is None:
            if self.promise is not None:
                self.promise.fall(due)
        elif due.what == "own":
            self._lose(part, "expired")
        else:
            part.followed = False
            next(one for one in part.elsewhere if one.result.number == due.what).lost = True

    def _due(self) -> Iterator[Due]:
        if self.opened_at is None or self.closed_at is not None:
            return
        for part in self.parts.values():
            awaited = [one for one in self.parts.values() if part.name in one.hard]
            if part.has_result and part.last_day and any(one.status in (*UNBEGUN, "released") for one in awaited):
                yield Due(self.hours.end_of(part.last_day), -100, "own", part.name)
            for one in part.elsewhere if part.status in UNBEGUN else ():
                if one.result.valid_until and not one.lost:
                    yield Due(self.hours.end_of(one.result.valid_until), -100, one.result.number, part.name)
        if self.promise is not None and self.promise.ended_at is None:
            yield from self.promise.due()
