"""What a dossier wants done now: cases to be opened, cases to be withdrawn. Told from its state alone, so never forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from cases.dossier.model import Dossier, Part, PartStatus
from cases.dossier.release import application_id_of
from events.language.commands import Application, DocumentPart, DossierReference


class Wanted(NamedTuple):
    """One thing to be done to one case."""

    kind: Literal["open", "withdraw"]
    part: Part
    case_id: str
    at: datetime

    @property
    def key(self) -> str:
        """The same for the same thing, whoever finds it again."""
        return f"{self.kind}:{self.case_id}"


def wanted(dossier: Dossier) -> Iterator[Wanted]:
    """Every case that should be open, and every one that should not be any more; whoever did some of it leaves those out."""
    for part in dossier.of_status(PartStatus.RELEASED):
        if part.case_id is None or part.released_at is None:
            continue
        yield Wanted("open", part, part.case_id, part.released_at)
        if part.leaving is not None:
            yield Wanted("withdraw", part, part.case_id, part.released_at)


def application_of(dossier: Dossier, part: Part) -> Application:
    """The application as its agency gets it: the documents that were uploaded once, and the results it stands on."""
    declaration = dossier.declaration
    if declaration is None:
        raise TypeError("a dossier that was never opened has no applications")
    linked = part.application
    return Application(
        application_id=application_id_of(dossier, part.name, part.round),
        source=declaration.source,
        system=declaration.system,
        procedure=linked.procedure,
        subject_ref=declaration.subject_ref,
        channel=declaration.channel,
        documents=(*linked.documents, *_results(dossier, part)),
        facts=linked.facts,
        linked=DossierReference(dossier=dossier.dossier_id, name=part.name, round=part.round),
    )


def _results(dossier: Dossier, part: Part) -> Iterator[DocumentPart]:
    for need in part.needs:
        if need.document is None:
            continue
        if need.result is not None:
            yield DocumentPart(kind=need.document, reference=need.result.number)
        elif need.name is not None and dossier.parts[need.name].has_result:
            yield DocumentPart(kind=need.document, reference=dossier.parts[need.name].result_number)
