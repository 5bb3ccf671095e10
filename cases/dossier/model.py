"""The dossier: the state that a fold of `evolve` over its stream of the ledger yields. Values only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Generic, TypeVar

from cases.dossier.graph import Graph, GraphFault, graph_of
from cases.model import State
from catalog.dossier import DossierDefinitions
from events.language.dossier_commands import Declaration, LinkedApplication, OwnedTime
from events.language.dossier_events import BlockCause
from events.language.dossier_messages import Need, ResultReference
from events.language.reasons import ReasonCode
from events.language.refusals import Refusal
from sla.clock import Clock


class PartStatus(StrEnum):
    """Where one application of the dossier stands."""

    WAITING = "waiting"
    BLOCKED = "blocked"
    """Something that it must have will not come, unless somebody acts."""
    RELEASED = "released"
    GRANTED = "granted"
    REPLACED = "replaced"
    """A result from elsewhere took its place before it became a case: it need not become one."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    REVOKED = "revoked"
    EXPIRED = "expired"
    STOPPED = "stopped"


UNBEGUN = frozenset({PartStatus.WAITING, PartStatus.BLOCKED})
LOST = frozenset(
    {
        PartStatus.REFUSED,
        PartStatus.WITHDRAWN,
        PartStatus.RETURNED,
        PartStatus.REVOKED,
        PartStatus.EXPIRED,
        PartStatus.STOPPED,
    }
)
"""It has no result, and none is coming."""


class Part(State):
    """One application."""

    name: str
    application: LinkedApplication
    status: PartStatus = PartStatus.WAITING
    round: int = 0
    """How often it was released."""
    case_id: str | None = None
    """The case of the latest round."""
    freed_at: datetime | None = None
    """When what it waited for was there; what lies between that and its release is the system's own delay."""
    released_at: datetime | None = None
    ended_at: datetime | None = None
    result_code: str | None = None
    valid_until: date | None = None
    substitute: ResultReference | None = None
    """A result from elsewhere that takes the place of its own."""
    lost_results: tuple[BlockCause, ...] = ()
    """The results from elsewhere that it stood on and that count no more, by number, with the reason."""
    reason: str | None = None
    reason_code: ReasonCode | None = None
    refusal: Refusal | None = None
    causes: tuple[BlockCause, ...] = ()
    leaving: PartStatus | None = None
    """Its case is being withdrawn by a cascade or with the dossier; where it goes then."""
    time_shares: tuple[OwnedTime, ...] = ()

    @property
    def needs(self) -> tuple[Need, ...]:
        """What it needs."""
        return self.application.needs

    @property
    def is_over(self) -> bool:
        """Neither open nor to be opened."""
        return self.status in (PartStatus.GRANTED, PartStatus.REPLACED) or self.status in LOST

    @property
    def has_result(self) -> bool:
        """Whether what depends on it may go on."""
        return self.substitute is not None or self.status is PartStatus.GRANTED

    @property
    def held_result(self) -> ResultReference | None:
        """The result on which what depends on it stands, where that has a last day."""
        if self.substitute is not None or not self.has_result:
            return self.substitute
        if self.result_code is None or self.valid_until is None or self.ended_at is None:
            return None
        issued_on = self.ended_at.date()
        return ResultReference(number=self.result_code, issuer="-", issued_on=issued_on, valid_until=self.valid_until)

    def holds_on(self, day: date) -> bool:
        """Whether its result is there and valid: one whose last day passed while nobody waited for it is told only now."""
        held = self.held_result
        return self.has_result and (held is None or held.valid_until is None or day <= held.valid_until)

    @property
    def result_number(self) -> str | None:
        """The number under which its result is known; the latest one of a result that is lost."""
        return self.result_code if self.substitute is None else self.substitute.number

    @property
    def troubles(self) -> tuple[BlockCause, ...]:
        """Why it cannot go on, or what it stands on no more."""
        return self.causes or self.lost_results

    def has_lost(self, number: str) -> bool:
        """Whether a result from elsewhere that it stood on counts no more."""
        return any(cause.needs == number for cause in self.lost_results)

    def result_from_elsewhere(self, number: str) -> ResultReference | None:
        """The result from elsewhere with this number that it stands on."""
        results = (need.result for need in self.needs)
        return next((result for result in results if result is not None and result.number == number), None)


