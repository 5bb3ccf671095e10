"""Whose an application is: found by its number, or made, in the transaction that accepts it, whoever else is at it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text

from events.language.identity import case_id_of, subject_ref_of
from store.database import Session, Store
from store.errors import MasterKeyMissing, MasterKeyUnknown, MasterKeyWrong, StoreUnavailable, VaultValueBroken
from store.inbox import Acceptance, Accepted, Inbox, Submission
from store.vault.arrivals import Arrivals
from store.vault.master import Wrapped
from store.vault.numbers import Identifiers
from store.vault.vault import Vault
from tests.master_keys import MASTER_KEY, MemoryMasterKey, vault_of
from tests.store.conftest import TOPICS
from tests.store.turn_builder import MORNING, SOURCE

NUMBER = "079204001234"
AN = Identifiers("person", NUMBER, ("201123456",), ("0905123456",), ("nguyen van an",), ("an@example.vn",))
TABLES = ("subjects", "entries", "indexes", "documents")


@pytest.fixture
def bridge(as_account: Callable[[str], Store]) -> Store:
    return as_account("bridge")


@pytest.fixture
def inbox(bridge: Store) -> Iterator[Inbox]:
    opened = Inbox(bridge, TOPICS, vault_of(bridge))
    yield opened
    opened.close()


@pytest.fixture
def other_inbox(bridge: Store) -> Iterator[Inbox]:
    """Of another bridge."""
    opened = Inbox(bridge, TOPICS, vault_of(bridge))
    yield opened
    opened.close()


def by(identifiers: Identifiers, number: int) -> Submission:
    """An application of whoever is found so."""
    case_id = case_id_of(SOURCE, f"A-{number}")
    own = subject_ref_of(case_id)
    opening = f'{{"subject_ref":"{own}","facts":{{"said":"\\"subject_ref\\":\\"{own}\\""}}}}'
    person = f'{{"number":{number}}}'
    return Submission(case_id, SOURCE, f"A-{number}", "d", own, MORNING, opening, person, (), identifiers)


def accept(inbox: Inbox, *submissions: Submission) -> list[Accepted]:
    async def all_at_once() -> list[Accepted]:
        return await asyncio.gather(*(inbox.accept_application(one) for one in submissions))

    return asyncio.run(all_at_once())


def erase(store: Store, ref: str) -> None:
    """What an erasure does in the vault."""
    with store.writing() as connection:
        change = (
            "UPDATE vault.subjects SET wrapped_key = NULL, key_id = NULL, erased_at = now() WHERE subject_ref = :ref"
        )
        connection.execute(text(change), {"ref": ref})
        for table in ("entries", "indexes", "documents", "texts"):
            connection.execute(text(f"DELETE FROM vault.{table} WHERE subject_ref = :ref"), {"ref": ref})


def counts(store: Store) -> list[int]:
    """How many rows the vault's tables have."""
    with store.reading() as connection:
        return [connection.scalar(text(f"SELECT count(*) FROM vault.{table}")) or 0 for table in TABLES]


def test_who_comes_back_is_the_same_subject(store: Store, inbox: Inbox) -> None:
    """Each application keeps what was said with it; all that was ever said of him leads to him."""
    [first] = accept(inbox, by(AN, 1))
    [second] = accept(inbox, by(replace(AN, phones=("0911000111",), names=()), 2))
    assert first.subject_ref == second.subject_ref
    vault = vault_of(store)
    assert vault.streams_of(first.subject_ref) == tuple(sorted(by(AN, number).case_id for number in (1, 2)))
    assert [entry.person for entry in vault.entries_of(first.subject_ref)] == [
        vault.person(one) for one in sorted(vault.streams_of(first.subject_ref))
    ]
    found = [vault.find(*wanted) for wanted in (("number", "079 204 001 234"), ("number", "201.123.456"))]
    found += [vault.find("phone", "+84 905 123 456"), vault.find("phone", "0911000111")]
    found += [vault.find("name", "Nguyễn  Văn AN"), vault.find("email", "AN@example.vn")]
    assert found == [(first.subject_ref,)] * 6
    assert vault.find("number", "079204001235") == vault.find("phone", "1") == vault.find("name", NUMBER) == ()
    subject = vault.subject(first.subject_ref)
    assert subject is not None
    assert (subject.kind, subject.erased_at) == ("person", None)


