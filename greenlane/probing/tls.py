"""One TLS handshake of our own with a server, to learn why a client's failed: clients tell little, each in its own words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from greenlane.probing.troubles import Trouble, no_answer
from wording.foreign import visible
from wording.libraries import os_said
from wording.text import _

SECONDS: Final = 5.0
LATE_SECONDS: Final = 1.0
HUNG_UP: Final = _("it hangs up")
WRONG_NAME: Final = frozenset({62, 64})
"""OpenSSL's verify codes: host name, IP address mismatch."""
WRONG_TIME: Final = frozenset({9, 10})
"""Not yet valid, expired."""
OURS: Final = (
    "CERTIFICATE_REQUIRED",
    "BAD_CERTIFICATE",
    "UNKNOWN_CA",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN",
    "ACCESS_DENIED",
)
"""Alerts by which a server says that it does not take our certificate, or misses it."""
NO_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "UNEXPECTED_EOF_WHILE_READING", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
)
"""What OpenSSL says where no TLS came back."""

Opening = Callable[[socket.socket], bool]
"""What is said before TLS begins; whether the server agrees to it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server's address, and how its TLS begins."""

    host: str
    port: int
    name: str = ""
    """The name that its certificate must have, if not the host's."""
    opening: Opening | None = None
    protocols: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """host:port."""
        return f"{self.host}:{self.port}"


def connected(target: Target) -> socket.socket | Trouble:
    """A connection without TLS, or why there is none."""
    try:
        return socket.create_connection((target.host, target.port), timeout=SECONDS)
    except TimeoutError:
        return Trouble("server_away", target.place, {"reason": no_answer(SECONDS)})
    except socket.gaierror:
        return Trouble("server_away", target.place, {"reason": _("unknown host")})
    except OSError as error:
        return Trouble("server_away", target.place, {"reason": os_said(error)})


def secured(target: Target, context: ssl.SSLContext) -> ssl.SSLSocket | Trouble:
    """A connection under TLS, or what is wrong with it."""
    plain = connected(target)
    if isinstance(plain, Trouble):
        return plain
    try:
        if target.opening is not None and not target.opening(plain):
            plain.close()
            return Trouble("tls_not_offered", target.place)
        if target.protocols:
            context.set_alpn_protocols(list(target.protocols))
        channel = context.wrap_socket(plain, server_hostname=(target.name or target.host).rstrip("."))
    except (OSError, ValueError) as error:
        plain.close()
        return _why(error, target)
    return channel


def refused_later(target: Target, context: ssl.SSLContext) -> Trouble | None:
    """Why a server hangs up though the handshake went well: since TLS 1.3 it looks at our certificate only after it."""
    channel = secured(target, context)
    if isinstance(channel, Trouble):
        return channel
    with channel:
        try:
            channel.settimeout(LATE_SECONDS)
            channel.recv(1)
        except TimeoutError:
            return None
        except ConnectionError:
            return Trouble("our_certificate_refused", target.place, {"reason": HUNG_UP})
        except OSError as error:
            return _why(error, target)
    return None


def speaks_tls(target: Target) -> bool:
    """Whether the server answers a TLS greeting with TLS, whatever its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is told to it
    channel = secured(target, context)
    if isinstance(channel, Trouble):
        return channel.kind in {"our_certificate_refused", "tls_failed"}
    channel.close()
    return True


def _why(error: OSError | ValueError, target: Target) -> Trouble:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _verification(error, target)
    if isinstance(error, ssl.SSLError):
        reason = error.reason or str(error)
        if reason in NO_TLS or isinstance(error, ssl.SSLEOFError):
            return Trouble("tls_not_offered", target.place)
        if any(reason.endswith(alert) for alert in OURS):
            return Trouble("our_certificate_refused", target.place, {"reason": _words(reason)})
        return Trouble("tls_failed", target.place, {"reason": _words(reason)})
    if isinstance(error, TimeoutError):
        return Trouble("tls_failed", target.place, {"reason": no_answer(SECONDS)})
    if isinstance(error, ConnectionError):
        return Trouble("tls_not_offered", target.place)
    return Trouble("tls_failed", target.place, {"reason": visible(str(error))})


def _verification(error: ssl.SSLCertVerificationError, target: Target) -> Trouble:
    details = {"reason": visible(error.verify_message.rstrip("."))}
    if error.verify_code in WRONG_NAME:
        return Trouble("certificate_of_another", target.place, details)
    if error.verify_code in WRONG_TIME:
        return Trouble("certificate_expired", target.place, details)
    return Trouble("certificate_untrusted", target.place, details)


def _words(reason: str) -> str:
    """OpenSSL's constant as words: SSLV3_ALERT_BAD_CERTIFICATE -> alert bad certificate."""
    return reason.partition("ALERT_")[2].replace("_", " ").lower() or reason.replace("_", " ").lower()