class Dossier(State):
    """One dossier. Every instant is a business instant in UTC."""

    dossier_id: str
    definitions: DossierDefinitions
    sequence: int = 0
    declaration: Declaration | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    reopenings: int = 0
    """How often a revoked result re-opened it after it was closed."""
    withdrawn: bool = False
    parts: dict[str, Part] = {}
    """In the order of the declaration."""
    clock: Clock | None = None
    """The joint clock."""
    joint_due_at: datetime | None = None
    """The appointment."""
    joint_lawful_day: date | None = None
    basis: str | None = None
    breached: bool = False
    """A breach of the joint promise is on record, and runs or stands."""
    breached_at: datetime | None = None
    """The end whose passing is on record; None: none, or an older run carried the dossier along."""
    breached_early: bool | None = None
    """By an older rule, which took the appointment for the end; None with a breach: the same, in an older run's state."""
    set_aside: bool = False
    """The breach on record does not count: the promise counts as kept."""
    set_asides: int = 0
    """How many breaches were recorded too early, and set aside while the promise ran on."""
    appointment_passed_at: datetime | None = None
    joint_ended_at: datetime | None = None
    """When the dossier first closed: the verdict on the joint promise, which stays."""
    joint_given_back: bool = False
    """It ended by withdrawal of the whole."""
    promise_kept: bool | None = None
    appointment_kept: bool | None = None
    fired: tuple[str, ...] = ()
    level: int = 0
    acknowledged: tuple[str, ...] = ()
    promised_at: datetime | None = None
    promised_day: date | None = None
    critical_path: tuple[str, ...] = ()
    holder: str | None = None
    cascades: tuple[str, ...] = ()
    """Applications whose loss was followed through."""

    @property
    def stream_id(self) -> str:
        """The id of its stream in the ledger."""
        return self.dossier_id

    @property
    def is_open(self) -> bool:
        """Opened and not closed."""
        return self.declaration is not None and self.closed_at is None

    @property
    def is_closed(self) -> bool:
        """Whether it has ended."""
        return self.closed_at is not None

    @property
    def counts_as_breached(self) -> bool:
        """Its breach is on record and not set aside."""
        return self.breached and not self.set_aside

    @property
    def was_breached_early(self) -> bool:
        """Its breach is on record, counts, and is an older rule's, which took the appointment for the end."""
        return self.counts_as_breached and self.breached_early is not False

    @property
    def lead(self) -> str:
        """The agency that answers for the whole. Only for an opened dossier."""
        return "" if self.declaration is None else self.declaration.lead

    @property
    def graph(self) -> Graph:
        """Who needs whom. Only for an opened dossier."""
        return Graph((), ()) if self.declaration is None else graph_in(Same(self.declaration))

    def agency(self, name: str) -> str:
        """Who decides on an application."""
        return self.definitions.procedures[self.parts[name].application.procedure].agency

    def of_status(self, *wanted: PartStatus) -> Iterator[Part]:
        """The applications that stand so, in the order of the declaration."""
        return (part for part in self.parts.values() if part.status in wanted)


T = TypeVar("T")


class Same(Generic[T]):
    """A value as a key by its identity: declarations, ladders and calendars are dear to hash, or cannot be."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value


@lru_cache(64)
def graph_in(declaration: Same[Declaration]) -> Graph:
    """Who needs whom, of a declaration that was opened."""
    graph = graph_of(declaration.value.applications)
    if isinstance(graph, GraphFault):
        raise TypeError("a dossier was opened that is no graph")
    return graph


def blank_dossier(dossier_id: str, definitions: DossierDefinitions) -> Dossier:
    """The dossier before its first event."""
    return Dossier(dossier_id=dossier_id, definitions=definitions)
