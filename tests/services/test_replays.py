"""Any moment again, of what is on record: two instants, refusals, differences, frames, worklists; and each look is on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cases.dossier.decide import DOSSIERS
from cases.dossier.model import blank_dossier
from catalog.errors import UnknownDepartment
from events.language.commands import Outcome
from events.language.refusals import Refusal
from presentation.json_of_cases import case_json, desk_json, waiting_json
from presentation.json_of_dossiers import dossier_json
from presentation.json_of_replays import replay_json, worklist_json
from services.actors import claimed
from services.case_lists import read_desk
from services.case_sheets import read_case
from services.dossier_sheets import read_dossier
from services.errors import NotAnsweredError
from services.installation import Installation
from services.recording_reads import Reader
from services.replays.instants import Asked
from services.replays.moments import DossierThen
from services.replays.replay import Replay, replay
from services.replays.worklists import WorkThen, replay_department
from store.database import Store
from store.dossiers import Dossiers, LinkedCase
from store.recorder import Recorder
from tests.blocking import record_now
from tests.builders import MONDAY, a_pause, an_answer
from tests.cases.dossier.openings import DOSSIER_ID, an_application, days
from tests.cases.dossier.openings import a_submission as a_dossier
from tests.cases.dossier.openings import definitions as of_dossiers
from tests.services.on_database import installation, recorder, store
from tests.services.test_queries import accepted
from tests.store.living import Living
from tests.store.test_escalations import LATE, definitions

__all__ = ["installation", "recorder", "store"]
AUDITOR = Reader(claimed("auditor", "auditor-1"), "replay")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMITS = {name: days(2) for name in ("a", "b")}
NOW = MONDAY + 60 * DAY


def recorded_as_decided(store: Store) -> None:
    """The ledger as a database had it whose clock stood where the cases' did."""
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE ledger DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE ledger SET recorded_at = (body::json->>'decided_at')::timestamptz"))
        connection.execute(text("ALTER TABLE ledger ENABLE TRIGGER USER"))


@pytest.fixture
def paused(store: Store, recorder: Recorder) -> Living:
    """A case whose clocks stood still from 3 to 4 March, which was noted on 5 March."""
    living = Living(recorder, 1, definitions())
    accepted(store, living.case.case_id, living.application_id, "subject-1")
    note = a_pause(MONDAY + 3 * DAY).model_copy(update={"from_at": MONDAY + DAY, "until_at": MONDAY + 2 * DAY})
    living.open(MONDAY).turn(MONDAY + 3 * DAY, note)
    recorded_as_decided(store)
    return living


def told(installation: Installation, reference: str, **asked: Any) -> Replay:
    stepped = asked.pop("stepped", False)
    found = replay(installation, AUDITOR, reference, Asked(**asked), stepped=stepped, now=NOW)
    assert isinstance(found, Replay), found
    return found


def refusal(installation: Installation, reference: str, **asked: Any) -> tuple[str, str | None]:
    found = replay(installation, AUDITOR, reference, Asked(**asked), now=NOW)
    assert isinstance(found, Refusal)
    assert found.message("vi") != found.message("en")
    return found.code, found.field


def test_as_of_now_it_is_what_show_shows(installation: Installation, paused: Living) -> None:
    """Case, clocks and steps, to the byte; what is left of each clock is added."""
    sheet = read_case(installation, AUDITOR, paused.case.case_id)
    assert not isinstance(sheet, Refusal)
    shown = case_json(sheet, "en")
    for reference in (paused.case.case_id, paused.case.dossier_code or ""):
        again = replay_json(told(installation, reference))
        assert (again["case"], again["steps"]) == (shown["case"], shown["steps"])
        left = [clock.pop("remaining_seconds") for clock in again["clocks"]]
        assert again["clocks"] == shown["clocks"]
        assert all(seconds is not None for seconds in left)
        assert again["event"] == sheet.records[-1].sequence
        assert again["rules"]["lanes"] == {"id": "lanes", "version": "1", "digest": sheet.case.definitions.lanes.digest}


