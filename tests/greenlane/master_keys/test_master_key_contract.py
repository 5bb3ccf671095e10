"""One contract for every master key: what it wraps it opens, in the same context, and nothing else does."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from greenlane.master_keys.file import FileMasterKey
from greenlane.master_keys.keys import Keyring
from greenlane.master_keys.service import KeyService, ServicePlace
from store.errors import MasterKeyUnknown, MasterKeyWrong
from store.vault.master import MasterKey
from tests.greenlane.master_keys.transit import TOKEN, Transit, a_transit

Another = Callable[[], MasterKey]
SUBJECT, OTHER = "subject-0123456789abcdef01234567", "subject-000000000000000000000000"


@pytest.fixture
def transit() -> Iterator[Transit]:
    with a_transit() as engine:
        yield engine


@pytest.fixture(params=["file", "service", "keyring"])
def master(request: pytest.FixtureRequest, transit: Transit) -> MasterKey:
    service = KeyService(ServicePlace(transit.url, "greenlane", TOKEN))
    kinds: dict[str, MasterKey] = {
        "file": FileMasterKey.new(),
        "service": service,
        "keyring": Keyring([FileMasterKey.new(), service]),
    }
    return kinds[request.param]


def test_a_wrapped_key_opens_in_its_context_alone(master: MasterKey) -> None:
    """A wrapped key that was moved to another subject is refused, not opened for him."""
    key = secrets.token_bytes(32)
    wrapped = master.wrap(key, SUBJECT)
    assert master.unwrap(wrapped, SUBJECT) == key
    assert key not in wrapped.body
    with pytest.raises(MasterKeyWrong) as caught:
        master.unwrap(wrapped, OTHER)
    assert wrapped.key_id in caught.value.message


def test_the_same_key_is_never_wrapped_the_same_way(master: MasterKey) -> None:
    key = secrets.token_bytes(32)
    first, second = master.wrap(key, SUBJECT), master.wrap(key, SUBJECT)
    assert first.body != second.body
    assert first.key_id == second.key_id


def test_what_was_changed_is_refused(master: MasterKey) -> None:
    wrapped = master.wrap(secrets.token_bytes(32), SUBJECT)
    for body in (wrapped.body[:-8] + b"AAAAAAAA", wrapped.body[:-30], b"", b"\xff" * 60):
        with pytest.raises((MasterKeyWrong, MasterKeyUnknown)):
            master.unwrap(replace(wrapped, body=body), SUBJECT)


def test_another_master_key_does_not_know_it(master: MasterKey, transit: Transit) -> None:
    """By its id, before anything is tried: the error names the key that is missing."""
    wrapped = master.wrap(secrets.token_bytes(32), SUBJECT)
    others: tuple[MasterKey, ...] = (
        FileMasterKey.new(),
        KeyService(ServicePlace(transit.url, "another", TOKEN)),
        Keyring([FileMasterKey.new(), FileMasterKey.new()]),
    )
    for other in others:
        with pytest.raises(MasterKeyUnknown) as caught:
            other.unwrap(wrapped, SUBJECT)
        assert wrapped.key_id in caught.value.message
