"""Tokens for Kafka's OAUTHBEARER: fetched from an issuer (OAuth 2.0 client credentials), and kept while they are valid."""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import dataclass, field

import httpx
from kafka.net.sasl.oauth import AbstractTokenProvider

from greenlane.errors import AccountRefusedError, ServerAwayError, ServerRefusesError, StackError
from wording.foreign import visible
from wording.text import _

ISSUER_TIMEOUT_SECONDS = 10.0
RENEWED_BEFORE_SECONDS = 30.0
ASSUMED_LIFE_SECONDS = 300.0
"""Of a token whose issuer does not say how long it is valid."""
REFUSED = frozenset({400, 401, 403})


@dataclass(frozen=True, slots=True)
class Issuer:
    """Where tokens are had, and who asks for them."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None = None
    context: ssl.SSLContext | None = field(default=None, repr=False)


class ClientCredentials(AbstractTokenProvider):  # type: ignore[misc]  # the library ships no types
    """One token for all connections of a process, fetched again shortly before it expires. Safe for several threads."""

    def __init__(self, issuer: Issuer) -> None:
        super().__init__()
        self._issuer = issuer
        self._lock = threading.Lock()
        self._token = ""
        self._valid_until = 0.0

    def token(self) -> str:
        """A token that is valid now. Raises ServerAwayError, AccountRefusedError, ServerRefusesError."""
        with self._lock:
            if time.monotonic() >= self._valid_until:
                answer = self._fetch()
                life = _seconds(answer.get("expires_in"))
                self._token = str(answer["access_token"])
                # At least half of its life, so that a short one is not asked for at every connection.
                self._valid_until = time.monotonic() + max(life / 2, life - RENEWED_BEFORE_SECONDS)
            return self._token

    def _fetch(self) -> dict[str, object]:
        issuer = self._issuer
        form = {"grant_type": "client_credentials"} | ({"scope": issuer.scope} if issuer.scope else {})
        try:
            with httpx.Client(verify=issuer.context or True, timeout=ISSUER_TIMEOUT_SECONDS) as client:
                answer = client.post(issuer.url, data=form, auth=(issuer.client_id, issuer.client_secret))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _away(issuer, visible(str(error)) or type(error).__name__) from None
        if answer.status_code in REFUSED:
            raise _refused(issuer, answer)
        return _token_in(issuer, answer)


def _seconds(life: object) -> float:
    try:
        return float(str(life))
    except ValueError:
        return ASSUMED_LIFE_SECONDS


def _token_in(issuer: Issuer, answer: httpx.Response) -> dict[str, object]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if answer.is_success and isinstance(body, dict) and isinstance(body.get("access_token"), str):
        return body
    raise ServerRefusesError(
        _(
            "The token issuer at {url} gave no token (HTTP {status_code}).",
            url=issuer.url,
            status_code=answer.status_code,
        ),
        field="GREENLANE_KAFKA_OAUTH_TOKEN_URL",
        remedy=_("Correct the address: it is the one of tokens, not that of the issuer."),
    )


def _away(issuer: Issuer, reason: str) -> StackError:
    gaps = {"url": issuer.url, "reason": reason}
    return ServerAwayError(
        _("The token issuer at {url} does not answer: {reason}.", **gaps),
        field="GREENLANE_KAFKA_OAUTH_TOKEN_URL",
        remedy=_("Start it, correct its address, or name its certificates in GREENLANE_KAFKA_OAUTH_CA_FILE."),
    )


def _refused(issuer: Issuer, answer: httpx.Response) -> StackError:
    try:
        reason = visible(str(answer.json().get("error"))[:100])
    except (ValueError, AttributeError):
        reason = f"HTTP {answer.status_code}"
    gaps = {"url": issuer.url, "account": issuer.client_id, "reason": reason}
    return AccountRefusedError(
        _("The token issuer at {url} refuses the account {account} ({reason}).", **gaps),
        field="GREENLANE_KAFKA_OAUTH_CLIENT_SECRET",
        remedy=_("Correct GREENLANE_KAFKA_OAUTH_CLIENT_ID, its secret or GREENLANE_KAFKA_OAUTH_SCOPE."),
    )
