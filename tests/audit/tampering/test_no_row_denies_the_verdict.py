"""Whatever stands in a row, the verdict comes: the row is named, and all else is looked at."""

from __future__ import annotations

import pytest

from audit.verification_report import VerificationReport
from store.errors import StoreUnavailable
from tests.audit.tampering.house import KEY, House

DEEP = "[" * 200_000
IMPOSSIBLE = ("infinity", "-infinity", "0044-03-15 BC", "12026-01-01")
LEDGER = "UPDATE ledger SET {} = '{}' WHERE case_id = :case AND sequence = 6"


def said(report: VerificationReport) -> list[str]:
    return [str(finding) for finding in report.findings]


def assert_named(house: House, words: str) -> None:
    report = house.verified()
    named = said(report)
    assert any(words in one for one in named), named
    assert (report.cases, report.ok) == (len(house.case_ids), False)


@pytest.mark.parametrize("at", IMPOSSIBLE)
def test_instants_that_no_calendar_has(house: House, at: str) -> None:
    """One of every column that a verification reads, all at once."""
    case = house.case_ids[0]
    house.change(
        f"UPDATE log_leaves SET recorded_at = '{at}' WHERE number = 3",
        LEDGER.format("recorded_at", at),
        f"UPDATE ledger SET at = '{at}' WHERE case_id = :case AND sequence = 8",
        f"UPDATE checkpoints SET at = '{at}' WHERE number = 1",
        f"UPDATE catalog_editions SET at = '{at}'",
        f"UPDATE outbox SET at = '{at}'",
        f"UPDATE applications SET recorded_at = '{at}', opened = false",
        f"UPDATE dossier_codes SET day = '{at}'",
        case=case,
    )
    report = house.verified()
    named = said(report)
    for fault in (
        f"I9 {case}.4: its instant of recording is not the one",
        f"I2 {case}.8: its columns are not what its content says",
        "I9 checkpoint 1: its columns are not what its content says",
        "I9 edition 1: is not what a checkpoint signed",
    ):
        assert any(one.startswith(fault) for one in named), named
    assert report.cases == len(house.case_ids)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (f"UPDATE checkpoints SET edges = '{DEEP}' WHERE number = 1", "checkpoint 1: what the next one grows from"),
        (f"UPDATE checkpoints SET body = '{DEEP}' WHERE number = 1", "checkpoint 1: cannot be read"),
        (
            "UPDATE checkpoints SET body = replace(body, '\"number\":2', '\"number\":1000000000000') WHERE number = 2",
            "checkpoint 2: is missing, and all up to 999999999999",
        ),
        (
            "UPDATE log_leaves SET sequence = 2147483647 WHERE log = 'publications'",
            "edition 2: is missing, and all up to 2147483646",
        ),
        ("UPDATE dossier_codes SET last_ordinal = 2147483647", "were given, and no case has them"),
        (
            "UPDATE applications SET recorded_at = '294276-12-31', opened = false;"
            " UPDATE outbox SET sequence = 2147483647 WHERE id = (SELECT max(id) FROM outbox WHERE sequence IS NOT NULL)",
            "the outbox owes event 2147483647",
        ),
        ("UPDATE definitions SET body = '{{}}'", "are not those that were kept"),
        (f"UPDATE definitions SET body = '{DEEP}'", "are not those that were kept"),
        ("UPDATE definitions SET body = replace(body, '{{', '{{\"more\":1,')", "are not those that were kept"),
    ],
)
def test_numbers_and_texts_beyond_all_bounds(house: House, change: str, words: str) -> None:
    house.change(*change.replace("{{", "{").replace("}}", "}").replace(":1", "\\:1").replace(":2", "\\:2").split(";"))
    assert_named(house, words)


def test_changed_definitions_accuse_no_event(house: House) -> None:
    """A content that is as good as the other: the definitions are named, and no event is said to be wrong by them."""
    house.change("UPDATE definitions SET body = replace(body, 'culture', 'education')")
    assert_named(house, "are not those that were kept")
    report = house.verified()
    assert report.first_fault is not None
    assert report.first_fault.case_id.startswith("definitions ")
    accused = [one for one in report.findings if one.sequence is not None]
    assert accused == []


def test_an_event_of_years_ago_is_not_signed_in_silence(house: House) -> None:
    """The signer is made to look again, and signs in good faith; what it looked at is put back."""
    case = house.case_ids[-1]
    house.change(
        "UPDATE checkpoints SET settled_position = -10000",
        "CREATE TEMPORARY TABLE moved ON COMMIT DROP AS SELECT * FROM ledger WHERE case_id = :case",
        "UPDATE moved SET recorded_at = '2020-01-01', position = -1 - sequence",
        "DELETE FROM ledger WHERE case_id = :case",
        "INSERT INTO ledger OVERRIDING SYSTEM VALUE SELECT * FROM moved",
        case=case,
    )
    house.checkpoint()
    house.change("UPDATE checkpoints SET settled_position = 0")
    named = said(house.verified())
    assert f"I9 {case}.1: was recorded long before the checkpoint that first signed it" in named
    assert f"I9 {case}.1: stands at a position that is never drawn" in named


@pytest.mark.parametrize("column", ["settled_position", "ledger_position", "settled_reads", "reads_position"])
def test_a_position_that_is_none_names_the_checkpoint_and_no_event(house: House, column: str) -> None:
    house.change(f"UPDATE checkpoints SET {column} = 9223372036854775807 WHERE number = 2")
    report = house.verified()
    assert {one.case_id for one in report.findings} == {"checkpoint 2"}


def test_what_began_before_the_last_checkpoint_and_ended_after_it_is_honest(house: House) -> None:
    """Its instant is that of its beginning; as one that is signed, and as one that is not yet."""
    late = "UPDATE ledger SET recorded_at = (SELECT max(at) FROM checkpoints) - interval '{}' WHERE case_id = :case"
    house.change("UPDATE commands SET settled_at = settled_at - interval '1 day'")
    house.change(late.format("50 minutes"), case=house.case_ids[-1])
    assert house.verified().ok
    house.checkpoint()
    assert house.verified().ok
    house.restore(house.now)
    house.change(late.format("70 minutes"), case=house.case_ids[-1])
    named = f"I9 {house.case_ids[-1]}.1: was recorded long before the last checkpoint, and not signed"
    assert named in said(house.verified())


def test_the_first_checkpoint_signs_whatever_came_before(house: House) -> None:
    """An installation that had no checkpoints for years gets its first, and then more."""
    house.change("UPDATE ledger SET recorded_at = recorded_at - interval '3 years'")
    house.change("UPDATE commands SET settled_at = settled_at - interval '3 years'")
    house.sign_anew(KEY)
    assert house.verified(outside=False).ok


def test_a_lock_that_somebody_holds_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.database.READER_OPTIONS", "-c jit=off -c lock_timeout=300ms -c TimeZone=UTC")
    with house.store.writing() as connection:
        connection.exec_driver_sql("LOCK TABLE log_leaves IN ACCESS EXCLUSIVE MODE")
        other = type(house.store)(house.store.engine.url.render_as_string(hide_password=False))
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            house.__class__(other, house.file, house.case_ids).verified()
        other.close()
