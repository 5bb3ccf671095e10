"""By what an applicant is found: which fields count, in which form, and which number makes two applications one subject's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.identifiers import (
    EMAILS,
    ENTERPRISE_NAMES,
    IDENTITY_NUMBERS,
    PERSON_NAMES,
    PHONES,
    TAX_CODES,
    VALUES_MAX,
    identifiers_of,
)
from intake.person import identifiers_in
from store.vault.numbers import Identifiers

PERSON, BRANCH, ENTERPRISE, OTHER = "079204001234", "0100109106001", "0100109106", "048199001111"

NUMBERED: list[tuple[dict[str, Any], str, str | None]] = [
    ({"identity_number": PERSON}, "person", PERSON),
    ({"cccd": "079 204 001 234"}, "person", PERSON),
    ({"Số định danh cá nhân": PERSON}, "person", PERSON),
    ({"soCccd": PERSON}, "person", PERSON),
    ({"cccd": int("179204001234")}, "person", "179204001234"),
    ({"cccd": 79204001234}, "person", PERSON),
    ({"cccd": 1204001234}, "person", "001204001234"),
    ({"cmnd": 11123456}, "person", "011123456"),
    ({"mst": 100109106}, "enterprise", ENTERPRISE),
    ({"mst": 100109106001}, "enterprise", BRANCH),
    ({"mst": 79204001234}, "enterprise", PERSON),
    ({"cccd": "79204001234"}, "unnumbered", None),
    ({"mst": "0100109106-001"}, "enterprise", BRANCH),
    ({"tax_code": ENTERPRISE, "name": "Công ty A", "identity_number": PERSON}, "person", PERSON),
    ({"tax_code": ENTERPRISE, "company_name": "Công ty A", "identity_number": PERSON}, "enterprise", ENTERPRISE),
    ({"tax_code": ENTERPRISE, "representative": {"identity_number": PERSON}}, "enterprise", ENTERPRISE),
    ({"cccd": PERSON, "cmnd": "201123456"}, "person", PERSON),
    ({"identity_number": [PERSON, OTHER]}, "unnumbered", None),
    ({"members": [{"cccd": PERSON}, {"cccd": OTHER}]}, "unnumbered", None),
    ({"person": {"cccd": PERSON}}, "unnumbered", None),
    ({"identity_number": "khong co"}, "unnumbered", None),
    ({"identity_number": True}, "unnumbered", None),
    ({"identity_number": None}, "unnumbered", None),
    ({"name": PERSON, "note": PERSON}, "unnumbered", None),
    ({}, "unnumbered", None),
]


@pytest.mark.parametrize(("applicant", "kind", "number"), NUMBERED)
def test_a_number_says_whose_an_application_is(applicant: dict[str, Any], kind: str, number: str | None) -> None:
    """One number, of the applicant: who is only named beside, or whose number is doubtful, becomes nobody else."""
    found = identifiers_of(applicant)
    assert (found.kind, found.number) == (kind, number)


def test_every_other_number_leads_to_the_applicant_too() -> None:
    """Of whoever speaks for an enterprise, of an older card, of the parties of a contract."""
    applicant = {
        "mst": ENTERPRISE,
        "nguoi_dai_dien": {"ho_ten": "Lê Thị B", "cccd": PERSON},
        "parties": [{"cmnd": "201123456"}],
    }
    found = identifiers_of(applicant)
    assert (found.number, found.other_numbers) == (ENTERPRISE, (PERSON, "201123456"))
    assert found.names == ("le thi b",)


def test_phones_names_and_addresses_are_found_however_they_were_written() -> None:
    found = identifiers_of(
        {
            "Họ và tên": "NGUYỄN VĂN Á",
            "Số điện thoại": "+84 905 123 456; 0236.3822.456",
            "contact": {"phone": 84905123456, "Email": "An@Example.VN"},
            "dtdd": "không có",
        }
    )
    assert found == Identifiers(
        names=("nguyen van a",), phones=("0905123456", "02363822456"), emails=("an@example.vn",)
    )


def test_what_is_indexed_of_one_applicant_is_bounded() -> None:
    """A thousand names in one application are no way to fill the table of indexes; and no depth is too deep."""
    deep: dict[str, Any] = {"phone": "0905123456"}
    for _ in range(500):
        deep = {"part": deep}
    assert identifiers_of(deep) == Identifiers()
    assert len(identifiers_of({"name": [f"Người {number}" for number in range(1000)]}).names) == VALUES_MAX


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["cccd", "name", "phone", "x"]), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=20) | st.sampled_from(["cccd", "email", "mst"]), JSON, max_size=5))
def test_whatever_an_applicant_says_is_no_fault(applicant: dict[str, Any]) -> None:
    found = identifiers_of(applicant)
    assert (found.number is None) == (found.kind == "unnumbered")


@pytest.mark.parametrize("kept", ["", "no JSON", "[]", '{"applicant": 7}', '{"applicant": null}', "7"])
def test_what_an_older_program_kept_is_no_fault(kept: str) -> None:
    assert identifiers_in(kept) == Identifiers()


def test_of_what_is_kept_the_applicant_counts() -> None:
    """Not what the documents or other facts beside say."""
    assert identifiers_in(
        '{"applicant": {"cccd": "079204001234"}, "documents": [{"phone": "0905123456"}]}'
    ) == Identifiers(kind="person", number=PERSON)


def test_the_page_for_systems_names_every_field() -> None:
    """Whoever submits knows by which fields his applicants are found."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "integration.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| [^|`]+ \| ((?:`\w+`(?:, )?)+) \|$", page, re.MULTILINE)
    fields = (IDENTITY_NUMBERS, TAX_CODES, ENTERPRISE_NAMES, PERSON_NAMES, PHONES, EMAILS)
    assert [tuple(re.findall(r"\w+", row)) for row in told[: len(fields)]] == list(fields)
