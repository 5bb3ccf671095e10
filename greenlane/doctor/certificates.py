"""The certificates on which our connections rest: those of our files, and those that the servers show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from audit.installation.certificate_dates import NoCertificateError, certificates_of, ends_at
from audit.installation.server_rules import Certificate
from greenlane.connecting import TLS_PROTOCOLS, database_of
from greenlane.probing.certificates import database_target, shown_by, target_of
from greenlane.probing.database import DEFAULT_PORT
from greenlane.probing.tls import Target
from greenlane.settings import Settings

FILES = tuple(
    f"{server}_{kind}_file" for server in ("kafka", "temporal", "database", "kafka_oauth") for kind in ("ca", "cert")
)


def certificates(settings: Settings) -> list[Certificate]:
    """All of them that can be read; one that cannot is told where it is used."""
    return [*_of_files(settings), *_of_servers(settings)]


def _of_files(settings: Settings) -> Iterator[Certificate]:
    for name in FILES:
        file: Path | None = getattr(settings, name, None)
        if file is None:
            continue
        try:
            # Of a chain the first to end ends it; of several authorities each may be the one that is needed.
            yield from (Certificate(str(file), ends_at(each)) for each in certificates_of(file.read_text("ascii")))
        except (OSError, UnicodeDecodeError, NoCertificateError):
            continue


def _of_servers(settings: Settings) -> Iterator[Certificate]:
    for title, target in _targets(settings):
        shown = shown_by(target)
        if shown is None:
            continue
        try:
            yield Certificate(f"{title} ({target.place})", ends_at(shown))
        except NoCertificateError:
            continue


def _targets(settings: Settings) -> Iterator[tuple[str, Target]]:
    if settings.kafka_bootstrap is not None and settings.kafka_security_protocol in TLS_PROTOCOLS:
        yield from (("Kafka", target_of(address)) for address in settings.kafka_bootstrap.split(","))
    if settings.temporal_address is not None and settings.temporal_tls:
        yield "Temporal", target_of(settings.temporal_address)
    if settings.database_url is not None:
        url = make_url(database_of(settings))
        if url.query.get("sslmode", "prefer") != "disable" and not (url.host or "").startswith("/"):
            yield "PostgreSQL", database_target(url.host or "localhost", url.port or DEFAULT_PORT)
