"""Which settings are insecure where an installation is for real. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from audit.installation.check import Check
from greenlane.connection_rules import LOOPBACK, PREFIX
from wording.text import LazyText, _, joined

if TYPE_CHECKING:
    from greenlane.settings import Settings

CHECKED: Final = frozenset({"verify-ca", "verify-full"})
UNDER_TLS: Final = frozenset({"SSL", "SASL_SSL"})
Finding = tuple[str, LazyText]
"""The setting to change, and what is insecure."""


def settings_secure(settings: Settings) -> Check:
    """In production nothing leaves this machine unprotected. Elsewhere nothing is asked."""
    if settings.profile != "production":
        said = _(
            "The profile is {profile}: only that of production asks for protected connections.",
            profile=settings.profile,
        )
        return Check("settings_secure", said)
    unprotected = list(insecure(settings))
    if not unprotected:
        return Check(
            "settings_secure",
            _("All connections to other machines are protected."),
        )
    said = joined("; ", [what for name, what in unprotected])
    names = ", ".join(sorted({name for name, what in unprotected}))
    return Check(
        "settings_secure",
        _("Not protected in production: {said}.", said=said),
        _("Set {names} (docs/operations.md).", names=names),
    )


def insecure(settings: Settings) -> Iterator[Finding]:
    """What somebody on the network could read or change, or where nobody asks who we are."""
    yield from _kafka(settings)
    yield from _temporal(settings)
    yield from _database(settings)
    yield from _alerts(settings)


def _kafka(settings: Settings) -> Iterator[Finding]:
    hosts = {each.strip().rpartition(":")[0] for each in (settings.kafka_bootstrap or "").split(",")}
    if not hosts - LOOPBACK - {""}:
        return
    protocol, name = settings.kafka_security_protocol, f"{PREFIX}KAFKA_SECURITY_PROTOCOL"
    if protocol not in UNDER_TLS:
        yield name, _("Kafka is reached without TLS")
    if protocol == "PLAINTEXT" or (protocol == "SSL" and settings.kafka_cert_file is None):
        yield name, _("Kafka is reached without an account")


def _temporal(settings: Settings) -> Iterator[Finding]:
    host = (settings.temporal_address or "").rpartition(":")[0]
    if host in LOOPBACK | {""}:
        return
    if not settings.temporal_tls:
        yield f"{PREFIX}TEMPORAL_TLS", _("Temporal is reached without TLS")
    elif settings.temporal_api_key is None and settings.temporal_cert_file is None:
        yield (
            f"{PREFIX}TEMPORAL_API_KEY",
            _("Temporal is reached without an account"),
        )


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        url = urlsplit(settings.database_url or "")
        host, mode_of_url = url.hostname or "", parse_qs(url.query).get("sslmode", [""])[0]
    except ValueError:
        return
    if host in LOOPBACK | {""}:
        return
    mode = settings.database_sslmode or ("verify-full" if settings.database_ca_file is not None else mode_of_url)
    if mode not in CHECKED:
        yield (
            f"{PREFIX}DATABASE_SSLMODE",
            _("the certificate of PostgreSQL is not checked"),
        )


def _alerts(settings: Settings) -> Iterator[Finding]:
    try:
        url = urlsplit(settings.webhook_url or "")
        clear = url.scheme == "http" and (url.hostname or "") not in LOOPBACK
    except ValueError:
        clear = False
    if clear:
        yield f"{PREFIX}WEBHOOK_URL", _("alerts are posted without TLS")
    if settings.smtp_host not in LOOPBACK | {None} and not settings.smtp_starttls:
        yield f"{PREFIX}SMTP_STARTTLS", _("letters leave without TLS")
