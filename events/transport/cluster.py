"""Which Kafka cluster, and how its clients connect."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka import errors as kafka_errors

from events.transport.errors import (
    KafkaAwayError,
    NotPermittedError,
    RequestRefusedError,
    TransportError,
    is_refusal,
    reason_of,
)

# Warns at each connection of a password without TLS, which on the embedded broker's loopback is as it should be, and would
# stand on the screen of every command.
logging.getLogger("kafka.net.sasl").setLevel(logging.ERROR)

Client = TypeVar("Client", KafkaAdminClient, KafkaConsumer, KafkaProducer)

BOOTSTRAP_TIMEOUT_SECONDS = 10.0
RECONNECT_BACKOFF_MAX_MS = 1_000
ADMIN_REQUEST_TIMEOUT_MS = 15_000


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Kafka cluster. `options` are kafka-python's connection options (security_protocol, sasl_*, ssl_*)."""

    bootstrap: str
    """host:port,host:port,..."""
    options: Mapping[str, object] = field(default_factory=dict, repr=False)

    def client_options(self, client_id: str) -> dict[str, object]:
        """What every client of ours is given."""
        return {
            "bootstrap_servers": [server.strip() for server in self.bootstrap.split(",")],
            "client_id": client_id,
            "bootstrap_timeout_ms": int(BOOTSTRAP_TIMEOUT_SECONDS * 1000),
            # A broker that comes back is found within a second, not within the default of thirty.
            "reconnect_backoff_max_ms": RECONNECT_BACKOFF_MAX_MS,
            **self.options,
        }

    def connected(self, kind: type[Client], client_id: str, **options: object) -> Client:
        """A client of this kind that has found a broker. Raises KafkaAwayError, NotPermittedError."""
        began: list[Any] = []

        def network(**configs: object) -> Any:
            began.append(kind.DEFAULT_CONFIG["kafka_client"](**configs))
            return began[-1]

        try:
            return kind(**self.client_options(client_id) | options | {"kafka_client": network})
        except (kafka_errors.KafkaError, OSError, ValueError) as error:
            # A constructor of kafka-python that gives up leaves its thread and sockets behind.
            for each in began:
                each.close()
            raise self.explain(error, "the connection") from error

    def explain(self, error: BaseException, what: str) -> TransportError:
        """One of our errors for one of kafka-python's."""
        if is_refusal(error):
            return NotPermittedError(what=what, reason=reason_of(error))
        if isinstance(error, kafka_errors.BrokerResponseError) and not isinstance(error, kafka_errors.RetriableError):
            return RequestRefusedError(what=what, reason=str(error))
        return KafkaAwayError(bootstrap=self.bootstrap, reason=reason_of(error))

    @contextmanager
    def admin(self, timeout_seconds: float = BOOTSTRAP_TIMEOUT_SECONDS) -> Iterator[KafkaAdminClient]:
        """A short-lived administrator's client. Raises KafkaAwayError, NotPermittedError."""
        timeout_ms = int(timeout_seconds * 1000)
        client = self.connected(
            KafkaAdminClient,
            "greenlane-admin",
            bootstrap_timeout_ms=timeout_ms,
            request_timeout_ms=max(timeout_ms, ADMIN_REQUEST_TIMEOUT_MS),
        )
        try:
            yield client
        except kafka_errors.KafkaError as error:
            raise self.explain(error, "an administrative request") from error
        finally:
            client.close()
