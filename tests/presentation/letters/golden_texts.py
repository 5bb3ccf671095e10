"""The golden texts as files. `python -m tests.presentation.letters.golden_texts` writes what is said; read what it changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from presentation.letters.letter import Letter
from tests.presentation.letters.situations import letters
from wording.text import in_language

FOLDER = Path(__file__).parent / "golden"


def text_of(letter: Letter, language: str) -> str:
    """A letter as its golden text has it: the subject above the text."""
    return f"Subject: {in_language(letter.subject, language)}\n\n{in_language(letter.text, language)}"


def golden_texts() -> Iterator[tuple[str, str]]:
    """File name and text of every kind of letter in both languages."""
    for name, letter in letters():
        for language in ("vi", "en"):
            yield f"{name}.{language}.txt", text_of(letter, language)


if __name__ == "__main__":
    for stale in FOLDER.glob("*.txt"):
        stale.unlink()
    for file, said in golden_texts():
        (FOLDER / file).write_text(said, encoding="utf-8")
