"""What recording a turn does, and what it does not do a second time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from cases.turn import Recorded, Turn
from events.language.case_events import ApplicationAccepted, StepAssigned, canonical_json
from events.language.chain import GENESIS, link
from events.language.commands import ENGINE
from events.language.identity import event_id_of, refusal_id_of
from events.language.routing import topics_of
from store.batch import slot_of
from store.database import Store
from store.errors import LedgerBehind, MalformedTurn, RecorderClosed
from store.inbox import Inbox
from store.ledger import Ledger
from store.recorder import Recorder
from store.views import Views
from tests.blocking import record_now
from tests.store.conftest import TOPICS
from tests.store.turn_builder import BRIDGE, DEFINITIONS, Sketch, assigned, outcome

PATIENCE_SECONDS = 60
NewRecorder = Callable[..., Recorder]


def rows(store: Store, statement: str, **arguments: Any) -> list[Any]:
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(text(statement), arguments)]


@contextmanager
def held(recorder: Recorder) -> Iterator[None]:
    """The recorder begins no transaction until the end of the `with`."""
    gate, write = threading.Event(), recorder._commit.write

    def write_then(turns: Sequence[Turn]) -> Sequence[Recorded | Exception]:
        assert gate.wait(PATIENCE_SECONDS)
        return write(turns)

    recorder._commit.write = write_then
    yield
    gate.set()


def everything(store: Store) -> dict[str, list[Any]]:
    """All that recording writes, for "nothing was written"."""
    tables = ("ledger", "cases", "outbox", "commands", "worklist", "alerts", "dossier_codes", "definitions")
    return {table: sorted(rows(store, f"SELECT * FROM {table}"), key=repr) for table in tables}


class TestFirstTurn:
    def test_writes_what_it_returns(self, store: Store, recorder: Recorder) -> None:
        """The ledger holds exactly the returned records, chained from the beginning."""
        sketch = Sketch()
        recorded = sketch.take(record_now(recorder, sketch.opening()))
        assert Ledger(store).records(sketch.case_id) == recorded.records
        digest = GENESIS
        for row in Ledger(store).rows(sketch.case_id):
            digest = link(digest, canonical_json(row.record))
            assert (row.body, row.hash) == (canonical_json(row.record), digest)
        assert rows(store, "SELECT sequence, hash FROM cases") == [(5, digest)]
        assert rows(store, "SELECT type FROM ledger ORDER BY position")[0] == ("ApplicationSubmitted",)

    def test_who_acted_is_part_of_what_is_chained(self, store: Store, recorder: Recorder) -> None:
        """Stored with each record and covered by its hash; of a record that names nobody the text is that of older versions."""
        sketch = Sketch()
        sketch.take(record_now(recorder, sketch.opening()))
        turn = sketch.turn((assigned("signing", "culture"),))
        older = turn.model_copy(update={"records": tuple(r.model_copy(update={"actor": None}) for r in turn.records)})
        sketch.take(record_now(recorder, older))
        sketch.take(record_now(recorder, sketch.rung()))
        told = [(row.record.actor, '"actor"' in row.body) for row in Ledger(store).rows(sketch.case_id)]
        assert told == [*[(BRIDGE, True)] * 5, (None, False), (ENGINE, True)]

    def test_gives_the_dossier_code_everywhere(self, store: Store, recorder: Recorder) -> None:
        """The code is in the events, the case's row and the worklist."""
        recorded = record_now(recorder, Sketch().opening())
        found = {
            r.event.dossier_code for r in recorded.records if isinstance(r.event, ApplicationAccepted | StepAssigned)
        }
        assert found == {"H05.7-260302-0001"}
        view = Views(store).case("H05.7-260302-0001")
        assert view is not None
        assert view.case_id == Sketch().case_id
        assert {item.dossier_code for item in Views(store).worklist()} == found

    def test_owes_every_message_that_routing_names(self, store: Store, recorder: Recorder) -> None:
        """One outbox row a topic of each event, in the ledger's order, all unpublished."""
        recorded = record_now(recorder, Sketch().opening())
        wanted = [
            (topic, event_id_of(r.case_id, r.sequence), r.event.type, r.sequence, slot_of(r.case_id), r.at)
            for r in recorded.records
            for topic in topics_of(r, TOPICS)
        ]
        assert rows(store, "SELECT topic, event_id, name, sequence, slot, at FROM outbox ORDER BY id") == wanted
        assert rows(store, "SELECT count(*) FROM outbox_unpublished") == [(len(wanted),)]
        assert len(wanted) == 7

    def test_marks_the_application_as_opened_and_keeps_the_definitions(self, store: Store, recorder: Recorder) -> None:
        """What the case is decided under is kept under the digest that its first event names, once."""
        for number in (1, 2):
            record_now(recorder, Sketch(number).opening())
        assert rows(store, "SELECT digest FROM definitions") == [(DEFINITIONS.digest,)]


