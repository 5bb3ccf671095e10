"""Submitting systems as catalogue data: whose sources are whose, and one account for each."""

from __future__ import annotations

import pytest

from catalog.loader import load_catalog
from catalog.systems import owner_of
from tests.catalog.folder import Folder

SYSTEMS = """\
id: test
version: "1"
systems:
  - id: portal
    name: {vi: "Cổng", en: "Portal"}
    sources: [/portal, /counter]
  - id: tax-office
    name: {vi: "Thuế", en: "Tax office"}
    sources: ["https://tax.example/applications", /tax]
"""


def test_the_shipped_portal_has_the_sources_of_the_house() -> None:
    """The portal, the counters and the command line are one system, on the topic without a name."""
    assert set(load_catalog().systems["portal"].sources) == {"/portal", "/command-line", "/counter"}


@pytest.mark.parametrize(
    ("source", "owner"),
    [
        ("/portal", "portal"),
        ("/counter/7", "portal"),
        ("/portal?page=2", "portal"),
        ("/portal#top", "portal"),
        ("/portal-evil", None),
        ("/counters", None),
        ("/other/portal", None),
        ("portal", None),
        ("https://tax.example/applications/3", "tax-office"),
        ("https://tax.example/", None),
        ("/tax", "tax-office"),
    ],
)
def test_a_source_is_its_systems_with_all_below_it(folder: Folder, source: str, owner: str | None) -> None:
    """Below: after a slash, a question mark or a hash, as in any URI; a name that only begins alike is another's."""
    folder.write("systems.yaml", SYSTEMS)
    found = owner_of(load_catalog(folder.path).systems.values(), source)
    assert (None if found is None else found.id) == owner


def test_a_folder_without_the_list_takes_the_shipped_one(folder: Folder) -> None:
    """A catalogue made before there were systems goes on as it is, and publishes nothing that is not its own."""
    assert load_catalog(folder.path).systems == load_catalog().systems
    assert not [key for key in folder.publish() if key.kind == "systems"]


def test_the_newest_list_holds(folder: Folder) -> None:
    """As with the departments: a change is a new version beside the published one."""
    folder.write("systems.yaml", SYSTEMS)
    assert [key.kind for key in folder.publish() if key.kind == "systems"] == ["systems"]
    folder.write("systems.2.yaml", SYSTEMS.replace('"1"', '"2"').replace("/tax]", "/tax, /fees]"))
    assert load_catalog(folder.path).systems["tax-office"].owns("/fees/1")
    folder.write("systems.yaml", SYSTEMS.replace("/tax]", "/duty]"))
    assert folder.only_problem().code == "published_version_changed"


FAULTS = {
    "no portal": (("- id: portal", "- id: gate"), "systems", "unsound"),
    "an account of the engine": (("id: tax-office", "id: operator"), "systems[1].id", "unsound"),
    "twice": (("id: tax-office", "id: portal"), "systems[1].id", "unsound"),
    "a source of another": (("/tax]", "/portal]"), "systems[1].sources[1]", "unsound"),
    "a source below another's": (("/tax]", "/counter/tax]"), "systems[1].sources[1]", "unsound"),
    "a source above another's": (("[/portal, /counter]", "[/portal, /tax/inner]"), "systems[1].sources[1]", "unsound"),
    "everything": (("/tax]", "/]"), "systems[1].sources[1]", "string_pattern_mismatch"),
    "a slash at the end": (("/tax]", "/tax/]"), "systems[1].sources[1]", "string_pattern_mismatch"),
    "no source": (("[/portal, /counter]", "[]"), "systems[0].sources", "too_short"),
    "a misspelt field": (("sources: [/portal", "source: [/portal"), "systems[0].source", "unknown_field"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_of_the_list_is_named_with_its_place(folder: Folder, name: str) -> None:
    """No source belongs to two systems, no account to two senders."""
    (old, new), field, code = FAULTS[name]
    assert SYSTEMS.count(old) == 1
    folder.write("systems.yaml", SYSTEMS.replace(old, new))
    problem = folder.only_problem()
    assert (problem.field, problem.code) == (field, code)


@pytest.mark.parametrize(("new", "code"), [("portal", "account_twice"), ("auditor", "account_reserved")])
def test_a_department_that_is_another_account_is_refused(folder: Folder, new: str, code: str) -> None:
    """Also where the list of systems is the shipped one."""
    departments = (folder.path / "departments.yaml").read_text(encoding="utf-8")
    folder.write("departments.yaml", departments.replace("- id: police\n", f"- id: {new}\n"))
    problem = folder.only_problem()
    assert problem.code == code
    assert (problem.field or "").endswith(".id")
