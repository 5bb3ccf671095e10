"""Certificates for all these tests; and which of them need servers that take minutes to build (`make test-servers`)."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from greenlane.connection_rules import PREFIX
from tests.e2e.real_servers.pki import Authority, Certified, has_openssl

REAL_SERVERS = (
    "test_real_kafka.py",
    "test_real_postgresql.py",
    "test_real_temporal.py",
    "test_whole_on_real_servers.py",
    "test_deployed_kafka.py",
)
collect_ignore = [] if os.environ.get("REAL_SERVERS") else list(REAL_SERVERS)


@dataclass(frozen=True)
class Certificates:
    """Of one authority, and of a stranger."""

    authority: Authority
    stranger: Authority
    good: Certified
    of_another: Certified
    expired: Certified
    client: Certified
    strange_client: Certified


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """One of each kind."""
    if not has_openssl():
        pytest.skip("certificates are made with the program openssl")
    authority = Authority(tmp_path_factory.mktemp("authority"))
    stranger = Authority(tmp_path_factory.mktemp("stranger"), "Somebody else")
    return Certificates(
        authority,
        stranger,
        good=authority.issue("good", "DNS:localhost", "IP:127.0.0.1"),
        of_another=authority.issue("of-another", "DNS:other.example"),
        expired=authority.issue("expired", "DNS:localhost", "IP:127.0.0.1", expired=True),
        client=authority.issue("client"),
        strange_client=stranger.issue("client"),
    )


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
