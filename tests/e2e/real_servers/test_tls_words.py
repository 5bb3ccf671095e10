"""One handshake tells what is wrong with a server's TLS; files of ours that cannot be used are named before."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from greenlane.errors import SettingsError
from greenlane.probing.database import explained
from greenlane.probing.tls import Target, connected, refused_later, secured, speaks_tls
from greenlane.probing.troubles import CLASSES, DATABASE, FIELDS, KAFKA, TEMPORAL, WORDS, Kind, Trouble
from greenlane.settings import Settings
from greenlane.stack.errors import for_relaying, relayed
from greenlane.tls_files import authority_context, context_of
from tests.e2e.real_servers.conftest import Certificates
from tests.e2e.real_servers.pki import Certified
from wording.text import in_language

Greeting = Callable[[socket.socket], None]


@contextmanager
def a_server(context: ssl.SSLContext | None, greeting: Greeting = lambda connection: None) -> Iterator[Target]:
    """Somebody who listens, with TLS or without."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listener.accept()
                except OSError:
                    return
                with suppress(OSError), plain:
                    connection = plain if context is None else context.wrap_socket(plain, server_side=True)
                    with connection:
                        greeting(connection)
                        connection.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Target("localhost", listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(30)


def showing(certificate: Certified, client_authority: Path | None = None) -> ssl.SSLContext:
    """A server's context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    if client_authority is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_authority)
    return context


def kind_of(found: socket.socket | Trouble | None) -> Kind | None:
    """What was wrong; None: nothing."""
    if isinstance(found, Trouble):
        return found.kind
    if found is not None:
        found.close()
    return None


def test_a_certificate_is_good_or_the_word_says_why_not(certificates: Certificates) -> None:
    ours = certificates.authority.certificate
    for certificate, believed, kind in (
        (certificates.good, ours, None),
        (certificates.good, certificates.stranger.certificate, "certificate_untrusted"),
        (certificates.good, None, "certificate_untrusted"),
        (certificates.of_another, ours, "certificate_of_another"),
        (certificates.expired, ours, "certificate_expired"),
    ):
        with a_server(showing(certificate)) as target:
            assert kind_of(secured(target, authority_context(believed, "X"))) == kind
            assert speaks_tls(target)


def test_a_name_other_than_the_hosts_may_be_expected(certificates: Certificates) -> None:
    context = authority_context(certificates.authority.certificate, "X")
    with a_server(showing(certificates.of_another)) as target:
        assert kind_of(secured(Target("localhost", target.port, name="other.example"), context)) is None
    with a_server(showing(certificates.good)) as target:
        assert kind_of(secured(Target("127.0.0.1", target.port), context)) is None


def test_a_server_that_wants_our_certificate_says_so_late(certificates: Certificates) -> None:
    given = {
        "kafka_bootstrap": "k:1",
        "kafka_security_protocol": "SSL",
        "kafka_ca_file": certificates.authority.certificate,
    }
    with a_server(showing(certificates.good, certificates.authority.certificate)) as target:
        for shown, kind in (
            (None, "our_certificate_refused"),
            (certificates.strange_client, "our_certificate_refused"),
            (certificates.client, None),
        ):
            files = {} if shown is None else {"kafka_cert_file": shown.certificate, "kafka_key_file": shown.key}
            assert kind_of(refused_later(target, context_of(Settings(**given | files), "kafka"))) == kind


@pytest.mark.parametrize(
    "greeting", [lambda c: None, lambda c: c.sendall(b"\0\0\4\0\0\0\0\0\0" * 9), lambda c: c.close()]
)
def test_a_server_without_tls_is_told_from_one_that_is_away(certificates: Certificates, greeting: Greeting) -> None:
    context = authority_context(certificates.authority.certificate, "X")

    def answered(connection: socket.socket) -> None:
        connection.recv(1)
        greeting(connection)

    with a_server(None, answered) as target:
        assert kind_of(secured(target, context)) == "tls_not_offered"
        assert not speaks_tls(target)
        assert kind_of(connected(target)) is None
    assert kind_of(secured(target, context)) == "server_away"
    assert kind_of(connected(target)) == "server_away"
    assert kind_of(connected(Target("no-such-host.invalid", 1))) == "server_away"


def test_files_that_cannot_be_used_are_named(certificates: Certificates, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no certificate\n")
    good, strange = certificates.client, certificates.strange_client
    base = {"temporal_address": "t:1", "temporal_tls": True}
    for name, files in (
        ("CA", {"temporal_ca_file": text}),
        ("CA", {"temporal_ca_file": tmp_path / "nothing"}),
        ("CA", {"temporal_ca_file": tmp_path}),
        ("CERT", {"temporal_cert_file": tmp_path / "nothing", "temporal_key_file": good.key}),
        ("CERT", {"temporal_cert_file": text, "temporal_key_file": good.key}),
        ("KEY", {"temporal_cert_file": good.certificate, "temporal_key_file": tmp_path / "nothing"}),
        ("KEY", {"temporal_cert_file": good.certificate, "temporal_key_file": text}),
        ("KEY", {"temporal_cert_file": good.certificate, "temporal_key_file": strange.key}),
    ):
        with pytest.raises(SettingsError) as caught:
            context_of(Settings(**base | files), "temporal")
        assert caught.value.field == f"GREENLANE_TEMPORAL_{name}_FILE"
        assert caught.value.remedy


def test_a_locked_key_is_refused_without_asking_for_its_pass_phrase(certificates: Certificates, tmp_path: Path) -> None:
    from tests.e2e.real_servers.pki import openssl  # noqa: PLC0415

    locked = tmp_path / "locked.key"
    openssl("ec", "-in", str(certificates.client.key), "-aes256", "-passout", "pass:hidden", "-out", str(locked))
    files = {"temporal_cert_file": certificates.client.certificate, "temporal_key_file": locked}
    with pytest.raises(SettingsError) as caught:
        context_of(Settings(temporal_address="t:1", temporal_tls=True, **files), "temporal")
    assert caught.value.field == "GREENLANE_TEMPORAL_KEY_FILE"
    assert "pass phrase" in caught.value.message


def test_what_a_server_says_in_english_is_no_sentence_of_a_vietnamese_screen() -> None:
    """It stays in the English text; what has words in both languages keeps them."""
    said = Trouble("account_refused", "h:1", {"reason": 'password authentication failed for user "x"'}).error(DATABASE)
    assert "password authentication failed" in said.message
    assert "authentication" not in in_language(said.message, "vi")
    away = connected(Target("localhost", 1))
    assert isinstance(away, Trouble)
    assert "refused" not in in_language(away.error(DATABASE).message, "vi")
    assert "kết nối bị từ chối" in in_language(away.error(DATABASE).message, "vi")


def test_a_database_that_accepts_and_never_answers_is_away_not_refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its port is open, as of one that hangs."""
    monkeypatch.setattr("greenlane.probing.database.CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        error = explained(f"postgresql+psycopg://x@127.0.0.1:{listener.getsockname()[1]}/y?sslmode=disable")
    assert error is not None
    assert error.code == "server_away"
    assert "không trả lời trong 2 giây" in in_language(error.message, "vi")


def test_every_word_is_said_for_every_server_in_both_languages() -> None:
    for kind in WORDS:
        for server in (KAFKA, TEMPORAL, DATABASE):
            if FIELDS[kind] not in server.variables:  # type: ignore[index]
                continue
            details = {"reason": "r", "asked": "a", "offered": "o", "what": "w"}
            if not {"mechanism"} & {FIELDS[kind]} or server is KAFKA:  # type: ignore[index]
                error = Trouble(kind, "h:1", details).error(server)  # type: ignore[arg-type]
                assert error.code == kind
                assert error.field.startswith("GREENLANE_")
                assert in_language(error.message, "vi") != str(error.message)
                again = relayed(for_relaying(error))
                assert (type(again), again.message, again.remedy) == (type(error), error.message, error.remedy)
    assert set(WORDS) == set(CLASSES) == set(FIELDS)
