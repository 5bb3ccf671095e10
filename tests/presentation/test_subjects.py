"""What whoever answers a person's request reads, in both languages; no screen of an erasure names the person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest

from presentation.blocks import Block, Grid, Line, Table
from presentation.subjects.subject_screens import erased_lines, found_screen, reapplied_lines, shown_screen
from services.erasing import Erased, Reapplied
from services.subjects import FoundSubject, ShownSubject, SubjectCase
from store.persons import Erasure, SubjectStream
from store.vault.subjects import Subject
from tests.presentation.test_promises_on_screens import moments

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
SUBJECT = Subject("subject-1", "person", AT, None, None)
ISSUED = SubjectStream("C-1", "H05-1", "work-permit", False, "closed", "issued", AT, AT)
OPEN = SubjectStream("C-2", None, None, False, None, None, None, AT)
LINKED = SubjectStream("L-1", None, None, True, "closed", "granted", AT, AT)
CASES = (
    SubjectCase(ISSUED, date(2046, 3, 2)),
    SubjectCase(LINKED, date.max),
    SubjectCase(OPEN, None),
)
ERASURE = Erasure("subject-1", AT, "asked", "91/2025/QH15", "{}", "head-1", 2, 3)


def said(blocks: Iterable[Block]) -> str:
    """All texts of the blocks, a line each."""
    texts: list[str] = []
    for block in blocks:
        if isinstance(block, Table):
            texts += [" ".join(str(cell) for cell in row.cells) for row in block.rows]
        elif isinstance(block, Grid):
            texts += [" ".join(str(cell) for cell in row) for row in block.rows]
        else:
            assert isinstance(block, str | Line)
            texts.append(str(block))
    return "\n".join(texts)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            ["person", "phone 0900000000", "address.street 18 Hàng Bè", "2046-03-02", "permanently", "linked dossier"],
        ),
        ("vi", ["cá nhân", "phone 0900000000", "02/03/2046", "vĩnh viễn", "nhóm hồ sơ"]),
    ],
)
def test_a_person_is_shown_field_by_field_with_the_days_of_keeping(language: str, told: list[str]) -> None:
    person = {"phone": "0900000000", "address": {"street": "18 Hàng Bè"}}
    screen = said(shown_screen(ShownSubject(SUBJECT, person, CASES), moments(language)))
    assert [text for text in (*told, "H05-1") if text not in screen] == []


@pytest.mark.parametrize(("language", "nobody"), [("en", "Nobody is found by that."), ("vi", "Không tìm thấy ai.")])
def test_who_was_found_and_that_nobody_was(language: str, nobody: str) -> None:
    assert said(found_screen([], moments(language))) == nobody
    assert "subject-1" in said(found_screen([FoundSubject(SUBJECT, CASES)], moments(language)))


def test_where_applications_differ_it_is_said() -> None:
    """With what was said there: two people may have been joined by a mistyped number."""
    differs = {"C-1": {"phone": "0911111111"}}
    screen = said(shown_screen(ShownSubject(SUBJECT, {"phone": "0900000000"}, CASES, differs), moments("en")))
    assert "they may be of different people" in screen
    assert screen.endswith("H05-1 phone: 0911111111")


def test_what_still_holds_the_data_is_told() -> None:
    """Back-ups, letters in clear, letters that nobody could open; of what was erased before, only when."""
    done = said(erased_lines(Erased(ERASURE, False, clear_letters=1, closed_letters=2), moments("en")))
    assert done.splitlines() == [
        "subject-1 is erased.",
        "Cases: 2. Documents: 3.",
        "1 dead letter of an older program still holds something; it goes with the age of its topic.",
        "2 dead letters could not be opened, and were not looked into.",
        "Older back-ups still hold the data until they are destroyed.",
    ]
    again = said(erased_lines(Erased(ERASURE, True), moments("en"))).splitlines()
    assert again == ["subject-1 was erased before, on 2026-03-02 09:00; nothing was done.", "Cases: 2. Documents: 3."]


def test_who_is_left_is_named() -> None:
    words = moments("en").words
    lines = said(reapplied_lines(Reapplied(3, ("subject-1",), ("subject-2",)), words)).splitlines()
    assert lines[0] == "1 subject erased again. On the list: 3."
    assert lines[1].startswith("subject-2 is left: ")