def test_what_was_noted_later_counts_then_and_was_not_known_then(installation: Installation, paused: Living) -> None:
    """The two instants: by all that is known, and by what was known at that very instant."""
    at = MONDAY + DAY + 3 * HOUR
    known = replay_json(told(installation, paused.case.case_id, at=at))
    unaware = replay_json(told(installation, paused.case.case_id, at=at, known_at=at))
    assert (known["case"]["status"], unaware["case"]["status"]) == ("suspended", "in_progress")
    assert [clock["paused"] for clock in known["clocks"]] == [True, True]
    assert [clock["paused"] for clock in unaware["clocks"]] == [False, False]
    assert (known["at"], known["known_at"]) == ("2026-03-03T05:00:00Z", "2026-05-01T02:00:00Z")
    assert known["event"] > unaware["event"]
    # At 4 March as known at 3 March nothing can be said.
    assert refusal(installation, paused.case.case_id, at=at + DAY, known_at=at) == ("not_yet_known", "at")


def test_what_cannot_be_told_is_refused(installation: Installation, paused: Living, store: Store) -> None:
    """Each with the option that is at fault: before the first event, after what is known, in the future, of no case."""
    case = paused.case.case_id
    before, later = MONDAY - HOUR, NOW + HOUR
    assert refusal(installation, case, at=before) == ("nothing_then", "at")
    nothing = replay(installation, AUDITOR, case, Asked(at=before), now=NOW)
    assert isinstance(nothing, Refusal)
    assert not nothing.details, "when the case began is told to nobody unless it is on record"
    assert refusal(installation, case, known_at=before) == ("nothing_then", "known-at")
    assert refusal(installation, case, diff_at=before) == ("nothing_then", "diff")
    assert refusal(installation, case, at=later) == ("instant_future", "at")
    assert refusal(installation, case, known_at=later) == ("instant_future", "known-at")
    assert refusal(installation, case, diff_at=later) == ("instant_future", "diff")
    assert refusal(installation, case, known_at=MONDAY + HOUR, diff_at=LATE) == ("not_yet_known", "diff")
    assert refusal(installation, "case-unknown") == ("case_unknown", "case")
    assert refusal(installation, "D-unknown") == ("case_unknown", "case")
    unopened = Living(paused.recorder, 7, definitions())
    accepted(store, unopened.case.case_id, unopened.application_id, "subject-7")
    with pytest.raises(NotAnsweredError):
        replay(installation, AUDITOR, unopened.case.case_id, Asked(), now=NOW)


def test_a_difference_is_told_from_the_earlier_to_the_later(installation: Installation, paused: Living) -> None:
    """Whichever of the two instants is the one that is asked for."""
    at, other = MONDAY + DAY + 3 * HOUR, MONDAY + HOUR
    one = replay_json(told(installation, paused.case.case_id, at=at, diff_at=other))["changes"]
    assert replay_json(told(installation, paused.case.case_id, at=other, diff_at=at))["changes"] == one
    by_place = {change["what"]: (change["before"], change["after"]) for change in one}
    assert by_place["case.status"] == ("in_progress", "suspended")
    assert by_place["clocks.statutory.paused"] == (False, True)
    assert by_place["clocks.statutory.due_at"][1] is None
    assert by_place["clocks.statutory.remaining_seconds"][0] > by_place["clocks.statutory.remaining_seconds"][1]
    assert not [place for place in by_place if place.startswith("steps.")]
    assert replay_json(told(installation, paused.case.case_id, at=at, diff_at=at))["changes"] == []


def test_frames_are_the_events_that_count(installation: Installation, paused: Living) -> None:
    """In the order of the ledger, each with its instant and what it changed; none is left out."""
    told_all = told(installation, paused.case.case_id, stepped=True)
    frames = replay_json(told_all)["frames"]
    assert [frame["event"] for frame in frames] == [*range(1, told_all.event + 1)]
    assert frames[0]["type"] == "ApplicationSubmitted"
    assert frames[0]["changes"][0]["what"] == "case"
    assigned = next(frame for frame in frames if frame["type"] == "StepAssigned")
    changes = {change["what"]: (change["before"], change["after"]) for change in assigned["changes"]}
    assert changes["steps.intake.status"] == ("waiting", "assigned")
    assert changes["case.holder"] == ("between_steps", "one-stop")
    fewer = replay_json(told(installation, paused.case.case_id, at=MONDAY + HOUR, stepped=True))["frames"]
    assert len(fewer) < len(frames)


