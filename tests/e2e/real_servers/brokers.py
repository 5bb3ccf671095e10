"""A Kafka as others run it: the embedded program with listeners of every kind beside the embedded stack's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kafka.admin import UserScramCredentialUpsertion

from events.transport.cluster import Cluster
from greenlane.settings import Settings
from greenlane.stack.child import Child, Command
from greenlane.stack.folder import StateFolder
from greenlane.stack.kafka import Kafka
from greenlane.stack.ports import Ports
from tests.e2e.real_servers.pki import Certified

START_SECONDS = 120
SECURITY = "org.apache.kafka.common.security"


@dataclass(frozen=True)
class Listener:
    """One way in: its protocol, and the certificate that it shows."""

    protocol: str
    certificate: Certified | None = None
    client_authority: Path | None = None
    """Where given, clients must show a certificate of it."""
    mechanisms: tuple[str, ...] = ()


@dataclass(frozen=True)
class TokenRules:
    """How the broker believes a token."""

    jwks_url: str
    audience: str


class ManyListeners(Kafka):
    """The embedded part with more listeners."""

    listeners: Mapping[str, Listener]
    ports: Mapping[str, int]
    plain_accounts: Mapping[str, str]
    tokens: TokenRules | None
    masters: tuple[str, ...]

    def _properties(self, data: Path) -> dict[str, str | int]:
        found = super()._properties(data)
        for name, listener in self.listeners.items():
            place = f"{name}://localhost:{self.ports[name]}"
            found["listeners"] = f"{found['listeners']},{place}"
            found["advertised.listeners"] = f"{found['advertised.listeners']},{place}"
            found["listener.security.protocol.map"] = (
                f"{found['listener.security.protocol.map']},{name}:{listener.protocol}"
            )
            found |= self._of(f"listener.name.{name.lower()}", listener)
        found["super.users"] = ";".join([str(found["super.users"]), *(f"User:{name}" for name in self.masters)])
        return found

    def _of(self, prefix: str, listener: Listener) -> dict[str, str]:
        found = {}
        if listener.certificate is not None:
            found |= {
                f"{prefix}.ssl.keystore.type": "PEM",
                f"{prefix}.ssl.keystore.location": str(listener.certificate.both),
            }
        if listener.client_authority is not None:
            trust = f"{prefix}.ssl.truststore"
            found |= {f"{trust}.type": "PEM", f"{trust}.location": str(listener.client_authority)}
            found[f"{prefix}.ssl.client.auth"] = "required"
        if listener.mechanisms:
            found[f"{prefix}.sasl.enabled.mechanisms"] = ",".join(listener.mechanisms)
        for mechanism in listener.mechanisms:
            found |= self._proof(f"{prefix}.{mechanism.lower()}", mechanism)
        return found

    def _proof(self, prefix: str, mechanism: str) -> dict[str, str]:
        if mechanism == "PLAIN":
            users = " ".join(f'user_{name}="{password}"' for name, password in self.plain_accounts.items())
            return {f"{prefix}.sasl.jaas.config": f"{SECURITY}.plain.PlainLoginModule required {users};"}
        if mechanism == "OAUTHBEARER":
            assert self.tokens is not None
            return {
                f"{prefix}.sasl.jaas.config": f"{SECURITY}.oauthbearer.OAuthBearerLoginModule required;",
                f"{prefix}.sasl.server.callback.handler.class": f"{SECURITY}.oauthbearer.OAuthBearerValidatorCallbackHandler",
                # Named, because the default of 4.1.0 looks at no signature: it believes every token.
                "sasl.oauthbearer.jwt.validator.class": f"{SECURITY}.oauthbearer.BrokerJwtValidator",
                "sasl.oauthbearer.jwks.endpoint.url": self.tokens.jwks_url,
                "sasl.oauthbearer.expected.audience": self.tokens.audience,
            }
        return {f"{prefix}.sasl.jaas.config": f"{SECURITY}.scram.ScramLoginModule required;"}

    def _java(self, name: str, main_class: str, *arguments: str, options: tuple[str, ...]) -> Command:
        if self.tokens is not None:
            options = (*options, f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={self.tokens.jwks_url}")
        return super()._java(name, main_class, *arguments, options=options)


class OutsideKafka:
    """One such broker, running."""

    def __init__(
        self,
        root: Path,
        listeners: Mapping[str, Listener],
        accounts: Mapping[str, str],
        tokens: TokenRules | None = None,
        masters: tuple[str, ...] = (),
    ) -> None:
        folder = StateFolder(root)
        folder.prepare(0)
        settings = Settings(state_dir=root, kafka_port=0, kafka_controller_port=0, kafka_heap_mb=256)
        ports = Ports(folder)
        own = ports.of("kafka_port", 0), ports.of("kafka_controller_port", 0)
        self._accounts = accounts
        self._part = ManyListeners(settings, folder, *own, threading.Event())
        self._part.listeners, self._part.tokens, self._part.masters = listeners, tokens, masters
        self._part.ports = {name: ports.of(f"kafka_{name}", 0) for name in listeners}
        self._part.plain_accounts = accounts
        self._child: Child | None = None

    def bootstrap(self, listener: str) -> str:
        """The address of one way in."""
        return f"localhost:{self._part.ports[listener]}"

    @property
    def as_owner(self) -> Cluster:
        """By the embedded stack's own listener, where everything may be done."""
        return self._part.owners_cluster

    def start(self) -> None:
        """Start it, wait until it answers, and make the accounts."""
        self._part.prepare(lambda _: None)
        self._child = Child(self._part.command())
        deadline = time.monotonic() + START_SECONDS
        while not self._part.answers():
            assert self._child.exit_code() is None, self._child.last_words(30)
            assert time.monotonic() < deadline, self._child.last_words(30)
            time.sleep(0.05)
        with self.as_owner.admin() as admin:
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
                asked = [
                    UserScramCredentialUpsertion(name, mechanism, password) for name, password in self._accounts.items()
                ]
                assert set(admin.alter_user_scram_credentials(asked).values()) == {None}
            while set(admin.describe_user_scram_credentials()) < set(self._accounts):
                time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL."""
        if self._child is not None:
            self._child.kill()
