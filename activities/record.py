"""Recording a turn: the one effect that a case asks of the outside world on its main path."""

from __future__ import annotations

from typing import Protocol

from pydantic import AliasChoices, AwareDatetime, Field
from temporalio import activity

from cases.turn import CommandOutcome, Recorded, Turn
from catalog.model import Definitions
from events.language.case_events import EventRecord
from events.language.commands import Message
from events.language.refusals import Refusal

RECORD = "record"


class TurnRecorder(Protocol):
    """Writes turns in SQL transactions; see store/recorder.py, and memory.py for the double of tests and simulations."""

    async def record(self, turn: Turn) -> Recorded:
        """Write the turn, or return what stands in its place."""
        ...


class Proposal(Message):
    """What a case asks to have recorded, and when it would be due next if that stands (business instant, UTC).

    Without a turn it asks only to have that instant kept: whatever steers a case's timer must come out of its history,
    never out of rules that may have changed since.
    """

    turn: Turn | None = None
    next_due_at: AwareDatetime | None = None


class Standing(Recorded):
    """What stands in the ledger after a proposal, and the instant at which the case is next due."""

    next_due_at: AwareDatetime | None = None
    differs: bool = Field(False, validation_alias=AliasChoices("otherwise", "differs"), serialization_alias="otherwise")
    """Something else stands than was proposed: the proposed instant does not hold, and the case proposes again."""


class Recording:
    """The activity over a recorder. Idempotent: a turn that was written before is found, not written again."""

    def __init__(self, recorder: TurnRecorder) -> None:
        self._recorder = recorder

    @activity.defn(name=RECORD)
    async def record(self, proposal: Proposal, opening: Definitions | None) -> Standing:
        """Write one turn to ledger, outbox, inbox and read models. Raises the store's errors; see failures.py.

        `opening`: what belongs into the turn's field of that name; apart, so that it can be shared between cases.
        """
        turn = proposal.turn
        if turn is not None and opening is not None:
            turn = turn.model_copy(update={"opening": opening})
        if turn is None:
            return Standing(records=(), outcomes=(), next_due_at=proposal.next_due_at)
        recorded = await self._recorder.record(turn)
        differs = not _stands(turn, recorded)
        return Standing(
            records=recorded.records,
            outcomes=recorded.outcomes,
            next_due_at=None if differs else proposal.next_due_at,
            differs=differs,
        )


def proposal_arguments(proposal: Proposal) -> tuple[Proposal, Definitions | None]:
    """The arguments of the activity: the definitions that open a case go beside the rest."""
    turn = proposal.turn
    if turn is None or turn.opening is None:
        return proposal, None
    bare = turn.model_copy(update={"opening": None})
    return proposal.model_copy(update={"turn": bare}), turn.opening


def _stands(turn: Turn, recorded: Recorded) -> bool:
    # Not the contents: the recording transaction gives the dossier code.
    return _ends(turn.outcomes) == _ends(recorded.outcomes) and _places(turn.records) == _places(recorded.records)


def _ends(outcomes: tuple[CommandOutcome, ...]) -> list[tuple[str, Refusal | None]]:
    # Not the digests: an older program kept none.
    return [(outcome.command_id, outcome.refusal) for outcome in outcomes]


def _places(records: tuple[EventRecord, ...]) -> list[tuple[object, ...]]:
    return [(record.sequence, record.event.type, record.command_id, record.at, record.decided_at) for record in records]
