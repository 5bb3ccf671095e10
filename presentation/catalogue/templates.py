"""The templates of linked dossiers, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from catalog.dossier import DossierTemplate
from presentation.blocks import Table, table_of
from presentation.catalogue.acts import basis_json
from presentation.names import Names, beside
from presentation.words.words import Words
from wording.text import _


def template_json(template: DossierTemplate, words: Words, day: date) -> dict[str, Any]:
    """One entry of `dossier templates --json`; the day says which of its legal bases are in force."""
    return {
        "id": template.id,
        "version": template.version,
        "name": template.name.in_language(words.language),
        "lead": template.lead,
        "cap": template.cap and template.cap.model_dump(mode="json"),
        "after_hours": template.after_hours,
        "applications": [
            {
                "name": part.name,
                "procedure": part.procedure,
                "needs": [
                    {
                        "name": edge.needs,
                        "kind": edge.kind,
                        "document": edge.document,
                        "policy": edge.policy,
                        "legal_basis": edge.legal_basis and str(edge.legal_basis),
                        "verified": edge.verified,
                    }
                    for edge in part.needs
                ],
            }
            for part in template.applications
        ],
        "consultations": [consultation.model_dump(mode="json") for consultation in template.consultations],
        "legal_basis": [str(basis) for basis in template.legal_basis],
        "bases": [basis_json(basis, day) for basis in template.legal_basis],
        "source": template.source,
        "verified": template.verified,
    }


def template_table(templates: Iterable[DossierTemplate], names: Names) -> Table:
    """One line an application: what it is, and what it needs. The template's id is typed to hand it in."""
    words = names.words
    table = table_of(None, *map(words, (_("Template"), _("Application"), _("After"), _("Verified"))), copied=False)
    for template in templates:
        procedures = {part.name: names.procedure(part.procedure) for part in template.applications}
        named, last = beside(template.name.in_language(words.language), template.id), template.applications[-1]
        for place, part in enumerate(template.applications):
            needs = [procedures[e.needs] if e.kind == "hard" else f"(~ {procedures[e.needs]})" for e in part.needs]
            sure = words(_("yes") if all(edge.verified for edge in part.needs) else _("no"))
            table.add("" if place else named, procedures[part.name], "\n".join(needs) or "-", sure, ends=part is last)
    return table
