"""I1 and I2 as the database alone tells them: what is owed, which codes were given, whose persons lie in the vault."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from audit.owed import check_codes, check_inbox, check_owed
from events.language.identity import subject_ref_of
from store.database import Store
from store.errors import StoreError
from store.inbox import Inbox, Submission
from store.recorder import Recorder
from store.vault.vault import Vault
from store.verification import accepted_without_case
from tests.audit.owing import TOPICS, live
from tests.master_keys import vault_of
from tests.store.turn_builder import MORNING, Sketch


@pytest.fixture
async def sketches(store: Store, recorder: Recorder) -> list[Sketch]:
    """Three cases."""
    return await live(store, recorder, range(1, 4))


def tamper(store: Store, *statements: str, **values: object) -> None:
    """With the owner's rights, past the guard of the ledger."""
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE ledger DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement), values)


def said(store: Store) -> list[str]:
    """Every finding."""
    return [str(violation) for violation in check_owed(store)]


def test_what_is_sound_is_not_accused(store: Store, as_account: Callable[[str], Store], sketches: list[Sketch]) -> None:
    """For the owner, for the command line, and for whoever may not look into the vault."""
    assert [said(each) for each in (store, as_account("operator"), as_account("reader"))] == [[], [], []]


ERASURE = (
    "INSERT INTO erasures (subject_ref, erased_at, reason, legal_basis, actor, approved_by, cases, documents)"
    " VALUES (:subject, now(), 'r', 'b', '{{}}', 'c', 1, 0)"
)
TAMPERED = {
    "DELETE FROM ledger WHERE case_id = :first AND sequence = 8": [
        "I2 {first}.8: the outbox owes event 8, which the ledger does not have"
    ],
    "DELETE FROM outbox WHERE event_id = :first || '.7' AND topic LIKE '%.case-events.v1'": [
        "I2 {first}.7: the ledger has event 7, which the outbox never owed"
    ],
    "UPDATE outbox SET event_id = 'another' WHERE event_id = :first || '.7' AND topic LIKE '%.case-events.v1'": [
        "I2 {first}.7: the outbox owes event 7, which the ledger does not have",
        "I2 {first}.7: the ledger has event 7, which the outbox never owed",
    ],
    "INSERT INTO outbox (id, slot, topic, case_id, event_id, name, body, at) OVERRIDING SYSTEM VALUE"
    " VALUES (999, 1, 'greenlane.work.police.v1', :first, 'x', 'StepAssigned', '{{}}', now())": [
        "I2 greenlane.work.police.v1: the outbox owes message 999, which stands for nothing"
    ],
    "UPDATE dossier_codes SET last_ordinal = last_ordinal + 2": [
        "I1 H05.7-260302-0004: to H05.7-260302-0005 were given, and no case has them"
    ],
    "UPDATE dossier_codes SET last_ordinal = 2": ["I1 {third}.3: the code H05.7-260302-0003 was never given"],
    "DELETE FROM dossier_codes": [
        "I1 {first}.3: the code H05.7-260302-0001 was never given",
        "I1 {second}.3: the code H05.7-260302-0002 was never given",
        "I1 {third}.3: the code H05.7-260302-0003 was never given",
    ],
    "UPDATE ledger SET body = replace(body, '0001\"', '0002\"') WHERE case_id = :first": [
        "I1 H05.7-260302-0001: was given, and no case has it",
        "I1 H05.7-260302-0002: is the code of {least} and of {most}",
    ],
    "UPDATE ledger SET body = 'no JSON' WHERE case_id = :first AND sequence = 3": [
        "I1 H05.7-260302-0001: was given, and no case has it",
        "I1 {first}.3: has no dossier code",
    ],
    "DELETE FROM vault.subjects v USING applications a WHERE a.subject_ref = v.subject_ref AND a.application_id = 'A-2'": [
        "I1 {second}: the person who applied does not lie in the vault"
    ],
    "DELETE FROM vault.entries WHERE stream_id = :first": [
        "I1 {first}: the person who applied does not lie in the vault"
    ],
    "UPDATE vault.entries SET subject_ref = 'nobody' WHERE stream_id = :first": [
        "I1 nobody: personal data of nobody's case"
    ],
    "UPDATE vault.subjects SET wrapped_key = NULL WHERE subject_ref = :subject": [
        "I1 {subject}: has no key, and no erasure is on record"
    ],
    f"WITH e AS ({ERASURE}) UPDATE vault.subjects SET wrapped_key = NULL WHERE subject_ref = :subject": [
        "I1 {subject}: was erased, and something of it still lies in the vault"
    ],
    ERASURE: [
        "I1 {subject}: was erased, and has its key again: a back-up was restored, and erasures were not applied again"
    ],
    "UPDATE applications SET received_at = received_at + interval '1 s' WHERE case_id = :first": [
        "I1 {first}: its application is not what its first event says: received_at"
    ],
    "DELETE FROM applications WHERE case_id = :first": [
        "I1 {first}: is a case that nobody submitted",
        "I1 {subject}: personal data of nobody's case",
    ],
    "INSERT INTO vault.texts (reference, subject_ref, stream_id, sealed) VALUES ('r', 'nobody', 'case', 'mine')": [
        "I1 nobody: a text of nobody's case"
    ],
    "INSERT INTO vault.documents (reference, subject_ref, stream_id, kind, sealed_name, sealed_media_type, sealed_content)"
    " VALUES ('r', 'nobody', 'case', 'k', 'n', 'm', '')": ["I1 nobody: a document of nobody's case"],
}


