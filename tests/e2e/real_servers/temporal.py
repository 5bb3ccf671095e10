"""The real Temporal server on PostgreSQL, as others run it: frontend under mutual TLS, with or without keys (JWT)."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from greenlane.stack.child import Child, Command, server_environment
from greenlane.stack.folder import StateFolder
from greenlane.stack.member import accepts
from greenlane.stack.ports import Ports
from tests.e2e.real_servers.pki import Certified
from tests.e2e.real_servers.programs import temporal_program

START_SECONDS = 120
PLUGIN = "postgres12_pgx"
SERVICES = ("frontend", "internal-frontend", "history", "matching", "worker")


@dataclass(frozen=True)
class Storage:
    """Where it keeps what it knows: a PostgreSQL under TLS."""

    port: int
    user: str
    password: str
    authority: Path


def make_schema(storage: Storage, database: str, folder: str) -> None:
    """Tables of one of its two databases, which is there and empty."""
    place = ("--plugin", PLUGIN, "--ep", "localhost", "-p", str(storage.port), "-u", storage.user, "--db", database)
    tls = ("--tls", "--tls-ca-file", str(storage.authority))
    for command in (("setup-schema", "-v", "0.0"), ("update-schema", "--schema-name", f"postgresql/v12/{folder}")):
        subprocess.run(
            [str(temporal_program("temporal-sql-tool")), *place, "--pw", storage.password, *tls, *command],
            check=True,
            capture_output=True,
        )


class OutsideTemporal:
    """One server with its four services in one process."""

    def __init__(
        self, root: Path, storage: Storage, certificate: Certified, client_authority: Path, jwks_url: str | None = None
    ) -> None:
        self._folder = StateFolder(root)
        self._folder.prepare(0)
        ports = Ports(self._folder)
        self._ports = {name: ports.of(name, 0) for each in SERVICES for name in (each, f"{each}.membership")}
        self._config = root / "temporal.yaml"
        self._config.write_text(yaml.safe_dump(self._content(storage, certificate, client_authority, jwks_url)))
        self._config.chmod(0o600)
        self._child: Child | None = None

    @property
    def address(self) -> str:
        """The frontend's."""
        return f"localhost:{self._ports['frontend']}"

    def _content(
        self, storage: Storage, certificate: Certified, authority: Path, jwks_url: str | None
    ) -> dict[str, Any]:
        shows = {"certFile": str(certificate.certificate), "keyFile": str(certificate.key)}
        frontend = {"server": {**shows, "requireClientAuth": True, "clientCaFiles": [str(authority)]}}
        rules: dict[str, Any] = {
            "membership": {"maxJoinDuration": "30s", "broadcastAddress": "127.0.0.1"},
            "tls": {"frontend": frontend},
        }
        if jwks_url is not None:
            rules["authorization"] = {
                "jwtKeyProvider": {"keySourceURIs": [jwks_url], "refreshInterval": "1m"},
                "permissionsClaimName": "permissions",
                "authorizer": "default",
                "claimMapper": "default",
            }
        stores = {"default": "temporal", "visibility": "temporal_visibility"}
        return {
            "log": {"stdout": True, "level": "warn"},
            "persistence": {
                "defaultStore": "default",
                "visibilityStore": "visibility",
                "numHistoryShards": 4,
                "datastores": {name: {"sql": _sql(storage, database)} for name, database in stores.items()},
            },
            "global": rules,
            "services": {
                each: {
                    "rpc": {
                        "grpcPort": self._ports[each],
                        "membershipPort": self._ports[f"{each}.membership"],
                        "bindOnLocalHost": True,
                    }
                }
                for each in SERVICES
            },
            "clusterMetadata": {
                "failoverVersionIncrement": 10,
                "masterClusterName": "active",
                "currentClusterName": "active",
                "clusterInformation": {
                    "active": {
                        "enabled": True,
                        "initialFailoverVersion": 1,
                        "rpcName": "frontend",
                        "rpcAddress": self.address,
                    }
                },
            },
        }

    def start(self) -> None:
        """Start it, and wait until its frontend takes connections."""
        program = str(temporal_program("temporal-server"))
        allow = ("--allow-no-auth",)
        # Named, because its own services come in by a door of their own, which is not opened by itself.
        parts = [word for each in SERVICES for word in ("--service", each)]
        self._child = Child(
            Command(
                name="temporal-server",
                argv=(program, *allow, "--config-file", str(self._config), "start", *parts),
                log=self._folder.logs / "temporal.log",
                environment=server_environment(),
            )
        )
        deadline = time.monotonic() + START_SECONDS
        while not accepts("127.0.0.1", self._ports["frontend"]):
            assert self._child.exit_code() is None, self._child.last_words(30)
            assert time.monotonic() < deadline, self._child.last_words(30)
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL."""
        if self._child is not None:
            self._child.kill()


def _sql(storage: Storage, database: str) -> dict[str, Any]:
    return {
        "pluginName": PLUGIN,
        "databaseName": database,
        "connectAddr": f"localhost:{storage.port}",
        "connectProtocol": "tcp",
        "user": storage.user,
        "password": storage.password,
        "maxConns": 20,
        "maxIdleConns": 20,
        "tls": {
            "enabled": True,
            "caFile": str(storage.authority),
            "enableHostVerification": True,
            "serverName": "localhost",
        },
    }
