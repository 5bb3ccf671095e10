"""A replay event by event: each with its reason, and what it changed stands out, also without colours and in a narrow window."""

from __future__ import annotations

from presentation.blocks import Block, Line, Panel, Table, Tone
from presentation.replays.frames import frame_screen
from presentation.replays.screen import MARK
from tests.greenlane.speaking.terminal import terminal_with
from tests.presentation.replayed import a_life, a_replay, moments

STEPPING = """
from greenlane.speaking.stepping import step_through
from presentation.replays.frames import frame_screen
from tests.presentation.replayed import a_life, a_replay, moments

replay, shown = a_replay(a_life()), moments("en")
step_through(len(replay.frames), lambda number: frame_screen(replay, number, shown), shown.words)
"""


def marked_rows(blocks: list[Block]) -> list[str]:
    tables = [block for block in blocks if isinstance(block, Table)]
    return [str(row.cells[0]) for table in tables for row in table.rows if str(row.cells[0]).startswith(MARK)]


def test_what_an_event_changed_stands_out_and_nothing_else_does() -> None:
    replay = a_replay(a_life())
    marks: dict[str, list[str]] = {}
    for number, frame in enumerate(replay.frames):
        blocks = list(frame_screen(replay, number, moments("en")))
        panel = blocks[0]
        assert isinstance(panel, Panel)
        told = [block for block in panel.blocks if isinstance(block, Line) and str(block).startswith(MARK)]
        assert all(span.tone is Tone.NEAR for line in told for span in line.spans)
        rows = marked_rows(blocks)
        marks[frame.record.event.type] = rows
        assert not rows or told, "what is marked below is told above"
    assert marks["ApplicationSubmitted"] == [], "of the first all is new"
    assert len(marks["StepDecided"]) == 1
    assert len(marks["ClockPaused"]) == len(marks["ClockResumed"]) >= 3
    assert all("intake" not in row for row in marks["ClockPaused"]), "a clock that is over does not stand still"


def test_the_reason_of_each_event_is_told() -> None:
    replay = a_replay(a_life())
    number = next(n for n, frame in enumerate(replay.frames) if frame.record.event.type == "ClockPaused")
    for language in ("en", "vi"):
        panel = next(iter(frame_screen(replay, number, moments(language))))
        assert isinstance(panel, Panel)
        assert "a flood" in str(panel.blocks[0])


def test_it_is_read_in_a_window_of_any_width() -> None:
    count = len(a_replay(a_life()).frames)
    with terminal_with(STEPPING, width=100, height=30) as terminal:
        first = terminal.await_foot(f"1/{count} ")
        assert all(len(line) <= 100 for line in first)
        terminal.press("\x1b[F\x1b[D")
        terminal.await_foot(f"{count - 1}/{count} ")
        terminal.resize(40, 30)
        narrow = terminal.await_screen(lambda screen: len(screen) == 30 and max(map(len, screen)) <= 40)
        assert MARK in "\n".join(narrow)
        terminal.press("q")
        assert terminal.await_end() == 0
        assert terminal.is_as_before
