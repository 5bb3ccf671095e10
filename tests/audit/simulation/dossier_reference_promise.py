"""The joint promise of the dossiers' model: its ends (decision 16), its state, its rungs; found by walking the hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from catalog.dossier import DossierDefinitions
from events.language.dossier_commands import Declaration
from sla.ladder import Ladder, Rung
from sla.units import Unit
from tests.audit.simulation.reference.hours import MINUTE, Hours, OffTheCalendarError
from tests.audit.simulation.reference.limits import Ends, Limit


class Due(NamedTuple):
    """What falls due by itself; of one instant: results first, warnings, the appointment, the breach, then the rest."""

    at: int
    rank: int
    what: str
    name: str


@dataclass
class JointPromise:
    """The promise over the whole."""

    limit: Limit
    ends: Ends
    ladder: Ladder
    ended_at: int | None = None
    """When the dossier first ended: what comes after is no matter of the promise."""
    state: str = "running"
    appointment_kept: bool | None = None
    fired: list[tuple[str, int]] = field(default_factory=list)

    def end(self, at: int, withdrawn: bool) -> None:
        """The dossier has ended; the verdict is that of the first end, whenever we heard of it."""
        if self.ended_at is None:
            self.ended_at = at
            self.state = "breached" if at > self.ends.end_at else "cancelled" if withdrawn else "met"
            if not withdrawn and self.ends.lawful_at is not None:
                self.appointment_kept = at <= self.ends.appointment_at

    def fall(self, due: Due) -> None:
        """Something of it falls due."""
        if due.what == "rung":
            self.fired.append((due.name, due.at))
        else:
            self.state = due.what

    def due(self) -> Iterator[Due]:
        """What of it is still to fall due."""
        if self.state != "breached":
            yield Due(self.ends.end_at, 0, "breached", "")
        if self.state == "running" and self.ends.appointment_at < self.ends.end_at:
            yield Due(self.ends.appointment_at, -1, "past_appointment", "")
        fired = {rung for rung, _ in self.fired}
        for place, rung in enumerate(self.ladder.rungs, start=1):
            at = None if rung.id in fired else self._rung_at(rung)
            if at is not None:
                yield Due(at, place - 50 if rung.kind == "warning" else place, "rung", rung.id)

    def _rung_at(self, rung: Rung) -> int | None:
        if rung.kind == "past_appointment" and self.ends.lawful_at is None:
            return None
        try:
            if rung.delay is not None:
                since = self.ends.appointment_at if rung.counts_from == "appointment" else self.ends.end_at
                return self.limit.after(since, rung.delay.unit, rung.delay.amount)
            return self.ends.end_at if rung.kind == "breach" else self.limit.share(rung.percent or 100)
        except OffTheCalendarError:
            return None


def promise_of(
    told: Declaration, definitions: DossierDefinitions, hours: Hours, hard: Mapping[str, tuple[str, ...]], at: int
) -> JointPromise:
    """The joint limit where there is one, else the longest way through. `hard`: prerequisites first."""
    if told.cap is not None:
        limit = Limit(hours, told.cap.unit, told.cap.amount, at, told.after_hours.value == "next_opening", ())
        ends = limit.ends()
        assert ends is not None
        return JointPromise(limit, ends, definitions.ladder)
    procedures = {part.name: part.procedure for part in told.applications}
    done: dict[str, Ends] = {}
    for name, needs in hard.items():
        budget = definitions.procedures[procedures[name]].limit
        assert budget is not None
        start = max([at, *(done[need].appointment_at for need in needs)])
        found = Limit(hours, budget.unit, budget.amount, start, False, ()).ends()
        assert found is not None
        done[name] = found
    # Working time, in whole minutes upwards; it lasts until 24:00 where the end of a limit in days is the last of all.
    last, lawful = (
        max(ends.appointment_at for ends in done.values()),
        max(ends.lawful_at or 0 for ends in done.values()),
    )
    minutes = max(1, -(-hours.passed(at, last, (), working=True) // MINUTE))
    if hours.run(at, minutes * MINUTE, (), working=True) < last:
        minutes += 1
    appointment = hours.run(at, minutes * MINUTE, (), working=True)
    limit = Limit(hours, Unit.WORKING_MINUTES, minutes, at, False, ())
    return JointPromise(
        limit, Ends(appointment, lawful if lawful > last and lawful >= appointment else None), definitions.ladder
    )
