"""What is superseded, amended or not verified is shown so by whatever shows a legal basis; in both languages."""

from __future__ import annotations

import re

from tests.cli.program import Program


def plain(text: str) -> str:
    """Without what a table breaks: one blank between words."""
    return re.sub(r"\s+", " ", text)


def test_a_superseded_decree_is_shown_as_such_in_english(greenlane: Program) -> None:
    """Since when, and by what; and what the agency may do with a case, each act with its basis."""
    shown = plain(greenlane("procedures", "karaoke-licence", "--on", "2026-03-02").out)
    assert "61/2018/NĐ-CP art. 19 (superseded since 2025-07-01 by 118/2025/NĐ-CP)" in shown
    assert "54/2019/NĐ-CP art. 4, 9-11 (amended or replaced by 148/2024/NĐ-CP)" in shown
    assert "118/2025/NĐ-CP (not verified)" in shown
    for act in ("Request for documents", "Request for an explanation", "Refusal", "Stop", "Suspension"):
        assert act in shown


def test_a_superseded_decree_is_shown_as_such_in_vietnamese(greenlane: Program) -> None:
    """As an official would write it; no English word among the marks."""
    shown = plain(greenlane("procedures", "karaoke-licence", "--on", "2026-03-02", "--lang", "vi").out)
    assert "61/2018/NĐ-CP điều 19 (hết hiệu lực từ 01/07/2025, thay bằng 118/2025/NĐ-CP)" in shown
    assert "được sửa đổi, thay thế bởi 148/2024/NĐ-CP" in shown
    assert "118/2025/NĐ-CP (chưa kiểm chứng)" in shown
    assert "Yêu cầu giải trình" in shown
    assert not re.findall(r"superseded|verified| art\.", shown)


def test_on_a_day_before_it_was_superseded_a_decree_is_simply_cited(greenlane: Program) -> None:
    """Of the versions published then nothing is known but the texts."""
    shown = plain(greenlane("procedures", "construction-permit-works", "--on", "2025-12-31").out)
    assert "61/2018/NĐ-CP art. 19(4)" in shown
    assert "superseded" not in shown


def test_machines_get_validity_marks_and_rules(greenlane: Program) -> None:
    """The days on which the version is in force are those that its successor leaves it."""
    (found,) = greenlane("procedures", "security-order-certificate", "--on", "2026-03-02", "--json").json["procedures"]
    assert (found["valid_from"], found["valid_until"]) == ("2026-01-01", "2026-03-14")
    by_document = {basis["document"]: basis for basis in found["bases"]}
    assert by_document["61/2018/NĐ-CP"]["in_force"] is False
    assert by_document["61/2018/NĐ-CP"]["superseded_by"] == "118/2025/NĐ-CP"
    assert by_document["118/2025/NĐ-CP"]["in_force"] is True
    assert found["acts"]["stop"]["approval"] == "second_person"
    assert found["acts"]["supplement"]["applicant_limit"] == {"amount": 30, "unit": "days"}
    (later,) = greenlane("procedures", "security-order-certificate", "--on", "2026-03-15", "--json").json["procedures"]
    assert (later["valid_from"], later["valid_until"], later["agency"]) == ("2026-03-15", None, "commune-police")


def test_a_template_tells_which_of_its_bases_are_in_force(greenlane: Program) -> None:
    """The interlinked rule of Decree 61/2018 is over; what came in its place was not read."""
    templates = greenlane("dossier", "templates", "--json").json["templates"]
    bases = next(template["bases"] for template in templates if template["id"] == "food-factory")
    assert {(basis["document"], basis["in_force"], basis["verified"]) for basis in bases} == {
        ("61/2018/NĐ-CP", False, True),
        ("118/2025/NĐ-CP", True, False),
    }