class TestRepetition:
    def test_the_same_turn_twice_is_one(self, store: Store, recorder: Recorder) -> None:
        """A crash after the commit: the repeated turn finds its rows and writes nothing."""
        turn = Sketch().opening()
        first = record_now(recorder, turn)
        before = everything(store)
        assert record_now(recorder, turn) == first
        assert everything(store) == before

    def test_a_look_that_writes_nothing_holds_nobody_up(self, store: Store, recorder: Recorder) -> None:
        """Its transaction is over when the answer is there: no lock stays behind."""
        turn = Sketch().opening()
        for _ in range(3):
            record_now(recorder, turn)
            busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
            assert rows(store, busy + " AND application_name = 'greenlane recorder'") == [(0,)]

    def test_another_turn_gets_what_stands(self, store: Store, recorder: Recorder) -> None:
        """Decided anew with another message: the recorded events and outcomes come back, the new command stays open."""
        sketch = Sketch()
        sketch.take(record_now(recorder, sketch.opening()))
        stands = record_now(recorder, sketch.answer(command_id="first"))
        before = everything(store)
        other = sketch.turn((assigned("other", "culture"),), outcome("second"), outcome("first"))
        found = record_now(recorder, other)
        assert found == Recorded(records=stands.records, outcomes=(outcome("first"),))
        assert everything(store) == before

    def test_a_refusal_without_events_is_settled_once(self, store: Store, recorder: Recorder) -> None:
        """Only its outcome comes back, although the sequence still matches; the department is told once."""
        sketch = Sketch()
        sketch.take(record_now(recorder, sketch.opening()))
        refused = sketch.refusal("finance:1")
        assert record_now(recorder, refused) == Recorded(records=(), outcomes=refused.outcomes)
        before = everything(store)
        assert record_now(recorder, refused) == Recorded(records=(), outcomes=refused.outcomes)
        both = sketch.turn((assigned("more", "culture"),), *refused.outcomes, outcome("one-stop:2"))
        assert record_now(recorder, both) == Recorded(records=(), outcomes=refused.outcomes)
        assert everything(store) == before
        notice = rows(store, "SELECT topic, event_id, body FROM outbox WHERE name = 'AnswerRefused'")
        assert [(topic, event_id) for topic, event_id, _ in notice] == [
            (TOPICS.work("finance"), refusal_id_of(sketch.case_id, "finance:1"))
        ]
        assert '"code":"wrong_department"' in notice[0][2]

    def test_an_id_used_for_two_cases_takes_effect_in_each(self, store: Store, recorder: Recorder) -> None:
        """A sender that counts per case is not cheated of its second decision."""
        for number in (1, 2):
            sketch = Sketch(number)
            sketch.take(record_now(recorder, sketch.opening()))
            record_now(recorder, sketch.refusal("finance:1"))
        assert rows(store, "SELECT count(*), count(DISTINCT event_id) FROM outbox WHERE sequence IS NULL") == [(2, 2)]

    def test_a_case_whose_row_is_missing_goes_on(self, store: Store, recorder: Recorder) -> None:
        """The read model may be emptied to be rebuilt: the ledger knows where the case stands."""
        sketch = Sketch()
        opening = sketch.opening()
        sketch.take(record_now(recorder, opening))
        with store.writing() as connection:
            connection.execute(text("DELETE FROM cases"))
        assert record_now(recorder, opening).records == sketch.records
        recorded = sketch.take(record_now(recorder, sketch.answer()))
        assert Ledger(store).records(sketch.case_id) == sketch.records
        assert recorded.records[0].sequence == 6


