"""What was not asked is null and never 0; the first fault is the one that explains the others."""

from __future__ import annotations

from audit.rebuild import Difference
from audit.verification_report import FINDINGS_MAX, INVARIANTS, VerificationReport
from audit.violation import Violation
from presentation.integrity import verification_json

FIRST, SECOND = f"case-{'1' * 24}", f"case-{'2' * 24}"


def test_every_invariant_has_a_key_and_only_numbers_count() -> None:
    report = VerificationReport()
    report.ask("I1", "I2")
    body = verification_json(report)
    assert list(body["violations"]) == list(INVARIANTS)
    assert {name for name, count in body["violations"].items() if count is not None} == {"I1", "I2"}
    assert (body["ok"], body["witness"], body["first_fault"]) == (True, "database", None)


def test_what_is_wrong_counts_though_nobody_asked() -> None:
    report = VerificationReport()
    report.note(Violation("I3", FIRST, None, "is owed to a topic and not there", goes_on=True))
    assert (report.ok, report.violations["I3"]) == (False, 1)
    report.ask("I3")
    assert report.violations["I3"] == 1


def test_the_first_fault_is_the_earliest_that_was_changed() -> None:
    """A lower kind gives way to a changed event, a later event to an earlier one, a whole case to an event of it."""
    report = VerificationReport()
    wrong = (
        Violation("I8", FIRST, None, "worklist"),
        Violation("I9", "checkpoint 3", None, "its signature does not hold"),
        Violation("I2", SECOND, None, "hash", altered=True),
        Violation("I2", SECOND, 7, "its content is not what its hash says", altered=True),
        Violation("I9", SECOND, 6, "is missing, and checkpoint 2 signed it", goes_on=True, altered=True),
    )
    expected = (
        {"case_id": FIRST, "sequence": None, "what": "worklist"},
        {"case_id": None, "sequence": None, "what": "checkpoint 3: its signature does not hold"},
        {"case_id": SECOND, "sequence": None, "what": "hash"},
        {"case_id": SECOND, "sequence": 7, "what": "event 7: its content is not what its hash says"},
        {"case_id": SECOND, "sequence": 6, "what": "event 6 is missing, and checkpoint 2 signed it"},
    )
    for violation, fault in zip(wrong, expected, strict=True):
        report.note(violation)
        assert verification_json(report)["first_fault"] == fault
    for violation in reversed(wrong[:-1]):
        report.note(violation)
        assert verification_json(report)["first_fault"] == expected[-1]


def test_an_event_that_cannot_be_read_is_told_by_its_place() -> None:
    """Before what follows from it; a read model that differs is about the whole case."""
    report = VerificationReport()
    report.note_differences([Difference(FIRST, "worklist"), Difference(SECOND, "unreadable", 9)])
    assert [str(one) for one in report.findings] == [
        f"I8 {FIRST}: its rows in the list of waiting steps are not what the ledger says",
        f"I2 {SECOND}.9: cannot be read",
    ]
    expected = {"case_id": SECOND, "sequence": 9, "what": "event 9 cannot be read"}
    assert verification_json(report)["first_fault"] == expected


def test_checkpoints_are_in_the_order_of_their_numbers() -> None:
    """The second before the tenth."""
    report = VerificationReport()
    report.note_all(Violation("I9", f"checkpoint {number}", None, "is missing", goes_on=True) for number in (10, 2, 11))
    assert verification_json(report)["first_fault"]["what"] == "checkpoint 2 is missing"


def test_what_was_altered_is_named_however_much_else_is_wrong() -> None:
    report = VerificationReport()
    report.note_all(Violation("I6", FIRST, number, "fired twice") for number in range(FINDINGS_MAX + 9))
    altered = [Violation("I2", SECOND, number, "is missing", altered=True) for number in range(FINDINGS_MAX + 9)]
    report.note_all(altered[:2])
    assert report.findings[:2] == altered[:2]
    assert len(report.findings) == FINDINGS_MAX
    report.note_all(altered[2:])
    assert report.findings == altered[:FINDINGS_MAX]


def test_two_looks_joined_are_one_report() -> None:
    """Of the second look's many findings only some are named, and all are counted."""
    whole, streams, beside = (VerificationReport() for _ in range(3))
    late = [Violation("I6", SECOND, 3, "fired twice")]
    many = [Violation("I9", FIRST, number, "is missing", altered=True) for number in range(FINDINGS_MAX + 9, 0, -1)]
    whole.note_all([*late, *many])
    streams.note_all(late)
    beside.note_all(many)
    streams.note_findings(beside)
    assert (streams.violations, streams.first_fault) == (whole.violations, whole.first_fault)
    assert streams.findings == whole.findings
