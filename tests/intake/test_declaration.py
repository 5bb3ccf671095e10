"""One declaration, split: each document once, the person's part aside, and nothing asked for that is there already."""

from __future__ import annotations

from typing import Any

from cases.dossier.components import components_of
from catalog.loader import load_catalog
from events.language.dossier_messages import DossierFile
from events.language.refusals import Refusal
from intake.declaration import SplitDossier, split
from tests.cases.dossier.openings import in_province

DAY = in_province(2).date()
CATALOG = load_catalog()
UPLOADED = [{"kind": kind, "reference": f"file:{kind}"} for kind in ("request", "identity", "fire-acceptance", "cv")]
KARAOKE: list[dict[str, Any]] = [
    {"name": "reg", "procedure": "household-business-registration"},
    {"name": "antt", "procedure": "security-order-certificate", "needs": ["reg"]},
    {"name": "kara", "procedure": "karaoke-licence", "needs": ["antt"]},
]


def parted(applications: list[dict[str, Any]], **change: Any) -> SplitDossier | Refusal:
    given = {"dossier_id": "D-1", "documents": UPLOADED, "applications": applications, **change}
    file = DossierFile.model_validate(given)
    procedures = {part.name: CATALOG.procedure(part.procedure, DAY) for part in file.applications}
    components = components_of(CATALOG.templates_on(DAY))
    return split(file, "/portal", procedures, CATALOG.lane_table(DAY), "culture", components)


def kinds_of(found: SplitDossier | Refusal) -> dict[str, list[str]]:
    assert isinstance(found, SplitDossier), found
    return {part.name: [document.kind for document in part.documents] for part in found.declaration.applications}


def test_one_upload_serves_every_application_that_asks_for_it() -> None:
    """What the State holds, and what the dossier itself will bring, is asked of nobody."""
    assert kinds_of(parted(KARAOKE)) == {
        "reg": ["request", "identity"],
        "antt": ["request", "fire-acceptance", "cv"],
        "kara": ["request"],
    }


def test_a_bare_need_is_the_component_that_the_catalogue_knows() -> None:
    """As a template says it: the security certificate is a part of the karaoke licence's dossier."""
    found = parted(KARAOKE)
    assert isinstance(found, SplitDossier)
    needs = {part.name: [need.document for need in part.needs] for part in found.declaration.applications}
    assert needs == {"reg": [], "antt": ["business-registration"], "kara": ["security-certificate"]}


def test_what_nobody_brings_is_named_with_its_application() -> None:
    """Advice brings no document, and without the edge there is nothing that would."""
    for needs in ([], [{"name": "antt", "kind": "practical"}]):
        refused = parted([*KARAOKE[:2], {**KARAOKE[2], "needs": needs}])
        assert isinstance(refused, Refusal)
        assert (refused.code, refused.details["documents"]) == ("documents_missing", "kara: security-certificate")


def test_a_document_may_come_with_one_application_and_serve_another() -> None:
    data = {"documents": [{"kind": "cv"}], "facts": {}}
    uploaded = [document for document in UPLOADED if document["kind"] != "cv"]
    applications = [{**KARAOKE[0], "data": data}, *KARAOKE[1:]]
    assert kinds_of(parted(applications, documents=uploaded))["antt"] == ["request", "fire-acceptance", "cv"]


def test_a_dossier_that_no_server_would_take_is_refused_before_it_is_accepted() -> None:
    """Accepted, it would be one that can never be opened. What people need fits: 500 applications with three needs each."""
    names = [f"application-{number:03d}-{'x' * 20}" for number in range(500)]

    def dense(most: int) -> list[dict[str, Any]]:
        return [
            {"name": name, "procedure": "household-business-registration", "needs": names[max(0, place - most) : place]}
            for place, name in enumerate(names)
        ]

    assert isinstance(parted(dense(3)), SplitDossier)
    refused = parted(dense(100))
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.field) == ("dossier_too_large", "applications")


def test_the_person_is_in_no_declaration() -> None:
    person = {"name": "Nguyễn Văn Bí Mật", "id_number": "027999999999"}
    found = parted([{**KARAOKE[0], "data": {"facts": {"phone": "0900"}}}], applicant=person)
    assert isinstance(found, SplitDossier)
    ledger = found.declaration.model_dump_json()
    assert "Bí Mật" not in ledger
    assert "0900" not in ledger
    assert "Bí Mật" in found.person_json
    assert "0900" in found.person_json
