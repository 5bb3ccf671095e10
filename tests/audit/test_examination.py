"""The ledger is examined stream by stream, in one process or in several, with the same findings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from audit.examination import KINDS, Batch, Examined, all_batches, batches_among, examine_all
from audit.rebuild import Difference, Opening, rebuild
from audit.rebuilding import Rebuilt, rebuild_all
from cases.decide import CASES
from cases.evolve import evolve
from cases.model import blank
from events.language.case_events import canonical_json
from events.language.identity import case_id_of
from store.database import Store
from store.errors import StoreNotMigrated
from store.ledger import LedgerRow
from store.recorder import Recorder
from tests.blocking import record_now
from tests.builders import MONDAY, a_submission, an_answer, the_definitions
from tests.invariants import effects_in

HOUR = timedelta(hours=1)


@pytest.fixture
def case_ids(recorder: Recorder) -> list[str]:
    """Five cases with an answer each, as the engine decides them."""
    return [_live(recorder, number) for number in range(5)]


@pytest.fixture
def operator(as_account: Callable[[str], Store]) -> Store:
    """The database as the command line has it."""
    return as_account("operator")


def _live(recorder: Recorder, number: int) -> str:
    submission = a_submission(application_id=f"A-{number}")
    case = blank(case_id_of("/portal", f"A-{number}"), the_definitions())
    for command, later in (
        (submission, 0 * HOUR),
        (an_answer("intake", "one-stop", MONDAY + HOUR), HOUR),
    ):
        turn = CASES.take_turn(case, (command,), MONDAY + later)
        assert turn is not None
        for record in record_now(recorder, turn).records:
            case = evolve(case, record)
    return case.case_id


def examined(store: Store, processes: int) -> Examined:
    """All that was found, with batches of two streams."""
    whole, counted = Examined(), list[int]()
    ids = [stream_id for batch in all_batches(store) for stream_id in batch.stream_ids]
    batches = [Batch("case", tuple(ids[n : n + 2])) for n in range(0, len(ids), 2)]
    assert list(batches_among([*ids, *ids])) == list(all_batches(store))
    for part in examine_all(store, batches, processes=processes, watch=counted.append):
        whole.cases += part.cases
        whole.events += part.events
        whole.violations += part.violations
        whole.differences += part.differences
    assert sum(counted) == whole.events
    whole.violations.sort(key=str)
    whole.differences.sort(key=str)
    return whole


def change(store: Store, statement: str) -> None:
    """Tamper, past the guard of the ledger."""
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE ledger DISABLE TRIGGER USER"))
        connection.execute(text(statement))


def test_processes_find_what_one_finds(store: Store, operator: Store, case_ids: list[str]) -> None:
    """Nothing in an honest ledger; in one that was changed the same places, however many look."""
    honest = examined(operator, 1)
    assert (honest.cases, honest.violations, honest.differences) == (5, [], [])
    first, second, third, *_ = case_ids
    change(store, f"UPDATE ledger SET body = replace(body, 'form', 'norm') WHERE case_id = '{first}'")
    change(store, f"DELETE FROM ledger WHERE sequence = 1 AND case_id = '{second}'")
    change(store, f"UPDATE cases SET status = 'closed' WHERE case_id = '{third}'")
    changed = examined(operator, 2)
    assert changed == examined(operator, 1)
    compared = rebuild_all(operator, lambda: None, replace=False)
    assert isinstance(compared, Rebuilt)
    report = rebuild(operator, CASES.project)
    assert (compared.report.cases, compared.report.events) == (report.cases, report.events)
    assert set(compared.report.differences) == set(report.differences)
    assert set(changed.differences) == {
        Difference(first, "chain"),
        Difference(second, "chain"),
        Difference(third, "case"),
    }


def test_where_a_life_breaks_is_told_once() -> None:
    """The rules name it, and what is decided again ends before it."""
    definitions = the_definitions()
    opened = CASES.take_turn(blank("case-1", definitions), (a_submission(),), MONDAY)
    assert opened is not None
    case = CASES.fold("case-1", definitions, opened.records)
    decided = CASES.take_turn(case, (an_answer("intake", "one-stop", MONDAY + HOUR),), MONDAY + HOUR)
    assert decided is not None
    answer = decided.records[0]
    broken = answer.model_copy(update={"event": answer.event.model_copy(update={"step_id": "nowhere"})})
    rows = [
        LedgerRow(each.case_id, each.sequence, 0, canonical_json(each), b"", each.event.type, each.at, MONDAY)
        for each in (*opened.records, broken)
    ]
    looked = Examined()
    assert KINDS["case"].judge(Opening(definitions, opened.records[0]), rows, looked) is None
    assert [one.sequence for one in looked.violations if "cannot follow" in one.message] == [broken.sequence]


def test_the_error_of_another_process_is_the_store_s_own(store: Store, operator: Store, case_ids: list[str]) -> None:
    """Whoever asked learns the same as if it had been looked at here."""
    change(store, "ALTER TABLE definitions RENAME TO former_definitions")
    for processes in (1, 2):
        with pytest.raises(StoreNotMigrated):
            examined(operator, processes)


def test_each_command_has_one_effect_and_an_outcome(store: Store, operator: Store, case_ids: list[str]) -> None:
    """Whose outcome is gone, or is a refusal, is named with its command."""
    first, second, *_ = case_ids
    assert effects_in(operator) == []
    change(store, f"DELETE FROM commands WHERE case_id = '{first}' AND command_id = 'submit-1'")
    change(store, f"UPDATE commands SET accepted = false WHERE case_id = '{second}' AND command_id <> 'submit-1'")
    assert {(one.case_id, one.message) for one in effects_in(operator)} == {
        (first, "command submit-1 has an effect and was not accepted"),
        (second, f"command one-stop:intake:approve:{(MONDAY + HOUR).isoformat()} has an effect and was not accepted"),
    }
