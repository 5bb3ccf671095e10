"""What a person may ask: to be found, shown, handed out and put right, each time on record."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.errors import CatalogInvalid
from events.language.refusals import Refusal
from presentation.subjects.json_of_subjects import export_content, exported_json, found_json, shown_json
from services import correcting
from services.actors import claimed
from services.correcting import Corrected, correct_subject, correction_of
from services.installation import Installation
from services.recording_reads import Reader
from services.subjects import ExportedSubject, ShownSubject, SoughtBy, export_subject, find_subjects, show_subject
from store.errors import StoreAccessDenied
from store.reads import ReadFilter, Reads
from store.recorder import Recorder
from tests.services.on_database import installation, recorder, store
from tests.services.persons import EMAIL, NAME, NUMBER, PERSON, PHONE, STREET, Persons

__all__ = ["installation", "recorder", "store"]
READER = Reader(claimed("officer", "archivist-1"), "request of 2 March")
NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)


@pytest.fixture
def persons(installation: Installation, recorder: Recorder) -> Persons:
    return Persons(installation, recorder)


def on_record(installation: Installation) -> list[tuple[str | None, object, int]]:
    """What the reads on record say: subject, filter, count; the oldest first."""
    found = Reads(installation.store).find(ReadFilter(), limit=100)
    return [(one.read.subject, one.read.filter, one.read.count) for one in reversed(found) if one.read]


def test_a_person_is_found_however_the_value_is_written(installation: Installation, persons: Persons) -> None:
    """By number, phone and name without accents; on record is by what was sought, and never the value."""
    first, second = persons.applies(), persons.withdrawn()
    persons.applies(identity_number="079085009999", phone="0999999999", full_name="Trần Thị Bích")
    written: tuple[tuple[SoughtBy, str], ...] = (
        ("number", NUMBER),
        ("number", "079 085 001 234"),
        ("phone", "+84 912 345 678"),
        ("name", "nguyen van dang"),
    )
    for by, value in written:
        (found,) = find_subjects(installation, READER, by, value)
        assert found_json([found])["subjects"] == [
            {"subject": persons.ref(), "kind": "person", "cases": [first.case.case_id, second.case.case_id]}
        ]
    assert find_subjects(installation, READER, "number", "001099000001") == ()
    assert find_subjects(installation, READER, "phone", "no phone") == ()
    told = [(None, {"by": by}, 1) for by, _value in written]
    assert on_record(installation) == [*told, (None, {"by": "number"}, 0), (None, {"by": "phone"}, 0)]


def test_what_is_shown_is_what_was_said_last(installation: Installation, persons: Persons) -> None:
    """Each field as it was said last, and until when each case is kept: an open one has no such day."""
    persons.withdrawn()
    persons.applies(phone="0900000001")
    shown = show_subject(installation, READER, persons.ref())
    assert isinstance(shown, ShownSubject)
    body = shown_json(shown)
    assert body["person"] == PERSON | {"phone": "0900000001"}
    assert [(case["status"], case["outcome"], case["kept_until"]) for case in body["cases"]] == [
        ("closed", "withdrawn", "2028-03-02"),
        ("in_progress", None, None),
    ]
    assert [case["differs"] for case in body["cases"]] == [{"phone": PHONE}, {}]
    assert on_record(installation) == [(persons.ref(), None, 1)]


def test_where_applications_differ_a_correction_names_the_one_that_is_meant(
    installation: Installation, persons: Persons
) -> None:
    """A mistyped number joins two people: the phone of the one is not written over the other's."""
    first = persons.withdrawn()
    second = persons.withdrawn(full_name="Trần Thị Bích", phone="0999999999")
    ref, correction = persons.ref(), correction_of("right.yaml", b"phone: '0911111111'")
    refusal = correct_subject(installation, READER, ref, correction, reason="asked")
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.details) == ("values_differ", {"fields": "phone"})
    unknown = correct_subject(installation, READER, ref, correction, reason="asked", case="H05-0")
    assert isinstance(unknown, Refusal)
    assert unknown.code == "case_unknown"
    code = second.case.dossier_code
    assert isinstance(correct_subject(installation, READER, ref, correction, reason="asked", case=code), Corrected)
    said = {entry.stream_id: json.loads(entry.person)["applicant"] for entry in installation.vault.entries_of(ref)}
    assert said[first.case.case_id] == PERSON
    assert said[second.case.case_id]["phone"] == "0911111111"
    vault = installation.vault
    assert (vault.find("phone", PHONE), vault.find("phone", "0911111111"), vault.find("phone", "0999999999")) == (
        (ref,),
        (ref,),
        (),
    )
    told = [filtered for _subject, filtered, _count in on_record(installation)]
    done = {"reason": "asked", "fields": ["phone"], "case": second.case.case_id}
    assert told == [{"refused": "values_differ"}, {"refused": "case_unknown"}, done]