@pytest.mark.parametrize("statement", TAMPERED)
def test_each_change_is_said_with_its_place(store: Store, sketches: list[Sketch], statement: str) -> None:
    """The case and the event, or the code and the reference in words; and nothing else is accused."""
    first, second, third = (sketch.case_id for sketch in sketches)
    given = {"first": first, "subject": subject_ref_of(first)}
    tamper(
        store,
        statement.replace("{{}}", "{}"),
        **{name: value for name, value in given.items() if f":{name}" in statement},
    )
    names = {"least": min(first, second), "most": max(first, second), "subject": subject_ref_of(first)}
    expected = [each.format(first=first, second=second, third=third, **names) for each in TAMPERED[statement]]
    assert sorted(said(store)) == sorted(expected)


def test_whoever_was_erased_on_record_is_not_missed(store: Store, sketches: list[Sketch]) -> None:
    """Nothing of the person is there, and nobody says that it should be."""
    subject = subject_ref_of(sketches[0].case_id)
    of_subject = [f"DELETE FROM vault.{table} WHERE subject_ref = :subject" for table in ("entries", "indexes")]
    erased = "UPDATE vault.subjects SET wrapped_key = NULL, erased_at = now() WHERE subject_ref = :subject"
    tamper(store, ERASURE.replace("{{}}", "{}"), erased, *of_subject, subject=subject)
    assert said(store) == []
    assert [Vault(store, None).was_erased(sketch.case_id) for sketch in sketches] == [True, False, False]


def test_a_case_that_was_removed_with_all_its_rows_leaves_a_gap(store: Store, sketches: list[Sketch]) -> None:
    """Even where outbox, inbox and read models forgot it too: its code was given. What it leaves in the vault is nobody's."""
    tables = ("ledger", "outbox", "applications", "commands", "cases", "worklist")
    tamper(store, *(f"DELETE FROM {table} WHERE case_id = :gone" for table in tables), gone=sketches[1].case_id)
    assert said(store) == [
        "I1 H05.7-260302-0002: was given, and no case has it",
        f"I1 {subject_ref_of(sketches[1].case_id)}: personal data of nobody's case",
    ]


def test_whoever_may_not_see_persons_accuses_nobody_of_having_none(
    store: Store, as_account: Callable[[str], Store], sketches: list[Sketch]
) -> None:
    """What was not looked at is not found wrong."""
    tamper(store, "DELETE FROM vault.subjects")
    assert [len(said(as_account(account))) for account in ("operator", "reader")] == [3, 0]


async def test_a_case_of_a_linked_dossier_has_the_person_of_its_dossier(store: Store, sketches: list[Sketch]) -> None:
    """The person lies there under the dossier's reference; the case comes without one of its own."""
    inbox = Inbox(store, TOPICS, vault_of(store))
    await inbox.accept_application(
        Submission(
            "case-of-dossier", "/portal", "l", "linked:d:a:1", subject_ref_of(sketches[0].case_id), MORNING, "{}", ""
        )
    )
    inbox.close()
    assert said(store) == []