class TestFaults:
    def test_a_ledger_that_lost_rows_says_so(self, recorder: Recorder) -> None:
        """A case that acted on more than the ledger has must not go on as if nothing were."""
        sketch = Sketch()
        opening = sketch.opening()
        sketch.take(Recorded(records=opening.records, outcomes=()))
        with pytest.raises(LedgerBehind, match="ends at event 0"):
            record_now(recorder, sketch.answer())

    @pytest.mark.parametrize(
        "change",
        [
            {"view": None},
            {"expected_sequence": 2},
            {"case_id": "case-other"},
            {"records": ()},
        ],
    )
    def test_a_turn_that_contradicts_itself_is_refused(
        self, store: Store, recorder: Recorder, change: dict[str, Any]
    ) -> None:
        """A defect of ours must not reach the ledger."""
        with pytest.raises(MalformedTurn):
            record_now(recorder, Sketch().opening().model_copy(update=change))
        assert rows(store, "SELECT count(*) FROM ledger") == [(0,)]

    async def test_a_fault_in_one_turn_does_not_hurt_the_others(self, store: Store, recorder: Recorder) -> None:
        """Faults, repetitions and conflicts of some turns of a batch leave the rest written."""
        stale, lost = Sketch(1), Sketch(2)
        stale.take(await recorder.record(stale.opening()))
        lost.take(Recorded(records=lost.opening().records, outcomes=()))
        # Two ids in one turn: the database itself refuses, in the middle of the transaction.
        twice = Sketch(3).opening()
        twice = twice.model_copy(update={"outcomes": twice.outcomes * 2})
        turns = [Sketch(1).opening(), lost.answer(), twice, *(Sketch(number).opening() for number in range(4, 30))]
        answers = await asyncio.gather(*(recorder.record(turn) for turn in turns), return_exceptions=True)
        assert isinstance(answers[0], Recorded)
        assert answers[0].records == stale.records
        assert isinstance(answers[1], LedgerBehind)
        assert isinstance(answers[2], MalformedTurn)
        assert [type(answer) for answer in answers[3:]] == [Recorded] * 26
        assert rows(store, "SELECT count(DISTINCT case_id) FROM ledger") == [(27,)]
        assert rows(store, "SELECT last_ordinal FROM dossier_codes") == [(27,)]

    async def test_text_that_postgresql_cannot_hold_hurts_only_its_own_turn(
        self, store: Store, recorder: Recorder
    ) -> None:
        """U+0000 passes JSON but no column takes it: named as a fault of that turn, the others are written."""
        sketch = Sketch(1)
        sketch.take(await recorder.record(sketch.opening()))
        item = sketch.answer()
        item = item.model_copy(update={"work": (item.work[0].model_copy(update={"name_vi": "a\x00b"}),)})
        turns = [item, *(Sketch(number).opening() for number in range(2, 8))]
        answers = await asyncio.gather(*(recorder.record(turn) for turn in turns), return_exceptions=True)
        assert isinstance(answers[0], MalformedTurn)
        assert "a\x00b" not in str(answers[0])
        assert [type(answer) for answer in answers[1:]] == [Recorded] * 6

    def test_the_ledger_refuses_to_be_changed(self, store: Store, recorder: Recorder) -> None:
        """A slip of an operator fails loudly."""
        record_now(recorder, Sketch().opening())
        for statement in ("DELETE FROM ledger", "UPDATE ledger SET type = 'x'", "TRUNCATE ledger"):
            with pytest.raises(Exception, match="append-only"), store.writing() as connection:
                connection.execute(text(statement))

    def test_a_closed_recorder_takes_nothing(self, new_recorder: NewRecorder) -> None:
        """The process stops: somebody else must do it."""
        closed = new_recorder()
        closed.close()
        with pytest.raises(RecorderClosed):
            record_now(closed, Sketch().opening())


