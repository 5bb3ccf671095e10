"""The next version's beginning ends the one before: no published file changes to make room for its successor."""

from __future__ import annotations

from datetime import date

import pytest

from catalog.errors import LanesNotInForce, ProcedureNotInForce
from catalog.loader import digest_file, load_catalog
from catalog.validity import Window, version_on, windows
from tests.catalog.folder import LANES, PROCEDURE, Folder

TEMPLATE = """\
id: opening
version: "1"
name: {vi: "Mở cửa hàng", en: "Opening a shop"}
lead: trade
applications:
  - {name: licence, procedure: shop-licence}
valid_from: 2025-01-01
"""


def test_a_second_version_of_a_published_procedure_is_a_new_file(folder: Folder) -> None:
    """It is added, checked and published without a letter changed in what was published before."""
    folder.publish()
    before, old = digest_file(folder.path).read_text(), (folder.path / "procedures/shop-licence.yaml").read_bytes()
    folder.procedure(
        ('version: "1"', 'version: "2"'),
        ("valid_from: 2025-01-01", "valid_from: 2026-04-01"),
        name="procedures/shop-licence-2.yaml",
    )
    assert [key.version for key in folder.publish()] == ["2"]
    assert digest_file(folder.path).read_text().startswith(before)
    assert (folder.path / "procedures/shop-licence.yaml").read_bytes() == old
    catalog = load_catalog(folder.path)
    for day, version in (("2025-01-01", "1"), ("2026-03-31", "1"), ("2026-04-01", "2"), ("2031-01-01", "2")):
        received = date.fromisoformat(day)
        assert catalog.procedure("shop-licence", received).version == version
        assert [found.version for found in catalog.procedures_on(received)] == [version]
        assert catalog.definitions_for("shop-licence", received).procedure.version == version


def test_a_second_table_of_lanes_and_template_follow_the_first(folder: Folder) -> None:
    """One rule for every kind that has days of validity; a table of lanes may even have another id."""
    folder.write("dossiers/opening.yaml", TEMPLATE)
    folder.publish()
    folder.lanes(
        ("id: bac-ninh", "id: renamed"), ('version: "1"', 'version: "2"\nvalid_from: 2026-04-01'), name="lanes/2.yaml"
    )
    folder.write("dossiers/opening-2.yaml", TEMPLATE.replace('"1"', '"2"').replace("2025-01-01", "2026-04-01"))
    assert len(folder.publish()) == 2
    catalog = load_catalog(folder.path)
    for day, version in ((date(2026, 3, 31), "1"), (date(2026, 4, 1), "2")):
        assert catalog.lane_table(day).version == version
        assert catalog.template("opening", day).version == version
        assert [template.version for template in catalog.templates_on(day)] == [version]


def test_the_order_of_versions_is_that_of_their_beginnings(folder: Folder) -> None:
    """Neither the files' names nor the versions' numbers say which follows which."""
    folder.procedure(('version: "1"', 'version: "9"'), ("2025-01-01", "2024-01-01"), name="procedures/zz.yaml")
    folder.procedure(('version: "1"', 'version: "0"'), ("2025-01-01", "2026-01-01"), name="procedures/aa.yaml")
    assert [v.version for v in load_catalog(folder.path).procedures["shop-licence"]] == ["9", "1", "0"]


def test_a_version_that_ends_by_itself_leaves_none_in_force(folder: Folder) -> None:
    """A temporary rule ends; what it replaced does not come back until a version says so. The refusal names the days."""
    folder.procedure(
        ('version: "1"', 'version: "2"'),
        ("valid_from: 2025-01-01", "valid_from: 2026-04-15\nvalid_until: 2027-02-28"),
        name="procedures/two.yaml",
    )
    catalog = load_catalog(folder.path)
    assert catalog.procedure("shop-licence", date(2027, 2, 28)).version == "2"
    with pytest.raises(ProcedureNotInForce, match="2025-01-01 to 2026-04-14, 2026-04-15 to 2027-02-28"):
        catalog.procedure("shop-licence", date(2027, 3, 1))
    folder.procedure(('version: "1"', 'version: "3"'), ("2025-01-01", "2027-03-01"), name="procedures/three.yaml")
    assert load_catalog(folder.path).procedure("shop-licence", date(2027, 3, 1)).version == "3"


def test_an_end_that_a_version_states_holds_before_its_successor_begins(folder: Folder) -> None:
    """Between the stated end and the next beginning nothing is in force, and nothing is granted by luck."""
    folder.lanes(('version: "1"', 'version: "1"\nvalid_until: 2025-12-31'))
    folder.lanes(('version: "1"', 'version: "2"\nvalid_from: 2026-02-01'), name="lanes/two.yaml")
    catalog = load_catalog(folder.path)
    assert catalog.lane_table(date(2025, 12, 31)).version == "1"
    with pytest.raises(LanesNotInForce):
        catalog.lane_table(date(2026, 1, 31))
    assert [window for _, window in windows(catalog.lanes)] == [
        Window(None, date(2025, 12, 31)),
        Window(date(2026, 2, 1), None),
    ]


def test_no_version_is_in_force_before_the_first(folder: Folder) -> None:
    """The look-up itself: none, then the first on its first day."""
    versions = load_catalog(folder.path).procedures["shop-licence"]
    assert version_on(versions, date(2024, 12, 31)) is None
    assert version_on(versions, date(2025, 1, 1)) == versions[0]
    assert version_on((), date(2025, 1, 1)) is None
    assert "valid_from: 2025-01-01" in PROCEDURE
    assert "valid_from" not in LANES
