"""What lies in the vault opens where it lies, and leads to whoever said it: whatever is moved or damaged is named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import text

from audit.personal.vault import check_subject
from events.language.identity import case_id_of, subject_ref_of
from intake.identifiers import identifiers_of
from store.database import Store
from store.inbox import Inbox, Submission
from store.vault.inspection import InspectedSubject, inspect
from tests.master_keys import MASTER_KEY, vault_of
from tests.store.conftest import TOPICS
from tests.store.turn_builder import MORNING, SOURCE

AN = {"name": "Nguyễn Văn An", "cccd": "079204001234", "phone": "0905123456", "email": "an@example.vn"}
BINH = {"name": "Trần Thị Bình", "cccd": "079204005678", "phone": "0905765432"}


def by(applicant: dict[str, Any], number: int) -> Submission:
    case_id = case_id_of(SOURCE, f"A-{number}")
    own, person = subject_ref_of(case_id), json.dumps({"applicant": applicant}, ensure_ascii=False)
    opening = f'{{"subject_ref":"{own}"}}'
    known = identifiers_of(applicant)
    return Submission(case_id, SOURCE, f"A-{number}", "d", own, MORNING, opening, person, (), known)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """In which An applied twice, Bình once, and somebody without a number; each wrote a text."""
    with closing(Store.connect(database_url, pool_size=4)) as opened:
        inbox = Inbox(opened, TOPICS, vault_of(opened))
        given = [by(AN, 1), by({**AN, "phone": "0911000111"}, 2), by(BINH, 3), by({"name": "Lê Hòa"}, 4)]

        async def all_of_them() -> None:
            for one in given:
                await inbox.accept_application(one)

        asyncio.run(all_of_them())
        inbox.close()
        for one in given:
            vault_of(opened).put_texts(one.case_id, {f"text-{one.application_id}": "Tôi xin rút."})
        yield opened


def said(store: Store) -> dict[str, list[str]]:
    """What is found wrong, by subject; all of them were looked at."""
    subjects = list(inspect(store, MASTER_KEY))
    assert len(subjects) == 3
    assert [subject.ref for subject in subjects] == sorted(subject.ref for subject in subjects)
    found = {one.ref: [violation.message for violation in check_subject(vault_of(store), one)] for one in subjects}
    return {ref: messages for ref, messages in found.items() if messages}


def of(store: Store, applicant: dict[str, Any]) -> InspectedSubject:
    return next(
        one for one in inspect(store, MASTER_KEY) if any(applicant["name"] in each.person for each in one.entries)
    )


def do(store: Store, change: str, **values: object) -> None:
    with store.writing() as connection:
        connection.execute(text(change), values)


def test_what_was_written_is_sound(store: Store) -> None:
    """Each subject with all that it said, once; nobody who was erased."""
    assert said(store) == {}
    assert len(of(store, AN).entries) == 2
    assert {row.kind for row in of(store, AN).indexes} >= {"number", "phone", "name", "email"}
    do(store, "DELETE FROM vault.entries WHERE subject_ref = :ref", ref=of(store, BINH).ref)
    assert [len(one.entries) for one in inspect(store, MASTER_KEY)].count(0) == 1


def test_an_index_that_leads_to_another_is_named_at_both(store: Store) -> None:
    """Whoever applies next with that number would be taken for the other."""
    an, binh = of(store, AN).ref, of(store, BINH).ref
    change = "UPDATE vault.indexes SET subject_ref = :b WHERE subject_ref = :a AND kind = 'number'"
    do(store, change, a=an, b=binh)
    assert said(store) == {
        an: ["is not found by something that it said of itself"],
        binh: ["is found by something that it did not say of itself"],
    }


def test_keys_and_values_that_were_swapped_or_damaged_are_named(store: Store) -> None:
    """By their column, and never what they say; the rest of the subject is looked at."""
    an, binh = of(store, AN).ref, of(store, BINH).ref
    damage = "UPDATE vault.{0} SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE {1}"
    do(store, damage.format("texts", "subject_ref = :ref"), ref=binh)
    do(store, damage.format("entries", "stream_id = :id"), id=by(AN, 1).case_id)
    assert said(store) == {
        an: ["has a value in vault.entries.sealed that does not open at its place"],
        binh: ["has a value in vault.texts.sealed that does not open at its place"],
    }
    keys = "UPDATE vault.subjects s SET wrapped_key = o.wrapped_key FROM vault.subjects o "
    keys += "WHERE s.subject_ref = :a AND o.subject_ref = :b"
    do(store, keys, a=an, b=binh)
    assert said(store)[an] == ["has a key that does not open"]