def test_a_reference_says_nothing_of_the_number(inbox: Inbox) -> None:
    """It is random; of the application alone is it where there is no number."""
    [numbered, unnumbered] = accept(inbox, by(AN, 1), by(Identifiers(names=("an",)), 2))
    assert numbered.subject_ref != by(AN, 1).subject_ref
    assert unnumbered.subject_ref == by(AN, 2).subject_ref


def test_the_opening_says_whose_it_is(store: Store, inbox: Inbox) -> None:
    """What starts the case again says what its first event will say; what merely looks so stays as it was sent."""
    [accepted] = accept(inbox, by(AN, 1))
    own, ref = by(AN, 1).subject_ref, accepted.subject_ref
    assert inbox.opening(by(AN, 1).case_id) == (
        f'{{"subject_ref":"{ref}","facts":{{"said":"\\"subject_ref\\":\\"{own}\\""}}}}'
    )
    with store.reading() as connection:
        assert connection.scalars(text("SELECT subject_ref FROM applications")).all() == [ref]


def test_two_of_one_batch_with_one_number_are_one(store: Store, inbox: Inbox) -> None:
    accepted = accept(inbox, *(by(AN, number) for number in range(20)))
    assert len({one.subject_ref for one in accepted}) == 1
    assert counts(store) == [1, 20, 6, 0]


def test_two_bridges_at_once_with_one_number_make_one_subject(store: Store, inbox: Inbox, other_inbox: Inbox) -> None:
    """Many times, since who is first is chance; and nothing of what was tried in vain is left."""

    async def both(number: int) -> list[Accepted]:
        identifiers = Identifiers("person", f"0792040{number:05d}")
        submissions = (by(identifiers, 2 * number), by(identifiers, 2 * number + 1))
        return await asyncio.gather(
            *(box.accept_application(one) for box, one in zip((inbox, other_inbox), submissions, strict=True))
        )

    async def many() -> list[list[Accepted]]:
        return await asyncio.gather(*(both(number) for number in range(40)))

    for pair in asyncio.run(many()):
        assert [one.acceptance for one in pair] == [Acceptance.NEW] * 2
        assert pair[0].subject_ref == pair[1].subject_ref
    assert counts(store) == [40, 80, 80, 0]


class Held:
    """A vault that stops between the look at who is known and the writing, until somebody else has done something."""

    def __init__(self, store: Store, meanwhile: Callable[[], None]) -> None:
        self.master_key = MemoryMasterKey()
        self.vault = Vault(store, self)
        self.keys_made = False
        self._meanwhile: Callable[[], None] | None = meanwhile
        _ = self.vault.digests
        self.keys_made = True

    def wrap(self, key: bytes, context: str) -> object:
        self._now()
        return self.master_key.wrap(key, context)

    def unwrap(self, wrapped: object, context: str) -> bytes:
        self._now()
        return self.master_key.unwrap(wrapped, context)  # type: ignore[arg-type]

    def _now(self) -> None:
        if self.keys_made and self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()


def test_who_is_made_by_another_meanwhile_is_found(store: Store, bridge: Store, other_inbox: Inbox) -> None:
    """The subject that was about to be made is not; there is no second one, and no row of it."""
    first: list[Accepted] = []
    held = Held(bridge, lambda: first.extend(accept(other_inbox, by(AN, 1))))
    inbox = Inbox(bridge, TOPICS, held.vault)
    [second] = accept(inbox, by(AN, 2))
    inbox.close()
    assert first[0].subject_ref == second.subject_ref
    assert counts(store) == [1, 2, 6, 0]
    assert vault_of(store).person(by(AN, 2).case_id) == '{"number":2}'


def test_who_is_erased_meanwhile_is_another_from_then_on(store: Store, bridge: Store, other_inbox: Inbox) -> None:
    """Nothing is sealed under a key that was destroyed."""
    [first] = accept(other_inbox, by(AN, 1))
    held = Held(bridge, lambda: erase(store, first.subject_ref))
    inbox = Inbox(bridge, TOPICS, held.vault)
    [second] = accept(inbox, by(AN, 2))
    inbox.close()
    assert first.subject_ref != second.subject_ref
    vault = vault_of(store)
    assert (vault.person(by(AN, 1).case_id), vault.person(by(AN, 2).case_id)) == (None, '{"number":2}')
    assert vault.find("number", NUMBER) == (second.subject_ref,)


