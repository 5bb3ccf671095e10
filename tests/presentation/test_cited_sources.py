"""What the calculator cites: in both languages for programs, in one on a screen."""

from __future__ import annotations

from cases.calculator import RECEIPT, SUSPENSION
from presentation.sources import cited_text, source_json


def test_a_cited_law_in_both_languages_and_in_one() -> None:
    assert source_json(RECEIPT) == "Bộ luật Dân sự 2015 / Civil Code 2015 art. 147(2)"
    assert source_json(SUSPENSION) == "mẫu 05 TT 03/2025 / form 05 of Circular 03/2025"
    assert source_json("of a catalogue / as it is") == "of a catalogue / as it is"
    assert cited_text(RECEIPT, "en") == "Civil Code 2015 art. 147(2)"
    assert cited_text(RECEIPT, "vi") == "Bộ luật Dân sự 2015 điều 147(2)"
