"""Who gets the master key of the vault: the bridge, `prepare`, and a command that needs it; never who decides or publishes."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from greenlane.addresses import StackAddresses
from greenlane.connection_rules import PREFIX
from greenlane.errors import SettingsError
from greenlane.master_keys.file import text_of
from greenlane.setting_list import settings_json
from greenlane.settings import Settings
from greenlane.stack.accounts import settings_of
from greenlane.stack.credentials import BRIDGE, OPERATOR, OWNER, PARTS, Credentials
from greenlane.stack.folder import StateFolder
from greenlane.stack.master_key import KEY_FILE, with_key_of_stack, with_master_key
from greenlane.stack.member import OwnProcess, ProcessSpec
from greenlane.vault_settings import MASTER_KEYS
from greenlane.wiring import Wiring
from store.errors import MasterKeyMissing
from tests.greenlane.stack.test_checkpoint_key import Heard
from wording.text import in_language

VARIABLE = f"{PREFIX}MASTER_KEY"
HERE = StackAddresses("t:1", "k:2", "postgresql+psycopg://u:p@h:3/d")
TEXT = text_of([secrets.token_bytes(32)]).strip()

pytestmark = pytest.mark.usefixtures("own_environment")


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path)


def secret_of(settings: Settings) -> str | None:
    return None if settings.master_key is None else settings.master_key.get_secret_value()


@pytest.mark.parametrize("name", ["MASTER_KEY", "FORMER_MASTER_KEY", "KEY_SERVICE_TOKEN"])
@pytest.mark.parametrize("mode", [0o604, 0o602, 0o601, 0o644])
def test_what_opens_the_vault_and_is_open_to_others_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, mode: int
) -> None:
    file = tmp_path / "key"
    file.write_text(TEXT)
    file.chmod(mode)
    monkeypatch.setenv(f"{PREFIX}{name}_FILE", str(file))
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert caught.value.field == f"{PREFIX}{name}_FILE"
    for language in ("en", "vi"):
        assert f"chmod 600 {file}" in in_language(caught.value.remedy, language)
        assert TEXT not in in_language(caught.value.message, language)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440])
def test_a_key_of_its_owner_or_group_is_taken_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int
) -> None:
    file = tmp_path / "key"
    file.write_text(f"{TEXT}\n")
    file.chmod(mode)
    monkeypatch.setenv(f"{VARIABLE}_FILE", str(file))
    settings = Settings.load()
    assert secret_of(settings) == TEXT
    assert TEXT not in repr(settings) + str(settings) + str(settings_json())


@pytest.mark.parametrize("part", [*PARTS, OWNER, OPERATOR, "something-of-a-test"])
def test_only_bridge_and_owner_are_handed_what_opens_the_vault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """Who decides a case sees no person; the owner is `prepare`, which seals what stands."""
    given = {"master_key": TEXT, "former_master_key": TEXT, "key_service_token": TEXT, "key_service_ca_file": "/ca"}
    settings = Settings.load(state_dir=tmp_path, key_service_url="https://keys/v1/transit", **given)
    own = settings_of(part, settings, HERE, Credentials("secret"))
    environment = OwnProcess(ProcessSpec(part), own, StateFolder(tmp_path), 1).command().environment
    holds = part in (BRIDGE, OWNER)
    assert all((f"{PREFIX}{name.upper()}" in environment) == holds for name in MASTER_KEYS)
    assert (TEXT in environment.values()) == holds
    assert not any(TEXT in value for value in settings.environment_of_child().values())
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        if name.startswith(PREFIX):
            monkeypatch.setenv(name, value)
    Settings.load()  # what is left out leaves no contradiction behind


def test_a_stack_makes_a_key_of_its_own_once(folder: StateFolder) -> None:
    """In a file of its own, for its owner alone; it says so at each start, and takes the same one up again."""
    heard, settings = Heard(), Settings(state_dir=folder.path)
    first = with_master_key(settings, folder, heard)
    again = with_master_key(settings, folder, heard)
    file = folder.path / KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret_of(first) == secret_of(again) == file.read_text().strip()
    assert len(heard.en) == len(heard.vi) == 2
    assert all(str(file) in said for said in (*heard.en, *heard.vi))
    assert set(heard.en).isdisjoint(heard.vi)


def test_a_key_that_is_set_is_the_one(folder: StateFolder) -> None:
    heard, settings = Heard(), Settings(state_dir=folder.path, master_key=SecretStr(TEXT))
    assert with_master_key(settings, folder, heard) == settings
    assert list(folder.path.iterdir()) == []
    assert heard.en == []


@pytest.mark.parametrize("fault", ["no key at all", "c2hvcnQ="])
def test_a_key_that_is_none_has_its_fault_named_before_anything_starts(folder: StateFolder, fault: str) -> None:
    with pytest.raises(SettingsError) as caught:
        with_master_key(Settings(state_dir=folder.path, master_key=SecretStr(fault)), folder, Heard())
    assert caught.value.field == VARIABLE
    assert fault not in str(caught.value)


def test_in_production_no_key_is_made_and_nothing_starts_without(folder: StateFolder) -> None:
    with pytest.raises(MasterKeyMissing) as caught:
        with_master_key(Settings(state_dir=folder.path, profile="production"), folder, Heard())
    assert caught.value.field == VARIABLE
    assert list(folder.path.iterdir()) == []


def test_a_made_key_that_was_opened_to_others_is_refused(folder: StateFolder) -> None:
    with_master_key(Settings(state_dir=folder.path), folder, Heard())
    (folder.path / KEY_FILE).chmod(0o644)
    with pytest.raises(SettingsError, match="open to everybody"):
        with_master_key(Settings(state_dir=folder.path), folder, Heard())


def test_a_command_takes_the_key_of_the_stack_it_is_about(folder: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not that of another which runs in the folder, nor any in production; and no process of ours by its own account."""
    made = with_master_key(Settings(state_dir=folder.path), folder, Heard())
    settings = Settings(state_dir=folder.path).resolved(HERE)
    assert with_key_of_stack(settings) == settings, "nothing runs there"
    assert Wiring(settings).master_key is None
    monkeypatch.setattr("greenlane.stack.master_key.running_stack", lambda _: HERE)
    assert secret_of(with_key_of_stack(settings)) == secret_of(made)
    assert Wiring(settings).master_key is not None
    own = settings.model_copy(update={"master_key": SecretStr(TEXT)})
    assert with_key_of_stack(own) == own
    production = settings.model_copy(update={"profile": "production"})
    assert with_key_of_stack(production) == production
    worker = settings_of("worker", Settings(state_dir=folder.path), HERE, Credentials("secret"))
    assert secret_of(with_key_of_stack(worker)) is None
