"""`greenlane status`: what is said of parts that run, hang, are away, or were never started."""

from __future__ import annotations

from pathlib import Path

from greenlane.settings import Settings
from greenlane.stack import StackAddresses
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


def test_outside_servers_that_are_away(servers: StackAddresses, tmp_path: Path) -> None:
    """One that nobody listens for, one that refuses us, and one that speaks another language."""
    good = Settings(state_dir=tmp_path / "none").resolved(servers)
    refusing = servers.database_url.replace("greenlane_operator:", "greenlane_operator:x")
    for name, part, value in (
        ("temporal_address", "temporal", "127.0.0.1:9"),
        ("temporal_address", "temporal", servers.database_url.rpartition("@")[2].partition("/")[0]),
        ("kafka_bootstrap", "kafka", "127.0.0.1:9"),
        ("kafka_bootstrap", "kafka", servers.temporal_address),
        ("database_url", "postgresql", refusing),
    ):
        found = status_of(good.model_copy(update={name: value}))
        assert found.parts[part].state == "away", (name, value)
        assert refusing.partition("@")[0] not in str(found)
