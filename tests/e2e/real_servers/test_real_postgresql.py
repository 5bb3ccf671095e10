"""A real PostgreSQL under TLS: right accounts and certificates get in, wrong ones are told what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from greenlane.connecting import database_of
from greenlane.probing.database import probe_database
from greenlane.settings import Settings
from greenlane.wiring import Wiring
from store.database import Store
from tests.e2e.real_servers.conftest import Certificates
from tests.e2e.real_servers.postgresql import OutsidePostgresql
from wording.errors import GreenlaneError

Given = dict[str, object]
"""Settings."""


@pytest.fixture(scope="module")
def server(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OutsidePostgresql]:
    """TLS only, accounts `greenlane` and `mutual`, a database that they may use."""
    found = OutsidePostgresql(
        tmp_path_factory.mktemp("postgresql"), certificates.good, certificates.authority.certificate
    )
    found.start()
    for role in ("greenlane", "mutual", "stranger"):
        found.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'right'")
    found.execute("CREATE DATABASE greenlane OWNER greenlane")
    found.execute("REVOKE CONNECT ON DATABASE greenlane FROM PUBLIC")
    found.execute("GRANT CONNECT ON DATABASE greenlane TO mutual")
    yield found
    found.kill()


@pytest.fixture
def full(server: OutsidePostgresql, certificates: Certificates) -> Given:
    """The server's name and certificate are checked: `verify-full` where a CA file is named."""
    return {
        "database_url": server.url("greenlane", "right"),
        "database_ca_file": certificates.authority.certificate,
    }


def works(given: Given) -> None:
    """The probe lets it pass, and the store is connected under TLS, in its pool and beside it."""
    settings = Settings.load(**given)
    probe_database(settings)
    query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    store = Store(database_of(settings))
    try:
        with store.reading() as connection:
            assert connection.scalar(text(query)) is True
        with store.open_session("beside") as session:
            assert session.execute(query.encode()).fetchone() == (True,)
    finally:
        store.close()


def refused(given: Given, code: str, field: str) -> None:
    """It is told with a code, the setting that is meant and a remedy, and no secret; by whoever wants the store too."""
    for attempt in (lambda: probe_database(Settings.load(**given)), lambda: Wiring(Settings.load(**given)).store):
        with pytest.raises(GreenlaneError) as caught:
            attempt()
        assert (caught.value.code, caught.value.field) == (code, f"GREENLANE_DATABASE_{field}"), str(caught.value)
        assert caught.value.remedy
        assert "hidden" not in str(caught.value)


def test_the_name_and_the_certificate_are_checked(
    server: OutsidePostgresql, full: Given, certificates: Certificates
) -> None:
    works(full)
    works(full | {"database_url": server.url("greenlane", "right", host="127.0.0.1")})
    refused(full | {"database_ca_file": certificates.stranger.certificate}, "certificate_untrusted", "CA_FILE")
    without = {name: value for name, value in full.items() if name != "database_ca_file"}
    refused(without | {"database_sslmode": "verify-full"}, "certificate_untrusted", "CA_FILE")
    works(without | {"database_sslmode": "require"})


def test_a_certificate_for_another_name_or_another_time(
    server: OutsidePostgresql, full: Given, certificates: Certificates
) -> None:
    try:
        server.show(certificates.of_another)
        refused(full, "certificate_of_another", "URL")
        works(full | {"database_sslmode": "verify-ca"})
        server.show(certificates.expired)
        refused(full, "certificate_expired", "URL")
    finally:
        server.show(certificates.good)
    works(full)


def test_without_tls(full: Given) -> None:
    plain = {name: value for name, value in full.items() if name != "database_ca_file"}
    refused(plain | {"database_sslmode": "disable"}, "tls_required", "SSLMODE")


def test_accounts(server: OutsidePostgresql, full: Given) -> None:
    separate = full | {"database_url": server.url("greenlane", "x").replace(":x@", "@")}
    works(separate | {"database_password": "right"})
    refused(separate, "account_required", "PASSWORD")
    refused(separate | {"database_password": "hidden"}, "account_refused", "PASSWORD")
    refused(full | {"database_url": server.url("greenlane", "hidden")}, "account_refused", "PASSWORD")
    refused(full | {"database_url": server.url("nobody", "hidden")}, "account_refused", "PASSWORD")
    refused(full | {"database_url": server.url("stranger", "right")}, "not_permitted", "URL")
    refused(full | {"database_url": server.url("greenlane", "right", "no_such")}, "database_unknown", "URL")
    refused(full | {"database_url": "postgresql://u:hidden@127.0.0.1:9/d"}, "server_away", "URL")


def test_an_account_that_must_show_a_certificate(
    server: OutsidePostgresql, full: Given, certificates: Certificates, tmp_path: Path
) -> None:
    mutual = full | {"database_url": server.url("mutual", "right")}
    client, strange = certificates.client, certificates.strange_client
    works(mutual | {"database_cert_file": client.certificate, "database_key_file": client.key})
    refused(mutual, "our_certificate_refused", "CERT_FILE")
    files = {"database_cert_file": strange.certificate, "database_key_file": strange.key}
    refused(mutual | files, "our_certificate_refused", "CERT_FILE")
    with pytest.raises(GreenlaneError) as caught:
        probe_database(
            Settings.load(**mutual, database_cert_file=client.certificate, database_key_file=tmp_path / "no")
        )
    assert caught.value.field == "GREENLANE_DATABASE_KEY_FILE"
