"""A real broker with every kind of listener: right accounts send and read, wrong ones are told what is wrong."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from kafka import KafkaConsumer

from events.language.topics import Topics
from events.transport.admin import ensure_topics
from events.transport.cluster import Cluster
from events.transport.producer import Producer
from greenlane.connecting import cluster_of
from greenlane.probing.kafka import probe_kafka
from greenlane.settings import Settings
from tests.e2e.real_servers.brokers import Listener, OutsideKafka, TokenRules
from tests.e2e.real_servers.conftest import Certificates
from tests.e2e.real_servers.issuer import AUDIENCE, Issuer
from tests.e2e.real_servers.pki import Signer
from wording.errors import GreenlaneError

SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
Given = dict[str, object]
"""Settings."""
ACCOUNT: Given = {"kafka_username": "greenlane", "kafka_password": "right"}


@pytest.fixture(scope="module")
def issuer(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    """Gives tokens to the account `greenlane`."""
    del certificates  # made with openssl, as tokens are
    found = Issuer(Signer(tmp_path_factory.mktemp("issuer")), {"greenlane": "token-secret"})
    yield found
    found.close()


@pytest.fixture(scope="module")
def kafka(
    certificates: Certificates, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OutsideKafka]:
    """One broker, many ways in."""
    listeners = {
        "ALL": Listener("SASL_SSL", certificates.good, mechanisms=(*SCRAM, "PLAIN", "OAUTHBEARER")),
        "CLEAR": Listener("SASL_PLAINTEXT", mechanisms=(*SCRAM, "PLAIN")),
        "TLS": Listener("SSL", certificates.good),
        "MUTUAL": Listener("SSL", certificates.good, certificates.authority.certificate),
        "NAMED": Listener("SSL", certificates.of_another),
        "EXPIRED": Listener("SSL", certificates.expired),
        "OPEN": Listener("PLAINTEXT"),
    }
    masters = ("greenlane", "ANONYMOUS", "CN=client")
    found = OutsideKafka(
        tmp_path_factory.mktemp("kafka"),
        listeners,
        {"greenlane": "right"},
        TokenRules(issuer.jwks_url, AUDIENCE),
        masters,
    )
    found.start()
    yield found
    found.kill()


@pytest.fixture
def tokens(issuer: Issuer) -> Iterator[Given]:
    """What is set for OAUTHBEARER; claims of a test's own go away with it."""
    yield {
        "kafka_sasl_mechanism": "OAUTHBEARER",
        "kafka_oauth_token_url": issuer.url,
        "kafka_oauth_client_id": "greenlane",
        "kafka_oauth_client_secret": "token-secret",
    }
    issuer.claims = {}


@pytest.fixture
def secure(kafka: OutsideKafka, certificates: Certificates) -> Given:
    """TLS and accounts, without an account."""
    return {
        "kafka_bootstrap": kafka.bootstrap("ALL"),
        "kafka_security_protocol": "SASL_SSL",
        "kafka_ca_file": certificates.authority.certificate,
    }


def cluster(given: Given) -> Cluster:
    return cluster_of(Settings.load(**given))


def works(given: Given) -> None:
    """The probe lets it pass, and the same settings make topics, send and read."""
    found = cluster(given)
    probe_kafka(found, 0)
    topics = Topics(f"t{secrets.token_hex(4)}")
    ensure_topics(found, [topics.case_events], topics)
    with Producer(found) as producer:
        producer.send_now(topics.case_events, "key", b"content")
    reading = {"auto_offset_reset": "earliest", "group_id": None, "consumer_timeout_ms": 60_000}
    reader = found.connected(KafkaConsumer, "reader", **reading)
    try:
        reader.subscribe([topics.case_events])
        assert next(reader).value == b"content"
    finally:
        reader.close()


def refused(given: Given, code: str, field: str) -> None:
    """It is told with a code, the setting that is meant and a remedy, and no secret."""
    with pytest.raises(GreenlaneError) as caught:
        probe_kafka(cluster(given), 0)
    assert (caught.value.code, caught.value.field) == (code, f"GREENLANE_KAFKA_{field}"), str(caught.value)
    assert caught.value.remedy
    for secret in ("hidden", "token-secret", "eyJ"):
        assert secret not in str(caught.value)


@pytest.mark.parametrize("mechanism", [*SCRAM, "PLAIN"])
def test_an_account_with_a_password(secure: Given, mechanism: str) -> None:
    given = secure | {"kafka_sasl_mechanism": mechanism}
    works(given | ACCOUNT)
    refused(given | ACCOUNT | {"kafka_password": "hidden"}, "account_refused", "PASSWORD")
    refused(given | ACCOUNT | {"kafka_username": "nobody"}, "account_refused", "PASSWORD")


