"""Dossier files: one declaration of several applications, read as the application files are."""

from __future__ import annotations

from typing import Any

from cases.dossier.graph import GraphFault
from catalog.document import WHOLE
from catalog.errors import Problem, and_more
from catalog.reader import SourceRefused, understood
from events.language.dossier_messages import DossierFile
from events.language.text import is_storable
from greenlane.cli.application_files import contents_of, parts_of
from wording.errors import GreenlaneError


class DossierRefusedError(GreenlaneError):
    """A dossier that is none: carries the circle or the reference at fault."""

    def __init__(self, fault: GraphFault, language: str) -> None:
        refusal = fault.refusal
        super().__init__(refusal.message(language), field=refusal.field or "", remedy=refusal.remedy(language))
        self.fault = fault

    def as_json(self) -> dict[str, Any]:
        """The refusal's own code, with `cycle` or `reference`."""
        body: dict[str, Any] = super().as_json() | {"code": self.fault.refusal.code}
        if self.fault.cycle:
            body["cycle"] = list(self.fault.cycle)
        if self.fault.reference is not None:
            body["reference"] = self.fault.reference
        return body


class DossierFileError(GreenlaneError):
    """A file that does not say what a dossier file says; the first fault, and how many there are."""

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0]
        super().__init__(and_more(first.message, len(problems) - 1), field=first.field or "", remedy=first.remedy)
        self.first = first

    def as_json(self) -> dict[str, Any]:
        """The first fault with file and line."""
        return super().as_json() | {"code": self.first.code, "file": self.first.file, "line": self.first.line}


def dossier_of(name: str) -> DossierFile:
    """The dossier in a file; `-` is standard input. Raises FileUnreadableError, DossierFileError."""
    ((_, content),) = contents_of([name])
    found = list(parts_of(name, content))
    if not found:
        raise DossierFileError([Problem.of("no_dossier", "empty", name, WHOLE)])
    if len(found) > 1:
        raise DossierFileError([Problem.of("several_dossiers", "several_dossiers", name, WHOLE)])
    part = found[0]
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