def test_what_cannot_be_put_on_record_is_not_corrected(
    installation: Installation, persons: Persons, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who changed what of whom must never be unknown."""
    persons.applies()

    def refused(*_: object, **__: object) -> None:
        raise StoreAccessDenied(reason="reads")

    monkeypatch.setattr(correcting, "record_read_in", refused)
    correction = correction_of("right.yaml", b"phone: '0911111111'")
    with pytest.raises(StoreAccessDenied):
        correct_subject(installation, READER, persons.ref(), correction, reason="asked")
    assert json.loads(installation.vault.entries_of(persons.ref())[0].person)["applicant"] == PERSON
    assert installation.vault.find("phone", PHONE) == (persons.ref(),)


def test_an_export_holds_all_and_that_it_was_made(installation: Installation, persons: Persons) -> None:
    """Person, cases, documents, texts, and who read them, this reading too."""
    living = persons.applies()
    installation.vault.put_texts(living.case.case_id, {"text-1": "lý do riêng của Đặng"})
    exported = export_subject(installation, READER, persons.ref())
    assert isinstance(exported, ExportedSubject)
    content = json.loads(export_content(exported, NOW))
    assert (content["person"], content["texts"]) == (PERSON, {"text-1": "lý do riêng của Đặng"})
    assert content["applications"][living.case.case_id]["applicant"] == PERSON
    assert [document["told"]["title"] for document in content["documents"]] == ["Đơn của Đặng"]
    assert [(read["subject"], read["purpose"]) for read in content["reads"]] == [(persons.ref(), READER.purpose)]
    assert exported_json(exported, Path("person.json"))["file"] == "person.json"


def test_an_unknown_subject_is_refused(installation: Installation) -> None:
    correction, ref = correction_of("right.yaml", b"phone: '1'"), "subject-000000000000000000000000"
    for answer in (
        show_subject(installation, READER, ref),
        export_subject(installation, READER, ref),
        correct_subject(installation, READER, ref, correction, reason="asked"),
    ):
        assert isinstance(answer, Refusal)
        assert (answer.code, answer.field) == ("subject_unknown", "subject")
    assert on_record(installation) == []


RIGHT = b"""\
phone: 0987654321
identity_number: "079085001235"
address:
  street: 18 Hang Be
"""


def test_a_correction_reaches_every_application_and_every_index(installation: Installation, persons: Persons) -> None:
    """Wherever the field stands; found by what is right from then on, and no more by what was wrong."""
    persons.applies()
    persons.withdrawn()
    ref = persons.ref()
    corrected = correct_subject(installation, READER, ref, correction_of("right.yaml", RIGHT), reason="asked")
    assert corrected == Corrected(ref, ("identity_number", "phone", "address.street"))
    said = [json.loads(entry.person)["applicant"] for entry in installation.vault.entries_of(ref)]
    right = PERSON | {"phone": "0987654321", "identity_number": "079085001235"}
    assert said == [right | {"address": PERSON["address"] | {"street": "18 Hang Be"}}] * 2
    vault = installation.vault
    assert [vault.find("number", NUMBER), vault.find("phone", PHONE)] == [(), ()]
    assert [vault.find("number", "079085001235"), vault.find("phone", "0987654321")] == [(ref,), (ref,)]
    assert vault.find("name", NAME) == vault.find("email", EMAIL) == (ref,)
    ((subject, filtered, _count),) = on_record(installation)
    assert (subject, filtered) == (ref, {"reason": "asked", "fields": list(corrected.fields)})


def test_two_subjects_are_never_made_into_one(installation: Installation, persons: Persons) -> None:
    """A number that is another's is refused, with all that stands beside it in the file."""
    persons.applies()
    persons.applies(identity_number="079085009999", phone="0999999999")
    ref, other = persons.ref(), persons.ref("079085009999")
    correction = correction_of("right.yaml", b"identity_number: '079085009999'\nphone: '0911111111'")
    refusal = correct_subject(installation, READER, ref, correction, reason="asked")
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.details) == ("number_taken", {"other": other})
    assert json.loads(installation.vault.entries_of(ref)[0].person)["applicant"] == PERSON
    assert (persons.ref(), installation.vault.find("phone", PHONE)) == (ref, (ref,))
    same = correction_of("right.yaml", f"phone: '{PHONE}'".encode())
    refusal = correct_subject(installation, READER, ref, same, reason="asked")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "nothing_changes"


def test_an_enterprise_is_a_subject_too(installation: Installation, persons: Persons) -> None:
    """By its tax code; a fault in a correction says nothing of what is held."""
    persons.applies(tax_code="2300123456", identity_number=None, company="Đá Xanh")
    (found,) = find_subjects(installation, READER, "number", "2300123456")
    assert found.subject.kind == "enterprise"
    correction = correction_of("right.yaml", b"phone: '1'\ntax: 2")
    with pytest.raises(CatalogInvalid) as refused:
        correct_subject(installation, READER, found.subject.ref, correction, reason="asked")
    assert [(problem.line, problem.code) for problem in refused.value.problems] == [(2, "field_unknown")]
    assert not any(value in str(refused.value) for value in ("2300123456", PHONE, NAME, STREET))
    assert installation.vault.find("phone", PHONE) == (found.subject.ref,)
