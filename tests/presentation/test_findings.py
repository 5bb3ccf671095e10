"""What a verification found, as programs read it and as a Vietnamese screen says it."""

from __future__ import annotations

import pytest

from audit.checkpoints import Witnessed
from audit.verification_report import ReplayTally, VerificationReport
from audit.violation import Violation
from presentation.integrity import finding_text, verification_json, verification_screen
from presentation.words.words import Words
from tests.presentation.test_blocks import drawn


@pytest.mark.parametrize(
    ("finding", "line", "place"),
    [
        (Violation("I6", "case-1", 7, "fired twice"), "I6: case-1 event 7: fired twice", "case-1, sự kiện 7"),
        (Violation("I5", "case-1", None, "clock a ends"), "I5: case-1 event None: clock a ends", "case-1"),
        (Violation("I8", "case-1", None, "worklist"), "I8: case-1: worklist", "case-1"),
        (
            Violation("I4", "case-1", None, "command c has two effects"),
            "I4: case-1: command c has two effects",
            "case-1",
        ),
        (Violation("I3", "a.1", None, "is on t", goes_on=True), "I3: a.1 is on t", "a.1"),
    ],
)
def test_a_finding_for_programs_and_in_vietnamese(finding: Violation, line: str, place: str) -> None:
    report = VerificationReport()
    report.note(finding)
    assert verification_json(report)["findings"] == [line]
    assert finding_text(finding, Words("en")) == line
    said = finding_text(finding, Words("vi"))
    assert place in said
    assert finding.message not in said


@pytest.mark.parametrize("language", ["en", "vi"])
def test_replayed_histories_are_told_where_they_were_asked_for(language: str) -> None:
    """How many, by which draw, and of how many runs there is none."""
    report = VerificationReport()
    assert "histories" not in verification_json(report)
    report.replays = ReplayTally(replayed=12, left_out=3, seed="a1b2")
    body = verification_json(report)
    assert (body["histories"], body["histories_left_out"], body["sample_seed"]) == (12, 3, "a1b2")
    said = " ".join(str(block) for block in verification_screen(report, Words(language)))
    assert all(word in said for word in ("12", "a1b2", "3"))
    report.replays = ReplayTally(replayed=12)
    assert "sample_seed" not in verification_json(report)


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("en", 1, "1 case, 1 event: all is well."),
        ("en", 2, "2 cases, 2 events: all is well."),
        ("vi", 1, "1 hồ sơ, 1 sự kiện: mọi thứ đúng."),
    ],
)
def test_one_case_is_no_cases(language: str, count: int, words: str) -> None:
    report = VerificationReport(cases=count, events=count)
    assert words in drawn(*verification_screen(report, Words(language)), width=200)


def test_what_was_not_looked_into_is_said() -> None:
    """In both languages, and to programs, who otherwise see no such key."""
    report = VerificationReport(unseen=["vault"])
    assert verification_json(report)["unseen"] == ["vault"]
    assert "unseen" not in verification_json(VerificationReport())
    for language, words in (("en", "this account may not see persons"), ("vi", "không được xem")):
        assert words in drawn(*verification_screen(report, Words(language)), width=200)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_how_far_the_witness_reaches_is_told(language: str) -> None:
    """For programs with its number and size; on the screen with how many events only the database speaks of."""
    report = VerificationReport()
    assert verification_json(report)["witnessed"] is None
    report.witness, report.witnessed = "checkpoints", Witnessed(41, 1568, 230)
    report.nothing_new, report.unseen_signatures = True, 7
    assert verification_json(report)["witnessed"] == {"number": 41, "events": 1568}
    said = [str(block) for block in verification_screen(report, Words(language))]
    assert sum("41" in block and "230" in block for block in said) == 1
    assert sum("7" in block and "--key" in block for block in said) == 1
    report.witnessed, report.nothing_new, report.unseen_signatures = Witnessed(41, 1568, 0), False, 0
    assert len(list(verification_screen(report, Words(language)))) == len(said) - 3
