"""The settings of every process: read once from the environment (prefix `GREENLANE_`), then passed down."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source

from catalog.value_texts import value_message
from events.language.envelope import MESSAGE_MAX_BYTES
from greenlane.addresses import StackAddresses
from greenlane.alert_settings import AlertSettings
from greenlane.connection_rules import PREFIX, ContradictionError, refuse_contradictions
from greenlane.errors import SettingsError
from greenlane.evidence_settings import SIGNING_KEY, EvidenceSettings
from greenlane.secret_files import SUFFIX, secrets_in_files
from greenlane.vault_settings import MASTER_KEYS, VaultSettings
from wording.text import _, _p, layout

KEYS: Final = (SIGNING_KEY, *MASTER_KEYS)
"""What is handed on to none but who needs it, and whose files nobody else on the machine may read."""
PORT_MAX = 65_535
Port = Annotated[int, Field(ge=0, le=PORT_MAX)]
TopicPrefix = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,48}$")]


class GuardedEnvironment(EnvSettingsSource):
    """The environment and the files of secrets it names, with a misspelt variable of ours refused, which would mislead."""

    def __call__(self) -> dict[str, Any]:
        refuse_unknown(os.environ)
        private = {f"{PREFIX}{name}".upper() for name in KEYS}
        held = secrets_in_files(os.environ, secret_variables(), private=private)
        return super().__call__() | {name.removeprefix(PREFIX).lower(): secret for name, secret in held.items()}


def secret_variables() -> tuple[str, ...]:
    """The variables that may be given by a file instead, named by the same name with _FILE."""
    return tuple(
        f"{PREFIX}{name}".upper()
        for name, field in Settings.model_fields.items()
        if not field.repr or SecretStr in get_args(field.annotation)
    )


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """Raises SettingsError for the first variable with our prefix that is no setting."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    known |= {f"{variable}{SUFFIX}" for variable in secret_variables()}
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = _("Did you mean {near}?", near=near[0]) if near else _("All of them are in greenlane/settings.py.")
            raise SettingsError(
                _("{name} is not a setting of Greenlane.", name=name),
                field=name,
                remedy=_("{hint} Or unset it.", hint=hint),
            )


