"""Every usual way to write a number, phone, address or full name is found, and what is none of it is not."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Iterable, Iterator

import pytest

from audit.personal.wanted import Place, Wanted, values_in
from store.vault.vault import Entry

PERSON = {
    "name": "Nguyễn Văn Hòa",
    "identity_number": "079 085 001 234",
    "phone": "+84 912 345 678",
    "email": "Hoa.Nguyen@Example.VN",
    "representative": {"full_name": "Trần Thị Đào", "passport": "C1234567", "tel": "02839123456"},
}
SUBJECT = "subject-" + "a" * 24
PLACE = Place("ledger.body", "case-1", 3)


def entry(applicant: dict[str, object], subject: str = SUBJECT) -> Entry:
    return Entry(subject, "case-1", json.dumps({"applicant": applicant}, ensure_ascii=False))


def wanted(*applicants: dict[str, object]) -> Wanted:
    looked_for = Wanted()
    for number, applicant in enumerate(applicants):
        looked_for.add(entry(applicant, f"subject-{number:024x}" if number else SUBJECT))
    return looked_for


def kinds(text: str, *applicants: dict[str, object]) -> set[str]:
    """Which kinds of value of the person are found in a text."""
    return {found.kind for found in wanted(*(applicants or (PERSON,))).found_in([(PLACE, text)])}


def spellings(text: str) -> Iterator[str]:
    """A text as it may stand in JSON, twice packed, decomposed, in an address, in HTML, in capitals."""
    yield text
    yield f"Ông/bà {text}, có mặt."
    yield json.dumps({"x": text})
    yield json.dumps({"x": json.dumps({"y": text})})
    yield unicodedata.normalize("NFD", text)
    yield text.upper()
    yield "".join(f"&#{ord(sign)};" if ord(sign) > 127 else sign for sign in text)
    yield "".join(f"%{byte:02X}" for byte in text.encode())
    yield f"<p>{text}</p>"


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("number", ["079085001234", "079 085 001 234", "079.085.001.234", "079-085-001-234", "C1234567", "c1234567"]),
        ("number", ["079\u200b085001234", "079–085–001–234", "79085001234", "０７９０８５００１２３４"]),
        ("phone", ["0912345678", "0912 345 678", "0912.345.678", "+84912345678", "+84 912-345-678", "84912345678"]),
        ("phone", ["(+84) 912 345 678", "0084912345678", "(028) 3912 3456", "028.39123456", "+84 28 3912 3456"]),
        ("email", ["hoa.nguyen@example.vn", "Hoa.Nguyen@EXAMPLE.vn"]),
        (
            "name",
            [
                "Nguyễn Văn Hòa",
                "Nguyễn Văn Hoà",
                "Nguyen Van Hoa",
                "nguyen-van-hoa",
                "NGUYEN_VAN_HOA",
                "Nguyễn  Văn\nHòa",
            ],
        ),
        ("name", ["Trần Thị Đào", "Tran Thi Dao", "TRẦN THỊ ĐÀO", "tran+thi+dao"]),
    ],
)
def test_every_usual_spelling_is_found(kind: str, written: list[str]) -> None:
    """Alone, within a text, and packed as texts are packed."""
    missed = [text for one in written for text in spellings(one) if kind not in kinds(text)]
    assert missed == []


@pytest.mark.parametrize(
    "text",
    [
        "0790850012345",
        "1079085001234",
        "079085001235",
        "case-079085001234abcdef012345",
        "3f079085001234aabbccddee0912345678ff0011",
        "00000000-0000-4000-8000-079085001234",
        "Hòa",
        "Nguyễn Văn Hòai",
        "Nguyễn Văn; Hòa",
        '{"ho": "Nguyễn Văn", "ten": "Hòa"}',
        "Thị Đào",
        "hoa.nguyen@example.vnx",
        "xhoa.nguyen@example.vn",
    ],
)
def test_what_is_another_value_is_none(text: str) -> None:
    """A digit more or less, a part of a hash or an id, one word of a name, words of two fields."""
    assert kinds(text) == set()


def test_a_dossier_code_and_an_instant_are_no_numbers() -> None:
    """They are full of digits, some of which are somebody's."""
    enterprise = {"tax_code": "2601120345", "company": "Công ty Hoàng Gia"}
    phone = {"phone": "2026030307", "name": "A B"}
    assert kinds("H12-260112-0345 and 000.00.12.H34-260112-0345", enterprise) == set()
    assert kinds("2026-03-03T07:00:00Z, 2026-03-03 07:00", phone) == set()
    assert kinds("MST 2601120345", enterprise) == {"number"}


