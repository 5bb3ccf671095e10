"""`greenlane status`: what is said of parts that run, hang, are away, or were never started."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from greenlane.addresses import StackAddresses
from greenlane.settings import Settings
from greenlane.stack.status import PartStatus, status_of

PARTS = ["temporal", "postgresql", "kafka", "worker", "bridge", "publisher"]
SERVERS = PARTS[:3]


def test_nothing_was_started(tmp_path: Path) -> None:
    """No folder is made for the question."""
    found = status_of(Settings(state_dir=tmp_path / "none"))
    assert (found.ok, found.running) == (False, False)
    assert dict(found.parts) == dict.fromkeys(PARTS, PartStatus("stopped"))
    assert not (tmp_path / "none").exists()


def test_a_stack_without_processes(servers: StackAddresses, server_settings: Settings) -> None:
    """The servers answer in their own protocols; what the stack does not have is not there."""
    found = status_of(server_settings)
    assert (found.ok, found.running, list(found.parts)) == (False, True, PARTS)
    assert {found.parts[name].state for name in SERVERS} == {"running"}
    assert {found.parts[name].state for name in PARTS[3:]} == {"stopped"}
    assert found.parts["temporal"].address == servers.temporal_address
    assert found.parts["postgresql"].address == servers.database_url.rpartition("@")[2].partition("/")[0]
    assert "metrics" not in found.parts["kafka"].as_json()


def test_outside_servers_are_asked_from_anywhere(servers: StackAddresses, tmp_path: Path) -> None:
    """The processes may run elsewhere: that is not known here, so not all is well."""
    settings = Settings(state_dir=tmp_path / "none").resolved(servers)
    found = status_of(settings)
    assert (found.ok, found.running) == (False, False)
    assert {found.parts[name].state for name in SERVERS} == {"running"}
    assert {found.parts[name].state for name in PARTS[3:]} == {"unknown"}


def test_outside_servers_that_cannot_be_used(servers: StackAddresses, tmp_path: Path) -> None:
    """Nobody listens; another server listens; a wrong account, namespace or database; TLS where there is none: each says it."""
    good = Settings(state_dir=tmp_path / "none").resolved(servers)
    refusing = servers.database_url.replace("greenlane_operator:", "greenlane_operator:x")
    database = servers.database_url.rpartition("@")[2].partition("/")[0]
    for part, change, state, code in (
        ("temporal", {"temporal_address": "127.0.0.1:9"}, "away", "server_away"),
        ("temporal", {"temporal_address": database}, "refuses", "server_refuses"),
        ("temporal", {"temporal_namespace": "no-such"}, "refuses", "namespace_unknown"),
        ("temporal", {"temporal_tls": True}, "refuses", "tls_not_offered"),
        ("kafka", {"kafka_bootstrap": "127.0.0.1:9"}, "away", "server_away"),
        ("kafka", {"kafka_bootstrap": servers.temporal_address}, "refuses", "server_refuses"),
        ("kafka", {"kafka_password": SecretStr("hidden")}, "refuses", "account_refused"),
        ("kafka", {"kafka_security_protocol": "SASL_SSL"}, "refuses", "tls_not_offered"),
        ("postgresql", {"database_url": refusing}, "refuses", "account_refused"),
        ("postgresql", {"database_url": f"{servers.database_url}x"}, "refuses", "database_unknown"),
        ("postgresql", {"database_url": servers.database_url.replace(database, "127.0.0.1:9")}, "away", "server_away"),
    ):
        found = status_of(good.model_copy(update=change))
        told = found.parts[part]
        assert (told.state, told.error.code if told.error else None) == (state, code), change
        assert [name for name in SERVERS if found.parts[name].error] == [part]
        assert refusing.partition("@")[0] not in f"{found} {told.error}"
        assert "hidden" not in f"{found} {told.error}"


def test_the_command_says_what_is_wrong(
    servers: StackAddresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For a machine in the part's own `error`, for a person below the table."""
    from greenlane.cli.app import run  # noqa: PLC0415

    settings = Settings(state_dir=tmp_path / "none").resolved(servers)
    for name, value in settings.with_kafka_account(".operator", "hidden").environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["greenlane", "status", "--json", "--lang", "en"])
    assert run() == 2
    parts = json.loads(capsys.readouterr().out)["parts"]
    assert parts["kafka"]["state"] == "refuses"
    assert set(parts["kafka"]["error"]) == {"code", "field", "message", "remedy"}
    assert parts["kafka"]["error"]["code"] == "account_refused"
    assert "error" not in parts["temporal"]
    monkeypatch.setattr(sys, "argv", ["greenlane", "status", "--lang", "vi"])
    assert run() == 2
    screen = capsys.readouterr()
    assert "không cho dùng" in screen.out
    assert "GREENLANE_KAFKA_PASSWORD" in screen.err
