"""What anybody may ask of an installation: values of what is on record, without a server but the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from audit.rebuilding import Rebuilt
from catalog.errors import UnknownDepartment, UnknownRole
from events.language.refusals import Refusal
from intake.records import IntakeRecords
from services.actors import claimed
from services.case_lists import list_cases, read_desk
from services.case_sheets import CaseSheet, read_case
from services.dossier_sheets import read_dossier
from services.errors import NotAnsweredError
from services.escalations import list_escalations
from services.installation import Installation
from services.reads_on_record import ReadList, list_reads
from services.recording_reads import Reader
from services.reports import Period, PeriodReversedError, count_cases, report_cases
from services.verification import count_ledger, rebuild_read_models, verify_installation
from services.watching import Watch
from store.database import Store
from store.errors import StoreNotMigrated
from store.escalations import EscalationFilter
from store.inbox import Inbox, Submission
from store.reads import Read
from store.recorder import Recorder
from store.views import CaseFilter
from tests.blocking import accept_now
from tests.builders import MONDAY, an_answer
from tests.master_keys import vault_of
from tests.services.on_database import TOPICS, installation, recorder, store
from tests.store.conftest import as_account
from tests.store.living import Living
from tests.store.test_escalations import LATE, definitions

__all__ = ["as_account", "installation", "recorder", "store"]
OFFICER = claimed("officer", "officer-7")
READER = Reader(OFFICER, "show")
HOUR = timedelta(hours=1)
EVER = Period(None, None)


def accepted(store: Store, case_id: str, name: str, subject_ref: str) -> None:
    inbox = Inbox(store, TOPICS, vault_of(store))
    accept_now(inbox, Submission(case_id, "/portal", name, name, subject_ref, MONDAY, "{}", "{}"))
    inbox.close()


@pytest.fixture
def late(store: Store, recorder: Recorder) -> Living:
    """A case of which the intake is late; its breach and two escalations are on record."""
    living = Living(recorder, 1, definitions())
    accepted(store, living.case.case_id, living.application_id, "subject-1")
    return living.open(MONDAY).turn(LATE)


def lines(installation: Installation, now: datetime, **wanted: Any) -> tuple[int, int, int]:
    """Of the cases that are wanted: how many, of how many, and how many steps of them are late."""
    found = list_cases(installation, READER, CaseFilter(**wanted), limit=1, now=now)
    return len(found.cases), found.total, len(found.late_steps)


def test_cases_are_listed_with_their_late_steps(installation: Installation, late: Living, recorder: Recorder) -> None:
    """So many at most, with how many there are in all, and how late each step is in working time."""
    Living(recorder, 2, definitions()).open(MONDAY + HOUR)
    assert lines(installation, LATE) == (1, 2, 0)
    assert lines(installation, LATE, late=True) == (1, 1, 1)
    assert lines(installation, LATE, status="closed") == (0, 0, 0)
    delays = []
    for now in (LATE, LATE + HOUR):
        found = list_cases(installation, READER, CaseFilter(late=True), limit=9, now=now)
        (step,) = found.late_steps_of(late.case.case_id)
        assert step.delay is not None
        delays.append(step.delay.seconds or 0)
    assert delays[1] - delays[0] == 3600


def test_a_desk_has_what_waits_and_what_is_told_to_it(installation: Installation, late: Living) -> None:
    """One without work that the catalogue does not know cannot be told from a slip of the pen."""
    desk = read_desk(installation, READER, "one-stop", limit=9, now=LATE)
    assert [step.item.step_id for step in desk.work] == ["intake"]
    assert {told.item.audience for told in desk.escalations.items} == {"head"}
    with pytest.raises(UnknownDepartment):
        read_desk(installation, READER, "nowhere", limit=9, now=LATE)


def test_escalations_say_how_late_and_by_what_name(installation: Installation, late: Living) -> None:
    """The most urgent first; an empty list is told from a slip of the pen."""
    found = list_escalations(installation, READER, EscalationFilter(open_only=True), limit=2, now=LATE)
    assert (len(found.items), found.total) == (2, 3)
    first = found.items[0]
    assert (first.told_department, first.reference) == ("chairman-office", late.case.dossier_code)
    assert first.delay is not None
    assert first.delay.limit_at < LATE
    with pytest.raises(UnknownRole):
        list_escalations(installation, READER, EscalationFilter(audience="nobody"), limit=2, now=LATE)
    with pytest.raises(UnknownDepartment):
        list_escalations(installation, READER, EscalationFilter(department="nowhere"), limit=2, now=LATE)
    known = EscalationFilter(department="finance", audience="lead-head")
    assert not list_escalations(installation, READER, known, limit=2, now=LATE).items


def test_a_case_is_read_by_its_id_and_its_code(installation: Installation, store: Store, late: Living) -> None:
    """All of its ledger; one that is accepted and not opened has no answer yet, an unknown one is refused."""
    for reference in (late.case.case_id, late.case.dossier_code or ""):
        sheet = read_case(installation, READER, reference)
        assert not isinstance(sheet, Refusal)
        assert (sheet.case.case_id, sheet.view.dossier_code) == (late.case.case_id, late.case.dossier_code)
        assert [record.sequence for record in sheet.records] == [*range(1, len(sheet.records) + 1)]
    unknown = read_case(installation, READER, "case-unknown")
    assert isinstance(unknown, Refusal)
    assert unknown.code == "case_unknown"
    unopened = Living(late.recorder, 7, definitions())
    accepted(store, unopened.case.case_id, unopened.application_id, "subject-7")
    with pytest.raises(NotAnsweredError):
        read_case(installation, READER, unopened.case.case_id)
    dossier = read_dossier(installation, READER, "D-unknown", now=LATE)
    assert isinstance(dossier, Refusal)
    assert dossier.code == "dossier_unknown"


def test_what_is_shown_is_on_record(installation: Installation, late: Living) -> None:
    """Who looked, by which door, and why; what is refused was not seen."""
    case_id = late.case.case_id
    read_case(installation, READER, "case-unknown")
    read_case(installation, Reader(OFFICER, "a complaint", "portal"), late.case.dossier_code or "")
    read_case(installation, READER, case_id)
    told = list_reads(installation, READER, EVER, case=case_id, by="officer-7", limit=1)
    assert isinstance(told, ReadList)
    (newest,) = told.reads
    assert (newest.read, told.total) == (Read(OFFICER, "command_line", "show", case_id), 2)
    assert isinstance(list_reads(installation, READER, EVER, limit=9, case="case-unknown"), Refusal)
    again = list_reads(installation, READER, EVER, limit=9)
    assert isinstance(again, ReadList)
    own, _shown, first = (one.read for one in again.reads)
    assert own is not None
    assert first is not None
    assert (own.case_id, own.filter, own.count) == (None, {"case": case_id, "by": "officer-7"}, 1)
    assert (first.door, first.purpose, first.case_id) == ("portal", "a complaint", case_id)


def test_the_account_of_auditors_looks_and_is_on_record(
    installation: Installation, late: Living, as_account: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the least rights: it sees no persons, and adds nothing but its own looks."""
    monkeypatch.setattr(installation, "store", as_account("reader"))
    monkeypatch.setattr(installation, "intake_records", IntakeRecords(installation.store, TOPICS, installation.vault))
    assert isinstance(read_case(installation, READER, late.case.case_id), CaseSheet)
    assert list_cases(installation, READER, CaseFilter(), limit=1, now=LATE).cases
    told = list_reads(installation, READER, EVER, limit=9)
    assert isinstance(told, ReadList)
    assert [one.read and one.read.count for one in told.reads] == [1, 1]
    assert all(one.account.endswith("_reader") for one in told.reads)


