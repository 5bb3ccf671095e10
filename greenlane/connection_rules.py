"""Which settings of a connection go together. One that would be left unused is refused: a certificate that nobody checks, or a
password that nobody sends, misleads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from wording.text import LazyText, _

Values = Mapping[str, object]
"""Every setting by its name. The rules stand below the settings, which are made by them."""

PREFIX: Final = "GREENLANE_"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
CHECKED_MODES: Final = frozenset({"require", "verify-ca", "verify-full", None})
"""The database's TLS modes under which a CA file is used; none given: it makes the mode verify-full."""

WITH_A_PASSWORD: Final = re.compile(r"[^:/@]*:[^@]*@")
"""How a URL goes on behind its scheme."""

KAFKA_FILES: Final = ("kafka_ca_file", "kafka_cert_file", "kafka_key_file")
KAFKA_TOKEN: Final = ("kafka_oauth_token_url", "kafka_oauth_client_id", "kafka_oauth_client_secret")
KAFKA_PASSWORD: Final = ("kafka_username", "kafka_password")
KAFKA_ACCOUNT: Final = (
    "kafka_sasl_mechanism",
    *KAFKA_PASSWORD,
    *KAFKA_TOKEN,
    "kafka_oauth_scope",
    "kafka_oauth_ca_file",
)
TEMPORAL_TLS: Final = (
    "temporal_ca_file",
    "temporal_cert_file",
    "temporal_key_file",
    "temporal_server_name",
    "temporal_api_key",
)
DATABASE_FILES: Final = ("database_ca_file", "database_cert_file", "database_key_file")


class ContradictionError(ValueError):
    """Two settings that do not go together; `name` is the one to change."""

    def __init__(self, name: str, said: LazyText) -> None:
        super().__init__(said)
        self.name = name


def refuse_contradictions(settings: Values) -> None:
    """Raises ContradictionError for the first two settings that do not go together."""
    for rule in RULES:
        for contradiction in rule(settings):
            raise contradiction


def _real_time(settings: Values) -> Iterator[ContradictionError]:
    if settings["profile"] == "production" and settings["time_factor"] != 1:
        yield ContradictionError(
            "time_factor",
            _("time_factor must be 1 in the production profile: a promise runs in real time"),
        )


def _pairs(settings: Values) -> Iterator[ContradictionError]:
    for server in ("kafka", "temporal", "database"):
        names = f"{server}_cert_file", f"{server}_key_file"
        named = [name for name in names if settings[name] is not None]
        if len(named) == 1:
            (missing,) = set(names) - set(named)
            yield _missing(missing, f"{PREFIX}{named[0].upper()}")


def _server_named(settings: Values) -> Iterator[ContradictionError]:
    """The embedded servers have accounts of their own, which the state folder knows."""
    for address, names in (
        ("kafka_bootstrap", (*KAFKA_FILES, *KAFKA_ACCOUNT, "kafka_accounts_file")),
        ("temporal_address", TEMPORAL_TLS),
        ("database_url", (*DATABASE_FILES, "database_password", "database_owner_url", "database_sslmode")),
    ):
        if settings[address] is None:
            yield from (_missing(address, f"{PREFIX}{name.upper()}") for name in names if _is_set(settings, name))


def _kafka_tls(settings: Values) -> Iterator[ContradictionError]:
    protocol = settings["kafka_security_protocol"]
    if protocol not in {"SSL", "SASL_SSL"}:
        for name in KAFKA_FILES:
            if _is_set(settings, name):
                yield _unused("kafka_security_protocol", protocol, name, "SSL, SASL_SSL")


def _kafka_account(settings: Values) -> Iterator[ContradictionError]:
    protocol = settings["kafka_security_protocol"]
    if protocol not in {"SASL_PLAINTEXT", "SASL_SSL"}:
        for name in KAFKA_ACCOUNT:
            if _is_set(settings, name):
                yield _unused("kafka_security_protocol", protocol, name, "SASL_SSL, SASL_PLAINTEXT")
        return
    mechanism = settings["kafka_sasl_mechanism"]
    if mechanism is None:
        yield _missing("kafka_sasl_mechanism", f"{PREFIX}KAFKA_SECURITY_PROTOCOL={settings['kafka_security_protocol']}")
        return
    needed, idle = (KAFKA_TOKEN, KAFKA_PASSWORD) if mechanism == "OAUTHBEARER" else (KAFKA_PASSWORD, KAFKA_TOKEN)
    for name in needed:
        if not _is_set(settings, name):
            yield _missing(name, f"{PREFIX}KAFKA_SASL_MECHANISM={mechanism}")
    for name in idle:
        if _is_set(settings, name):
            yield _unused(
                "kafka_sasl_mechanism", mechanism, name, "OAUTHBEARER" if idle is KAFKA_TOKEN else "SCRAM-SHA-256"
            )


