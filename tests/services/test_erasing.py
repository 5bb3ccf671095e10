"""Erasing a person: refused while the law demands it, by two, wholly or not at all, and again after a restore."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from events.language.refusals import Refusal
from greenlane.processes import erase_again
from services import erasing as module
from services.actors import claimed
from services.case_sheets import read_case
from services.erasing import Erased, ErasureOrder, Reapplied, erase_subject, reapply_erasures
from services.erasure_list import ErasureList, ErasureListError, ListedErasure
from services.installation import Installation
from services.personal_letters import LettersFound
from services.recording_reads import Reader
from services.subjects import show_subject
from services.verification import verify_installation
from store.reads import ReadFilter, Reads
from store.recorder import Recorder
from tests.builders import MONDAY
from tests.services.on_database import installation, recorder, store
from tests.services.persons import CANARIES, EMAIL, NAME, NUMBER, PHONE, YEARS, Persons, every_row, full_dump
from tests.store.living import Living

__all__ = ["installation", "recorder", "store"]
ACTOR = claimed("officer", "archivist-1")
READER = Reader(ACTOR, "subject erase")
ORDER = ErasureOrder("request of 2 March", "91/2025/QH15", "head-1")
LATER = MONDAY + YEARS
AN_ENTRY = ListedErasure(
    subject_ref="subject-1",
    erased_at=datetime(2026, 3, 9, tzinfo=UTC),
    reason="đã xin",
    legal_basis="91/2025/QH15",
    actor=ACTOR,
    approved_by="head-1",
    streams=("C-1",),
)


@pytest.fixture
def persons(installation: Installation, recorder: Recorder) -> Persons:
    return Persons(installation, recorder)


@pytest.fixture(autouse=True)
def _no_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no Kafka here; that a person's letters are found is tested where there is one."""
    monkeypatch.setattr(module, "find_letters_of", lambda *_: LettersFound((), 0, 0))


@pytest.fixture
def listed(tmp_path: Path) -> ErasureList:
    return ErasureList(tmp_path / "erasures.jsonl")


@pytest.fixture
def erase(installation: Installation, listed: ErasureList) -> Callable[..., Erased | Refusal]:
    """Erase as a lawful caller does, but for what a test says otherwise."""

    def erased(ref: str, order: ErasureOrder = ORDER, now: datetime = LATER) -> Erased | Refusal:
        return erase_subject(installation, READER, ref, order, listed, now=now)

    return erased


def code_of(answer: object) -> str:
    assert isinstance(answer, Refusal)
    return answer.code


def test_what_forbids_an_erasure(
    installation: Installation, persons: Persons, erase: Callable[..., Any], listed: ErasureList
) -> None:
    """An unknown subject, one person alone, an open case, an application not yet opened, a time of keeping that runs."""
    persons.withdrawn()
    ref, now = persons.ref(), MONDAY + timedelta(days=100)
    assert code_of(erase("subject-0")) == "subject_unknown"
    for alone in (None, "", " ", ACTOR.id, f" {ACTOR.id.upper()} "):
        assert code_of(erase(ref, ErasureOrder("asked", "91/2025/QH15", alone))) == "second_person"
    refusal = erase(ref, now=now)
    assert (code_of(refusal), refusal.details["last_day"]) == ("retention_runs", "2028-03-02")
    persons.hands_in()
    assert code_of(erase(ref)) == "case_open"
    persons.applies()
    assert code_of(erase(ref)) == "case_open"
    assert (persons.ref(), listed.entries()) == (ref, ())
    # What says which cases somebody has is a look at him.
    told = [one.read.filter for one in reversed(Reads(installation.store).find(ReadFilter(), limit=9))]
    assert told == [{"refused": code} for code in ("retention_runs", "case_open", "case_open")]


