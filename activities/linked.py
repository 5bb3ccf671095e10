"""What linked dossiers and their cases ask of the outside world: opening cases, withdrawing them, telling of an end."""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import AwareDatetime
from temporalio import activity

from events.language.commands import Application, Message
from events.language.dossier_commands import RecordEnd
from events.language.reasons import ReasonCode
from events.language.refusals import Refusal

CARRY_OUT = "carry_out"
REPORT_END = "report_end"


class Order(Message):
    """One thing that a dossier wants done to one of its cases. Carried out twice, it is done once."""

    kind: Literal["open", "withdraw"]
    dossier_id: str
    """The dossier's stream."""
    name: str
    round: int
    case_id: str
    at: AwareDatetime
    """The business instant from which it counts."""
    application: Application | None = None
    """For `open`: what becomes a case."""
    reason: str | None = None
    """Of older orders only: an English sentence."""
    reason_code: ReasonCode | None = None
    """For `withdraw`: why."""

    @property
    def key(self) -> str:
        """The same for the same order, whoever makes it again."""
        return f"{self.kind}:{self.case_id}"


class Done(Message):
    """What became of an order. `refusal`: the case would not be one."""

    key: str
    refusal: Refusal | None = None


class Answers(Message):
    """What became of several orders, in their order."""

    done: tuple[Done, ...]


class DossierCarrier(Protocol):
    """Does what is ordered; see intake/dossiers.py. Raises retryable errors while a server is away."""

    async def carry_out(self, order: Order) -> Done:
        """Do one thing, or find it done."""
        ...

    async def report_end(self, dossier_id: str, command: RecordEnd) -> None:
        """Tell a dossier that one of its cases has ended; nothing happens where it knows, or is closed."""
        ...


class Linking:
    """The activities over a carrier. Idempotent, as the carrier is."""

    def __init__(self, carrier: DossierCarrier) -> None:
        self._carrier = carrier

    @activity.defn(name=CARRY_OUT)
    async def carry_out(self, orders: tuple[Order, ...]) -> Answers:
        """Do a few things one after the other. Tried again as a whole: what was done is found done."""
        return Answers(done=tuple([await self._carrier.carry_out(order) for order in orders]))

    @activity.defn(name=REPORT_END)
    async def report_end(self, dossier_id: str, command: RecordEnd) -> bool:
        """Tell a dossier of an end. True: it is told."""
        await self._carrier.report_end(dossier_id, command)
        return True