def test_a_worklist_is_what_the_desk_showed(installation: Installation, paused: Living, store: Store) -> None:
    """Now as the desk shows it; at an earlier instant what waited then; nothing where the case had ended or had not begun."""
    other = Living(paused.recorder, 2, definitions()).open(MONDAY + HOUR)
    other.turn(MONDAY + 2 * HOUR, an_answer("intake", "one-stop", MONDAY + 2 * HOUR, Outcome.REFUSE))
    recorded_as_decided(store)

    def work(department: str, **asked: Any) -> list[str]:
        found = replay_department(installation, AUDITOR, department, Asked(**asked), now=NOW)
        assert isinstance(found, WorkThen)
        assert [waiting_json(step) for step in found.work] == worklist_json(found)["work"]
        return [step.item.case_id for step in found.work]

    one, two = paused.case.case_id, other.case.case_id
    assert work("one-stop") == [one]
    assert work("one-stop", at=MONDAY) == [one]
    assert sorted(work("one-stop", at=MONDAY + HOUR)) == sorted([one, two])
    assert work("one-stop", at=MONDAY + 2 * HOUR) == [one]
    assert sorted(work("one-stop", known_at=MONDAY + HOUR)) == sorted([one, two])
    assert work("one-stop", at=MONDAY - HOUR) == []
    assert work("finance") == []
    desk = desk_json(read_desk(installation, AUDITOR, "one-stop", limit=9, now=NOW), lambda _: "")
    now = replay_department(installation, AUDITOR, "one-stop", Asked(), now=NOW)
    assert isinstance(now, WorkThen)
    assert worklist_json(now)["work"] == desk["work"]
    with pytest.raises(UnknownDepartment):
        replay_department(installation, AUDITOR, "nowhere", Asked(), now=NOW)
    refused = replay_department(installation, AUDITOR, "one-stop", Asked(at=NOW + DAY), now=NOW)
    assert isinstance(refused, Refusal)
    assert refused.code == "instant_future"


def test_a_linked_dossier_and_its_cases_as_of_then(
    installation: Installation, recorder: Recorder, store: Store
) -> None:
    """As `dossier show` has it now; at an earlier instant neither it nor its case had got so far."""
    blank = blank_dossier(DOSSIER_ID, of_dossiers(LIMITS))
    opening = DOSSIERS.take_turn(blank, [a_dossier([an_application("a"), an_application("b", "a")])], MONDAY)
    assert opening is not None
    Dossiers(store).keep(of_dossiers(LIMITS))
    dossier = DOSSIERS.fold(DOSSIER_ID, of_dossiers(LIMITS), record_now(recorder, opening).records)
    case_id = dossier.parts["a"].case_id
    assert case_id is not None
    Dossiers(store).link(LinkedCase(DOSSIER_ID, case_id, "a", 1))
    part = Living(recorder, 5, definitions())
    part.case = part.case.changed({"case_id": case_id})
    part.open(MONDAY).turn(MONDAY + 2 * HOUR, an_answer("intake", "one-stop", MONDAY + 2 * HOUR, Outcome.REFUSE))
    recorded_as_decided(store)
    sheet = read_dossier(installation, AUDITOR, DOSSIER_ID, now=NOW)
    assert not isinstance(sheet, Refusal)
    shown = {name: value for name, value in dossier_json(sheet).items() if name != "ok"}
    now = replay_json(told(installation, "D-1", stepped=True))
    assert now["dossier"] == shown
    assert [frame["event"] for frame in now["frames"]] == [*range(1, len(sheet.records) + 1)]
    assert sheet.cases[case_id].closed_at is not None
    before = told(installation, DOSSIER_ID, at=MONDAY + HOUR).then
    assert isinstance(before, DossierThen)
    assert before.sheet.cases[case_id].closed_at is None
    assert refusal(installation, DOSSIER_ID, at=MONDAY - HOUR) == ("nothing_then", "at")


def test_each_look_is_on_record_with_both_instants(installation: Installation, paused: Living, store: Store) -> None:
    """Who, which case, as of when by what knowledge; of a worklist its department and how many; nothing of what was refused."""
    at = MONDAY + DAY
    told(installation, paused.case.case_id, at=at, known_at=at + HOUR)
    replay_department(installation, AUDITOR, "one-stop", Asked(at=at), now=NOW)
    refusal(installation, paused.case.case_id, at=NOW + DAY)
    with store.reading() as connection:
        rows = connection.execute(
            text("SELECT case_id, as_of, known_at, filter, count FROM reads ORDER BY position")
        ).all()
    assert [tuple(row) for row in rows] == [
        (paused.case.case_id, at, at + HOUR, None, 1),
        (None, at, NOW, '{"department":"one-stop"}', 1),
    ]
    assert datetime.now(UTC) > at
