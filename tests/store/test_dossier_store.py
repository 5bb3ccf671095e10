"""Dossiers on PostgreSQL: the same stream as in memory, a read model that is the fold, ends that were not told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from audit.rebuild import rebuild_dossiers
from cases.dossier.decide import DOSSIERS
from cases.dossier.model import Dossier, blank_dossier
from cases.dossier.views import dossier_view_of
from cases.turn import Turn
from events.language.dossier_commands import DossierCommand
from events.language.topics import Topics
from store.database import Store
from store.dossiers import Dossiers, LinkedCase
from store.inbox import Inbox, Submission
from store.outbox import Outbox
from store.recorder import Recorder
from store.verification import accepted_without_case
from tests.blocking import accept_now, record_now
from tests.builders import MONDAY
from tests.cases.dossier.openings import DOSSIER_ID, Life, a_submission, an_application, days, definitions
from tests.invariants import effects_in
from tests.master_keys import vault_of

LIMITS = {name: days(2) for name in ("a", "b")}
TOPICS = Topics("greenlane")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store.connect(database_url)
    yield store
    store.close()


@pytest.fixture
def recorder(store: Store) -> Iterator[Recorder]:
    recorder = Recorder(store, TOPICS)
    yield recorder
    recorder.close()


def turn_of(dossier: Dossier, command: DossierCommand) -> Turn:
    turn = DOSSIERS.take_turn(dossier, [command], command.received_at)
    assert turn is not None
    return turn


def opening() -> Turn:
    blank = blank_dossier(DOSSIER_ID, definitions(LIMITS))
    return turn_of(blank, a_submission([an_application("a"), an_application("b", "a")]))


@pytest.fixture
def opened(store: Store, recorder: Recorder) -> Dossiers:
    """A dossier on record."""
    inbox = Inbox(store, TOPICS, vault_of(store))
    given = Submission(DOSSIER_ID, "/portal", "D-1", "digest", "subject-1", MONDAY, "{}", "{}")
    accept_now(inbox, given)
    inbox.close()
    dossiers = Dossiers(store)
    dossiers.keep(definitions(LIMITS))
    record_now(recorder, opening())
    return dossiers


def test_a_dossier_is_recorded_whole_and_once(store: Store, recorder: Recorder, opened: Dossiers) -> None:
    """The same turn again finds what stands; the row is the fold; every agency is owed its announcement."""
    turn = opening()
    assert record_now(recorder, turn).records == turn.records
    kept, records = opened.stream(DOSSIER_ID)
    assert (kept, records) == (definitions(LIMITS), turn.records)
    assert opened.view(DOSSIER_ID) == turn.view
    assert rebuild_dossiers(store) == []
    assert accepted_without_case(store) == []
    assert effects_in(store) == []
    owed = [topic for topic, _, _, _ in Outbox(store).messages()]
    assert owed.count(TOPICS.work("culture")) == owed.count(TOPICS.work("police")) == 1
    assert owed.count(TOPICS.case_events) == len(turn.records)


def test_a_second_writer_of_the_same_place_writes_nothing(store: Store, opened: Dossiers) -> None:
    """Another process, another turn for the same place: it learns what stands."""
    other = Recorder(store, TOPICS)
    blank = blank_dossier(DOSSIER_ID, definitions(LIMITS))
    late = a_submission([an_application("a")], MONDAY + timedelta(hours=1)).model_copy(update={"command_id": "other"})
    answer = record_now(other, turn_of(blank, late))
    other.close()
    assert answer.outcomes == ()
    assert answer.records == opened.stream(DOSSIER_ID)[1]


@pytest.mark.parametrize(
    "damage",
    ["UPDATE dossiers SET granted = 7", "UPDATE dossiers SET view = '{}'", "DELETE FROM dossiers"],
)
def test_a_read_model_that_is_not_the_fold_is_found_and_put_right(store: Store, opened: Dossiers, damage: str) -> None:
    with store.writing() as connection:
        connection.execute(text(damage))
    assert [(d.case_id, d.what) for d in rebuild_dossiers(store)] == [(DOSSIER_ID, "case")]
    rebuild_dossiers(store, replace=True)
    assert rebuild_dossiers(store) == []
    assert opened.view(DOSSIER_ID) == opening().view


def test_an_end_that_was_not_told_is_found(store: Store, recorder: Recorder, opened: Dossiers) -> None:
    """Until the dossier has settled the command that tells of it."""
    life = Life(LIMITS)
    life.open(an_application("a"), an_application("b", "a"))
    case_id = life.part("a").case_id or ""
    linked = LinkedCase(DOSSIER_ID, case_id, "a", 1)
    opened.link(linked)
    opened.link(linked)
    assert opened.untold() == []
    with store.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO cases (case_id, sequence, hash, view, source, application_id, procedure, procedure_version,"
                " agency, status, lane, opened_at, closed_at, promises, breaches, escalations_open)"
                " VALUES (:id, 1, '', '{}', '/portal', 'D-1/001', 'a', '1', 'culture', 'closed', 'standard', :at, :at,"
                " '{}', 0, 0)"
            ),
            {"id": case_id, "at": datetime.now(UTC)},
        )
    assert opened.untold() == [linked]
    record_now(recorder, turn_of(life.dossier, life.ending("a", MONDAY + timedelta(hours=1))))
    assert opened.untold() == []
    view = opened.view(DOSSIER_ID)
    assert view is not None
    assert (view.granted, view.released) == (1, 1)


def test_only_an_opened_dossier_has_a_row() -> None:
    with pytest.raises(ValueError, match="never opened"):
        dossier_view_of(blank_dossier(DOSSIER_ID, definitions(LIMITS)))
