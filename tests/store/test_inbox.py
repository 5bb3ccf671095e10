"""The inbox knows what was there before; the vault alone knows the person."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from cases.turn import CommandOutcome, Notice
from events.language.identity import OTHER_TEXT_SUFFIX, case_id_of, subject_ref_of, text_ref_of
from events.language.refusals import refuse
from store.columns import VAULT
from store.database import Store
from store.inbox import Acceptance, Inbox, Submission
from store.recorder import Recorder
from store.vault.vault import VaultDocument
from tests.blocking import accept_now, record_now
from tests.master_keys import vault_of
from tests.store.conftest import TOPICS
from tests.store.turn_builder import MORNING, SOURCE, Sketch

CANARY = "Nguyễn Thị Canary 079-canary-123456"


@pytest.fixture
def inbox(as_account: Callable[[str], Store]) -> Iterator[Inbox]:
    bridge = as_account("bridge")
    opened = Inbox(bridge, TOPICS, vault_of(bridge))
    yield opened
    opened.close()


def a_submission(number: int = 1, digest: str = "content-1", person: str = CANARY) -> Submission:
    case_id = case_id_of(SOURCE, f"A-{number}")
    return Submission(
        case_id=case_id,
        source=SOURCE,
        application_id=f"A-{number}",
        content_digest=digest,
        subject_ref=subject_ref_of(case_id),
        received_at=MORNING,
        opening='{"facts":{}}',
        person=f'{{"name":"{person}"}}',
        documents=(VaultDocument(f"document-{number}", "form", f"{person}.pdf", "application/pdf", person.encode()),),
    )


def documents_of(store: Store, subject_ref: str) -> list[VaultDocument]:
    return [document for _, document in vault_of(store).documents_of(subject_ref)]


class TestApplications:
    def test_new_then_unopened_then_open(self, inbox: Inbox, recorder: Recorder) -> None:
        """The same submission is one case, and whether its case lives is known."""
        submission = a_submission()
        assert accept_now(inbox, submission) is Acceptance.NEW
        assert accept_now(inbox, submission) is Acceptance.SAME_UNOPENED
        assert inbox.opening(submission.case_id) == submission.opening
        record_now(recorder, Sketch().opening())
        assert accept_now(inbox, submission) is Acceptance.SAME_OPEN
        assert inbox.opening(submission.case_id) is None

    def test_other_content_is_a_conflict_and_leaves_the_first_person_alone(self, store: Store, inbox: Inbox) -> None:
        """A used id must never show one person's data in another's case."""
        accept_now(inbox, a_submission(person="first"))
        intruder = a_submission(digest="content-2", person="second")
        intruder = replace(intruder, documents=(replace(intruder.documents[0], reference="document-other"),))
        assert accept_now(inbox, intruder) is Acceptance.CONFLICT
        assert vault_of(store).person(intruder.case_id) == '{"name":"first"}'
        assert [file.reference for file in documents_of(store, intruder.subject_ref)] == ["document-1"]

    async def test_many_at_once_and_repeated(self, inbox: Inbox) -> None:
        """One transaction for all that wait; each id new exactly once, whoever is first among unequals wins."""
        same = [a_submission(number) for number in range(30) for _ in range(2)]
        answers = [how for how, _ in await asyncio.gather(*(inbox.accept_application(one) for one in same))]
        assert [tuple(answers[i : i + 2]) for i in range(0, 60, 2)] == [(Acceptance.NEW, Acceptance.SAME_UNOPENED)] * 30
        other = [a_submission(99, digest=f"content-{number}") for number in range(3)]
        answers = [how for how, _ in await asyncio.gather(*(inbox.accept_application(one) for one in other))]
        assert answers == [Acceptance.NEW, Acceptance.CONFLICT, Acceptance.CONFLICT]

    async def test_two_bridges_with_the_same_message(self, store: Store, inbox: Inbox) -> None:
        """A rebalance may give a message to both."""
        second = Inbox(store, TOPICS, vault_of(store))
        submissions = [a_submission(number) for number in range(20)]
        accepted = await asyncio.gather(
            *(box.accept_application(one) for one in submissions for box in (inbox, second))
        )
        second.close()
        answers = [how for how, _ in accepted]
        assert all(sorted(answers[i : i + 2]) == ["new", "same_unopened"] for i in range(0, 40, 2))

    def test_a_lost_start_is_found(self, store: Store, inbox: Inbox, recorder: Recorder) -> None:
        """An accepted application whose case recorded nothing can be started again."""
        for number in (1, 2):
            accept_now(inbox, a_submission(number))
        record_now(recorder, Sketch(2).opening())
        assert [found.case_id for found in inbox.unopened(0)] == [a_submission(1).case_id]
        assert inbox.unopened(3600) == []


class TestCases:
    def test_found_by_id_or_code(self, inbox: Inbox, recorder: Recorder) -> None:
        """Every command takes either; unknown ones are known to be unknown."""
        submission = a_submission()
        assert inbox.find_case(submission.case_id) is None
        accept_now(inbox, submission)
        accepted = inbox.find_case(submission.case_id)
        assert accepted is not None
        assert accepted.status is None
        record_now(recorder, Sketch().opening())
        by_id, by_code = inbox.find_case(submission.case_id), inbox.find_case("H05.7-260302-0001")
        assert by_id == by_code
        assert by_id is not None
        assert (by_id.status, by_id.closed_at) == ("open", None)
        assert inbox.find_case("H05.7-260302-0002") is None


class TestRefusals:
    def test_a_command_for_an_unknown_case_is_answered_once(self, store: Store, inbox: Inbox) -> None:
        """The sender is told on its work topic; a redelivered message gets the first answer, not a second one."""
        refusal = refuse("case_unknown", "case")
        notice = Notice(command_id="finance:9", department="finance", step_id=None, refusal=refusal)
        outcome = CommandOutcome(command_id="finance:9", refusal=refusal, digest="0" * 32)
        later = outcome.model_copy(update={"refusal": refuse("case_closed", outcome="issued"), "digest": "1" * 32})
        first = inbox.refuse_command("case-nowhere", outcome, notice)
        again = inbox.refuse_command("case-nowhere", later, notice)
        assert first == again == inbox.command_outcome("case-nowhere", "finance:9")
        with store.reading() as connection:
            rows = connection.execute(text("SELECT topic, name, case_id FROM outbox")).all()
        assert [tuple(row) for row in rows] == [(TOPICS.work("finance"), "AnswerRefused", "case-nowhere")]

    def test_a_system_is_told_on_its_answers(self, store: Store, inbox: Inbox) -> None:
        """What a submitting system sent is answered on a topic that only that system reads."""
        refusal = refuse("case_unknown", "case")
        for system, command_id in (("portal", "a"), ("kiosk", "b")):
            notice = Notice(command_id=command_id, system=system, refusal=refusal)
            inbox.refuse_command("case-nowhere", CommandOutcome(command_id=command_id, refusal=refusal), notice)
        with store.reading() as connection:
            rows = connection.execute(text("SELECT topic, name FROM outbox ORDER BY id")).all()
        answered = [(TOPICS.answers(system), "AnswerRefused") for system in ("portal", "kiosk")]
        assert [tuple(row) for row in rows] == answered

    def test_nobody_is_told_when_there_is_nobody(self, store: Store, inbox: Inbox) -> None:
        """A refused command that nobody sent over a topic is kept without a notice."""
        refusal = refuse("case_unknown", "case")
        inbox.refuse_command("case-nowhere", CommandOutcome(command_id="cli:1", refusal=refusal))
        with store.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM outbox")) == 0


class TestVault:
    def test_personal_data_lie_in_the_vault_alone(self, store: Store, inbox: Inbox, recorder: Recorder) -> None:
        """A canary that was submitted occurs in no table, whatever the column: in the vault too it lies sealed."""
        accept_now(inbox, a_submission())
        vault_of(store).put_texts(a_submission().case_id, {"text-1": CANARY})
        sketch = Sketch()
        sketch.take(record_now(recorder, sketch.opening()))
        record_now(recorder, sketch.answer())
        tables = text("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', :vault)")
        found = set()
        with store.reading() as connection:
            for schema, table in connection.execute(tables, {"vault": VAULT}).all():
                everything = text(f"SELECT 1 FROM {schema}.{table} t WHERE t::text LIKE :canary OR t::text LIKE :hex")
                pattern = {"canary": "%canary-123456%", "hex": f"%{b'canary-123456'.hex()}%"}
                if connection.execute(everything, pattern).first():
                    found.add((schema, table))
        assert found == set()
        assert CANARY in (vault_of(store).person(a_submission().case_id) or "")

    def test_errors_and_values_do_not_show_the_person(self) -> None:
        """What is logged by accident shows references only."""
        assert CANARY not in repr(a_submission())
        assert CANARY not in repr(a_submission().documents)

    def test_documents_keep_their_content(self, store: Store, inbox: Inbox) -> None:
        """A reference means the same bytes for ever."""
        file = VaultDocument("document-1", "form", "đơn.pdf", "application/pdf", bytes(range(256)))
        first, second = (replace(a_submission(number), documents=(file,)) for number in (1, 2))
        accept_now(inbox, first)
        accept_now(inbox, replace(second, documents=(replace(file, content=b"other"),)))
        assert documents_of(store, first.subject_ref) == [file]
        assert documents_of(store, second.subject_ref) == []

    def test_what_an_applicant_wrote_later_keeps_its_text(self, store: Store, inbox: Inbox) -> None:
        """Under its application's person; another text under the same reference stands beside it; a stranger's nowhere."""
        submission, vault = a_submission(), vault_of(store)
        accept_now(inbox, submission)
        reference = text_ref_of(submission.case_id, "w1", "reason")
        other = reference + OTHER_TEXT_SUFFIX
        given = {reference: CANARY, text_ref_of(submission.case_id, "w1", "documents.0"): "a.pdf"}
        for _ in range(2):
            assert vault.put_texts(submission.case_id, given) == dict(zip(given, given, strict=True))
        for _ in range(2):
            assert vault.put_texts(submission.case_id, {reference: "other"}) == {reference: other}
        assert vault.texts([*given, other, "text-unknown"]) == {**given, other: "other"}
        unknown = case_id_of(SOURCE, "nobody")
        assert vault.put_texts(unknown, {"text-of-nobody": "x"}) == {"text-of-nobody": "text-of-nobody"}
        assert vault.texts(["text-of-nobody"]) == {}
        with store.reading() as connection:
            owners = connection.scalars(text("SELECT DISTINCT subject_ref FROM vault.texts")).all()
        assert owners == [submission.subject_ref]