def test_nothing_leads_to_an_erased_person(
    installation: Installation, persons: Persons, erase: Callable[..., Any], listed: ErasureList
) -> None:
    """No key, entry, document, text, index or digest; the cases stay; a full dump of the database is searched."""
    first, second = persons.withdrawn(), persons.withdrawn()
    persons.withdrawn(identity_number="079085009999", phone="0999999999", full_name="Trần Thị Bích", email="b@c.vn")
    ref, vault = persons.ref(), installation.vault
    vault.put_texts(first.case.case_id, {"text-1": "lý do riêng của Đặng"})
    digests = {vault.keyed_digest(f"{number:064x}") for number in (1, 2)}
    indexes = [vault.index_of("number", NUMBER).hex(), vault.index_of("phone", PHONE).hex()]
    before = full_dump(installation)
    assert all(secret in before for secret in (*digests, *indexes))
    erased = erase(ref)
    assert erased == Erased(erased.erasure, already=False)
    assert (erased.erasure.cases, erased.erasure.documents, erased.erasure.erased_at) == (2, 2, LATER)
    dump = full_dump(installation)
    assert [secret for secret in (*CANARIES, *digests, *indexes) if secret in dump] == []
    assert [vault.find("number", NUMBER), vault.find("phone", PHONE), vault.find("name", NAME)] == [(), (), ()]
    assert vault.find("email", EMAIL) == ()
    assert (vault.entries_of(ref), vault.texts_of(ref), vault.documents_of(ref)) == ((), {}, ())
    assert (vault.subject(ref), vault.find("phone", "0999999999")) != (None, ())
    assert code_of(show_subject(installation, Reader(ACTOR, "look"), ref)) == "subject_erased"
    cases = {installation.views.case(living.case.case_id) for living in (first, second)}
    assert None not in cases
    (entry,) = listed.entries()
    assert (entry.subject_ref, entry.approved_by, len(entry.streams)) == (ref, "head-1", 2)
    assert not any(secret in listed.file.read_text(encoding="utf-8") for secret in CANARIES)
    assert listed.file.stat().st_mode & 0o777 == 0o600


def test_the_ledger_proves_itself_without_the_person(
    installation: Installation, persons: Persons, erase: Callable[..., Any]
) -> None:
    """`verify` finds after the erasure what it found before, and no more; the timeline can still be read."""
    living = persons.withdrawn()
    before = verify_installation(installation, ACTOR, topics=False)
    assert isinstance(erase(persons.ref()), Erased)
    after = verify_installation(installation, ACTOR, topics=False)
    assert after.findings == before.findings
    sheet = read_case(installation, Reader(ACTOR, "show"), living.case.case_id)
    assert not isinstance(sheet, Refusal)
    assert sheet.view.outcome == "withdrawn"


def test_erasing_twice_is_erasing_once(persons: Persons, erase: Callable[..., Any], listed: ErasureList) -> None:
    """Said so, whoever asks again and when; a list that knows nothing of it is told."""
    persons.withdrawn()
    ref = persons.ref()
    first = erase(ref)
    again = erase(ref, ErasureOrder("again", "another", "head-2"), LATER + timedelta(days=1))
    assert again == Erased(first.erasure, already=True)
    line = listed.file.read_text(encoding="utf-8")
    listed.file.unlink()
    assert erase(ref).already
    assert listed.file.read_text(encoding="utf-8") == line
    assert line == listed.entries()[0].line
    # Whoever comes back is another subject.
    persons.withdrawn()
    assert persons.ref() != ref


def test_what_is_damaged_is_erased_all_the_same(
    installation: Installation, persons: Persons, erase: Callable[..., Any]
) -> None:
    """Nobody may be kept because one of his values does not open any more."""
    living = persons.withdrawn()
    persons.withdrawn()
    ref = persons.ref()
    with installation.store.session() as session:
        change = "UPDATE vault.entries SET sealed = sealed || '\\x00'::bytea WHERE stream_id = %s"
        session.execute(change, (living.case.case_id,))
    erased = erase(ref)
    assert (erased.erasure.cases, erased.erasure.documents) == (2, 1)
    assert installation.vault.find("number", NUMBER) == ()


