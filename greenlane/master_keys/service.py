"""A master key that never leaves its service: the transit engine of HashiCorp Vault or OpenBao, asked over HTTP."""

from __future__ import annotations

import base64
import binascii
import re
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import httpx
from prometheus_client import Counter

from greenlane.master_keys.asking import Answer, AnswerTooLongError, Asker
from store.errors import KeyServiceUnavailable, MasterKeyUnknown, MasterKeyWrong
from store.vault.master import Wrapped
from wording.foreign import visible
from wording.json_text import JsonRefusedError, read_json
from wording.text import LazyText, _

CIPHERTEXT: Final = re.compile(r"\Avault:v(?P<version>\d{1,9}):[A-Za-z0-9+/=_-]+\Z")
NOT_OPENED: Final = ("authentication failed", "ciphertext")
"""What the engine says of a value that its key does not open."""
NO_KEY: Final = "key not found"
LONGEST_WORDS: Final = 200
SUCCESS: Final = range(200, 300)
FAILURES: Final = Counter("greenlane_key_service_failures", "Questions to the key service that it did not answer")


@dataclass(frozen=True, slots=True)
class ServicePlace:
    """Where the engine is, which key is meant, and who asks."""

    url: str
    """With the path of the engine: https://host:8200/v1/transit."""
    key: str
    token: str = field(repr=False)
    timeout_seconds: float = 5
    context: ssl.SSLContext | None = field(default=None, repr=False)


class KeyService:
    """A key in a service. Safe for several threads."""

    def __init__(self, place: ServicePlace) -> None:
        self._place = place
        headers = {"X-Vault-Token": place.token, "X-Vault-Request": "true"}
        self._asker = Asker(headers, place.timeout_seconds, place.context)

    def wrap(self, key: bytes, context: str) -> Wrapped:
        """Another key, to be kept outside: only the service opens it, and only in this context. Raises KeyServiceUnavailable."""
        answer = self._ask("encrypt", {"plaintext": _base64(key)}, context, wrapped_by=None)
        ciphertext = answer.get("ciphertext")
        found = CIPHERTEXT.match(ciphertext) if isinstance(ciphertext, str) else None
        if found is None:
            raise KeyServiceUnavailable(reason=_("its answer is none of a transit engine"))
        return Wrapped(f"{self._prefix}{found['version']}", found[0].encode("ascii"))

    def unwrap(self, wrapped: Wrapped, context: str) -> bytes:
        """The key again. Raises MasterKeyUnknown for another key's, MasterKeyWrong, KeyServiceUnavailable."""
        if not wrapped.key_id.startswith(self._prefix):
            raise MasterKeyUnknown(key_id=wrapped.key_id)
        body = {"ciphertext": wrapped.body.decode("ascii", errors="replace")}
        answer = self._ask("decrypt", body, context, wrapped_by=wrapped.key_id)
        try:
            return base64.b64decode(str(answer.get("plaintext")), validate=True)
        except (binascii.Error, ValueError):
            raise KeyServiceUnavailable(reason=_("its answer is none of a transit engine")) from None

    @property
    def _prefix(self) -> str:
        return f"service:{self._place.key}:v"

    def _ask(self, what: str, body: dict[str, str], context: str, *, wrapped_by: str | None) -> dict[str, object]:
        try:
            return self._answered(what, body, context, wrapped_by)
        except KeyServiceUnavailable:
            FAILURES.inc()
            raise

    def _answered(self, what: str, body: dict[str, str], context: str, wrapped_by: str | None) -> dict[str, object]:
        # Derived keys want a context; the others bind the value by associated data, and pass over the context.
        bound = {"context": _base64(context.encode()), "associated_data": _base64(context.encode())}
        answer = self._post(f"{self._place.url.rstrip('/')}/{what}/{self._place.key}", body | bound)
        if answer.status in SUCCESS:
            return _data_of(answer)
        said = _errors_of(answer)
        if answer.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY) and wrapped_by is not None:
            if NO_KEY in said:
                raise MasterKeyUnknown(key_id=wrapped_by)
            if any(words in said for words in NOT_OPENED):
                raise MasterKeyWrong(key_id=wrapped_by)
        raise KeyServiceUnavailable(reason=_reason_of(answer, said))

    def _post(self, url: str, body: dict[str, str]) -> Answer:
        try:
            return self._asker.post(url, body)
        except TimeoutError:
            seconds = f"{self._place.timeout_seconds:g}"
            raise KeyServiceUnavailable(reason=_("it does not answer within {n} s", n=seconds)) from None
        except AnswerTooLongError:
            raise KeyServiceUnavailable(reason=_("its answer is none of a transit engine")) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            said = visible(str(error))[:LONGEST_WORDS] or type(error).__name__
            raise KeyServiceUnavailable(reason=said) from None


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _json_of(answer: Answer) -> dict[str, object]:
    try:
        body = read_json(answer.content)
    except JsonRefusedError:
        body = None
    return body if isinstance(body, dict) else {}


def _data_of(answer: Answer) -> dict[str, object]:
    data = _json_of(answer).get("data")
    return data if isinstance(data, dict) else {}


def _errors_of(answer: Answer) -> str:
    errors = _json_of(answer).get("errors")
    listed = errors if isinstance(errors, list) else []
    return visible("; ".join(str(error) for error in listed))[:LONGEST_WORDS]


def _reason_of(answer: Answer, said: str) -> LazyText:
    status, phrase = answer.status, answer.phrase
    match status:
        case HTTPStatus.FORBIDDEN:
            return _("it refuses the token ({status}: {said})", status=status, said=said)
        case HTTPStatus.NOT_FOUND:
            return _("there is no transit engine at that URL ({status}: {said})", status=status, said=said)
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return _("it is sealed or in maintenance ({status}: {said})", status=status, said=said)
        case _:
            return _("it answers {status}: {said}", status=status, said=said or phrase)
