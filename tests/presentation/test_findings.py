"""What a verification found, as programs read it and as a Vietnamese screen says it."""

from __future__ import annotations

import pickle

import pytest

from audit.checkpoints import Witnessed, fault_of_leaf
from audit.proof.checking import of_checkpoint
from audit.rebuild import Difference
from audit.verification_report import ReplayTally, VerificationReport
from audit.violation import Violation
from presentation.integrity import finding_text, verification_json, verification_screen
from presentation.words.words import Words
from store.soundness import BrokenLeaf
from tests.presentation.test_blocks import drawn
from wording.text import _


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


def test_an_auditor_reads_in_vietnamese_how_the_past_differs() -> None:
    """Which event and how, also after the way between processes; a checkpoint in words, what differs first before all else."""
    report = VerificationReport()
    report.note_all(
        pickle.loads(pickle.dumps(one))
        for one in (
            of_checkpoint(1, _("its signature does not hold")),
            fault_of_leaf(BrokenLeaf(3, "case-1", 4, "hash"), (9,)),
            fault_of_leaf(BrokenLeaf(12, "case-2", 5, "missing"), (9,)),
        )
    )
    report.note_differences([Difference("case-3", "case")])
    vietnamese = drawn(*verification_screen(report, Words("vi")), width=300)
    first = "case-1, sự kiện 4: mã băm không khớp với mã băm mà điểm chốt 1 đã ký"
    assert vietnamese.lstrip().startswith(f"Sự kiện sai đầu tiên: {first}")
    assert "điểm chốt 1: chữ ký không hợp lệ" in vietnamese
    assert "case-2, sự kiện 5 bị thiếu, trong khi một điểm chốt đã ký sự kiện này" in vietnamese
    assert "case-3: dòng của hồ sơ trong danh sách hồ sơ không khớp với sổ cái" in vietnamese
    assert "--lang en" not in vietnamese
    english = drawn(*verification_screen(report, Words("en")), width=300)
    first = "case-1, event 4: its hash is not the one that checkpoint 1 signed"
    assert english.lstrip().startswith(f"First event that differs: {first}")
    assert (
        verification_json(report)["findings"][-1]
        == "I8: case-3: its row in the list of cases is not what the ledger says"
    )


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
