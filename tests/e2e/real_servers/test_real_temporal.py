"""The real Temporal server under mutual TLS, then with keys too: right ones get in, wrong ones are told why not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from greenlane.connecting import temporal_of
from greenlane.probing.temporal import probe_temporal
from greenlane.settings import Settings
from tests.e2e.real_servers.conftest import Certificates
from tests.e2e.real_servers.issuer import Issuer
from tests.e2e.real_servers.pki import Signer
from tests.e2e.real_servers.postgresql import OutsidePostgresql
from tests.e2e.real_servers.temporal import OutsideTemporal, Storage, make_schema
from wording.errors import GreenlaneError

PATIENCE_SECONDS = 120
RETENTION = Duration(seconds=86_400)
Given = dict[str, object]
"""Settings."""


@dataclass(frozen=True)
class Keys:
    """Who signs keys that the server believes, and who does not."""

    signer: Signer
    forger: Signer
    issuer: Issuer


@pytest.fixture(scope="module")
def keys(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keys]:
    """Keys are signed tokens; the server fetches what proves them."""
    del certificates
    signer = Signer(tmp_path_factory.mktemp("signer"))
    issuer = Issuer(signer, {})
    yield Keys(signer, Signer(tmp_path_factory.mktemp("forger")), issuer)
    issuer.close()


@pytest.fixture(scope="module")
def storage(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """Two databases with Temporal's tables."""
    server = OutsidePostgresql(
        tmp_path_factory.mktemp("postgresql"), certificates.good, certificates.authority.certificate
    )
    server.start()
    server.execute("CREATE ROLE temporal LOGIN PASSWORD 'storage'")
    found = Storage(server.port, "temporal", "storage", certificates.authority.certificate)
    for database, folder in (("temporal", "temporal"), ("temporal_visibility", "visibility")):
        server.execute(f"CREATE DATABASE {database} OWNER temporal")
        make_schema(found, database, folder)
    yield found
    server.kill()


WITH_KEYS = "certificates and keys"
with_keys = pytest.mark.parametrize("server", [WITH_KEYS], indirect=True)


@pytest.fixture(scope="module", params=["certificates alone", WITH_KEYS])
def server(
    request: pytest.FixtureRequest,
    certificates: Certificates,
    storage: Storage,
    keys: Keys,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Given, Keys | None]]:
    """A running server; what is set for it when all is right, and the keys where it asks for them."""
    asked_for = keys if request.param == WITH_KEYS else None
    jwks_url = None if asked_for is None else keys.issuer.jwks_url
    authority = certificates.authority.certificate
    temporal = OutsideTemporal(tmp_path_factory.mktemp("temporal"), storage, certificates.good, authority, jwks_url)
    temporal.start()
    given: Given = {
        "temporal_address": temporal.address,
        "temporal_tls": True,
        "temporal_ca_file": authority,
        "temporal_cert_file": certificates.client.certificate,
        "temporal_key_file": certificates.client.key,
    }
    if asked_for is not None:
        given["temporal_api_key"] = keys.signer.token(sub="admin", permissions=["temporal-system:admin"])
    asyncio.run(_namespace(given))
    yield given, asked_for
    temporal.kill()


async def _namespace(given: Given) -> None:
    """The namespace `default`, usable."""
    place = temporal_of(Settings.load(**given))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            client = await Client.connect(place.address, tls=place.tls, api_key=place.api_key)
            asked = RegisterNamespaceRequest(namespace="default", workflow_execution_retention_period=RETENTION)
            await client.workflow_service.register_namespace(asked)
        except RPCError as error:
            if error.status is RPCStatusCode.ALREADY_EXISTS:
                break
        except RuntimeError:
            pass
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)
    while not await _usable(given):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)


async def _usable(given: Given) -> bool:
    try:
        await probe_temporal(Settings.load(**given))
    except GreenlaneError:
        return False
    return True


def refused(given: Given, code: str, field: str) -> None:
    """It is told with a code, the setting that is meant and a remedy, and no key."""
    with pytest.raises(GreenlaneError) as caught:
        asyncio.run(probe_temporal(Settings.load(**given)))
    assert (caught.value.code, caught.value.field) == (code, f"GREENLANE_TEMPORAL_{field}"), str(caught.value)
    assert caught.value.remedy
    assert "eyJ" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def without(given: Given, *names: str) -> Given:
    return {name: value for name, value in given.items() if name not in names}


def test_certificates(server: tuple[Given, Keys | None], certificates: Certificates) -> None:
    given, _ = server
    asyncio.run(probe_temporal(Settings.load(**given)))
    strange = certificates.strange_client
    for change, code, field in (
        ({"temporal_cert_file": None, "temporal_key_file": None}, "our_certificate_refused", "CERT_FILE"),
        (
            {"temporal_cert_file": strange.certificate, "temporal_key_file": strange.key},
            "our_certificate_refused",
            "CERT_FILE",
        ),
        ({"temporal_ca_file": certificates.stranger.certificate}, "certificate_untrusted", "CA_FILE"),
        ({"temporal_ca_file": None}, "certificate_untrusted", "CA_FILE"),
        ({"temporal_server_name": "other.example"}, "certificate_of_another", "SERVER_NAME"),
        ({"temporal_address": "127.0.0.1:9"}, "server_away", "ADDRESS"),
        ({"temporal_namespace": "no-such"}, "namespace_unknown", "NAMESPACE"),
    ):
        refused(given | change, code, field)
    refused({"temporal_address": given["temporal_address"]}, "tls_required", "TLS")


@with_keys
def test_keys(server: tuple[Given, Keys | None]) -> None:
    given, keys = server
    assert keys is not None
    good = {"sub": "worker", "permissions": ["default:write"]}
    asyncio.run(probe_temporal(Settings.load(**given | {"temporal_api_key": keys.signer.token(**good)})))
    refused(without(given, "temporal_api_key"), "account_required", "API_KEY")
    for key in (
        "hidden",
        keys.forger.token(**good),
        keys.signer.token(**good | {"exp": 1}),
        keys.signer.token(**good | {"permissions": ["another:write"]}),
    ):
        refused(given | {"temporal_api_key": key}, "account_refused", "API_KEY")


@with_keys
def test_the_key_may_come_from_a_file(
    server: tuple[Given, Keys | None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given, _ = server
    file = tmp_path / "key"
    file.write_text(f"{given['temporal_api_key']}\n")
    monkeypatch.setenv("GREENLANE_TEMPORAL_API_KEY_FILE", str(file))
    asyncio.run(probe_temporal(Settings.load(**without(given, "temporal_api_key"))))
