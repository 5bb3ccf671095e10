"""Each dead letter has a key of its own, which only the master key opens: destroyed, nobody reads the letter again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from events.transport.errors import LetterErasedError, LetterSealedError
from store.database import Store
from store.errors import MasterKeyMissing
from store.letters import LetterKeys
from tests.events.memory_letters import MemoryLetters
from tests.master_keys import MemoryMasterKey

CONTENT = "Nguyễn Văn An".encode()


@pytest.fixture(params=["database", "memory"])
def vault(request: pytest.FixtureRequest, store: Store) -> LetterKeys | MemoryLetters:
    return LetterKeys(store, MemoryMasterKey()) if request.param == "database" else MemoryLetters()


def test_what_was_sealed_opens_until_its_key_is_destroyed(vault: LetterKeys | MemoryLetters) -> None:
    """Sealed again it has the same key, so that both copies go; other letters stay."""
    first, again = vault.seal("letter-a", CONTENT), vault.seal("letter-a", CONTENT)
    other = vault.seal("letter-b", CONTENT)
    assert first != again
    assert CONTENT not in first
    assert [vault.open("letter-a", each) for each in (first, again)] == [CONTENT, CONTENT]
    assert (vault.destroy(["letter-a", "letter-x"]), vault.destroy(["letter-a"])) == (1, 0)
    for each in (first, again):
        with pytest.raises(LetterErasedError):
            vault.open("letter-a", each)
    assert vault.open("letter-b", other) == CONTENT


def test_what_is_not_as_it_was_written_does_not_open(vault: LetterKeys | MemoryLetters) -> None:
    """A bit of it changed, cut short, or under the reference of another letter."""
    sealed = vault.seal("letter-a", CONTENT)
    vault.seal("letter-b", CONTENT)
    for reference, wrong in (
        ("letter-a", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        ("letter-a", sealed[:9]),
        ("letter-b", sealed),
    ):
        with pytest.raises(LetterSealedError):
            vault.open(reference, wrong)


def test_without_the_master_key_nothing_is_sealed_and_nothing_opened(store: Store) -> None:
    """Neither without any, nor with another; what is destroyed is known to be so all the same."""
    sealed = LetterKeys(store, MemoryMasterKey()).seal("letter-a", CONTENT)
    with pytest.raises(MasterKeyMissing):
        LetterKeys(store, None).seal("letter-b", CONTENT)
    for master in (None, MemoryMasterKey("another")):
        with pytest.raises(LetterSealedError):
            LetterKeys(store, master).open("letter-a", sealed)
        with pytest.raises(LetterErasedError):
            LetterKeys(store, master).open("letter-b", sealed)
    with store.reading() as connection:
        rows = connection.execute(text("SELECT reference, key_id FROM vault.letters")).all()
    assert [tuple(row) for row in rows] == [("letter-a", "tests")]


def test_the_bridge_seals_and_the_operator_opens_and_destroys(store: Store, as_account: Callable[[str], Store]) -> None:
    """Each with the rights of its own account."""
    sealed = LetterKeys(as_account("bridge"), MemoryMasterKey()).seal("letter-a", CONTENT)
    operator = LetterKeys(as_account("operator"), MemoryMasterKey())
    assert operator.open("letter-a", sealed) == CONTENT
    assert operator.standing({"letter-a", "letter-x"}) == {"letter-a"}
    assert operator.destroy(["letter-a"]) == 1
