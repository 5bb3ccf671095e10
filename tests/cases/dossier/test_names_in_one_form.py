"""One name in two ways of writing is one name: in a dossier, in what is handed in again, in a command to an older ledger."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest

from cases.dossier.graph import GraphFault, graph_of
from cases.meant import meant
from catalog.loader import load_catalog
from events.language.dossier_commands import ApplyCascade
from events.language.dossier_messages import DossierFile
from events.language.messages import SubmissionMessage, parsed
from intake.declaration import identified
from intake.dossier_files import DossierFileError, dossier_of
from intake.person import parted
from tests.cases.dossier.openings import MONDAY, OFFICER

NFC, NFD = "Giấy phép phòng cháy", unicodedata.normalize("NFD", "Giấy phép phòng cháy")


def declared(*applications: dict[str, Any]) -> DossierFile:
    return dossier_of("dossier.json", json.dumps({"applications": applications}, ensure_ascii=False).encode())


def test_a_need_finds_the_application_that_looks_the_same() -> None:
    """Not an unknown reference whose nearest looks just like it."""
    given = ({"name": f" {NFD} ", "procedure": "a"}, {"name": "b", "procedure": "b", "needs": [NFC, {"name": NFD}]})
    found = declared(*given)
    assert [part.name for part in found.applications] == [NFC, "b"]
    graph = graph_of(found.applications)
    assert not isinstance(graph, GraphFault)
    assert graph.hard["b"] == (NFC,)


def test_two_applications_that_look_the_same_have_one_name() -> None:
    """Refused as a name that stands twice."""
    found = declared({"name": NFC, "procedure": "a"}, {"name": NFD, "procedure": "b"})
    fault = graph_of(found.applications)
    assert isinstance(fault, GraphFault)
    assert fault.refusal.code == "name_repeated"


@pytest.mark.parametrize("name", ["x\x01y", "a\u200bb", "a\u202eb"])
def test_a_name_that_hides_something_is_refused(name: str) -> None:
    """Before it stands in a picture or on a screen."""
    for applications in (
        [{"name": name, "procedure": "a"}],
        [{"name": "a", "procedure": "a", "needs": [name]}],
    ):
        with pytest.raises(DossierFileError) as refused:
            declared(*applications)
        assert refused.value.as_json()["code"] == "control_character"


def test_the_same_dossier_written_in_another_way_is_the_same() -> None:
    """Its id, where it brings none, is made of its content."""
    files = [declared({"name": name, "procedure": "a"}) for name in (NFC, NFD)]
    assert len({identified(file, lambda digest: digest).dossier_id for file in files}) == 1


def test_nobody_guesses_a_content_by_its_dossiers_id() -> None:
    """Who has the key finds the same dossier again; who has not learns nothing from its id."""
    file = declared({"name": "a", "procedure": "a"})
    plain, keyed = identified(file, lambda digest: digest), identified(file, lambda digest: digest[::-1])
    assert plain.dossier_id != keyed.dossier_id
    assert identified(plain, lambda _: "another") == plain


def test_the_same_application_written_in_another_way_is_the_same() -> None:
    """Handed in again with decomposed accents it is known, no conflict; and its facts are those that lists hold."""
    lanes = load_catalog().lane_table(MONDAY.date())
    one, other = (
        parted(
            parsed(
                SubmissionMessage,
                {
                    "application_id": "A-1",
                    "procedure": "karaoke-licence",
                    "applicant": {"name": unicodedata.normalize(form, "Nguyễn Thị Ánh"), "note": [form and " x "]},
                    "facts": {"project": unicodedata.normalize(form, " Vành đai 4")},
                },
            ),
            "/portal",
            lanes,
            "portal",
        )
        for form in ("NFC", "NFD")
    )
    assert one.content_digest == other.content_digest
    assert one.application.facts == other.application.facts


def test_a_command_means_the_name_of_an_older_ledger() -> None:
    """What is typed has one form; a dossier from before keeps its names as they are."""
    given: dict[str, Any] = {"command_id": "c", "received_at": MONDAY, "actor": OFFICER}
    command = ApplyCascade(**given, name=NFC)
    assert meant(command, "name", [NFD, "b"]).name == NFD
    assert meant(command, "name", [NFD, NFC]).name == NFC
    assert meant(command, "name", ["b"]).name == NFC
