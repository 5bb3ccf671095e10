"""Which component of an application's dossier the result is that it needs: told by the templates. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalog.dossier import DossierTemplate, EdgeKind
from events.language.dossier_messages import DossierFile, LinkedPart, Need


def components_of(templates: Iterable[DossierTemplate]) -> dict[tuple[str, str], str]:
    """Which component of the second procedure's dossier the first one's result is, as the templates say."""
    components: dict[tuple[str, str], str] = {}
    for template in templates:
        procedure_of = {part.name: part.procedure for part in template.applications}
        for part in template.applications:
            for edge in part.needs:
                if edge.document is not None and edge.kind is EdgeKind.HARD:
                    components.setdefault((procedure_of[edge.needs], part.procedure), edge.document)
    return components


def with_components(file: DossierFile, components: Mapping[tuple[str, str], str]) -> DossierFile:
    """The file with the component that a bare need is, where the catalogue knows it: whoever needs a licence means that."""
    procedure_of = {part.name: part.procedure for part in file.applications}

    def with_component(part: LinkedPart, need: Need) -> Need:
        if need.name is None or need.document is not None or need.kind is not EdgeKind.HARD:
            return need
        return need.model_copy(update={"document": components.get((procedure_of[need.name], part.procedure))})

    parts = tuple(
        part.model_copy(update={"needs": tuple(with_component(part, need) for need in part.needs)})
        for part in file.applications
    )
    return file.model_copy(update={"applications": parts})
