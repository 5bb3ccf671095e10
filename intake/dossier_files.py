"""Dossier files: one declaration of several applications, read as the application files are."""

from __future__ import annotations

from typing import Any

from catalog.document import WHOLE
from catalog.errors import Problem, and_more
from catalog.reader import SourceRefused, understood
from events.language.dossier_messages import DossierFile
from events.language.text import is_storable
from intake.application_files import parts_of
from wording.errors import GreenlaneError


class DossierFileError(GreenlaneError):
    """A file that does not say what a dossier file says; the first fault, and how many there are."""

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0]
        super().__init__(and_more(first.message, len(problems) - 1), field=first.field or "", remedy=first.remedy)
        self.first = first

    def as_json(self) -> dict[str, Any]:
        """The first fault with file and line."""
        return super().as_json() | {"code": self.first.code, "file": self.first.file, "line": self.first.line}


def dossier_of(name: str, content: bytes) -> DossierFile:
    """The dossier in a file. Raises DossierFileError."""
    parts = list(parts_of(name, content))
    if not parts:
        raise DossierFileError([Problem.of("no_dossier", "empty", name, WHOLE)])
    if len(parts) > 1:
        raise DossierFileError([Problem.of("several_dossiers", "several_dossiers", name, WHOLE)])
    part = parts[0]
    if isinstance(part, Problem):
        raise DossierFileError([part])
    if not isinstance(part.value, dict):
        raise DossierFileError([Problem.of("not_a_dossier", "not_a_dossier", name, WHOLE)])
    if not is_storable(part.value):
        raise DossierFileError([Problem.of("unstorable_text", "unstorable_text", name, WHOLE)])
    try:
        return understood(DossierFile, part).definition
    except SourceRefused as error:
        raise DossierFileError(error.problems) from None