class Killed(BaseException):
    """The process ended here."""


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, place: int) -> Iterator[list[str]]:
    """The effect with this number, from 0, does not happen, and nothing after it; yields the effects that did."""
    done: list[str] = []

    def dying(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def effect(*args: Any, **given: Any) -> Any:
            if len(done) == place:
                raise Killed
            done.append(name)
            return real(*args, **given)

        patched.setattr(owner, name, effect)

    with monkeypatch.context() as patched:
        dying(psycopg.Connection, "execute")
        dying(psycopg.Connection, "commit")
        dying(ErasureList, "add")
        yield done


def test_killed_at_every_point_it_is_completed_or_undone(
    installation: Installation,
    persons: Persons,
    erase: Callable[..., Any],
    listed: ErasureList,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is half erased; and what the list had when the database did not is completed by applying the list again."""
    living = persons.withdrawn()
    ref, vault = persons.ref(), installation.vault
    vault.put_texts(living.case.case_id, {"text-1": "lý do riêng của Đặng"})
    held, completed = every_row(installation), 0
    place, effects = 0, list[str]()
    while True:
        try:
            with killed_at(monkeypatch, place) as effects:
                erase(ref)
            break
        except Killed:
            assert every_row(installation) == held
            completed += len(listed.entries())
            place += 1
    # The last kill was that of the commit, after the list had it.
    assert (effects[-2:], completed, place) == (["add", "commit"], 1, len(effects))
    assert place > 10
    assert [secret for secret in CANARIES if secret in every_row(installation)] == []


def test_a_kill_between_list_and_database_is_completed(
    installation: Installation, persons: Persons, erase: Callable[..., Any], listed: ErasureList, monkeypatch: Any
) -> None:
    """By applying the list again; after a restore too, where the back-up never knew some of it."""
    persons.withdrawn()
    persons.withdrawn(identity_number="079085009999", phone="0999999999")
    ref, other = persons.ref(), persons.ref("079085009999")
    with monkeypatch.context() as patched:
        patched.setattr(ErasureList, "add", _adding_then_killed)
        with pytest.raises(Killed):
            erase(ref)
    assert installation.vault.find("number", NUMBER) == (ref,)
    listed.add(listed.entries()[0].model_copy(update={"subject_ref": "subject-unknown"}))
    assert installation.vault.find("number", "079085009999") == (other,)
    assert reapply_erasures(installation, ACTOR, listed) == Reapplied(2, (ref,), ())
    assert reapply_erasures(installation, ACTOR, listed) == Reapplied(2, (), ())
    assert installation.vault.find("number", NUMBER) == ()
    assert installation.vault.find("number", "079085009999") == (other,)
    assert erase(ref).already


def test_the_bridge_applies_the_list_before_it_reads_anything(
    installation: Any, persons: Persons, erase: Callable[..., Any], listed: ErasureList, monkeypatch: Any
) -> None:
    """What a back-up brought back is forgotten again without anybody's doing, and the log says how many."""
    persons.withdrawn()
    ref = persons.ref()
    with monkeypatch.context() as patched:
        patched.setattr(ErasureList, "add", _adding_then_killed)
        with pytest.raises(Killed):
            erase(ref)
    installation.erasure_list = listed
    with capture_logs() as logs:
        erase_again(installation)
        erase_again(installation)
    assert [(entry["event"], entry["subjects"]) for entry in logs] == [
        ("erased again what a back-up had brought back", 1),
    ]
    assert installation.vault.find("number", NUMBER) == ()


_add = ErasureList.add


def _adding_then_killed(listed: ErasureList, entry: ListedErasure) -> None:
    _add(listed, entry)
    raise Killed


def test_whoever_came_after_the_list_is_left(
    installation: Installation, persons: Persons, erase: Callable[..., Any], listed: ErasureList, monkeypatch: Any
) -> None:
    """An application that the erasure did not know must not lose its person."""
    persons.withdrawn()
    ref = persons.ref()
    with monkeypatch.context() as patched:
        patched.setattr(ErasureList, "add", _adding_then_killed)
        with pytest.raises(Killed):
            erase(ref)
    persons.applies()
    assert reapply_erasures(installation, ACTOR, listed) == Reapplied(1, (), (ref,))
    assert installation.vault.find("number", NUMBER) == (ref,)


def test_a_line_that_somebody_else_wrote_erases_nobody(
    installation: Installation, persons: Persons, listed: ErasureList
) -> None:
    """Who may write the file is not who may erase: without the installation's seal a line names somebody to look at."""
    living = persons.applies()
    ref = persons.ref()
    forged = AN_ENTRY.model_copy(update={"subject_ref": ref, "streams": (living.case.case_id,)})
    listed.add(forged)
    other = forged.model_copy(update={"subject_ref": "subject-2"}).sealed_by(installation.vault.keyed_digest)
    listed.add(forged.model_copy(update={"seal": other.seal}))
    assert reapply_erasures(installation, ACTOR, listed) == Reapplied(1, (), (ref,))
    assert installation.vault.find("number", NUMBER) == (ref,)


def test_a_key_that_somebody_else_took_is_told(
    installation: Installation, persons: Persons, erase: Callable[..., Any]
) -> None:
    """Without an erasure on record there is none to tell of; `verify` names the subject."""
    persons.withdrawn()
    ref = persons.ref()
    with installation.store.session() as session:
        session.execute("UPDATE vault.subjects SET wrapped_key = NULL, key_id = NULL")
    assert code_of(erase(ref)) == "subject_erased"


def test_an_application_that_comes_meanwhile_is_whole(
    installation: Installation, persons: Persons, erase: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the person is locked it holds the erasure back; after, it is another subject's."""
    persons.withdrawn()
    ref = persons.ref()

    def found(*_: object) -> LettersFound:
        persons.applies()
        return LettersFound((), 0, 0)

    with monkeypatch.context() as patched:
        patched.setattr(module, "find_letters_of", found)
        assert code_of(erase(ref)) == "case_open"
    assert len(installation.vault.entries_of(ref)) == 2


def test_an_application_that_waits_for_the_erasure_is_another_subject_s(
    installation: Installation, persons: Persons, erase: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes while the person is being forgotten: it neither joins who is gone nor is lost."""
    persons.withdrawn()
    ref = persons.ref()
    with ThreadPoolExecutor(1) as aside:
        coming: list[Future[Living]] = []

        def added(listed: ErasureList, entry: ListedErasure) -> None:
            coming.append(aside.submit(persons.hands_in))
            while not _somebody_waits(installation):
                assert not coming[0].done()
            _add(listed, entry)

        with monkeypatch.context() as patched:
            patched.setattr(ErasureList, "add", added)
            assert isinstance(erase(ref), Erased)
        living = coming[0].result()
    assert persons.ref() != ref
    (entry,) = installation.vault.entries_of(persons.ref())
    assert entry.stream_id == living.case.case_id


def _somebody_waits(installation: Installation) -> bool:
    with installation.store.session() as session:
        waiting = session.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return waiting.fetchone() is not None


def test_the_keys_of_dead_letters_go_too(
    installation: Installation, persons: Persons, erase: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the same transaction as the rest; what an older program left in clear is told of."""
    persons.withdrawn()
    with installation.store.session() as session:
        for name in ("letter-1", "letter-2"):
            session.execute("INSERT INTO vault.letters VALUES (%s, 'tests', '\\x00', now())", (name,))
    with monkeypatch.context() as patched:
        patched.setattr(module, "find_letters_of", lambda *_: LettersFound(("letter-1",), 3, 2))
        erased = erase(persons.ref())
    assert (erased.clear_letters, erased.closed_letters) == (3, 2)
    with installation.store.session() as session:
        assert session.execute("SELECT reference FROM vault.letters").fetchall() == [("letter-2",)]


@pytest.mark.parametrize("cut", [1, 5, 20, 100, len(AN_ENTRY.line) - 2])
def test_a_torn_last_line_does_not_count_and_gives_way(listed: ErasureList, cut: int) -> None:
    """What a kill left of a line was never acknowledged."""
    listed.add(AN_ENTRY)
    with listed.file.open("a", encoding="utf-8") as torn:
        torn.write(AN_ENTRY.line[:cut])
    assert listed.entries() == (AN_ENTRY,)
    listed.add(AN_ENTRY)
    assert listed.entries() == (AN_ENTRY, AN_ENTRY)
    assert json.loads(AN_ENTRY.line)["reason"] == "đã xin"


@pytest.mark.parametrize(
    "line", ["nonsense\n", "{}\n", '{"subject_ref": "a", "subject_ref": "b"}\n', "SECRET", '{"actor": 1']
)
def test_a_file_that_is_no_list_is_neither_read_nor_written(listed: ErasureList, line: str) -> None:
    """With the number of the line: who was erased is not guessed at, and another's file stays as it is, to the last letter."""
    listed.file.write_text(line, encoding="utf-8")
    with pytest.raises(ErasureListError, match="Line 1 of"):
        listed.entries()
    with pytest.raises(ErasureListError, match="Line 1 of"):
        listed.add(AN_ENTRY)
    assert listed.file.read_text(encoding="utf-8") == line


def test_a_whole_last_line_without_its_end_counts_and_stays(listed: ErasureList) -> None:
    """An editor may take the end of a file away, and no erasure with it."""
    listed.file.write_text(AN_ENTRY.line.rstrip("\n"), encoding="utf-8")
    assert listed.entries() == (AN_ENTRY,)
    listed.add(AN_ENTRY)
    assert listed.entries() == (AN_ENTRY, AN_ENTRY)


def test_a_list_that_cannot_be_written_stops_the_erasure(
    installation: Installation, persons: Persons, tmp_path: Path
) -> None:
    """Nothing is erased that a restored back-up would bring back for good."""
    persons.withdrawn()
    ref = persons.ref()
    with pytest.raises(ErasureListError):
        erase_subject(installation, READER, ref, ORDER, ErasureList(tmp_path / "none" / "list"), now=LATER)
    assert persons.ref() == ref
