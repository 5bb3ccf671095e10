"""Which dead letters are a person's: those that say his values, or are about his applications; not those of his namesakes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from audit.personal.letters import PersonsLetters
from events.language.envelope import binary_headers
from events.language.identity import case_id_of, dossier_id_of
from events.transport.letter_content import LetterContent, packed, unpacked
from store.vault.vault import Entry

APPLICANT = {"name": "Nguyễn Văn An", "cccd": "079085001234", "phone": "0912345678", "email": "an@example.vn"}
CASE, DOSSIER = case_id_of("/portal", "P-7"), dossier_id_of("/portal", "D-7")
LETTERS = PersonsLetters(
    [Entry("subject-a", CASE, json.dumps({"applicant": APPLICANT}))], {CASE, DOSSIER, "H12-260302-0007"}
)


def letter(data: Any, *, source: str = "/portal", key: bytes | None = None, **more: str) -> LetterContent:
    headers = binary_headers(id="1", source=source, name="SubmitApplication", subject=None, time=datetime.now(UTC))
    headers += [(name, text.encode()) for name, text in more.items()]
    value = data if isinstance(data, bytes) else json.dumps(data).encode()
    return LetterContent(key, tuple(headers), value)


@pytest.mark.parametrize(
    "his",
    [
        letter({"applicant": APPLICANT}),
        letter({"applicant": {"x": [{"y": "CCCD 079 085 001 234"}]}}),
        letter({"reason": "gọi +84 912 345 678"}),
        letter({}, ce_subject="an@example.vn"),
        letter({}, key=b"079085001234"),
        letter({"applicant": {"name": "NGUYEN VAN AN"}}),
        letter(b'{"applicant": {"name": "Nguy\\u1ec5n V\\u0103n An"'),
        letter({"case": CASE, "reason": "x"}),
        letter({"case": "H12-260302-0007"}),
        letter({"application_id": "P-7"}),
        letter({"dossier_id": "D-7"}),
    ],
)
def test_what_says_a_value_or_is_about_a_case_is_his(his: LetterContent) -> None:
    """In the data, a header or the key, also where it can be read by nobody else."""
    assert LETTERS.holds(his)


@pytest.mark.parametrize(
    "anothers",
    [
        letter({"applicant": {"name": "Nguyễn Văn An", "cccd": "079085009999"}}),
        letter({"applicant": {"name": "Nguyễn Văn Anh"}}),
        letter({"application_id": "P-7"}, source="/counter"),
        letter({"application_id": ["P-7"], "applicant": "Nguyễn"}),
        letter({"case": case_id_of("/portal", "P-8")}),
        letter(b"\xff\xfe"),
        LetterContent(None, (), None),
    ],
)
def test_another_persons_letter_stays(anothers: LetterContent) -> None:
    """Also where he has the same name, or another system's application the same id."""
    assert not LETTERS.holds(anothers)


@pytest.mark.parametrize(
    "content",
    [
        LetterContent(None, (), None),
        LetterContent(b"", (("", None), ("a", b""), ("a", b"\x00\xff")), b""),
        LetterContent(b"k", (("ce_id", "Hồ sơ".encode()), ("ồ", b"x")), b"+\x00\x00\x00\x01"),
    ],
)
def test_a_message_comes_out_of_its_letter_byte_for_byte(content: LetterContent) -> None:
    """An absent key, value or header is another than an empty one."""
    assert unpacked(packed(content)) == content
