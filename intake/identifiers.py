"""Which fields of an applicant say who he, or it, is: numbers, phones, names and e-mail addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from store.vault.numbers import FORMS, Identifiers, IndexKind, SubjectKind, folded_name

IDENTITY_NUMBERS: Final = (
    *("identity_number", "identity_no", "id_number", "national_id", "personal_id", "citizen_id", "identity_card"),
    *("passport", "passport_number", "cccd", "so_cccd", "cmnd", "so_cmnd", "cmt", "so_cmt", "can_cuoc", "so_can_cuoc"),
    *("can_cuoc_cong_dan", "so_dinh_danh", "so_dinh_danh_ca_nhan", "dinh_danh", "ho_chieu", "so_ho_chieu"),
)
"""Fields that hold a person's number."""
TAX_CODES: Final = (
    *("tax_code", "tax_id", "tax_number", "enterprise_code", "business_code", "registration_number"),
    *("mst", "ma_so_thue", "ma_so_doanh_nghiep", "ma_doanh_nghiep", "msdn", "so_dkkd"),
)
"""Fields that hold the number of an enterprise; a person may have a tax code too."""
ENTERPRISE_NAMES: Final = (
    *("enterprise", "enterprise_name", "company", "company_name", "organisation", "organization", "business_name"),
    *("ten_doanh_nghiep", "doanh_nghiep", "ten_cong_ty", "cong_ty", "to_chuc", "ten_to_chuc", "ten_co_so"),
)
"""Fields that name an enterprise: whoever has one applies as such."""
PERSON_NAMES: Final = (
    *("name", "full_name", "fullname", "applicant_name", "owner", "owner_name", "representative", "contact_name"),
    *("ho_ten", "ho_va_ten", "hoten", "ten", "chu_ho", "chu_so_huu", "nguoi_nop", "ten_nguoi_nop", "nguoi_dai_dien"),
)
PHONES: Final = (
    *("phone", "phones", "phone_number", "telephone", "mobile", "mobile_phone", "tel"),
    *("dien_thoai", "so_dien_thoai", "di_dong", "sdt", "dtdd"),
)
EMAILS: Final = ("email", "emails", "e_mail", "mail", "email_address", "thu_dien_tu", "hop_thu")
SEVERAL: Final = re.compile(r"[;,\n]| [/–-] |\bhoặc\b|\bor\b")
"""What stands between several phones or addresses in one field."""
VALUES_MAX: Final = 20
"""Most values of one kind by which an applicant is found."""
DEPTH_MAX: Final = 5
NAME_MAX: Final = 60
"""Longer names of fields are none that are known here."""
LASTING_DIGITS: Final = 12
IDENTITY_ZEROS: Final = {8: 9, 10: 12, 11: 12}
TAX_ZEROS: Final = {9: 10, 11: 12, 12: 13}
PHONE_ZEROS: Final = {9: 10}
"""How many digits it had whose leading zeros were lost, since it was written as a number: by how many are left."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    text: str
    is_outer: bool
    """Whether it stands in the applicant itself, not in a part of it: of a representative, a member, an address."""


def identifiers_of(applicant: Mapping[str, Any]) -> Identifiers:
    """By what an applicant is found, out of the fields known here, however deep; a value that is none of its kind is left out.

    The number that makes applications those of one subject stands in the applicant itself, and is the only one there: of an
    enterprise its tax code, else the identity number, else the tax code. What stands deeper may be another's.
    """
    fields = list(_fields(applicant, DEPTH_MAX))
    outer = [field for field in fields if field.is_outer]
    identity = _own(_formed("number", _values(outer, IDENTITY_NUMBERS)))
    tax = _own(_formed("number", _values(outer, TAX_CODES)))
    is_enterprise = tax is not None and (identity is None or bool(_values(outer, ENTERPRISE_NAMES)))
    number = tax if is_enterprise else identity
    kind: SubjectKind = "enterprise" if is_enterprise else "person"
    numbers = _formed("number", _values(fields, (*IDENTITY_NUMBERS, *TAX_CODES)))
    return Identifiers(
        kind="unnumbered" if number is None else kind,
        number=number,
        other_numbers=tuple(other for other in numbers if other != number),
        phones=_formed("phone", _several(_values(fields, PHONES))),
        names=_formed("name", _values(fields, (*ENTERPRISE_NAMES, *PERSON_NAMES))),
        emails=_formed("email", _several(_values(fields, EMAILS))),
    )


def _own(numbers: Sequence[str]) -> str | None:
    """The one number that is meant: beside an older one, the personal identification number of twelve digits."""
    lasting = [number for number in numbers if len(number) == LASTING_DIGITS]
    meant = lasting or numbers
    return meant[0] if len(meant) == 1 else None


def _fields(value: Mapping[str, Any], depth: int, *, is_outer: bool = True) -> Iterator[_Field]:
    """Every text and whole number with the name of its field, in one form; of a list, each under the list's name."""
    for name, inner in value.items():
        for one in inner if isinstance(inner, list) else (inner,):
            if isinstance(one, dict):
                yield from _fields(one, depth - 1, is_outer=False) if depth else ()
            elif isinstance(one, str) or (isinstance(one, int) and not isinstance(one, bool)):
                known = _named(name)
                yield _Field(known, one if isinstance(one, str) else _with_zeros(known, one), is_outer)


def _with_zeros(name: str, number: int) -> str:
    lengths: dict[int, int] = {}
    for names, zeros in ((IDENTITY_NUMBERS, IDENTITY_ZEROS), (TAX_CODES, TAX_ZEROS), (PHONES, PHONE_ZEROS)):
        lengths = zeros if name in names else lengths
    digits = str(number)
    return digits.zfill(lengths.get(len(digits), 0))


def _named(name: str) -> str:
    # `soDienThoai`, `Số điện thoại` and `SO-DIEN-THOAI` are `so_dien_thoai`.
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name[:NAME_MAX]).replace("_", " ")
    return (folded_name(words) or "").replace(" ", "_")


def _values(fields: Iterable[_Field], names: tuple[str, ...]) -> list[str]:
    return [field.text for field in fields if field.name in names]


def _several(texts: Iterable[str]) -> Iterator[str]:
    return (part for text in texts for part in SEVERAL.split(text))


def _formed(kind: IndexKind, texts: Iterable[str]) -> tuple[str, ...]:
    formed = dict.fromkeys(value for text in texts if (value := FORMS[kind](text)) is not None)
    return tuple(formed)[:VALUES_MAX]
