"""Splitting one declaration into the applications of each agency: the person's part aside, each document once. Pure."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cases.dossier.components import with_components
from catalog.catalogue import Catalog
from catalog.dossier import DossierDefinitions, DossierTemplate, EdgeKind, LinkedProcedure
from catalog.facts import LeftOut, admitted, findings, left_out
from catalog.model import Fact, LaneTable, ProcedureVersion
from events.language.commands import DocumentPart
from events.language.dossier_commands import Declaration, LinkedApplication
from events.language.dossier_messages import DossierFile, LinkedData, LinkedPart, Need
from events.language.identity import dossier_id_of, subject_ref_of
from events.language.messages import DocumentMessage, parsed
from events.language.refusals import Refusal, refuse
from intake.identifiers import identifiers_of
from intake.person import held_as, told_of
from store.vault.numbers import Identifiers
from wording.names import tidied

DECLARATION_MAX_BYTES = 500_000
"""The whole stands in one event, which Kafka must take, and twice in what a dossier takes along into a new run."""


@dataclass(frozen=True, slots=True)
class SplitDossier:
    """A dossier in two parts: what the ledger may know, and what only the vault may hold."""

    stream_id: str
    declaration: Declaration
    person_json: str
    content_digest: str
    """SHA-256 (hex) over all that was handed in: the same dossier twice has the same. Kept nowhere as it is."""
    identifiers: Identifiers = field(default_factory=Identifiers, repr=False)
    """By what the person is found."""


def filled(file: DossierFile, template: DossierTemplate) -> DossierFile:
    """A file that names a template, with what the template says where the file says nothing."""
    change: dict[str, Any] = {}
    if not file.applications:
        change["applications"] = tuple(
            LinkedPart(
                name=part.name,
                procedure=part.procedure,
                needs=tuple(
                    Need(name=edge.needs, kind=edge.kind, document=edge.document, policy=edge.policy)
                    for edge in part.needs
                ),
            )
            for part in template.applications
        )
    if file.lead is None:
        change["lead"] = template.lead
    if file.cap is None and template.cap is not None:
        change |= {"cap": template.cap, "after_hours": template.after_hours}
    return file.model_copy(update=change)


def declaration_of(catalog: Catalog, template_id: str, day: date, applicant: str | None) -> DossierFile:
    """A declaration of a template, with every document that is asked for, once. Raises UnknownTemplate, TemplateNotInForce."""
    bare = filled(DossierFile(template=template_id), catalog.template(template_id, day))
    served = {(p.name, need.document) for p in bare.applications for need in p.needs if need.kind == "hard"}
    kinds = [
        document.kind
        for part in bare.applications
        for document in catalog.procedure(part.procedure, day).documents
        if document.required and not document.held_by_state and (part.name, document.kind) not in served
    ]
    return DossierFile(
        template=template_id,
        documents=tuple(DocumentMessage(kind=kind) for kind in dict.fromkeys(kinds)),
        applicant={} if applicant is None else {"name": applicant},
        dossier_id=f"{template_id}-{uuid.uuid4().hex[:12]}",
    )


def identified(file: DossierFile, keyed: Callable[[str], str]) -> DossierFile:
    """The file with an id: its own, or one of its content, so that the same file twice is one dossier.

    `keyed` makes a digest (hex) under a key: the id is seen everywhere, and the content is personal.
    """
    if file.dossier_id is not None:
        return file
    return file.model_copy(update={"dossier_id": f"D-{keyed(_digest(file))[:16]}"})


def linked_procedure(version: ProcedureVersion) -> LinkedProcedure:
    """What a dossier must know of a procedure."""
    return LinkedProcedure(
        id=version.id,
        version=version.version,
        definition_digest=version.digest,
        name=version.name,
        agency=version.agency,
        limit=version.limit,
        after_hours=version.after_hours,
    )


def split(
    handed_in: DossierFile,
    source: str,
    procedures: Mapping[str, ProcedureVersion],
    lanes: LaneTable,
    lead: str,
    components: Mapping[tuple[str, str], str],
    system: str | None = None,
) -> SplitDossier | Refusal:
    """Split a file. `procedures`: by application; `system`: who handed it in.

    Raises MessageError for `data` that says what no application may say.
    """
    file = with_components(handed_in, components)
    stream_id = dossier_id_of(source, file.dossier_id or "")
    data = {part.name: parsed(LinkedData, dict(part.data)) for part in file.applications}
    # One upload serves every application that asks for the kind; the first is as good as the next.
    held = held_as(stream_id, _all_documents(file, data))
    uploaded = {document.kind: document for document in reversed(held)}
    applications: list[LinkedApplication] = []
    for part in file.applications:
        documents = _documents(part, procedures[part.name], uploaded)
        if isinstance(documents, Refusal):
            return documents
        facts = admitted(lanes, {**file.facts, **data[part.name].facts})
        applications.append(
            LinkedApplication(
                name=part.name, procedure=part.procedure, needs=part.needs, documents=documents, facts=facts
            )
        )
    declaration = Declaration(
        dossier_id=file.dossier_id or "",
        source=source,
        system=system,
        subject_ref=subject_ref_of(stream_id),
        channel=file.channel,
        template=file.template,
        lead=lead,
        cap=file.cap,
        after_hours=file.after_hours,
        applications=tuple(applications),
    )
    size = len(declaration.model_dump_json().encode())
    if size > DECLARATION_MAX_BYTES:
        return refuse("dossier_too_large", "applications", size=str(size), most=str(DECLARATION_MAX_BYTES))
    person = _person(stream_id, file, data, lanes)
    return SplitDossier(stream_id, declaration, person, _digest(handed_in), identifiers_of(file.applicant))


def findings_in(file: DossierFile, lanes: LaneTable) -> tuple[LeftOut, ...]:
    """The facts that no list knows, each name once. Raises MessageError for `data` that says what no application may say."""
    groups = [file.facts, *(parsed(LinkedData, dict(part.data)).facts for part in file.applications)]
    by_name: dict[str, LeftOut] = {}
    for facts in groups:
        for one in findings(lanes, facts):
            by_name.setdefault(one.name, one)
    return tuple(by_name.values())


def _all_documents(file: DossierFile, data: Mapping[str, LinkedData]) -> list[DocumentMessage]:
    return [*file.documents, *(document for own in data.values() for document in own.documents)]


def _documents(
    part: LinkedPart, procedure: ProcedureVersion, uploaded: Mapping[str, DocumentPart]
) -> tuple[DocumentPart, ...] | Refusal:
    """What this application's dossier holds. What the State has, or a result of the dossier is, is not asked for."""
    served = {need.document for need in part.needs if need.document is not None and need.kind is EdgeKind.HARD}
    missing = [
        required.kind
        for required in procedure.documents
        if required.required
        and not required.held_by_state
        and required.kind not in served
        and required.kind not in uploaded
    ]
    if missing:
        shown = ", ".join(f"{part.name}: {kind}" for kind in missing)
        return refuse("documents_missing", "documents", documents=shown)
    kinds = [
        required.kind for required in procedure.documents if required.kind in uploaded and required.kind not in served
    ]
    return tuple(uploaded[kind] for kind in kinds)


def _person(stream_id: str, file: DossierFile, data: Mapping[str, LinkedData], lanes: LaneTable) -> str:
    facts: dict[str, dict[str, Fact]] = {"": dict(file.facts), **{name: dict(d.facts) for name, d in data.items()}}
    unlisted = {name: left_out(lanes, part_facts) for name, part_facts in facts.items()}
    person = {
        "applicant": file.applicant,
        "documents": told_of(stream_id, _all_documents(file, data)),
        "other_facts": {name: part_facts for name, part_facts in unlisted.items() if part_facts},
    }
    return json.dumps(person, ensure_ascii=False, allow_nan=False)


def _digest(file: DossierFile) -> str:
    # Written in another way, with decomposed accents or blanks around, it is the same.
    said = tidied(file.model_dump(mode="json"))
    content = json.dumps(said, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def definitions_of(
    procedures: Mapping[str, ProcedureVersion], template: DossierTemplate | None, **frozen: Any
) -> DossierDefinitions:
    """What the dossier is decided under. `given`: calendar, ladder, departments."""
    linked = {version.id: linked_procedure(version) for version in procedures.values()}
    consultations = () if template is None else template.consultations
    return DossierDefinitions(procedures=linked, consultations=consultations, **frozen)