def test_an_account_with_a_token(secure: Given, tokens: Given, issuer: Issuer) -> None:
    works(secure | tokens)
    refused(secure | tokens | {"kafka_oauth_client_secret": "hidden"}, "account_refused", "OAUTH_CLIENT_SECRET")
    refused(secure | tokens | {"kafka_oauth_token_url": "http://127.0.0.1:9/t"}, "server_away", "OAUTH_TOKEN_URL")
    for claims in ({"aud": "another"}, {"exp": 1}, {"sub": ""}):
        issuer.claims = claims
        refused(secure | tokens, "account_refused", "OAUTH_SCOPE")


def test_a_token_that_somebody_else_signed(
    secure: Given, tokens: Given, tmp_path_factory: pytest.TempPathFactory
) -> None:
    forger = Issuer(Signer(tmp_path_factory.mktemp("forger")), {"greenlane": "token-secret"})
    try:
        refused(secure | tokens | {"kafka_oauth_token_url": forger.url}, "account_refused", "OAUTH_SCOPE")
    finally:
        forger.close()


def test_one_token_serves_all_connections_of_a_process(secure: Given, tokens: Given, issuer: Issuer) -> None:
    before = issuer.requests
    found = cluster(secure | tokens)
    for _ in range(3):
        probe_kafka(found, 0)
    assert issuer.requests == before + 1


def test_tls_with_and_without_our_certificate(kafka: OutsideKafka, certificates: Certificates) -> None:
    tls: Given = {"kafka_security_protocol": "SSL", "kafka_ca_file": certificates.authority.certificate}
    works(tls | {"kafka_bootstrap": kafka.bootstrap("TLS")})
    mutual = tls | {"kafka_bootstrap": kafka.bootstrap("MUTUAL")}
    client, strange = certificates.client, certificates.strange_client
    works(mutual | {"kafka_cert_file": client.certificate, "kafka_key_file": client.key})
    refused(mutual, "our_certificate_refused", "CERT_FILE")
    files = {"kafka_cert_file": strange.certificate, "kafka_key_file": strange.key}
    refused(mutual | files, "our_certificate_refused", "CERT_FILE")


def test_certificates_that_are_not_believed(kafka: OutsideKafka, certificates: Certificates, secure: Given) -> None:
    tls: Given = {"kafka_security_protocol": "SSL", "kafka_ca_file": certificates.authority.certificate}
    refused(tls | {"kafka_bootstrap": kafka.bootstrap("NAMED")}, "certificate_of_another", "BOOTSTRAP")
    refused(tls | {"kafka_bootstrap": kafka.bootstrap("EXPIRED")}, "certificate_expired", "BOOTSTRAP")
    given = secure | ACCOUNT | {"kafka_sasl_mechanism": "PLAIN"}
    refused(given | {"kafka_ca_file": certificates.stranger.certificate}, "certificate_untrusted", "CA_FILE")
    refused(given | {"kafka_ca_file": None}, "certificate_untrusted", "CA_FILE")


def test_who_speaks_another_way_than_the_listener_is_told_which(kafka: OutsideKafka, secure: Given) -> None:
    account = ACCOUNT | {"kafka_sasl_mechanism": "PLAIN"}
    for listener, given, code, field in (
        ("ALL", {}, "tls_required", "SECURITY_PROTOCOL"),
        ("ALL", account | {"kafka_security_protocol": "SASL_PLAINTEXT"}, "tls_required", "SECURITY_PROTOCOL"),
        ("CLEAR", {}, "account_required", "SECURITY_PROTOCOL"),
        ("CLEAR", secure | account, "tls_not_offered", "SECURITY_PROTOCOL"),
        ("OPEN", account | {"kafka_security_protocol": "SASL_PLAINTEXT"}, "account_not_asked", "SECURITY_PROTOCOL"),
        ("TLS", secure | account, "account_not_asked", "SECURITY_PROTOCOL"),
    ):
        refused(given | {"kafka_bootstrap": kafka.bootstrap(listener)}, code, field)
    plain = secure | {"kafka_security_protocol": "SSL"}
    refused(plain, "account_required", "SECURITY_PROTOCOL")


def test_a_mechanism_that_the_listener_does_not_take(kafka: OutsideKafka, tokens: Given) -> None:
    given = tokens | {"kafka_bootstrap": kafka.bootstrap("CLEAR"), "kafka_security_protocol": "SASL_PLAINTEXT"}
    refused(given, "mechanism_refused", "SASL_MECHANISM")


def test_nobody_there_and_one_of_several_there(secure: Given) -> None:
    given = secure | ACCOUNT | {"kafka_sasl_mechanism": "PLAIN"}
    refused(given | {"kafka_bootstrap": "127.0.0.1:9,no-such-host.invalid:9"}, "server_away", "BOOTSTRAP")
    works(given | {"kafka_bootstrap": f"127.0.0.1:9,{secure['kafka_bootstrap']}"})