def _temporal_tls(settings: Values) -> Iterator[ContradictionError]:
    if not settings["temporal_tls"]:
        for name in TEMPORAL_TLS:
            if _is_set(settings, name):
                yield _unused("temporal_tls", "false", name, "true")


def _database_tls(settings: Values) -> Iterator[ContradictionError]:
    mode = settings["database_sslmode"]
    if settings["database_ca_file"] is not None and mode not in CHECKED_MODES:
        yield _unused("database_sslmode", str(mode), "database_ca_file", "verify-full")
    if settings["database_cert_file"] is not None and mode == "disable":
        yield _unused("database_sslmode", mode, "database_cert_file", "verify-full")


def _one_password(settings: Values) -> Iterator[ContradictionError]:
    place = _text(settings, "database_url").partition("://")[2]
    if settings["database_password"] is not None and WITH_A_PASSWORD.match(place):
        unused = f"{PREFIX}DATABASE_PASSWORD"
        yield ContradictionError(
            "database_url",
            _("has a password, so {unused} would not be used; give one of them only", unused=unused),
        )


def _key_service(settings: Values) -> Iterator[ContradictionError]:
    """A service without a token answers nobody, and a token without a service is sent to nobody."""
    if settings["key_service_url"] is None:
        for name in ("key_service_token", "key_service_ca_file"):
            if _is_set(settings, name):
                yield _missing("key_service_url", f"{PREFIX}{name.upper()}")
    elif settings["key_service_token"] is None:
        yield _missing("key_service_token", f"{PREFIX}KEY_SERVICE_URL")


def _secrets_in_the_clear(settings: Values) -> Iterator[ContradictionError]:
    """In production a secret that stands in a message as it is leaves this machine under TLS only."""
    if settings["profile"] != "production":
        return
    url = urlsplit(_text(settings, "kafka_oauth_token_url"))
    if url.scheme == "http" and (url.hostname or "") not in LOOPBACK:
        yield _in_the_clear("kafka_oauth_token_url", "https://")
    service = urlsplit(_text(settings, "key_service_url"))
    if service.scheme == "http" and (service.hostname or "") not in LOOPBACK:
        yield _in_the_clear("key_service_url", "https://")
    hosts = {each.strip().rpartition(":")[0] for each in _text(settings, "kafka_bootstrap").split(",")}
    clear = settings["kafka_security_protocol"] == "SASL_PLAINTEXT" and settings["kafka_sasl_mechanism"] in {
        "PLAIN",
        "OAUTHBEARER",
    }
    if clear and hosts - LOOPBACK - {""}:
        yield _in_the_clear("kafka_security_protocol", "SASL_SSL")
    sends_password = settings["smtp_user"] is not None and settings["smtp_password"] is not None
    if sends_password and not settings["smtp_starttls"] and _text(settings, "smtp_host") not in LOOPBACK | {""}:
        yield _in_the_clear("smtp_starttls", "true")


RULES: Final[tuple[Callable[[Values], Iterator[ContradictionError]], ...]] = (
    _real_time,
    _server_named,
    _pairs,
    _kafka_tls,
    _kafka_account,
    _temporal_tls,
    _database_tls,
    _one_password,
    _key_service,
    _secrets_in_the_clear,
)


def _text(settings: Values, name: str) -> str:
    return str(settings[name] or "")


def _is_set(settings: Values, name: str) -> bool:
    return settings[name] is not None


def _missing(name: str, needed_by: str) -> ContradictionError:
    return ContradictionError(name, _("must be set with {needed_by}", needed_by=needed_by))


def _unused(name: str, value: object, other: str, wanted: str) -> ContradictionError:
    unused = f"{PREFIX}{other.upper()}"
    return ContradictionError(
        name,
        _(
            "is {value}, so {unused} would not be used; set {wanted}, or unset {unused}",
            value=value,
            unused=unused,
            wanted=wanted,
        ),
    )


def _in_the_clear(name: str, wanted: str) -> ContradictionError:
    return ContradictionError(
        name,
        _("would send a secret in the clear, which the production profile refuses; use {wanted}", wanted=wanted),
    )
