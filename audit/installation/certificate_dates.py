"""When a certificate (X.509, RFC 5280) ends, read from its own bytes: Python tells it only of those it verified. Pure."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

SEQUENCE, UTC_TIME, GENERALIZED_TIME, VERSION = 0x30, 0x17, 0x18, 0xA0
LONG_FORM: Final = 0x80
FORMS: Final = {UTC_TIME: "%y%m%d%H%M%SZ", GENERALIZED_TIME: "%Y%m%d%H%M%SZ"}
BEFORE_VALIDITY: Final = 3
"""Serial number, algorithm, issuer."""
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"

LAST_OF_TWO_DIGITS = 2049
"""RFC 5280 counts two digits up to 49 as of this century; Python up to 68."""


class NoCertificateError(ValueError):
    """These bytes are no certificate."""


def ends_at(der: bytes) -> datetime:
    """The last instant (UTC) at which the certificate is valid. Raises NoCertificateError."""
    try:
        (_, certificate), *_ = _parts(der)
        (_, signed), *_ = _parts(certificate)
        fields = list(_parts(signed))
        if fields[0][0] == VERSION:
            fields = fields[1:]
        kind, validity = fields[BEFORE_VALIDITY]
        if kind != SEQUENCE:
            raise NoCertificateError("no validity where a certificate has it")
        form, text = list(_parts(validity))[1]
        return _instant(form, text.decode("ascii"))
    except (IndexError, KeyError, ValueError) as error:
        raise NoCertificateError(str(error)) from error


def _instant(form: int, text: str) -> datetime:
    instant = datetime.strptime(text, FORMS[form]).replace(tzinfo=UTC)
    of_last_century = form == UTC_TIME and instant.year > LAST_OF_TWO_DIGITS
    return instant.replace(year=instant.year - 100) if of_last_century else instant


def certificates_of(pem: str) -> list[bytes]:
    """Every certificate of a PEM text. Raises NoCertificateError for one that is damaged."""
    certificates = []
    for block in pem.split(BEGIN)[1:]:
        body, end, _ = block.partition(END)
        try:
            certificates.append(ssl.PEM_cert_to_DER_cert(f"{BEGIN}{body}{end}\n"))
        except ValueError as error:
            raise NoCertificateError(str(error)) from error
    return certificates


def _parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The tagged parts that stand one after the other (DER). Raises IndexError, ValueError where they break off."""
    place = 0
    while place < len(content):
        kind, length, place = content[place], content[place + 1], place + 2
        if length & LONG_FORM:
            size = length & ~LONG_FORM
            length = int.from_bytes(content[place : place + size])
            place += size
        if place + length > len(content):
            raise ValueError("it breaks off")
        yield kind, content[place : place + length]
        place += length
