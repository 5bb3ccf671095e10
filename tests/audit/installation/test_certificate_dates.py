"""When a certificate ends, read from its own bytes."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.installation.certificate_dates import NoCertificateError, certificates_of, ends_at
from tests.e2e.real_servers.pki import Authority, has_openssl


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if not has_openssl():
        pytest.skip("certificates are made with the program openssl")
    return Authority(tmp_path_factory.mktemp("authority"))


def ends_by_python(file: Path) -> datetime:
    """As Python's library reads it, in a function that it keeps to itself."""
    told = ssl._ssl._test_decode_cert(str(file))["notAfter"]  # type: ignore[attr-defined]
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC)


def test_it_is_read_as_others_read_it(authority: Authority) -> None:
    """Of the authority, of one for a server, and of one that has ended."""
    good = authority.issue("good", "DNS:localhost").certificate
    expired = authority.issue("expired", "DNS:localhost", expired=True).certificate
    for file in (good, expired):
        (certificate,) = certificates_of(file.read_text())
        assert ends_at(certificate) == ends_by_python(file)
    assert ends_at(certificates_of(expired.read_text())[0]) < datetime.now(UTC)


def test_a_file_with_several(authority: Authority) -> None:
    text = (
        authority.issue("one", "DNS:a").certificate.read_text()
        + authority.issue("two", "DNS:b").certificate.read_text()
    )
    assert len(certificates_of(f"some words before\n{text}")) == 2


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\x30\x03\x02\x01", b"\x30\x82\xff\xff", b"\x30\x00", b"\x30\x02\x30\x00"]
)
def test_what_is_no_certificate(content: bytes) -> None:
    with pytest.raises(NoCertificateError):
        ends_at(content)


def test_a_certificate_that_breaks_off_anywhere(authority: Authority) -> None:
    """Nothing but its own error, wherever it is cut."""
    (whole,) = certificates_of(authority.issue("cut", "DNS:a").certificate.read_text())
    for length in range(len(whole)):
        with pytest.raises(NoCertificateError):
            ends_at(whole[:length])


def test_a_damaged_file() -> None:
    """Its end is missing; or what stands in it is nothing."""
    with pytest.raises(NoCertificateError):
        certificates_of("-----BEGIN CERTIFICATE-----\nAAAA\n")
    (empty,) = certificates_of("-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n")
    with pytest.raises(NoCertificateError):
        ends_at(empty)
