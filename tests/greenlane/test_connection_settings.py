"""Settings of connections: secrets from files, and what does not go together is refused with the setting to change."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlane.connection_rules import PREFIX
from greenlane.errors import SettingsError
from greenlane.settings import Settings, secret_variables
from wording.text import in_language

pytestmark = pytest.mark.usefixtures("own_environment")


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_every_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ending: str) -> None:
    secrets = {
        "KAFKA_PASSWORD": "mật khẩu ",
        "DATABASE_PASSWORD": "b=c",
        "DATABASE_URL": "postgresql+psycopg://greenlane@db:5432/greenlane",
        "SMTP_PASSWORD": "x",
    }
    for name, secret in secrets.items():
        file = tmp_path / name
        file.write_bytes((secret + ending).encode())
        monkeypatch.setenv(f"{PREFIX}{name}_FILE", str(file))
    for name, value in (
        ("BOOTSTRAP", "k:1"),
        ("SECURITY_PROTOCOL", "SASL_SSL"),
        ("SASL_MECHANISM", "PLAIN"),
        ("USERNAME", "u"),
    ):
        monkeypatch.setenv(f"{PREFIX}KAFKA_{name}", value)
    found = Settings.load()
    assert found.kafka_password is not None
    assert found.kafka_password.get_secret_value() == "mật khẩu "
    assert found.database_password is not None
    assert found.database_password.get_secret_value() == "b=c"
    assert found.database_url == "postgresql+psycopg://greenlane@db:5432/greenlane"
    assert "database_url" in found.model_fields_set


def test_all_that_is_secret_is_known_as_such() -> None:
    assert set(secret_variables()) == {
        f"{PREFIX}{name}"
        for name in (
            "DATABASE_URL",
            "DATABASE_OWNER_URL",
            "DATABASE_PASSWORD",
            "KAFKA_PASSWORD",
            "KAFKA_OAUTH_CLIENT_SECRET",
            "TEMPORAL_API_KEY",
            "SMTP_PASSWORD",
            "WEBHOOK_URL",
            "CHECKPOINT_KEY",
            "MASTER_KEY",
            "FORMER_MASTER_KEY",
            "KEY_SERVICE_TOKEN",
        )
    }


@pytest.mark.parametrize("fault", ["missing", "empty", "folder", "binary", "endless", "both"])
def test_a_file_that_holds_no_secret_is_named_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    file = tmp_path / "secret"
    if fault == "folder":
        file.mkdir()
    elif fault == "endless":
        file = Path("/dev/zero")
    elif fault != "missing":
        file.write_bytes({"empty": b"\n", "binary": b"hidden\xff"}.get(fault, b"hidden"))
    monkeypatch.setenv("GREENLANE_SMTP_PASSWORD_FILE", str(file))
    if fault == "both":
        monkeypatch.setenv("GREENLANE_SMTP_PASSWORD", "hidden")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert caught.value.field == "GREENLANE_SMTP_PASSWORD_FILE"
    assert caught.value.remedy
    for language in ("en", "vi"):
        assert "hidden" not in in_language(caught.value.message, language)


def test_a_file_for_what_is_no_secret_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLANE_KAFKA_PORT_FILE", "/dev/null")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert caught.value.field == "GREENLANE_KAFKA_PORT_FILE"


KAFKA = {"kafka_bootstrap": "k:1"}
TEMPORAL = {"temporal_address": "t:1"}
DATABASE = {"database_url": "postgresql://u:p@h/d"}
SASL = KAFKA | {"kafka_security_protocol": "SASL_SSL"}
SCRAM = SASL | {"kafka_sasl_mechanism": "SCRAM-SHA-256", "kafka_username": "u", "kafka_password": "secret"}
TOKEN = SASL | {
    "kafka_sasl_mechanism": "OAUTHBEARER",
    "kafka_oauth_token_url": "https://id/token",
    "kafka_oauth_client_id": "u",
    "kafka_oauth_client_secret": "secret",
}
SERVICE = {"key_service_url": "https://keys:8200/v1/transit", "key_service_token": "secret"}
MAIL = {"profile": "production", "smtp_host": "mail.example", "smtp_user": "u", "smtp_password": "secret"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (KAFKA | {"kafka_password": "secret"}, "KAFKA_SECURITY_PROTOCOL"),
        (KAFKA | {"kafka_ca_file": "/ca"}, "KAFKA_SECURITY_PROTOCOL"),
        (SCRAM | {"kafka_security_protocol": "SASL_PLAINTEXT", "kafka_ca_file": "/ca"}, "KAFKA_SECURITY_PROTOCOL"),
        (SASL, "KAFKA_SASL_MECHANISM"),
        (SASL | {"kafka_sasl_mechanism": "PLAIN", "kafka_username": "u"}, "KAFKA_PASSWORD"),
        (SCRAM | {"kafka_oauth_client_id": "u"}, "KAFKA_SASL_MECHANISM"),
        (TOKEN | {"kafka_oauth_client_secret": None}, "KAFKA_OAUTH_CLIENT_SECRET"),
        (TOKEN | {"kafka_username": "u"}, "KAFKA_SASL_MECHANISM"),
        (SCRAM | {"kafka_cert_file": "/c"}, "KAFKA_KEY_FILE"),
        ({"kafka_username": "u"}, "KAFKA_BOOTSTRAP"),
        (TEMPORAL | {"temporal_api_key": "secret"}, "TEMPORAL_TLS"),
        (TEMPORAL | {"temporal_ca_file": "/ca"}, "TEMPORAL_TLS"),
        (TEMPORAL | {"temporal_tls": True, "temporal_key_file": "/k"}, "TEMPORAL_CERT_FILE"),
        ({"temporal_tls": True, "temporal_ca_file": "/ca"}, "TEMPORAL_ADDRESS"),
        (DATABASE | {"database_ca_file": "/ca", "database_sslmode": "prefer"}, "DATABASE_SSLMODE"),
        (DATABASE | {"database_cert_file": "/c"}, "DATABASE_KEY_FILE"),
        ({"database_password": "secret"}, "DATABASE_URL"),
        (DATABASE | {"database_url": "postgresql://u:secret@h/d", "database_password": "secret"}, "DATABASE_URL"),
        ({"database_owner_url": "postgresql://o:secret@h/d"}, "DATABASE_URL"),
        (DATABASE | {"database_owner_url": "mysql://o:secret@h/d"}, "DATABASE_OWNER_URL"),
        (TOKEN | {"profile": "production", "kafka_oauth_token_url": "http://id/token"}, "KAFKA_OAUTH_TOKEN_URL"),
        (
            SCRAM
            | {"profile": "production", "kafka_sasl_mechanism": "PLAIN", "kafka_security_protocol": "SASL_PLAINTEXT"},
            "KAFKA_SECURITY_PROTOCOL",
        ),
        (TOKEN | {"profile": "production", "kafka_oauth_token_url": "http://[id/token"}, "KAFKA_OAUTH_TOKEN_URL"),
        (TOKEN | {"kafka_oauth_token_url": "id/token"}, "KAFKA_OAUTH_TOKEN_URL"),
        (MAIL, "SMTP_STARTTLS"),
        (SERVICE | {"key_service_token": None}, "KEY_SERVICE_TOKEN"),
        (SERVICE | {"key_service_url": None}, "KEY_SERVICE_URL"),
        (SERVICE | {"key_service_url": "keys:8200/v1/transit"}, "KEY_SERVICE_URL"),
        (SERVICE | {"key_service_key": "../sys/seal"}, "KEY_SERVICE_KEY"),
        ({"key_service_ca_file": "/ca"}, "KEY_SERVICE_URL"),
        (SERVICE | {"profile": "production", "key_service_url": "http://keys/v1/transit"}, "KEY_SERVICE_URL"),
    ],
)
def test_what_would_be_left_unused_or_is_half_given_is_refused(given: dict[str, object], field: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(**given)
    assert caught.value.field == f"{PREFIX}{field}"
    assert caught.value.remedy
    for language in ("en", "vi"):
        text = in_language(caught.value.message, language) + in_language(caught.value.remedy, language)
        assert "secret@" not in text
        assert "=secret" not in text
    assert in_language(caught.value.message, "vi") != in_language(caught.value.message, "en")


@pytest.mark.parametrize(
    "given",
    [
        SCRAM,
        TOKEN,
        SCRAM | {"kafka_security_protocol": "SASL_PLAINTEXT", "profile": "production"},
        TOKEN | {"profile": "production", "kafka_oauth_token_url": "http://127.0.0.1:8080/token"},
        TEMPORAL | {"temporal_tls": True, "temporal_api_key": "secret"},
        DATABASE | {"database_ca_file": "/ca"},
        MAIL | {"smtp_starttls": True},
        MAIL | {"smtp_host": "localhost"},
        SERVICE | {"profile": "production"},
        SERVICE | {"profile": "production", "key_service_url": "http://127.0.0.1:8200/v1/transit"},
    ],
)
def test_what_goes_together_is_taken_and_reaches_a_child_process(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, object]
) -> None:
    mine = Settings.load(**given)
    for name, value in mine.environment(with_keys=True).items():
        monkeypatch.setenv(name, value)
    assert Settings.load() == mine
