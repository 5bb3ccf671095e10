"""`python -m wording.check`: what is wrong with the catalogue of texts. `make check` asks it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Message

from wording.catalogue import Text, canonical, forms_of, gaps_of, read, text_of, texts_of
from wording.files import written_file


def faults_of(file: Path, texts: Iterable[Text]) -> Iterator[str]:
    """Each fault in a line: texts that are missing or that nobody says, gaps that differ, doubtful ones, another form."""
    catalog = read(file)
    known = {text_of(message): message for message in catalog if message.id}
    said = set(texts)
    yield from (f"missing, run `python -m wording.extract`: {text.msgid}" for text in sorted(said - known.keys()))
    yield from (f"nobody says it, run `python -m wording.extract`: {text.msgid}" for text in known.keys() - said)
    for text in sorted(known.keys() & said):
        yield from _faults_in(text, known[text])
    if canonical(catalog) != file.read_bytes():
        yield "not in its own form, run `python -m wording.extract`"


def _faults_in(text: Text, message: Message) -> Iterator[str]:
    forms = forms_of(message)
    if not all(forms):
        yield f"without Vietnamese: {text.msgid}"
        return
    if message.fuzzy:
        yield f"doubtful (fuzzy): {text.msgid}"
    try:
        gaps = gaps_of(text.many or text.msgid)
        differing = [form for form in forms if gaps_of(form) != gaps]
    except ValueError as error:
        yield f"gaps cannot be read ({error}): {text.msgid}"
        return
    yield from (f"gaps differ: {text.msgid} | {form}" for form in differing)
    # As a merge leaves it that takes both sides.
    yield from (f"says itself twice: {text.msgid} | {form}" for form in forms if "\n" in form and is_doubled(form))


def is_doubled(form: str) -> bool:
    """Whether a text is the same text twice."""
    half = len(form) // 2
    return form[:half] == form[half:]


def main() -> None:
    """Print every fault; exit code 1 where there is one."""
    faults = list(faults_of(written_file("vi"), texts_of()))
    print(*faults, sep="\n", file=sys.stderr) if faults else print("wording: every text has its Vietnamese")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
