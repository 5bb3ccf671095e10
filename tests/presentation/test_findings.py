"""What a verification found, as programs read it and as a Vietnamese screen says it."""

from __future__ import annotations

import pytest

from audit.verification_report import VerificationReport
from audit.violation import Violation
from presentation.integrity import finding_text, verification_json
from presentation.words.words import Words


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
