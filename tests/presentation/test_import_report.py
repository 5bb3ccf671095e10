"""The result of an import for people: its table, and what is wrong."""

from __future__ import annotations

from rich.console import Console

from greenlane.terminal import rendered
from presentation.import_report import import_blocks
from presentation.words.words import Words
from tests.audit.test_import_report import a_report


def shown(language: str = "en", **change: object) -> str:
    console = Console(width=100, highlight=False)
    with console.capture() as capture:
        console.print(*map(rendered, import_blocks(a_report(**change), Words(language))))
    return capture.get()


def test_table_for_people_says_what_is_wrong() -> None:
    text = shown(lost=2, findings=["I3: [b]the topic[/b] lacks one"], violations={"I3": 1}, stalled=True)
    for part in ("2 / 0 / 0", "I3 1", "✗ I3: [b]the topic[/b] lacks one", "not everything", "continues"):
        assert part in text
    sound = shown()
    assert "none of I1, I2, I3, I4" in sound
    assert "✓ every event of the log is one decision" in sound


def test_table_speaks_vietnamese() -> None:
    assert "✓ mỗi sự kiện trong nhật ký là một quyết định" in shown("vi")
