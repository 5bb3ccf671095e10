"""What differs between two states of a catalogue: versions, and the fields of each, as people name them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from catalog.comparison import Change, changes, field_changes
from catalog.loader import DATA_FOLDER, read_folder
from tests.catalog.folder import Folder


def definitions(folder: Folder) -> list[BaseModel]:
    return read_folder(folder.path).definitions


def test_a_new_version_is_compared_with_the_one_it_follows(folder: Folder) -> None:
    """An entry of a list is named by its id, so that one that is put in between moves no others."""
    before = definitions(folder)
    folder.procedure(
        ('version: "1"', 'version: "2"'),
        ("2025-01-01", "2026-06-01"),
        ("amount: 5", "amount: 4"),
        (
            "  - id: signing",
            '  - id: survey\n    name: {vi: "Thực địa", en: "Survey"}\n    department: trade\n    needs: [intake]\n'
            "  - id: signing",
        ),
        ("    needs: [intake]\nvalid_from", "    needs: [survey]\nvalid_from"),
        name="procedures/2.yaml",
    )
    (change,) = changes(before, definitions(folder))
    assert (change.kind, change.id, change.before, change.after) == ("procedure", "shop-licence", "1", "2")
    found = {field.path: (field.before, field.after) for field in change.fields}
    assert found.keys() == {"limit.amount", "steps[survey]", "steps[signing].needs", "valid_from"}
    assert found["limit.amount"] == (5, 4)
    assert found["steps[signing].needs"] == (["intake"], ["survey"])


def test_what_is_new_what_is_gone_and_what_says_something_else(folder: Folder) -> None:
    """A first version follows nothing; one that is gone is told too; nothing is told of what is the same."""
    before = definitions(folder)
    assert changes(before, before) == []
    folder.procedure(("id: shop-licence", "id: stall-licence"), name="procedures/stall.yaml")
    assert changes(before, definitions(folder)) == [Change("procedure", "stall-licence", None, "1")]
    assert changes(definitions(folder), before) == [Change("procedure", "stall-licence", "1", None)]
    folder.lanes(("entries: [airport]", "entries: [airport, bridge]"))
    (_, change) = changes(before, definitions(folder))
    assert (change.kind, change.before, change.after, [f.path for f in change.fields]) == (
        "lanes",
        "1",
        "1",
        ["lists[projects].entries"],
    )


def test_of_kinds_without_days_the_newest_by_number_is_followed(folder: Folder) -> None:
    """Version 2026.10 follows 2026.9."""
    text = (folder.path / "calendars/vn-public.yaml").read_text()
    folder.write("calendars/9.yaml", text.replace('"2026.1"', '"2026.9"'))
    before = definitions(folder)
    folder.write("calendars/10.yaml", text.replace('"2026.1"', '"2026.10"').replace("- 2025-01-01", "- 2025-01-03"))
    (change,) = changes(before, definitions(folder))
    assert (change.before, change.after, [field.path for field in change.fields]) == ("2026.9", "2026.10", ["days_off"])


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"a": 1}, {"a": 1, "b": None}, []),
        ({"a": 1}, {"a": 1, "b": 2}, ["b"]),
        ({"a": {"x": 1}}, {"a": None}, ["a"]),
        ({"a": [1, 2]}, {"a": [2, 1]}, ["a"]),
        ({"a": [{"id": "x"}, {"id": "y"}]}, {"a": [{"id": "y"}, {"id": "x"}]}, ["a"]),
        ({"a": [{"id": "x", "v": 1}]}, {"a": [{"id": "x", "v": 2}, {"id": "z"}]}, ["a[x].v", "a[z]"]),
        ({"a": [{"v": 1}]}, {"a": [{"v": 2}]}, ["a"]),
    ],
)
def test_paths_of_fields(before: Any, after: Any, paths: list[str]) -> None:
    """The deepest that both have; the order of a list counts, for of rules the first wins."""
    assert [change.path for change in field_changes(before, after)] == paths


def test_every_shipped_version_can_be_compared_with_nothing_and_with_itself() -> None:
    """No kind is left out."""
    shipped = read_folder(DATA_FOLDER).definitions
    assert changes(shipped, shipped) == []
    assert len(changes([], shipped)) == len(shipped)
