"""The certificate that a server shows, whatever we think of it: to tell when it ends, nothing is believed because of it."""

from __future__ import annotations

import ssl

from greenlane.probing.database import asks_for_tls
from greenlane.probing.tls import Target, secured


def shown_by(target: Target) -> bytes | None:
    """The certificate (DER) of a server under TLS; None where there is none to be had."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    channel = secured(target, context)
    if not isinstance(channel, ssl.SSLSocket):
        return None
    with channel:
        return channel.getpeercert(binary_form=True)


def target_of(address: str) -> Target:
    """host:port as a target."""
    host, _, port = address.strip().rpartition(":")
    return Target(host.strip("[]"), int(port))


def database_target(host: str, port: int) -> Target:
    """PostgreSQL, whose TLS begins with a question in its own protocol."""
    return Target(host, port, opening=asks_for_tls)
