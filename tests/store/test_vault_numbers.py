"""Numbers, phones, names and addresses in one form, however they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.vault.numbers import FORMS, email_in, folded_name, number_in, phone_in

NUMBERS = {
    "079204001234": "079204001234",
    " 079 204 001 234 ": "079204001234",
    "079.204.001.234": "079204001234",
    "０７９２０４００１２３４": "079204001234",
    "079\u200b204\u200b001234\ufeff": "079204001234",
    "079–204—001‑234": "079204001234",
    "079\u00a0204\u202f001 234": "079204001234",
    "0100109106": "0100109106",
    "0100109106-001": "0100109106001",
    "201123456": "201123456",
    "c1234567": "C1234567",
    "PA 0123456": "PA0123456",
    "000000000000": None,
    "79204001234": None,
    "12": None,
    "không có": None,
    "": None,
    "0792040012345678901234": None,
}
PHONES = {
    "0905 123 456": "0905123456",
    "0905.123.456": "0905123456",
    "+84 905 123 456": "0905123456",
    "+84 (0) 905-123-456": "0905123456",
    "0084905123456": "0905123456",
    "84905123456": "0905123456",
    "(0236) 3822 456": "02363822456",
    "84123456": "84123456",
    "+1 202 555 0123": "+12025550123",
    "0905–123\u200b–456": "0905123456",
    "1022": None,
    "gọi sau": None,
    "": None,
}
NAMES = {
    "Nguyễn Văn Á": "nguyen van a",
    "NGUYỄN  VĂN á": "nguyen van a",
    "Nguyê\u0303n Va\u0306n A\u0301": "nguyen van a",
    "Đặng Đình Độ": "dang dinh do",
    "Ðặng Ðình Ðộ": "dang dinh do",
    "Công ty TNHH “Hải-Vân”": "cong ty tnhh hai van",
    "Lê Thị B.": "le thi b",
    "Ng\u200buyễn Văn\u00a0Á": "nguyen van a",
    "…": None,
    "": None,
}
EMAILS = {
    " An.Nguyen@Example.VN ": "an.nguyen@example.vn",
    "an@example": None,
    "an at example.vn": None,
    "a b@example.vn": None,
    "": None,
}


@pytest.mark.parametrize(("written", "number"), NUMBERS.items())
def test_a_number_has_one_form(written: str, number: str | None) -> None:
    assert number_in(written) == number


@pytest.mark.parametrize(("written", "phone"), PHONES.items())
def test_a_phone_number_has_one_form(written: str, phone: str | None) -> None:
    assert phone_in(written) == phone


@pytest.mark.parametrize(("written", "name"), NAMES.items())
def test_a_name_is_folded(written: str, name: str | None) -> None:
    assert folded_name(written) == name


@pytest.mark.parametrize(("written", "address"), EMAILS.items())
def test_an_address_has_one_form(written: str, address: str | None) -> None:
    assert email_in(written) == address


@given(st.sampled_from(sorted(FORMS)), st.text(max_size=300))
def test_a_form_stays_what_it_is(kind: str, written: str) -> None:
    """What is looked for may be given in the form that is indexed; and no text, however strange, is a fault."""
    formed = FORMS[kind](written)  # type: ignore[index]
    assert formed is None or FORMS[kind](formed) == formed  # type: ignore[index]
