"""How our processes reach the servers, made of the settings; every client is made of what stands here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from sqlalchemy import URL, make_url
from temporalio.service import TLSConfig

from events.transport.cluster import Cluster
from greenlane.connection_rules import PREFIX
from greenlane.errors import SettingsError
from greenlane.oauth import ClientCredentials, Issuer
from greenlane.settings import Settings
from greenlane.tls_files import authority_context, context_of
from wording.text import LazyText, _

PREPARED_WITH: Final = frozenset({"kafka_port", "kafka_controller_port", "kafka_heap_mb", "kafka_accounts_file"})
"""Settings that begin like those of a connection, and are none."""
TLS_PROTOCOLS: Final = frozenset({"SSL", "SASL_SSL"})


def cluster_of(settings: Settings) -> Cluster:
    """The Kafka cluster, and as whom it is reached. Raises SettingsError when none is named."""
    bootstrap = _named(settings.kafka_bootstrap, _("No Kafka is named."), "GREENLANE_KAFKA_BOOTSTRAP")
    return Cluster(bootstrap, kafka_options(settings))


def _named(address: str | None, message: LazyText, variable: str) -> str:
    if address is None:
        raise SettingsError(message, field=variable, remedy=_("Name one, or start `greenlane up`."))
    return address


def kafka_options(settings: Settings) -> dict[str, object]:
    """The connection options of kafka-python. Raises SettingsError for a certificate or key that cannot be used."""
    options: dict[str, object] = {"security_protocol": settings.kafka_security_protocol}
    if settings.kafka_security_protocol in TLS_PROTOCOLS:
        options["ssl_context"] = context_of(settings, "kafka")
    if settings.kafka_sasl_mechanism is not None:
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
    if settings.kafka_sasl_mechanism == "OAUTHBEARER":
        options["sasl_oauth_token_provider"] = ClientCredentials(_issuer(settings))
    if settings.kafka_username is not None:
        options["sasl_plain_username"] = settings.kafka_username
    if settings.kafka_password is not None:
        options["sasl_plain_password"] = settings.kafka_password.get_secret_value()
    return options


class GivenSettings(Settings):
    """Settings of which nothing stands in the environment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given alone."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def kafka_variables(settings: Settings) -> dict[str, str]:
    """All that is set for Kafka, by setting, for another program (secrets in clear)."""
    variables = {name.removeprefix(PREFIX).lower(): value for name, value in settings.environment().items()}
    return {name: value for name, value in variables.items() if name.startswith("kafka_") and name not in PREPARED_WITH}


def _issuer(settings: Settings) -> Issuer:
    secret = settings.kafka_oauth_client_secret
    return Issuer(
        url=settings.kafka_oauth_token_url or "",
        client_id=settings.kafka_oauth_client_id or "",
        client_secret="" if secret is None else secret.get_secret_value(),
        scope=settings.kafka_oauth_scope,
        context=authority_context(settings.kafka_oauth_ca_file, "GREENLANE_KAFKA_OAUTH_CA_FILE"),
    )


@dataclass(frozen=True, slots=True)
class TemporalPlace:
    """Where Temporal is, and how it is reached: what the SDK's connect takes."""

    address: str
    namespace: str
    tls: TLSConfig | bool
    api_key: str | None


def temporal_of(settings: Settings) -> TemporalPlace:
    """Temporal as the settings name it. Raises SettingsError when none is named, or a file cannot be used."""
    address = _named(settings.temporal_address, _("No Temporal is named."), "GREENLANE_TEMPORAL_ADDRESS")
    key = settings.temporal_api_key
    return TemporalPlace(
        address=address,
        namespace=settings.temporal_namespace,
        tls=_temporal_tls(settings) if settings.temporal_tls else False,
        api_key=None if key is None else key.get_secret_value(),
    )


def _temporal_tls(settings: Settings) -> TLSConfig:
    context_of(settings, "temporal")  # what is wrong with a file is said here; the SDK would say "transport error"
    return TLSConfig(
        server_root_ca_cert=_content(settings.temporal_ca_file),
        domain=settings.temporal_server_name,
        client_cert=_content(settings.temporal_cert_file),
        client_private_key=_content(settings.temporal_key_file),
    )


def _content(file: Path | None) -> bytes | None:
    return None if file is None else file.read_bytes()


def database_of(settings: Settings) -> str:
    """The database's URL as the processes use it, with password and TLS. Raises SettingsError when none is named."""
    url = make_url(_named(settings.database_url, _("No database is named."), "GREENLANE_DATABASE_URL"))
    if settings.database_password is not None and url.password is None:
        url = url.set(password=settings.database_password.get_secret_value())
    return _with_tls(settings, url)


def owner_database_of(settings: Settings) -> str:
    """The same for the account that owns the tables, of `prepare` alone; where none is named, the processes' own."""
    if settings.database_owner_url is None:
        return database_of(settings)
    return _with_tls(settings, make_url(settings.database_owner_url))


def _with_tls(settings: Settings, url: URL) -> str:
    mode = settings.database_sslmode or ("verify-full" if settings.database_ca_file is not None else None)
    if settings.database_ca_file is not None or settings.database_cert_file is not None:
        context_of(settings, "database")  # libpq's words for a faulty file name no setting
    options = {
        "sslmode": mode,
        "sslrootcert": settings.database_ca_file,
        "sslcert": settings.database_cert_file,
        "sslkey": settings.database_key_file,
    }
    query = {name: str(value) for name, value in options.items() if value is not None}
    return url.update_query_dict(query).render_as_string(hide_password=False)