class Settings(VaultSettings, EvidenceSettings, AlertSettings, BaseSettings):
    """Everything that can be set. Frozen: a changed setting is a new process."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    # Where the embedded stack lives
    state_dir: Path = Field(
        default=Path(".greenlane"),
        validate_default=True,
        description=_("Folder with all data of the embedded stack; relative to the current folder."),
    )
    cache_dir: Path | None = Field(
        default=None,
        description=_("Folder for Kafka's downloaded jars. Default: greenlane below the user's cache folder."),
    )
    jar_repository: str | None = Field(
        default=None,
        description=_("URL of a Maven repository with Kafka's jars, for closed networks. Default: Maven Central."),
    )
    temporal_port: Port = Field(default=17233, description=_("Embedded Temporal, gRPC. 0: a free one, remembered."))
    temporal_ui_port: Port = Field(
        default=18233, description=_("Embedded Temporal's web pages. 0: a free one, remembered.")
    )
    temporal_ui: bool = Field(default=True, description=_("Whether embedded Temporal serves its web pages."))
    postgres_port: Port = Field(default=15432, description=_("Embedded PostgreSQL. 0: a free one, remembered."))
    kafka_port: Port = Field(default=19092, description=_("Embedded Kafka, for clients. 0: a free one, remembered."))
    kafka_controller_port: Port = Field(
        default=19093, description=_("Embedded Kafka, controller. 0: a free one, remembered.")
    )
    kafka_heap_mb: int = Field(default=384, ge=128, description=_("Java heap of embedded Kafka, MB."))
    metrics_host: str = Field(default="127.0.0.1", description=_("Address on which a process serves its metrics."))
    metrics_port: Port = Field(
        default=19100,
        description=_("Port of /metrics. `up` gives its first process this one, the next the next; 0: free ones."),
    )
    min_free_disk_mb: int = Field(
        default=300, ge=0, description=_("`up` refuses to start with less free space than this, MB.")
    )
    start_timeout_seconds: float = Field(
        default=120, gt=0, description=_("How long one part may take until it answers.")
    )

    # Outside servers: a value means that `up` does not start its own
    temporal_address: str | None = Field(
        default=None, description=_("host:port of an outside Temporal. Default: embedded.")
    )
    kafka_bootstrap: str | None = Field(
        default=None, description=_("host:port,... of an outside Kafka. Default: embedded.")
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description=_("postgresql+psycopg://user:password@host:port/name of an outside PostgreSQL. Default: embedded."),
    )

    # How outside servers know us. A secret may be given by a file instead: the same name with _FILE.
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT",
        description=_("How clients reach Kafka: with TLS (SSL), an account (SASL), both, or neither."),
    )
    kafka_sasl_mechanism: Literal["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN", "OAUTHBEARER"] | None = Field(
        default=None, description=_("How an account of Kafka is proved.")
    )
    kafka_username: str | None = Field(default=None, description=_("Account at Kafka (SCRAM, PLAIN)."))
    kafka_password: SecretStr | None = Field(default=None, description=_("Its password."))
    kafka_ca_file: Path | None = Field(
        default=None, description=_("Certificates (PEM) that Kafka's must descend from.")
    )
    kafka_cert_file: Path | None = Field(default=None, description=_("Our certificate (PEM) for Kafka."))
    kafka_key_file: Path | None = Field(default=None, description=_("Its private key (PEM)."))
    kafka_oauth_token_url: str | None = Field(default=None, description=_("Where tokens for OAUTHBEARER are fetched."))
    kafka_oauth_client_id: str | None = Field(default=None, description=_("Account at the token's issuer."))
    kafka_oauth_client_secret: SecretStr | None = Field(default=None, description=_("Its secret."))
    kafka_oauth_scope: str | None = Field(default=None, description=_("Scope asked of the token's issuer."))
    kafka_oauth_ca_file: Path | None = Field(
        default=None, description=_("Certificates (PEM) that the token issuer's must descend from.")
    )
    kafka_accounts_file: Path | None = Field(
        default=None,
        description=_(
            "Accounts (name=password a line) that `prepare` makes at an outside Kafka, each with its rights."
        ),
    )
    temporal_tls: bool = Field(default=False, description=_("Whether Temporal is reached with TLS."))
    temporal_ca_file: Path | None = Field(
        default=None, description=_("Certificates (PEM) that Temporal's must descend from.")
    )
    temporal_cert_file: Path | None = Field(default=None, description=_("Our certificate (PEM) for Temporal."))
    temporal_key_file: Path | None = Field(default=None, description=_("Its private key (PEM)."))
    temporal_server_name: str | None = Field(
        default=None, description=_("Name in Temporal's certificate, if not its host's.")
    )
    temporal_api_key: SecretStr | None = Field(default=None, description=_("API key for Temporal."))
    database_password: SecretStr | None = Field(
        default=None, description=_("Password of the database's account, if not in its URL.")
    )
    database_owner_url: str | None = Field(
        default=None,
        repr=False,
        description=_("URL of the account that owns the tables, for `prepare` alone. Default: GREENLANE_DATABASE_URL."),
    )
    database_sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] | None = Field(
        default=None,
        description=_(
            "How the database's TLS is checked. Default: verify-full with a CA file, else what the URL says."
        ),
    )
    database_ca_file: Path | None = Field(
        default=None, description=_("Certificates (PEM) that the database's must descend from.")
    )
    database_cert_file: Path | None = Field(default=None, description=_("Our certificate (PEM) for the database."))
    database_key_file: Path | None = Field(default=None, description=_("Its private key (PEM)."))

    # Names
    temporal_namespace: str = Field(default="default", min_length=1, description=_("Namespace in Temporal."))
    task_queue: str = Field(default="greenlane", min_length=1, description=_("Task queue of the worker."))
    topic_prefix: TopicPrefix = Field(default="greenlane", description=_("First part of every topic's name."))
    partitions: int = Field(
        default=2, ge=1, le=1000, description=_("Partitions of a topic when it is created; production wants more.")
    )
    replication_factor: int = Field(default=1, ge=1, description=_("Replicas of a topic when it is created."))

    # Business
    profile: Literal["development", "demonstration", "production"] = Field(
        default="development", description=_("What this installation is for; production refuses scaled time.")
    )
    time_factor: float = Field(
        default=1, ge=1, le=15_000, description=_("Business seconds per real second; other than 1 only to demonstrate.")
    )
    catalog_dir: Path | None = Field(
        default=None, description=_("Folder of a catalogue to use instead of the built-in one.")
    )
    flags: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(), description=_("Calendar flags that are set, comma-separated, such as culture_day.")
    )
    language: Literal["vi", "en"] = Field(default="vi", description=_("Language of letters, alerts and screens."))

    # Processes
    sandbox: bool = Field(
        default=False, description=_("Run workflows in Temporal's sandbox: safer, twice the worker's CPU.")
    )
    max_workflow_tasks: int = Field(default=16, ge=1, description=_("Workflow tasks a worker runs at the same time."))
    max_activities: int = Field(default=16, ge=1, description=_("Activities a worker runs at the same time."))
    database_pool_size: int = Field(default=5, ge=1, description=_("Database connections a process keeps."))
    max_message_bytes: int = Field(
        default=MESSAGE_MAX_BYTES, ge=1_024, description=_("Largest Kafka message accepted, bytes.")
    )
    process_instance: str | None = Field(
        default=None,
        description=_(
            "Name of this installation's one bridge that stays over restarts: it is back at work at once after a kill."
        ),
    )
    bridge_poll_records: int = Field(default=500, ge=1, description=_("Records the bridge takes from Kafka at once."))
    bridge_in_flight: int = Field(default=32, ge=1, description=_("Cases for which the bridge works at the same time."))
    publisher_batch_rows: int = Field(default=500, ge=1, description=_("Outbox rows the publisher sends in one round."))
    publisher_idle_milliseconds: int = Field(
        default=50, ge=1, description=_("Pause of the publisher when there is nothing to send.")
    )
    publisher_shards: int = Field(
        default=1, ge=1, description=_("Shards of the outbox; one publisher process serves one or more.")
    )
    graceful_shutdown_seconds: float = Field(
        default=10, ge=0, description=_("Time to finish work in hand when told to stop.")
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description=_("Least level that is logged.")
    )
    log_format: Literal["console", "json"] = Field(default="console", description=_("Form of log lines."))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Source,
        env_settings: Source,
        dotenv_settings: Source,
        file_secret_settings: Source,
    ) -> tuple[Source, ...]:
        """What is given in the program, then the guarded environment; nothing else."""
        del env_settings, dotenv_settings, file_secret_settings
        return init_settings, GuardedEnvironment(settings_cls)

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Settings from the environment; an override that is None counts as not given.

        Raises SettingsError with the first bad one named, for the command line.
        """
        values = {name: value for name, value in overrides.items() if value is not None}
        try:
            return cls(**values)
        except ValidationError as error:
            raise _explained(error, values) from None

    @field_validator(
        *("state_dir", "cache_dir", "catalog_dir", "kafka_ca_file", "kafka_cert_file", "kafka_key_file"),
        *("kafka_accounts_file", "kafka_oauth_ca_file", "temporal_ca_file", "temporal_cert_file", "temporal_key_file"),
        *("database_ca_file", "database_cert_file", "database_key_file", "checkpoint_file"),
        *("key_service_ca_file", "erasure_file"),
    )
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        # A child process may run in another folder, and must mean the same one.
        return None if value is None else value.expanduser().absolute()

    @field_validator("flags", "smtp_to", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _one_dialect(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, separator, rest = value.partition("://")
        if not separator or scheme not in {"postgresql", "postgres", "postgresql+psycopg"}:
            raise ValueError(_("must begin with postgresql+psycopg://"))
        return f"postgresql+psycopg://{rest}"

    @field_validator("kafka_oauth_token_url", "key_service_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        try:
            url = urlsplit(value or "")
        except ValueError:
            url = urlsplit("")
        if value is not None and not (url.scheme in {"https", "http"} and url.hostname):
            raise ValueError(_("must begin with https:// and name a host"))
        return value

    @field_validator("temporal_address", "kafka_bootstrap")
    @classmethod
    def _host_and_port(cls, value: str | None) -> str | None:
        for address in (value or "").split(",") if value is not None else ():
            host, separator, port = address.strip().rpartition(":")
            is_port = port.isascii() and port.isdecimal() and int(port[:6]) <= PORT_MAX
            if not (separator and host and is_port):
                raise ValueError(_("must be host:port, but {address!r} is not", address=address))
        return value

    @model_validator(mode="after")
    def _that_go_together(self) -> Self:
        refuse_contradictions(dict(self))
        return self

    @property
    def jar_dir(self) -> Path:
        """Folder of the verified jars of Kafka."""
        base = self.cache_dir
        if base is None:
            home = os.environ.get("XDG_CACHE_HOME")
            base = (Path(home) if home else Path.home() / ".cache") / "greenlane"
        return base / "kafka-4.1.0"

    def resolved(self, addresses: StackAddresses) -> Self:
        """The same settings with every server's address filled in, as our processes and commands need them."""
        servers = {
            "temporal_address": addresses.temporal_address,
            "kafka_bootstrap": addresses.kafka_bootstrap,
            "database_url": addresses.database_url,
        }
        settings = self.model_copy(update=servers)
        if addresses.kafka_username is None or addresses.kafka_password is None:
            return settings
        return settings.with_kafka_account(addresses.kafka_username, addresses.kafka_password)

    def with_kafka_account(
        self, username: str, password: str, mechanism: Literal["SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-256"
    ) -> Self:
        """The same settings with an account of an embedded Kafka."""
        return self.model_copy(
            update={
                "kafka_security_protocol": "SASL_PLAINTEXT",
                "kafka_sasl_mechanism": mechanism,
                "kafka_username": username,
                "kafka_password": SecretStr(password),
            }
        )

    def environment(self, *, with_keys: bool = False) -> dict[str, str]:
        """The variables that give another process these settings, secrets in clear; keys to sign and to open only `with_keys`."""
        variables: dict[str, str] = {}
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if value in (field.get_default(call_default_factory=True), None) or (name in KEYS and not with_keys):
                continue
            if isinstance(value, SecretStr):
                value = value.get_secret_value()
            elif isinstance(value, frozenset):
                value = ",".join(sorted(value))
            elif isinstance(value, tuple):
                value = ",".join(value)
            variables[f"{PREFIX}{name.upper()}"] = str(value)
        return variables

    def environment_of_child(self, *, with_keys: bool = False) -> dict[str, str]:
        """All variables of another process of ours: of the settings in our own environment, and of their files, none."""
        inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
        return inherited | self.environment(with_keys=with_keys)


def _explained(error: ValidationError, overrides: Mapping[str, object]) -> SettingsError:
    """A pydantic error as one sentence that names the variable or the option."""
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    name = cause.name if isinstance(cause, ContradictionError) else str(first["loc"][0])
    variable = f"{PREFIX}{name.upper()}"
    # What our own checks say they say in both languages; the rest is pydantic's.
    reason = cause.args[0] if isinstance(cause, ValueError) else value_message(first["type"], first)
    if name not in Settings.model_fields:
        return SettingsError(
            _("{name} is not a setting of Greenlane.", name=name),
            field=name,
            remedy=_p("setting", "Leave it out."),
        )
    source = _("the option for {name}", name=name) if name in overrides else variable
    described = Settings.model_fields[name].description or ""
    return SettingsError(
        layout("{variable}: {reason}.", variable=variable, reason=reason),
        field=variable,
        remedy=_("Change {source}. {described}", source=source, described=described),
    )
