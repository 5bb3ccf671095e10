"""What every recorder must keep: the one on PostgreSQL and the one in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.record import TurnRecorder
from cases.decide import CASES
from cases.evolve import evolve
from cases.model import Case, blank
from cases.turn import CommandOutcome, Recorded, Turn, acceptance_of
from events.language.commands import CaseCommand
from events.language.identity import DOSSIER_CODE_PATTERN, case_id_of
from events.language.sameness import with_digest
from store.errors import LedgerBehind, MalformedTurn
from tests.builders import MONDAY, a_submission, an_answer, the_definitions

INTAKE = an_answer("intake", "one-stop", MONDAY + timedelta(minutes=1))
EARLY = an_answer("signing", "culture", MONDAY + timedelta(minutes=1))
"""An answer that is refused: the step is not assigned yet."""


@dataclass
class Writing:
    """A case whose turns are given to a recorder, as the workflow does."""

    recorder: TurnRecorder
    application_id: str = "A-1"
    case: Case = field(init=False)

    def __post_init__(self) -> None:
        self.case = blank(case_id_of("/portal", self.application_id), the_definitions())

    def turn(self, *commands: CaseCommand, now: datetime = MONDAY + timedelta(minutes=2)) -> Turn:
        """A turn on the case as it stands."""
        turn = CASES.take_turn(self.case, commands, now)
        assert turn is not None
        return turn

    async def write(self, turn: Turn) -> Recorded:
        """Give the turn to the recorder, and evolve on the answer."""
        recorded = await self.recorder.record(turn)
        for record in recorded.records:
            self.case = evolve(self.case, record)
        return recorded

    async def opened(self) -> Writing:
        """The case with its first turn written."""
        await self.write(self.turn(a_submission(application_id=self.application_id), now=MONDAY))
        return self


class RecorderContract:
    """Inherit it beside a fixture `recorder`."""

    async def test_what_is_written_is_returned_with_its_dossier_code(self, recorder: TurnRecorder) -> None:
        """The code is given in the transaction; all else is as it was proposed."""
        writing = Writing(recorder)
        turn = writing.turn(a_submission(), now=MONDAY)
        recorded = await writing.write(turn)
        assert recorded.outcomes == turn.outcomes
        assert [record.event.type for record in recorded.records] == [record.event.type for record in turn.records]
        assert acceptance_of(turn.model_copy(update={"records": recorded.records})) is None
        assert DOSSIER_CODE_PATTERN.match(writing.case.dossier_code or "")

    async def test_a_turn_is_written_once(self, recorder: TurnRecorder) -> None:
        """The same call again is answered with what it wrote."""
        writing = await Writing(recorder).opened()
        turn = writing.turn(INTAKE)
        first = await recorder.record(turn)
        assert await recorder.record(turn) == first
        assert first.records == turn.records

    async def test_another_turn_gets_what_stands_in_its_place(self, recorder: TurnRecorder) -> None:
        """After a crash the same commands are decided at another time, with more: nothing of that is written."""
        writing = await Writing(recorder).opened()
        standing = await recorder.record(writing.turn(INTAKE))
        later = writing.turn(INTAKE, EARLY, now=MONDAY + timedelta(minutes=9))
        assert await recorder.record(later) == standing
        await writing.write(later)
        following = await writing.write(writing.turn(EARLY))
        assert [outcome.accepted for outcome in following.outcomes] == [False]

    async def test_all_that_stands_is_returned(self, recorder: TurnRecorder) -> None:
        """A case that starts anew gets its whole ledger."""
        writing = await Writing(recorder).opened()
        await writing.write(writing.turn(INTAKE))
        anew = Writing(recorder)
        turn = anew.turn(a_submission(), now=MONDAY + timedelta(minutes=5))
        recorded = await anew.write(turn)
        assert anew.case == writing.case
        assert recorded.outcomes == turn.outcomes

    async def test_a_refusal_without_events_is_settled_once(self, recorder: TurnRecorder) -> None:
        """Its sequence says nothing: the settled command does. What came with it is decided again."""
        writing = await Writing(recorder).opened()
        refused = await recorder.record(writing.turn(EARLY))
        assert refused.records == ()
        assert [outcome.accepted for outcome in refused.outcomes] == [False]
        both = writing.turn(EARLY, INTAKE)
        assert await recorder.record(both) == refused
        accepted = await recorder.record(writing.turn(INTAKE))
        assert accepted.outcomes == (CommandOutcome(command_id=INTAKE.command_id),)

    async def test_what_was_settled_comes_back_with_its_digest(self, recorder: TurnRecorder) -> None:
        """So that another command of the same id is told from a repetition, whenever it comes."""
        writing = await Writing(recorder).opened()
        first = with_digest(INTAKE)
        await writing.write(writing.turn(first))
        other = with_digest(INTAKE.model_copy(update={"reason": "other"}))
        recorded = await recorder.record(writing.turn(other))
        assert [outcome.digest for outcome in recorded.outcomes] == [first.digest]
        assert first.digest != other.digest
        assert recorded.records == ()

    async def test_a_tick_has_no_command(self, recorder: TurnRecorder) -> None:
        """A due instant is told from the sequence alone."""
        writing = await Writing(recorder).opened()
        turn = writing.turn(now=MONDAY + timedelta(days=30))
        assert turn.outcomes == ()
        recorded = await recorder.record(turn)
        assert await recorder.record(writing.turn(now=MONDAY + timedelta(days=31))) == recorded

    async def test_an_id_settles_only_in_its_case(self, recorder: TurnRecorder) -> None:
        """Two cases may be sent the same command id."""
        one, other = await Writing(recorder, "A-1").opened(), await Writing(recorder, "A-2").opened()
        for writing in (one, other):
            assert (await writing.write(writing.turn(INTAKE))).records

    async def test_dossier_codes_count_the_day(self, recorder: TurnRecorder) -> None:
        """One ordinal after the other per agency and day; a repetition uses none up."""
        codes = []
        for number in range(3):
            writing = await Writing(recorder, f"A-{number}").opened()
            await Writing(recorder, f"A-{number}").opened()
            codes.append(int((writing.case.dossier_code or "").rpartition("-")[2]))
        assert codes == [codes[0], codes[0] + 1, codes[0] + 2]

    async def test_a_ledger_that_ends_too_early_is_no_place_to_write(self, recorder: TurnRecorder) -> None:
        """The case has acted on events that are gone: nothing is written, and no retry helps."""
        writing = Writing(recorder)
        for record in writing.turn(a_submission(), now=MONDAY).records:
            writing.case = evolve(writing.case, record)
        with pytest.raises(LedgerBehind) as caught:
            await recorder.record(writing.turn(INTAKE))
        assert not caught.value.retryable

    @pytest.mark.parametrize("fault", ["gap", "other case", "no view", "other view", "two outcomes", "other work"])
    async def test_a_turn_that_contradicts_itself_is_refused(self, recorder: TurnRecorder, fault: str) -> None:
        """A defect of the caller; nothing of the turn is written."""
        writing = await Writing(recorder).opened()
        turn = writing.turn(INTAKE)
        with pytest.raises(MalformedTurn):
            await recorder.record(broken(turn, fault))
        assert (await recorder.record(turn)).records == turn.records


def broken(turn: Turn, fault: str) -> Turn:
    """The turn with one contradiction."""
    first, *rest = turn.records
    assert turn.view is not None
    changes: dict[str, dict[str, Any]] = {
        "gap": {"records": (first, *rest[1:])},
        "other case": {"records": (first.model_copy(update={"case_id": "case-other"}), *rest)},
        "no view": {"view": None},
        "other view": {"view": turn.view.model_copy(update={"sequence": 1})},
        "two outcomes": {"outcomes": (*turn.outcomes, *turn.outcomes)},
        "other work": {"work": (turn.work[0].model_copy(update={"case_id": "case-other"}),)},
    }
    return turn.model_copy(update=changes[fault])
