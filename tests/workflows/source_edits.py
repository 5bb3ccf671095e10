"""The workflows with an edit in their source, beside those that everybody else uses."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import workflows
from tests.workflows.bad_edits import BadEdit

MODULES = ("recording", "timer", "mailbox", "stream", "case", "dossier")
"""What gives commands, in the order in which one imports the other."""


def sources() -> dict[str, str]:
    """The text of each of them."""
    [folder] = workflows.__path__
    return {module: (Path(folder) / f"{module}.py").read_text(encoding="utf-8") for module in MODULES}


def edited(edit: BadEdit) -> dict[str, str]:
    """The texts with an edit. One whose place is gone, or is not one place, is to be written anew."""
    texts, places = sources(), 0
    first = edit.before.partition("\n")[0]
    for module, text in texts.items():
        for place in _places(text, first):
            indent = _indent(text, place)
            if text.startswith(_indented(edit.before, indent), place):
                end = place + len(_indented(edit.before, indent))
                texts[module] = text[:place] + _indented(edit.after, indent) + text[end:]
                places += 1
    assert places == 1, f"{edit}: its place stands {places} times"
    return texts


def _places(text: str, part: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(part), text)]


def _indent(text: str, place: int) -> str:
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return line[: len(line) - len(line.lstrip())]


def _indented(lines: str, by: str) -> str:
    return lines.replace("\n", f"\n{by}")


@contextmanager
def read_anew(texts: dict[str, str]) -> Iterator[list[type]]:
    """Both workflows, made of these texts."""
    names = {module: f"workflows.{module}" for module in texts}
    standing = {name: sys.modules.pop(name) for name in names.values() if name in sys.modules}
    try:
        for module, text in texts.items():
            made = sys.modules[names[module]] = ModuleType(names[module])
            exec(compile(text, f"workflows/{module}.py", "exec"), vars(made))
        yield [sys.modules["workflows.case"].CaseWorkflow, sys.modules["workflows.dossier"].DossierWorkflow]
    finally:
        for name in names.values():
            sys.modules.pop(name, None)
        sys.modules.update(standing)
