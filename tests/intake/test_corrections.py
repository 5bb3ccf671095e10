"""Files that put right what is held about a person: pure, with every fault in its line."""

from __future__ import annotations

from typing import Any, Final

import pytest

from catalog.errors import CatalogInvalid
from intake.corrections import changed_fields, corrected, correction_of, demand_known

PERSON: Final[dict[str, Any]] = {
    "phone": "0912345678",
    "floors": 3,
    "members": ["An", "Bình"],
    "address": {"street": "17 Hàng Bè", "ward": "Suối Hoa"},
}


@pytest.mark.parametrize(
    ("content", "line", "field", "code"),
    [
        (b"phone: 1\nphon: 2", 2, "phon", "field_unknown"),
        (b"address:\n  stret: x", 2, "address.stret", "field_unknown"),
        (b"address: x", 1, "address", "field_unknown"),
        (b"phone:", 1, "phone", "invalid_value"),
        (b'phone: ""', 1, "phone", "invalid_value"),
        (b'floors: 1\nphone: " . "', 2, "phone", "invalid_value"),
        (b"members: []", 1, "members", "invalid_value"),
        (b"", 1, None, "yaml"),
        (b"{}", 1, None, "invalid_value"),
        (b"- phone", 1, None, "yaml"),
        (b"phone: [", 1, "phone", "yaml_syntax"),
        (b"phone: 1\nphone: 2", 2, "phone", "duplicate_key"),
    ],
)
def test_a_bad_file_is_refused_with_line_and_field(content: bytes, line: int, field: str | None, code: str) -> None:
    """No fault says what is held."""
    with pytest.raises(CatalogInvalid) as refused:
        demand_known(correction_of("right.yaml", content), [PERSON])
    (problem, *_more) = refused.value.problems
    assert (problem.file, problem.line, problem.field, problem.code) == ("right.yaml", line, field, code)
    if code == "yaml":
        assert "such as phone:" in problem.remedy
    assert not any(value in str(refused.value) for value in (PERSON["phone"], PERSON["address"]["street"]))


def test_a_field_says_what_is_right_and_the_others_stay() -> None:
    """A number that stands as a text keeps every digit that was typed; a list is put in place as a whole; NFC, no blanks."""
    right = b"phone: 0987654321\nfloors: 4\nmembers: [An]\naddress:\n  street: ' 18 Ha\xcc\x80ng Be\xcc\x80 '"
    correction = correction_of("right.yaml", right)
    demand_known(correction, [{}, PERSON])
    after = corrected(PERSON, correction)
    assert after == {
        "phone": "0987654321",
        "floors": 4,
        "members": ["An"],
        "address": {"street": "18 Hàng Bè", "ward": "Suối Hoa"},
    }
    assert list(changed_fields(PERSON, after)) == ["phone", "floors", "members", "address.street"]


def test_where_a_field_does_not_stand_none_comes() -> None:
    """An application in which the person said no phone is no place for one."""
    assert corrected({"name": "An"}, correction_of("right.json", b'{"phone": "0987654321"}')) == {"name": "An"}
