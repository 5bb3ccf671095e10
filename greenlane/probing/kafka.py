"""What is wrong with Kafka. Its client retries whatever failed and says in the end that time ran out; so we ask ourselves."""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from kafka import errors as kafka_errors
from kafka.net.sasl import get_sasl_mechanism
from kafka.protocol.metadata import ApiVersionsRequest, MetadataRequest
from kafka.protocol.parser import KafkaProtocol
from kafka.protocol.sasl import SaslAuthenticateRequest, SaslHandshakeRequest

from events.transport.cluster import Cluster
from greenlane.errors import ServerUnusableError
from greenlane.probing.kafka_rights import Needs, lacking
from greenlane.probing.tls import HUNG_UP, SECONDS, Target, connected, refused_later, secured, speaks_tls
from greenlane.probing.troubles import KAFKA, Trouble, no_answer
from wording.foreign import visible

PATIENCE_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.2
NOTHING: Final = Needs()
MOST_ROUNDS: Final = 10
"""Of an exchange that proves an account; SCRAM has two."""
METADATA_VERSION: Final = 1
TOKEN_STATUS: Final = re.compile(r'"status":"([A-Za-z0-9_ -]{1,60})"')


class HungUpError(Exception):
    """The broker closed the connection instead of answering."""


class Conversation:
    """Requests and answers on one connection, one at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._protocol = KafkaProtocol(client_id="greenlane-probe")

    def ask(self, request: Any) -> Any:
        """The broker's answer. Raises HungUpError, OSError, KafkaError."""
        self._protocol.send_request(request)
        try:
            self._connection.sendall(self._protocol.send_bytes())
            while True:
                if not (data := self._connection.recv(65_536)):
                    raise HungUpError
                if answers := self._protocol.receive_bytes(data):
                    return answers[0][1]
        except ConnectionError as error:
            raise HungUpError from error


def probe_kafka(cluster: Cluster, patience_seconds: float = PATIENCE_SECONDS, needs: Needs = NOTHING) -> None:
    """Raises a ServerUnusableError that says why Kafka cannot be used by this account, for what it needs.

    A cluster that is away gets some time to come back; nothing else is cured by waiting.
    """
    deadline = time.monotonic() + patience_seconds
    while (trouble := trouble_with(cluster, needs)) is not None:
        if trouble.kind != "server_away" or time.monotonic() >= deadline:
            raise trouble.error(KAFKA)
        time.sleep(PAUSE_SECONDS)


def explained(cluster: Cluster) -> ServerUnusableError | None:
    """Why a client could not use Kafka; None: it can be used now."""
    trouble = trouble_with(cluster)
    return None if trouble is None else trouble.error(KAFKA)


def trouble_with(cluster: Cluster, needs: Needs = NOTHING) -> Trouble | None:
    """What is wrong with the cluster: None when one of its brokers serves us, else what tells most."""
    troubles: list[Trouble] = []
    for address in cluster.bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        trouble = _with_broker(Target(host.strip("[]"), int(port)), cluster.options, needs)
        if trouble is None:
            return None
        troubles.append(trouble)
    return next((each for each in troubles if each.kind != "server_away"), troubles[0])


def _with_broker(target: Target, options: Mapping[str, Any], needs: Needs) -> Trouble | None:
    context: ssl.SSLContext | None = options.get("ssl_context")
    connection = connected(target) if context is None else secured(target, context)
    if isinstance(connection, Trouble):
        return connection
    with connection:
        connection.settimeout(SECONDS)
        try:
            return _conversed(Conversation(connection), target, options, needs)
        except TimeoutError:
            return Trouble("server_away", target.place, {"reason": no_answer(SECONDS)})
        except (OSError, kafka_errors.KafkaError) as error:
            return _unfriendly(target, context, error)


