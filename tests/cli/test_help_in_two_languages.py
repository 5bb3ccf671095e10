"""Help is said in the language of the run; nothing of a command is left in English."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.command_page import commands
from tests.cli.program import Program
from wording.text import LazyText

TREE = list(commands())


def paragraphs(text: str) -> list[str]:
    """Each paragraph as a text of the catalogue; the example call is none."""
    parts = (" ".join(part.split()) for part in text.split("\n\n"))
    return [part for part in parts if not part.startswith("Example: ")]


@pytest.mark.parametrize(("path", "command"), TREE, ids=[" ".join(path) for path, _ in TREE])
def test_every_text_of_a_command_has_its_vietnamese(path: tuple[str, ...], command: Any) -> None:
    """Of its description and of each option."""
    texts = [command.help, *(parameter.help for parameter in command.params)]
    for part in (part for text in texts if text for part in paragraphs(text)):
        assert LazyText(part).said_in("vi") != part or part.startswith("standard,"), part


def test_help_is_vietnamese_unasked_and_english_where_that_is_asked_for(
    greenlane: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the library's own words around it, and by the option as by the setting."""
    monkeypatch.delenv("GREENLANE_LANGUAGE")
    vi, en = greenlane("submit", "--help").out, greenlane("submit", "--help", "--lang", "en").out
    for shown in ("Cách dùng: greenlane submit [TÙY CHỌN]", "Tham số", "[bắt buộc]", "[mặc định: ", "Ví dụ: greenlane"):
        assert shown in vi
        assert shown not in en
    for shown in ("Usage: greenlane submit [OPTIONS]", "Arguments", "[required]", "[default: ", "Example: greenlane"):
        assert shown in en
        assert shown not in vi
    monkeypatch.setenv("GREENLANE_LANGUAGE", "en")
    assert greenlane("submit", "--help").out == en


def test_the_list_of_commands_is_in_the_language(greenlane: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the headings of its parts, of a group too."""
    assert "Running it" in greenlane("--help").out
    monkeypatch.setenv("GREENLANE_LANGUAGE", "vi")
    assert "Vận hành" in greenlane("--help").out
    assert "Ban hành" in greenlane("catalog", "--help").out