class TestConcurrency:
    async def test_turns_that_wait_share_transactions(self, store: Store, recorder: Recorder) -> None:
        """Group commit: far fewer transactions than turns."""
        with held(recorder):
            tasks = [asyncio.create_task(recorder.record(Sketch(number).opening())) for number in range(100)]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        assert rows(store, "SELECT count(DISTINCT case_id) FROM ledger") == [(100,)]
        # What waited when the writer looked first, and all that came while it was held.
        assert rows(store, "SELECT count(DISTINCT recorded_at) FROM ledger")[0][0] <= 2

    async def test_two_processes_on_one_case_agree(self, store: Store, new_recorder: NewRecorder) -> None:
        """Whoever is second gets what the first wrote; nothing is written twice."""
        recorders = [new_recorder(), new_recorder(), new_recorder()]
        sketches = [Sketch(number) for number in range(40)]
        answers = await asyncio.gather(*(r.record(s.opening()) for s in sketches for r in recorders))
        for index, sketch in enumerate(sketches):
            assert len({answer.model_dump_json() for answer in answers[3 * index : 3 * index + 3]}) == 1
            sketch.take(answers[3 * index])
        turns = [[sketch.answer(command_id=f"{number}:{sketch.case_id}") for number in range(3)] for sketch in sketches]
        answers = await asyncio.gather(
            *(r.record(turn) for of_case in turns for r, turn in zip(recorders, of_case, strict=True))
        )
        for index, sketch in enumerate(sketches):
            of_case = answers[3 * index : 3 * index + 3]
            assert of_case[0].records == of_case[1].records == of_case[2].records
            assert sum(bool(answer.outcomes) for answer in of_case) == 1
            assert Ledger(store).records(sketch.case_id) == sketch.records + of_case[0].records
        assert rows(store, "SELECT count(*) FROM commands") == [(80,)]
        assert rows(store, "SELECT last_ordinal FROM dossier_codes") == [(40,)]

    async def test_dossier_codes_have_no_gap_and_no_repeat(self, store: Store, new_recorder: NewRecorder) -> None:
        """Daily ordinals per agency, under several writers at once."""
        recorders = [new_recorder(), new_recorder()]
        sketches = [Sketch(number, agency_code=("H05.7", "H05.9")[number % 2]) for number in range(80)]
        await asyncio.gather(*(recorders[i % 4 // 2].record(s.opening()) for i, s in enumerate(sketches)))
        codes = sorted(code for (code,) in rows(store, "SELECT dossier_code FROM cases"))
        assert codes == sorted(f"{a}-260302-{n:04d}" for a in ("H05.7", "H05.9") for n in range(1, 41))

    async def test_a_second_turn_of_a_case_waits_for_the_first(self, store: Store, recorder: Recorder) -> None:
        """Both at once, as after a timed-out attempt: the second sees what the first wrote."""
        sketch = Sketch()
        turn = sketch.opening()
        first, second, third = await asyncio.gather(*(recorder.record(turn) for _ in range(3)))
        assert first == second == third
        assert rows(store, "SELECT count(*) FROM ledger") == [(5,)]

    async def test_a_cancelled_caller_leaves_the_others_alone(self, store: Store, recorder: Recorder) -> None:
        """An activity that timed out no longer listens."""
        with held(recorder):
            tasks = [asyncio.create_task(recorder.record(Sketch(number).opening())) for number in range(20)]
            await asyncio.sleep(0)
            tasks[7].cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(answer) for answer in answers].count(Recorded) == 19


class TestWorklist:
    def test_is_replaced_with_each_turn(self, store: Store, recorder: Recorder) -> None:
        """What is answered goes, what is new comes, other cases stay as they are."""
        one, two = Sketch(1), Sketch(2)
        for sketch in (one, two):
            sketch.take(record_now(recorder, sketch.opening()))
        one.take(record_now(recorder, one.answer("intake", "one-stop")))
        views = Views(store)
        assert sorted(item.step_id for item in views.worklist(case_id=one.case_id)) == ["fire", "next-5", "side-5"]
        assert sorted(item.step_id for item in views.worklist(case_id=two.case_id)) == ["fire", "intake"]
        one.take(record_now(recorder, one.closing()))
        assert views.worklist(case_id=one.case_id) == []
        closed = views.case(one.case_id)
        assert closed is not None
        assert (closed.status, closed.sequence) == ("closed", 9)

    def test_outcomes_are_found_in_the_inbox(self, store: Store, recorder: Recorder) -> None:
        """Accepted and refused commands, by case and id."""
        sketch = Sketch()
        sketch.take(record_now(recorder, sketch.opening("submit-1")))
        refused = sketch.refusal("finance:1")
        record_now(recorder, refused)
        inbox = Inbox(store, TOPICS)
        assert inbox.command_outcome(sketch.case_id, "submit-1") == outcome("submit-1")
        assert inbox.command_outcome(sketch.case_id, "finance:1") == refused.outcomes[0]
        assert inbox.command_outcome(sketch.case_id, "finance:2") is None
        assert [found for _, found in inbox.refusals(sketch.case_id)] == list(refused.outcomes)