def test_an_erasure_waits_for_an_acceptance_under_way(
    store: Store, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It sees the new application then: whoever has a case open is not erased."""
    [first] = accept(inbox, by(AN, 1))
    seen: list[int] = []

    def erasing() -> None:
        with store.writing() as connection:
            lock = text("SELECT 1 FROM vault.subjects WHERE subject_ref = :ref FOR UPDATE")
            connection.execute(lock, {"ref": first.subject_ref})
            seen.append(connection.scalar(text("SELECT count(*) FROM applications")) or 0)

    thread, write = threading.Thread(target=erasing), Arrivals.write

    def watched(arrivals: Arrivals, session: Session) -> None:
        write(arrivals, session)
        thread.start()
        with store.reading() as connection:
            while not connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                thread.join(0.01)

    monkeypatch.setattr(Arrivals, "write", watched)
    accept(inbox, by(AN, 2))
    thread.join()
    assert seen == [2]


def test_an_application_that_comes_again_brings_no_erased_person_back(store: Store, inbox: Inbox) -> None:
    [first] = accept(inbox, by(AN, 1))
    erase(store, first.subject_ref)
    before = counts(store)
    assert accept(inbox, by(AN, 1))[0].acceptance is Acceptance.SAME_UNOPENED
    assert counts(store) == before
    assert vault_of(store).put_texts(by(AN, 1).case_id, {"text-1": "more"}) == {"text-1": "text-1"}
    assert vault_of(store).texts(["text-1"]) == {}


@pytest.mark.parametrize("statement", range(8))
def test_a_kill_leaves_no_subject_without_an_application(
    store: Store, bridge: Store, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, statement: int
) -> None:
    """At every statement of an acceptance: all of it is there, or nothing; the same again goes through."""
    said, execute = 0, psycopg.Connection.execute
    accept(inbox, by(Identifiers(), 1))

    def dying(self: psycopg.Connection, *given: object, **named: object) -> object:
        nonlocal said
        if threading.current_thread().name == "inbox":
            said += 1
            if said == statement + 1:
                self.close()  # as the server sees a client that was killed
        return execute(self, *given, **named)  # type: ignore[arg-type]

    before, killed = counts(store), by(AN, 2)
    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", dying)
        with pytest.raises(StoreUnavailable):
            accept(inbox, killed)
    assert counts(store) == before
    assert accept(inbox, killed)[0].acceptance is Acceptance.NEW
    assert counts(store) == [2, 2, 6, 0]


def test_without_a_master_key_nothing_is_accepted_or_read_in_clear(store: Store, bridge: Store, inbox: Inbox) -> None:
    """Nothing half-sealed either; what holds no person needs no key."""
    accept(inbox, by(AN, 1))
    before = counts(store)
    keyless = Inbox(bridge, TOPICS)
    with pytest.raises(MasterKeyMissing):
        accept(keyless, by(AN, 2))
    assert accept(keyless, replace(by(AN, 3), person=""))[0] == (Acceptance.NEW, by(AN, 3).subject_ref)
    keyless.close()
    assert counts(store) == before
    vault = Vault(bridge, None)
    reads: tuple[Callable[[], object], ...] = (
        lambda: vault.person(by(AN, 1).case_id),
        lambda: list(vault.people()),
        lambda: vault.find("number", NUMBER),
        lambda: vault.put_texts(by(AN, 1).case_id, {"text-1": "x"}),
        lambda: vault.keyed_digest("x"),
    )
    for read in reads:
        with pytest.raises(MasterKeyMissing):
            read()


def test_a_key_that_does_not_open_holds_up_nobody_else(store: Store, inbox: Inbox) -> None:
    """It was changed, or wrapped by a master key that came after this process began: others are accepted beside it."""
    accept(inbox, by(AN, 1))
    with store.writing() as connection:
        connection.execute(text("UPDATE vault.subjects SET wrapped_key = wrapped_key || 'x'::bytea"))

    async def both() -> list[Accepted | BaseException]:
        given = (by(AN, 2), by(Identifiers(), 3))
        return await asyncio.gather(*(inbox.accept_application(one) for one in given), return_exceptions=True)

    for _ in range(3):
        wrong, other = asyncio.run(both())
        assert isinstance(wrong, MasterKeyWrong)
        assert other in {Accepted(how, by(Identifiers(), 3).subject_ref) for how in Acceptance}
    assert counts(store)[:2] == [2, 2]


def test_another_master_key_accepts_nothing(store: Store, bridge: Store, inbox: Inbox) -> None:
    accept(inbox, by(AN, 1))
    before = counts(store)
    other = Inbox(bridge, TOPICS, Vault(bridge, MemoryMasterKey("another")))
    with pytest.raises(MasterKeyUnknown):
        accept(other, by(AN, 2))
    other.close()
    assert counts(store) == before


def test_a_value_moved_to_another_row_does_not_open(store: Store, inbox: Inbox) -> None:
    """Whoever may write the table shows nobody another's data."""
    [one, *_] = accept(inbox, by(AN, 1), by(AN, 2), by(Identifiers(), 3))
    vault = vault_of(store)
    swap = "UPDATE vault.entries e SET sealed = o.sealed FROM vault.entries o WHERE e.stream_id = :to AND o.stream_id = :of"
    for of in (2, 3):
        with store.writing() as connection:
            connection.execute(text(swap), {"to": by(AN, 1).case_id, "of": by(AN, of).case_id})
        with pytest.raises(VaultValueBroken, match=by(AN, 1).case_id):
            vault.person(by(AN, 1).case_id)
    assert vault.person(by(AN, 2).case_id) == '{"number":2}'
    assert len(vault.streams_of(one.subject_ref)) == 2


def test_a_number_that_was_turned_to_another_subject_leads_nobody_there(store: Store, inbox: Inbox) -> None:
    """Whoever may write the table puts nobody's application under another's key; others go on."""
    other = Identifiers("person", "048199001111")
    [one, two] = accept(inbox, by(AN, 1), by(other, 2))
    turned = "UPDATE vault.indexes SET subject_ref = :two WHERE subject_ref = :one AND kind IN (:number, :bound)"
    with store.writing() as connection:
        names = {"one": one.subject_ref, "two": two.subject_ref, "number": "number", "bound": "bound"}
        connection.execute(text(turned), names)
    with pytest.raises(VaultValueBroken, match=two.subject_ref):
        accept(inbox, by(AN, 3))
    assert accept(inbox, by(other, 4))[0].subject_ref == two.subject_ref


def test_a_key_that_does_not_come_back_wraps_nothing(store: Store, bridge: Store) -> None:
    """A service that answers well, and opens nothing: no person is sealed for ever under what it gives."""

    class Deaf(MemoryMasterKey):
        def wrap(self, key: bytes, context: str) -> Wrapped:
            given = super().wrap(key, context)
            return replace(given, body=given.body[::-1]) if context.startswith("subject-") else given

    inbox = Inbox(bridge, TOPICS, Vault(bridge, Deaf()))
    with pytest.raises(MasterKeyWrong):
        accept(inbox, by(AN, 1))
    inbox.close()
    assert counts(store) == [0, 0, 0, 0]


def test_each_key_is_unwrapped_once_a_request(store: Store, inbox: Inbox) -> None:
    """A list of one person's applications asks a key service once, and the next list asks again."""
    [first, *_] = accept(inbox, *(by(AN, number) for number in range(5)))
    vault = vault_of(store)
    _ = vault.digests
    for _ in range(2):
        before = MASTER_KEY.unwraps
        assert len(list(vault.people())) == len(vault.entries_of(first.subject_ref)) == 5
        assert MASTER_KEY.unwraps - before == 2


def test_the_digest_of_a_submission_tells_nobody_its_content(store: Store, inbox: Inbox) -> None:
    """It is keyed, so that nobody who has the table can try out contents; the same content has the same."""
    accept(inbox, by(AN, 1))
    assert accept(inbox, replace(by(AN, 1), content_digest="other"))[0].acceptance is Acceptance.CONFLICT
    with store.reading() as connection:
        [digest] = connection.scalars(text("SELECT content_digest FROM applications")).all()
    assert digest == vault_of(store).keyed_digest("d") != "d"
    others = Vault(store, MASTER_KEY)
    assert others.keyed_digest("d") == digest
