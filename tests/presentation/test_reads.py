"""Who looked, as people read it: real time that can be asked for again, and what a list was narrowed to as it is typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from presentation.reads import reads_json, reads_screen
from services.actors import claimed
from services.reads_on_record import Read, ReadList, RecordedRead
from sla.business_time import BusinessTime
from sla.instants import instant_of
from tests.presentation.test_promises_on_screens import moments
from tests.presentation.test_subjects import said

AT = datetime(2026, 11, 27, 20, 57, 3, 250_000, tzinfo=UTC)
LISTED = Read(
    claimed("operator", "root"), "command_line", "cases", filter={"fields": ["phone", "email"], "personal": True}
)
TOLD = ReadList((RecordedRead(2, AT, "greenlane_reader", None), RecordedRead(1, AT, "greenlane_operator", LISTED)), 2)


@pytest.mark.parametrize(("language", "no_read"), [("en", "no read"), ("vi", "không phải lượt xem")])
def test_reads_are_told_in_words(language: str, no_read: str) -> None:
    """Nothing as a programming language writes it; each under the account of the database that put it there."""
    screen = said(reads_screen(TOLD, moments(language)))
    assert "fields=phone+email, personal" in screen
    assert not set("[]'") & set(screen)
    for text in (no_read, "greenlane_reader", "greenlane_operator"):
        assert text in screen


def test_what_the_screen_says_of_when_can_be_asked_for() -> None:
    """Real time, also where business time runs faster; the last line as an option takes it."""
    fast = replace(moments("en"), time=BusinessTime(business_anchor_at=AT, real_anchor_at=AT, factor=10_000))
    screen = said(reads_screen(TOLD, fast))
    assert "2026-11-28\n03:57:03" in screen
    assert instant_of(screen.rsplit(" ", 1)[1].removesuffix("."), "from") == AT.replace(microsecond=0)
    assert "times as fast" not in screen
    replayed = replace(TOLD, reads=(replace(TOLD.reads[1], read=replace(LISTED, as_of=AT)),))
    assert "times as fast" in said(reads_screen(replayed, fast)), "as of when is business time"


def test_programs_are_told_that_a_row_is_no_read() -> None:
    """With when it came and whose account put it there, and nothing that it says."""
    first, second = reads_json(TOLD)["reads"]
    assert list(first) == list(second)
    assert first.pop("account") == "greenlane_reader"
    assert first.pop("at")
    assert set(first.values()) == {None}
    assert second["filter"] == {"fields": ["phone", "email"], "personal": True}