def test_what_cannot_be_recorded_is_not_shown(installation: Installation, store: Store, late: Living) -> None:
    """The case is there, and nobody sees it."""
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE reads RENAME TO former_reads"))
    with pytest.raises(StoreNotMigrated):
        read_case(installation, READER, late.case.case_id)


def test_a_report_adds_up_what_it_groups(installation: Installation, late: Living) -> None:
    """Of a period that ends after it begins; each case is folded once."""
    progress: list[int] = []
    report = report_cases(installation, READER, "department", Period(MONDAY, LATE), now=LATE, progress=progress.append)
    assert (report.whole.cases, count_cases(installation, OFFICER), sum(progress)) == (1, 1, 1)
    assert sum(tally.escalations for tally in report.groups.values()) == report.whole.escalations == 2
    assert report_cases(installation, READER, "lane", Period(LATE, None), now=LATE).groups == {}
    with pytest.raises(PeriodReversedError):
        Period(LATE, MONDAY)


def test_each_look_reads_on(installation: Installation, late: Living) -> None:
    """What happened between two looks comes once, after what was there; each event with its case."""
    watch = Watch(installation, READER, 50)
    before = watch.look(LATE)
    late.turn(LATE + HOUR, an_answer("intake", "one-stop", LATE + HOUR))
    after = watch.look(LATE + HOUR)
    assert [event.row.position for event in after.events] == sorted({event.row.position for event in after.events})
    assert after.events[: len(before.events)] == before.events
    assert after.position > before.position
    assert {event.case.case_id for event in after.events if event.case is not None} == {late.case.case_id}


def test_a_sound_installation_is_found_sound(installation: Installation, late: Living) -> None:
    """Every invariant that a ledger at rest can show; and the read models are its fold."""
    seen: list[int] = []
    found = verify_installation(installation, OFFICER, topics=False, progress=seen.append)
    cases, events = count_ledger(installation, OFFICER)
    assert (found.cases, found.events, sum(seen)) == (cases, events, events)
    assert {name for name, count in found.violations.items() if count} <= {"I4"}, found.findings
    rebuilt = rebuild_read_models(installation, OFFICER, replace=False)
    assert isinstance(rebuilt, Rebuilt)
    assert rebuilt.ok
