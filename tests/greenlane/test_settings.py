"""Settings: what is read, what is refused, and that a child process gets the same ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from greenlane.addresses import StackAddresses
from greenlane.connection_rules import PREFIX
from greenlane.errors import SettingsError
from greenlane.settings import Settings

pytestmark = pytest.mark.usefixtures("own_environment")


def test_defaults_need_no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.load()
    assert settings.state_dir == tmp_path / ".greenlane"
    assert (settings.temporal_address, settings.kafka_bootstrap, settings.database_url) == (None, None, None)
    assert settings.time_factor == 1
    ports = [settings.temporal_port, settings.temporal_ui_port, settings.postgres_port, settings.kafka_port]
    ports += [settings.kafka_controller_port, settings.metrics_port]
    assert len(set(ports)) == len(ports)
    assert all(1024 < port < 32768 for port in ports), "a port of outgoing connections may be taken at any moment"


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_an_unknown_variable_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLANE_KAFKA_PROT", "1234")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert caught.value.field == "GREENLANE_KAFKA_PROT"
    assert "GREENLANE_KAFKA_PORT" in caught.value.remedy
    assert caught.value.as_json()["code"] == "invalid_setting"


def test_an_unknown_variable_is_refused_however_settings_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLANE_NO_SUCH", "1")
    with pytest.raises(SettingsError):
        Settings()


@pytest.mark.parametrize(
    ("variable", "value", "word"),
    [
        ("GREENLANE_KAFKA_PORT", "abc", "integer"),
        ("GREENLANE_KAFKA_PORT", "65536", "65535"),
        ("GREENLANE_TEMPORAL_ADDRESS", "localhost", "host:port"),
        ("GREENLANE_KAFKA_BOOTSTRAP", "a:1,b", "host:port"),
        ("GREENLANE_KAFKA_BOOTSTRAP", "a:65536", "host:port"),
        ("GREENLANE_TEMPORAL_ADDRESS", "a:²", "host:port"),
        ("GREENLANE_DATABASE_URL", "mysql://u:p@h/d", "postgresql"),
        ("GREENLANE_PROFILE", "test", "development"),
        ("GREENLANE_TOPIC_PREFIX", "Grün", "pattern"),
        ("GREENLANE_TIME_FACTOR", "20000", "15000"),
        ("GREENLANE_LANGUAGE", "fr", "vi"),
        ("GREENLANE_PURPOSE", "x" * 501, "500"),
        ("GREENLANE_PURPOSE", "a\x01b", "invisible"),
    ],
)
def test_a_bad_value_is_refused_with_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, word: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert caught.value.field == variable
    assert word in caught.value.message
    assert caught.value.remedy


def test_production_runs_in_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLANE_PROFILE", "production")
    monkeypatch.setenv("GREENLANE_TIME_FACTOR", "2")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert caught.value.field == "GREENLANE_TIME_FACTOR"
    assert Settings.load(time_factor=1).profile == "production"


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLANE_FLAGS", "culture_day, tet-early")
    monkeypatch.setenv("GREENLANE_SMTP_TO", "b@example.vn,a@example.vn")
    settings = Settings.load()
    assert settings.flags == {"culture_day", "tet-early"}
    assert settings.smtp_to == ("b@example.vn", "a@example.vn")


def test_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().kafka_port = 1  # type: ignore[misc]


def test_a_child_process_reads_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine = Settings.load(
        state_dir=tmp_path / "hồ sơ",
        database_url="postgres://me:s%40cret@db:5432/green",
        kafka_bootstrap="a:1,b:2",
        flags=frozenset({"culture_day", "x"}),
        smtp_to=("b@x", "a@x"),
        smtp_password="mật khẩu",
        sandbox=True,
        time_factor=12_000,
        temporal_ui=False,
    )
    for name, value in mine.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir("/")
    assert Settings.load() == mine


def test_a_child_process_inherits_no_setting_and_no_file_of_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A secret that a file told us reaches it once, by itself."""
    file = tmp_path / "secret"
    file.write_text("mật khẩu")
    monkeypatch.setenv("GREENLANE_SMTP_PASSWORD_FILE", str(file))
    monkeypatch.setenv("GREENLANE_KAFKA_HEAP_MB", "500")
    child = Settings.load(kafka_heap_mb=Settings.model_fields["kafka_heap_mb"].default).environment_of_child()
    assert {name: value for name, value in child.items() if name.startswith(PREFIX)} == {
        "GREENLANE_SMTP_PASSWORD": "mật khẩu",
        "GREENLANE_STATE_DIR": str(Path.cwd() / ".greenlane"),
    }
    assert "PATH" in child


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings(database_url="postgresql://me:hidden1@db:5432/green", smtp_password="hidden2"))
    assert "hidden" not in shown


def test_resolved_fills_in_the_addresses() -> None:
    addresses = StackAddresses("t:1", "k:2", "postgresql+psycopg://u:pass@h:3/d")
    settings = Settings().resolved(addresses)
    assert (settings.temporal_address, settings.kafka_bootstrap) == ("t:1", "k:2")
    assert settings.database_url == "postgresql+psycopg://u:pass@h:3/d"
    assert addresses.shown_database == "postgresql+psycopg://u@h:3/d"
    assert "pass@" not in repr(addresses)
