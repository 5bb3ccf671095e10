"""What is wrong with PostgreSQL: its library says it in prose, which names none of our settings."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Mapping
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url

from greenlane.connecting import database_of, owner_database_of
from greenlane.errors import ServerUnusableError
from greenlane.probing.tls import Target, connected, secured
from greenlane.probing.troubles import DATABASE, Kind, Trouble, no_answer
from greenlane.settings import Settings
from wording.foreign import visible

CONNECT_SECONDS: Final = 5
TLS_REQUEST: Final = struct.pack(">ii", 8, 80_877_103)
AGREED: Final = b"S"
DEFAULT_PORT: Final = 5432
UNDER_TLS: Final = frozenset({"require", "verify-ca", "verify-full"})
LONGEST_REASON: Final = 200
WORDS: Final[tuple[tuple[str, Kind], ...]] = (
    # what libpq and the server say where nothing below has a reason of its own -> what it means
    ("root certificate file", "certificate_untrusted"),
    ("password authentication failed", "account_refused"),
    ("no password supplied", "account_required"),
    ("role ", "account_refused"),
    ("alert ", "our_certificate_refused"),
    ("certificate authentication failed", "our_certificate_refused"),
    ("requires a valid client certificate", "our_certificate_refused"),
    ("no encryption", "tls_required"),
    ("SSL off", "tls_required"),
    ("server does not support SSL", "tls_not_offered"),
    ("no pg_hba.conf entry", "account_refused"),
    ("permission denied for database", "not_permitted"),
    ("does not exist", "database_unknown"),
    ("No space left on device", "store_full"),
)


def probe_database(settings: Settings, *, owner: bool = False) -> None:
    """Raises a ServerUnusableError that says why PostgreSQL cannot be used by this account, or by its owner's."""
    if (error := explained(owner_database_of(settings) if owner else database_of(settings))) is not None:
        raise error


def explained(url: str) -> ServerUnusableError | None:
    """Why nobody can connect with this URL; None: it works now."""
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(conninfo, connect_timeout=CONNECT_SECONDS) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        return _trouble(conninfo_to_dict(conninfo), error).error(DATABASE)
    return None


def _trouble(options: Mapping[str, Any], error: psycopg.Error) -> Trouble:
    host = str(options.get("host") or "localhost").split(",")[0]
    port = int(str(options.get("port") or DEFAULT_PORT).split(",")[0])
    target = Target(host, port, opening=asks_for_tls)
    said = _last_words(error)
    is_socket = host.startswith("/")
    if not is_socket and (beneath := _beneath(options, target)) is not None:
        return beneath
    if isinstance(error, psycopg.errors.ConnectionTimeout):
        # Its port is open, or what lies beneath would have told: whoever listens there hangs.
        return Trouble("server_away", target.place, {"reason": no_answer(CONNECT_SECONDS)})
    for words, kind in WORDS:
        if words in said:
            return Trouble(kind, target.place, {"reason": said, "what": "CONNECT"})
    return Trouble(
        "tls_failed" if "SSL" in said or "certificate" in said else "server_refuses", target.place, {"reason": said}
    )


def _last_words(error: psycopg.Error) -> str:
    # "connection failed: connection to server at ..., port ... failed: FATAL:  password ...", and details on further lines.
    _, _, detail = str(error).rpartition("FATAL:")
    lines = [line.strip() for line in (detail or str(error)).splitlines() if line.strip()] or [type(error).__name__]
    said = lines[0] if detail != str(error) else lines[-1]
    return visible(said)[:LONGEST_REASON].rstrip(".")


def _beneath(options: Mapping[str, Any], target: Target) -> Trouble | None:
    """What is wrong below PostgreSQL's own protocol."""
    under_tls = options.get("sslmode") in UNDER_TLS
    channel: socket.socket | Trouble = secured(target, _context(options)) if under_tls else connected(target)
    if isinstance(channel, Trouble):
        return channel
    channel.close()
    return None


def _context(options: Mapping[str, Any]) -> ssl.SSLContext:
    """As libpq checks: `require` believes any certificate, unless it is told an authority."""
    authority, mode = options.get("sslrootcert"), options["sslmode"]
    try:
        context = ssl.create_default_context(cafile=None if authority in {None, "system"} else str(authority))
        if options.get("sslcert"):
            context.load_cert_chain(str(options["sslcert"]), options.get("sslkey"), password="")
    except OSError:
        context = ssl.create_default_context()  # a faulty file: libpq has said so
    context.check_hostname = mode == "verify-full"
    if mode == "require" and authority is None:
        context.verify_mode = ssl.CERT_NONE
    return context


def asks_for_tls(connection: socket.socket) -> bool:
    """Whether PostgreSQL agrees to TLS, which begins with a question in its own protocol."""
    connection.sendall(TLS_REQUEST)
    return connection.recv(1) == AGREED