def test_a_case_of_a_dossier_is_remembered_as_such(store: Store, sketches: list[Sketch]) -> None:
    """Under its dossier, its name there and its round, as its first event says; letters of any script, and quotes."""
    case_id = sketches[0].case_id
    link = '"linked":{"dossier":"dossier-1","name":"Xây \\"mới\\"","round":2}'
    change = "UPDATE ledger SET body = replace(body, '\"facts\":', :link) WHERE case_id = :case AND sequence = 1"
    tamper(store, change, link=f'{link},"facts":', case=case_id)
    not_remembered = [f"I1 {case_id}: is not remembered as a case of its dossier"]
    assert said(store) == not_remembered
    remember = "INSERT INTO dossier_cases (case_id, dossier_id, name, round) VALUES (:case, 'dossier-1', :name, :round)"
    tamper(store, remember, case=case_id, name='Xây "mới"', round=2)
    assert said(store) == []
    for column in ("dossier_id = 'dossier-2'", "name = 'another'", "round = 1"):
        tamper(store, "CREATE TABLE former AS TABLE dossier_cases", f"UPDATE dossier_cases SET {column}")
        assert said(store) == not_remembered
        tamper(store, "DELETE FROM dossier_cases", "INSERT INTO dossier_cases TABLE former", "DROP TABLE former")


async def test_recordings_that_failed_leave_no_gap_in_the_codes(
    store: Store, new_recorder: Callable[..., Recorder]
) -> None:
    """What is rolled back takes its ordinals back; what is tried again, and what comes twice, takes no second one."""
    one, other = new_recorder(), new_recorder()
    opening = Sketch(1).opening()
    await one.record(opening)
    await other.record(opening)
    broken = Sketch(2).opening()
    wrong = broken.model_copy(update={"records": (broken.records[0], *broken.records)})
    with pytest.raises(Exception, match="at its place"):
        await one.record(wrong)
    tamper(store, "ALTER TABLE worklist ADD CONSTRAINT refuses CHECK (false) NOT VALID")
    with pytest.raises(StoreError):
        await other.record(broken)
    tamper(store, "ALTER TABLE worklist DROP CONSTRAINT refuses")
    await other.record(broken)
    codes = list(check_codes(store))
    with store.reading() as connection:
        assert connection.execute(text("SELECT last_ordinal FROM dossier_codes")).all() == [(2,)]
    assert codes == []


async def test_what_waits_to_be_opened_is_a_submission_without_a_case_only_when_others_went_on(
    store: Store, sketches: list[Sketch]
) -> None:
    """The worker may be down, or have much to do: that is nobody's fault. A day of others' cases later it was forgotten."""
    inbox, waiting = Inbox(store, TOPICS, vault_of(store)), Sketch(9)
    await inbox.accept_application(
        Submission(waiting.case_id, "/portal", "A-9", "d", "subject-of-A-9", MORNING, "{}", person="{}")
    )
    inbox.close()
    assert accepted_without_case(store) == []
    tamper(store, "UPDATE applications SET recorded_at = recorded_at - interval '25 hours' WHERE NOT opened")
    assert accepted_without_case(store) == [waiting.case_id]
    tamper(store, "UPDATE ledger SET recorded_at = recorded_at - interval '2 days'")
    assert accepted_without_case(store) == []
    tamper(store, "DELETE FROM cases WHERE case_id = :first", first=sketches[0].case_id)
    assert accepted_without_case(store) == [sketches[0].case_id]


def test_a_case_that_nobody_submitted_is_told_as_one(store: Store, sketches: list[Sketch]) -> None:
    """It is not the same as a submission that has no case."""
    gone, unasked = (sketch.case_id for sketch in sketches[:2])
    tamper(store, "DELETE FROM cases WHERE case_id = :gone", gone=gone)
    tamper(store, "DELETE FROM applications WHERE case_id = :unasked", unasked=unasked)
    found = [str(violation) for violation in check_inbox(store) if violation.invariant == "I1"]
    assert f"I1 {gone}: was accepted and has no case" in found
    assert f"I1 {unasked}: is a case that nobody submitted" in found