def _conversed(talk: Conversation, target: Target, options: Mapping[str, Any], needs: Needs) -> Trouble | None:
    try:
        talk.ask(ApiVersionsRequest(version=0))
    except HungUpError as error:
        return _unfriendly(target, options.get("ssl_context"), error)
    with_account = str(options.get("security_protocol", "")).startswith("SASL")
    if with_account and (trouble := _account_refused(talk, target, options)):
        return trouble
    try:
        answer = talk.ask(MetadataRequest(topics=[], version=METADATA_VERSION))
    except HungUpError:
        return Trouble("server_refuses" if with_account else "account_required", target.place, {"reason": HUNG_UP})
    if (unreachable := _unreachable((broker.host, broker.port) for broker in answer.brokers)) is not None:
        return unreachable
    what = lacking(talk.ask, needs)
    return None if what is None else Trouble("not_permitted", target.place, {"what": what})


def _account_refused(talk: Conversation, target: Target, options: Mapping[str, Any]) -> Trouble | None:
    mechanism = str(options["sasl_mechanism"])
    try:
        answer = talk.ask(SaslHandshakeRequest(mechanism=mechanism, version=1))
    except HungUpError:
        return Trouble("account_not_asked", target.place)
    error = kafka_errors.for_code(answer.error_code)
    if error is kafka_errors.IllegalSaslStateError:
        return Trouble("account_not_asked", target.place)
    if error is not kafka_errors.NoError or mechanism not in answer.mechanisms:
        offered = ", ".join(sorted(map(visible, answer.mechanisms))) or "-"
        return Trouble("mechanism_refused", target.place, {"asked": mechanism, "offered": offered})
    with _proof_failures() as failed:
        proof = get_sasl_mechanism(mechanism)(host=target.host, **options)
        for _ in range(MOST_ROUNDS):
            if proof.is_done():
                break
            answer = talk.ask(SaslAuthenticateRequest(proof.auth_bytes(), version=0))
            if kafka_errors.for_code(answer.error_code) is not kafka_errors.NoError:
                return Trouble("account_refused", target.place, _why(answer.error_message) | _secret_of(mechanism))
            proof.receive(answer.auth_bytes)
    if failed or not proof.is_authenticated():
        return Trouble("account_refused", target.place, _why(*failed) | _secret_of(mechanism))
    return None


@contextmanager
def _proof_failures() -> Iterator[list[str]]:
    """What a mechanism of the library does not like in a server's answer it says in exceptions of no family."""
    failed: list[str] = []
    try:
        yield failed
    except HungUpError:
        failed.append(HUNG_UP)
    except (ValueError, AssertionError, kafka_errors.KafkaError) as error:
        failed.append(str(error) or type(error).__name__)


def _why(*reasons: str | None) -> dict[str, str]:
    said = next((reason for reason in reasons if reason), "-")
    if said is HUNG_UP:
        return {"reason": said}
    # An OAUTHBEARER server answers in JSON, in which it may quote: of that the status alone is told.
    status = TOKEN_STATUS.search(said)
    return {"reason": visible(status.group(1) if status else said.partition("{")[0].strip() or "-")}


def _secret_of(mechanism: str) -> dict[str, str]:
    if mechanism != "OAUTHBEARER":
        return {}
    return {"account": "GREENLANE_KAFKA_OAUTH_CLIENT_ID", "secret": "GREENLANE_KAFKA_OAUTH_SCOPE"}


def _unfriendly(target: Target, context: ssl.SSLContext | None, error: Exception) -> Trouble:
    """Somebody listens, and does not talk as a broker does."""
    if context is None and speaks_tls(target):
        return Trouble("tls_required", target.place)
    if context is not None and (late := refused_later(target, context)):
        return late
    reason = HUNG_UP if isinstance(error, HungUpError) else visible(str(error) or type(error).__name__)
    return Trouble("server_refuses", target.place, {"reason": reason})


def _unreachable(brokers: Iterable[tuple[str, int]]) -> Trouble | None:
    """The cluster names its brokers; a client talks to those, wherever it began."""
    first: Trouble | None = None
    for host, port in brokers:
        connection = connected(Target(host, port))
        if not isinstance(connection, Trouble):
            connection.close()
            return None
        first = first or connection
    return first