def test_a_name_that_is_also_an_ordinary_word_gives_no_false_alarm() -> None:
    """A name of one word is never looked for; of two the accents count; and none that the catalogue itself says."""
    person = {"name": "Thanh Hòa", "contact_name": "Minh"}
    assert kinds("tỉnh Thanh Hóa; Minh; thanh hỏa", person) == set()
    assert kinds("Thanh Hòa", person) == kinds("thanh hoa", person) == {"name"}
    office = wanted({"name": "Sở Văn hóa và Thể thao", "phone": "0912345678"})
    office.leave_out_names_in(["name: Sở Văn hoá và Thể thao", "phone: 0912345678"])
    found = list(office.found_in([(PLACE, "Sở Văn hóa và Thể thao"), (PLACE, "0912345678")]))
    assert [each.kind for each in found] == ["phone"]
    assert office.ordinary > 0


def test_what_is_found_is_told_by_place_and_subject_alone() -> None:
    """Each value once a text, of whoever has it, however many are looked for and in however many texts."""
    others = [{"name": f"Người Thứ {number}", "identity_number": f"{10**11 + number}"} for number in range(3000)]
    looked_for = wanted(PERSON, *others)
    texts = [
        (Place("outbox.body", f"case-{number}"), f"số {10**11 + number}, lại {10**11 + number}")
        for number in range(2500)
    ]
    found = list(looked_for.found_in(texts))
    assert [each.place for each in found] == [place for place, _ in texts]
    assert {each.kind for each in found} == {"number"}
    assert [each.subject_ref for each in found[:2]] == [f"subject-{1:024x}", f"subject-{2:024x}"]
    assert not any(str(10**11 + number) in repr(each) for number, each in enumerate(found))


def test_values_too_short_to_be_told_from_others_are_not_looked_for() -> None:
    """A local phone number of eight digits is as often a day; who applied without any value has none."""
    values = values_in(json.dumps({"applicant": {"phone": "38223344", "name": "Hòa"}}))
    assert (values.phones, values.names) == ((), ())
    for person in ("{}", "no JSON", '{"applicant": []}', '{"applicant": {"x": 1}}'):
        assert values_in(person).numbers == ()


@pytest.mark.parametrize(
    "text", ["a" * 500_000 + " @", "1 " * 100_000, "ab " * 10**5, "0912345678" * 10**5, "\\" * 500_000, "&%@." * 10**5]
)
def test_a_long_text_is_read_once(text: str) -> None:
    """Whatever it consists of: the time that it takes grows with its length, not with the square of it."""
    assert kinds(text + " hoa.nguyen@example.vn") >= {"email"}


def test_random_texts_of_ours_give_no_alarm() -> None:
    """Hashes, ids and amounts, among a hundred thousand values."""
    rng = random.Random(7)
    people = (
        {"identity_number": f"{rng.randrange(10**12):012}", "phone": f"09{rng.randrange(10**8):08}"}
        for _ in range(20_000)
    )
    looked_for = wanted(*people)

    def texts() -> Iterable[tuple[Place, str]]:
        for number in range(500):
            digest, amount = f"{rng.getrandbits(256):064x}", rng.randrange(10**8)
            code = f"000.00.12.H{rng.randrange(99):02}-26{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}-{number:04}"
            yield PLACE, json.dumps({"hash": digest, "id": f"case-{digest[:24]}", "amount": amount, "code": code})

    assert list(looked_for.found_in(texts())) == []
