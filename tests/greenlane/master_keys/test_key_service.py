"""What a key service answers, or does not, by a clear word: who asks again later, and who must be given another key."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from greenlane.errors import SettingsError
from greenlane.master_keys.keys import master_key_of
from greenlane.master_keys.service import KeyService, ServicePlace
from greenlane.settings import Settings
from store.errors import KeyServiceUnavailable, MasterKeyUnknown, MasterKeyWrong
from tests.greenlane.master_keys.transit import TOKEN, Transit, a_transit
from wording.text import in_language

KEY, CONTEXT = b"k" * 32, "index"


@pytest.fixture
def transit() -> Iterator[Transit]:
    with a_transit() as engine:
        yield engine


def service_of(transit: Transit, **given: Any) -> KeyService:
    return KeyService(ServicePlace(**{"url": transit.url, "key": "greenlane", "token": TOKEN} | given))


def test_both_kinds_of_key_are_bound_to_the_context(transit: Transit) -> None:
    """A derived key by its context, any other by associated data; of the key that is wrapped only the service hears."""
    service_of(transit, url=f"{transit.url}/").wrap(KEY, CONTEXT)
    assert transit.asked == [{"plaintext": "a2tr" * 10 + "a2s=", "context": "aW5kZXg=", "associated_data": "aW5kZXg="}]


def test_a_key_that_was_rotated_there_has_another_id(transit: Transit) -> None:
    """So what is wrapped by an older version is found, and wrapped again by the newest."""
    service = service_of(transit)
    first = service.wrap(KEY, CONTEXT)
    transit.rotate()
    second = service.wrap(KEY, CONTEXT)
    assert (first.key_id, second.key_id) == ("service:greenlane:v1", "service:greenlane:v2")
    assert service.unwrap(first, CONTEXT) == service.unwrap(second, CONTEXT) == KEY


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (403, {"errors": ["permission denied"]}, "refuses the token (403: permission denied)"),
        (404, {"errors": ["no handler for route"]}, "no transit engine at that URL"),
        (503, {"errors": ["Vault is sealed"]}, "sealed or in maintenance (503: Vault is sealed)"),
        (429, {"errors": []}, "429: Too Many Requests"),
        (500, b"<html>", "500: Internal Server Error"),
        (400, {"errors": ["missing 'context' for key derivation"]}, "400: missing 'context'"),
        (599, b"", "599"),
        (200, b"not json", "none of a transit engine"),
        (200, {"data": {"ciphertext": "plain"}}, "none of a transit engine"),
        (200, {"data": ["x"]}, "none of a transit engine"),
        (200, [], "none of a transit engine"),
        (200, b'{"data": {"ciphertext": "vault:v1:AAAA"}, "data": {}}', "none of a transit engine"),
        (200, b"[" * 60_000, "none of a transit engine"),
        (200, b'{"data": {"ciphertext": "vault:v1:AAAA"}}' + b" " * 65_536, "none of a transit engine"),
        (500, b"[" * 60_000, "500: Internal Server Error"),
    ],
)
def test_a_service_that_does_not_serve_is_tried_again_later(
    transit: Transit, status: int, answer: object, said: str
) -> None:
    """Nothing was written; what it said is told, in both languages, and the token never."""
    transit.answers = [(status, answer)]
    with pytest.raises(KeyServiceUnavailable) as caught:
        service_of(transit).wrap(KEY, CONTEXT)
    assert caught.value.retryable
    assert said in in_language(caught.value.message, "en")
    assert in_language(caught.value.message, "vi") != in_language(caught.value.message, "en")
    assert TOKEN not in str(caught.value)


def test_a_value_that_the_service_does_not_open_is_no_outage(transit: Transit) -> None:
    service = service_of(transit)
    wrapped = service.wrap(KEY, CONTEXT)
    transit.answers = [(400, {"errors": ["cipher: message authentication failed"]})]
    with pytest.raises(MasterKeyWrong):
        service.unwrap(wrapped, CONTEXT)
    transit.answers = [(400, {"errors": ["encryption key not found"]})]
    with pytest.raises(MasterKeyUnknown):
        service.unwrap(wrapped, CONTEXT)
    transit.answers = [(200, {"data": {"plaintext": "no base64!"}})]
    with pytest.raises(KeyServiceUnavailable):
        service.unwrap(wrapped, CONTEXT)


def test_a_service_that_does_not_answer_is_given_up(transit: Transit) -> None:
    """Whoever submits waits no longer than the setting says."""
    transit.hangs = threading.Event()
    with pytest.raises(KeyServiceUnavailable, match=r"within 0\.05 s"):
        service_of(transit, timeout_seconds=0.05).wrap(KEY, CONTEXT)


@pytest.mark.parametrize("part", ["head", "body"])
def test_an_answer_that_drips_is_given_up(transit: Transit, part: str) -> None:
    """The deadline is of the whole answer: each byte of this one would be in time."""
    transit.drips, transit.answers = part, [(200, b'{"data": {"ciphertext": "vault:v1:AAAA"}}' + b" " * 60)]
    with pytest.raises(KeyServiceUnavailable, match=r"within 0\.2 s"):
        service_of(transit, timeout_seconds=0.2).wrap(KEY, CONTEXT)


def test_threads_ask_side_by_side(transit: Transit) -> None:
    """By one service, each its own key."""
    service, keys = service_of(transit), [bytes([number]) * 32 for number in range(16)]
    with ThreadPoolExecutor(8) as threads:
        wrapped = threads.map(lambda key: service.wrap(key, CONTEXT), keys)
        assert list(threads.map(lambda each: service.unwrap(each, CONTEXT), wrapped)) == keys


def test_nobody_there_is_said() -> None:
    service = KeyService(ServicePlace("http://127.0.0.1:9/v1/transit", "greenlane", TOKEN))
    with pytest.raises(KeyServiceUnavailable, match="cannot be used now"):
        service.wrap(KEY, CONTEXT)


@pytest.mark.usefixtures("own_environment")
def test_the_settings_name_service_and_file(transit: Transit) -> None:
    """The file's key wraps where both are set, so that a key moves from one to the other in both directions."""
    in_service: dict[str, Any] = {"key_service_url": transit.url, "key_service_token": TOKEN}
    by_service = master_key_of(Settings(**in_service))
    assert by_service is not None
    old = by_service.wrap(KEY, CONTEXT)
    text = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
    both = master_key_of(Settings(master_key=SecretStr(text), **in_service))
    assert both is not None
    assert both.unwrap(old, CONTEXT) == KEY
    new = both.wrap(KEY, CONTEXT)
    assert new.key_id.startswith("file:")
    back = master_key_of(Settings(former_master_key=SecretStr(text), **in_service))
    assert back is not None
    assert back.unwrap(new, CONTEXT) == KEY
    assert back.wrap(KEY, CONTEXT).key_id == "service:greenlane:v1"
    assert master_key_of(Settings(former_master_key=SecretStr(text))) is None
    assert master_key_of(Settings()) is None


@pytest.mark.usefixtures("own_environment")
@pytest.mark.parametrize("variable", ["GREENLANE_MASTER_KEY", "GREENLANE_FORMER_MASTER_KEY"])
def test_a_key_that_is_none_is_named_by_what_was_set(
    variable: str, transit: Transit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable, or the one that names its file."""
    monkeypatch.setenv("GREENLANE_KEY_SERVICE_URL", transit.url)
    monkeypatch.setenv("GREENLANE_KEY_SERVICE_TOKEN", TOKEN)
    monkeypatch.setenv(variable, "c2hvcnQ=")
    with pytest.raises(SettingsError) as given:
        master_key_of(Settings())
    assert given.value.field == variable
    monkeypatch.delenv(variable)
    file = tmp_path / "short.key"
    file.write_text("c2hvcnQ=")
    file.chmod(0o600)
    monkeypatch.setenv(f"{variable}_FILE", str(file))
    with pytest.raises(SettingsError) as in_file:
        master_key_of(Settings())
    assert in_file.value.field == f"{variable}_FILE"
    assert f"{variable}_FILE" in in_language(in_file.value.message, "en")
