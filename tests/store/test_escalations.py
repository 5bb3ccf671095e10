"""The list of supervisors in the database: in the order of urgency, narrowed, and always what the ledger folds to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from audit.rebuild import Difference, rebuild, rebuild_dossiers
from cases.decide import CASES
from cases.dossier.decide import DOSSIERS
from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import blank_dossier
from catalog.model import Definitions
from sla.ladder import Ladder, Rung
from store.database import Store
from store.dossiers import Dossiers
from store.escalations import EscalationFilter, Escalations
from store.recorder import Recorder
from tests.blocking import record_now
from tests.builders import MONDAY, an_acknowledgement, an_answer, the_definitions
from tests.cases.dossier import openings
from tests.cases.dossier.openings import DOSSIER_ID, days
from tests.store.living import Living

LATE = MONDAY + timedelta(days=3)


def definitions() -> Definitions:
    """The step's ladder tells the head, then the chairman's office."""
    rungs = (
        Rung(id="breach", percent=100, audience="head", kind="breach", level=1),
        Rung(id="lead", percent=100, audience="lead-head", kind="escalation", level=2),
        Rung(id="office", percent=100, audience="chairman-office", kind="escalation", level=3),
    )
    ladder = Ladder(id="step", version="1", rungs=rungs)
    departments = ("one-stop", "culture", "police", "chairman-office")
    return the_definitions(step_ladder=ladder, departments=departments)


@pytest.fixture
def two(recorder: Recorder) -> tuple[Living, Living]:
    """Two cases of which the intake is late; the second by two hours more."""
    lasting = definitions()
    first, second = (Living(recorder, number, lasting) for number in (1, 2))
    first.open(MONDAY + timedelta(hours=2))
    second.open(MONDAY)
    for living in (first, second):
        living.turn(LATE)
    return first, second


def listed(store: Store, **wanted: object) -> list[tuple[str, str]]:
    rows = Escalations(store)
    kept = EscalationFilter(**wanted)  # type: ignore[arg-type]
    found = [(item.case_id, item.escalation_id.rpartition("/")[2]) for item in rows.find(kept)]
    assert rows.count(kept) == len(found)
    return found


def test_the_most_urgent_come_first(store: Store, two: tuple[Living, Living]) -> None:
    """The highest level first, and of one level what has been late longest; what is over comes last."""
    first, second = (living.case.case_id for living in two)
    urgent = [(case, rung) for rung in ("office", "lead", "breach") for case in (second, first)]
    assert listed(store, open_only=True) == listed(store) == urgent
    two[1].turn(LATE + timedelta(minutes=1), an_acknowledgement("step:intake/office", LATE + timedelta(minutes=1)))
    assert listed(store, open_only=True) == [place for place in urgent if place[0] == first]
    assert listed(store)[3:] == [place for place in urgent if place[0] == second]
    acknowledged = [item.escalation_id for item in Escalations(store).find(EscalationFilter()) if item.acknowledged]
    assert acknowledged == ["step:intake/office"]


def test_the_list_is_narrowed(store: Store, two: tuple[Living, Living]) -> None:
    """By whose step it is, by the role that is told, and by the department whose role that is."""
    assert len(listed(store, department="one-stop")) == 6
    assert listed(store, department="culture") == []
    assert {rung for _, rung in listed(store, audience="lead-head")} == {"lead"}
    assert {rung for _, rung in listed(store, told_department="chairman-office")} == {"office"}
    assert {rung for _, rung in listed(store, told_department="one-stop")} == {"breach"}
    assert {rung for _, rung in listed(store, told_department="culture")} == {"lead"}
    assert Escalations(store).audiences() == ["chairman-office", "head", "lead-head"]


def test_a_page_of_it(store: Store, two: tuple[Living, Living]) -> None:
    """So many at most; how many there are is told apart."""
    rows = Escalations(store)
    assert len(rows.find(EscalationFilter(), limit=2)) == 2
    assert rows.count(EscalationFilter()) == 6


def test_a_case_of_an_early_version_names_no_department(store: Store, recorder: Recorder) -> None:
    """Its definitions do not say which departments there are: one that the rung names is told all the same."""
    lasting = definitions().model_copy(update={"departments": ()})
    living = Living(recorder, 1, lasting).open(MONDAY)
    living.turn(LATE)
    assert {rung for _, rung in listed(store, told_department="chairman-office")} == {"office"}
    assert {item.audience_department for item in Escalations(store).find(EscalationFilter())} == {None}


def test_the_rows_are_what_the_ledger_folds_to(store: Store, two: tuple[Living, Living]) -> None:
    """Through an answer, an acknowledgement and the end of the case; when each fired is kept."""
    assert rebuild(store, CASES.project).equal
    before = {item.escalation_id: item.fired_at for item in Escalations(store).find(EscalationFilter())}
    living = two[0]
    at = LATE + timedelta(hours=1)
    living.turn(at, an_answer("intake", "one-stop", at))
    assert rebuild(store, CASES.project).equal
    living.turn(at + timedelta(days=5))
    assert rebuild(store, CASES.project).equal
    after = {item.escalation_id: item.fired_at for item in Escalations(store).find(EscalationFilter())}
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE escalations SET is_open = NOT is_open WHERE escalation_id = 'step:intake/lead' AND case_id = '{}'",
        "UPDATE escalations SET fired_at = fired_at + interval '1 s' WHERE case_id = '{}'",
        "UPDATE escalations SET late = NULL WHERE case_id = '{}'",
        "DELETE FROM escalations WHERE case_id = '{}'",
        'INSERT INTO escalations SELECT (json_populate_record(e, \'{{"escalation_id": "x"}}\')).* FROM escalations e'
        " WHERE case_id = '{}' LIMIT 1",
    ],
)
def test_any_change_is_found_and_put_right(
    store: Store, as_account: Callable[[str], Store], two: tuple[Living, Living], statement: str
) -> None:
    """By the account of the command line."""
    case_id, operator = two[0].case.case_id, as_account("operator")
    before = Escalations(store).find(EscalationFilter())
    with store.writing() as connection:
        connection.execute(text(statement.format(case_id)))
    assert rebuild(operator, CASES.project).differences == (Difference(case_id, "escalations"),)
    assert rebuild(operator, CASES.project, replace=True).differences == (Difference(case_id, "escalations"),)
    assert Escalations(store).find(EscalationFilter()) == before
    assert rebuild(operator, CASES.project).equal


def test_rows_of_a_case_that_is_not_there_are_surplus(store: Store, two: tuple[Living, Living]) -> None:
    """They are told, and go."""
    with store.writing() as connection:
        ghost = 'INSERT INTO escalations SELECT (json_populate_record(e, \'{"case_id": "case-ghost"}\')).* FROM escalations e'
        connection.exec_driver_sql(f"{ghost} LIMIT 1")
    assert rebuild(store, CASES.project).differences == (Difference("case-ghost", "surplus"),)
    rebuild(store, CASES.project, replace=True)
    assert rebuild(store, CASES.project).equal


def test_those_of_linked_dossiers_are_among_them(store: Store, recorder: Recorder) -> None:
    """Recorded with the dossier's turns, found otherwise and put right with its row."""
    lasting = openings.definitions({"first": days(1)})
    Dossiers(store).keep(lasting)
    dossier = blank_dossier(DOSSIER_ID, lasting)
    opening = openings.a_submission([openings.an_application("first")])
    for commands, at in (((opening,), MONDAY), ((), MONDAY + timedelta(days=30))):
        taken = DOSSIERS.take_turn(dossier, commands, at)
        assert taken is not None
        for record in record_now(recorder, taken).records:
            dossier = evolve_dossier(dossier, record)
    found = Escalations(store).find(EscalationFilter(open_only=True))
    assert {(item.case_id, item.linked, item.dossier_id) for item in found} == {(DOSSIER_ID, True, "D-1")}
    assert {item.escalation_id for item in found} >= {"joint/breach"}
    assert rebuild_dossiers(store) == []
    with store.writing() as connection:
        connection.execute(text("UPDATE escalations SET level = 9"))
    assert rebuild_dossiers(store, replace=True) == [Difference(DOSSIER_ID, "escalations")]
    assert rebuild_dossiers(store) == []
    assert Escalations(store).find(EscalationFilter(open_only=True)) == found
