"""Who gets the key that signs checkpoints: the publisher, and whoever signs by command; never who writes the ledger."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.proof.errors import KeyUnreadable
from greenlane.addresses import StackAddresses
from greenlane.connection_rules import PREFIX
from greenlane.errors import SettingsError
from greenlane.setting_list import settings_json
from greenlane.settings import Settings
from greenlane.stack.accounts import settings_of
from greenlane.stack.checkpoint_key import KEY_FILE, PUBLIC_FILE, key_of_folder, with_signing_key
from greenlane.stack.credentials import OPERATOR, OWNER, PARTS, PUBLISHER, Credentials
from greenlane.stack.folder import StateFolder
from greenlane.stack.member import OwnProcess, ProcessSpec
from wording.text import in_language

VARIABLE = f"{PREFIX}CHECKPOINT_KEY"
ADDRESSES = StackAddresses("t:1", "k:2", "postgresql+psycopg://u:p@h:3/d")


class Heard:
    """Progress that is written down, by language."""

    def __init__(self) -> None:
        self.en: list[str] = []
        self.vi: list[str] = []

    def say(self, what: str) -> None:
        self.en.append(in_language(what, "en"))
        self.vi.append(in_language(what, "vi"))

    doing = done = say


pytestmark = pytest.mark.usefixtures("own_environment")


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path)


def private_pem() -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return Ed25519PrivateKey.generate().private_bytes(encoding, form, serialization.NoEncryption()).decode()


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o601, 0o644, 0o666])
def test_a_key_open_to_others_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int) -> None:
    """Whoever may read it signs in our name; whoever may write it makes us sign in his."""
    file = tmp_path / "key.pem"
    file.write_text(private_pem())
    file.chmod(mode)
    monkeypatch.setenv(f"{VARIABLE}_FILE", str(file))
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert caught.value.field == f"{VARIABLE}_FILE"
    for language in ("en", "vi"):
        assert f"chmod 600 {file}" in in_language(caught.value.remedy, language)
        assert "PRIVATE KEY" not in in_language(caught.value.message, language)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440])
def test_a_key_of_its_owner_or_group_is_taken_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int
) -> None:
    """From a file or from the variable; a group may be that of the containers."""
    pem = private_pem()
    file = tmp_path / "key.pem"
    file.write_text(pem)
    file.chmod(mode)
    monkeypatch.setenv(f"{VARIABLE}_FILE", str(file))
    by_file = Settings.load()
    monkeypatch.delenv(f"{VARIABLE}_FILE")
    monkeypatch.setenv(VARIABLE, pem)
    by_variable = Settings.load()
    for settings in (by_file, by_variable):
        assert settings.checkpoint_key is not None
        assert settings.checkpoint_key.get_secret_value().strip() == pem.strip()
        assert "PRIVATE KEY" not in repr(settings) + str(settings)
    assert "PRIVATE KEY" not in str(settings_json())


def test_any_other_secret_may_lie_open(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Container engines mount secrets readable by everybody in the container; only the key is asked for more."""
    file = tmp_path / "password"
    file.write_text("x")
    file.chmod(0o644)
    monkeypatch.setenv("GREENLANE_SMTP_PASSWORD_FILE", str(file))
    assert Settings.load().smtp_password is not None


@pytest.mark.parametrize("part", [*PARTS, OWNER, OPERATOR, "something-of-a-test"])
def test_only_the_publishers_process_is_handed_the_key(tmp_path: Path, part: str) -> None:
    """Who writes the ledger signs nothing: the worker's and the bridge's environment have no key."""
    settings = Settings(state_dir=tmp_path, checkpoint_key=private_pem())
    own = settings_of(part, settings, ADDRESSES, Credentials("secret"))
    environment = OwnProcess(ProcessSpec(part), own, StateFolder(tmp_path), 1).command().environment
    assert (VARIABLE in environment) == (part == PUBLISHER)
    assert any("PRIVATE KEY" in value for value in environment.values()) == (part == PUBLISHER)


def test_no_other_child_is_handed_the_key(tmp_path: Path) -> None:
    """But the supervisor of a stack that a command starts, which hands it to the publisher."""
    settings = Settings(state_dir=tmp_path, checkpoint_key=private_pem())
    assert VARIABLE not in settings.environment_of_child()
    assert VARIABLE not in settings.environment()
    assert VARIABLE in settings.environment_of_child(with_keys=True)


def test_a_stack_makes_a_key_of_its_own_once(folder: StateFolder) -> None:
    """In a file of its own, not beside the passwords; it says so at each start, and takes the same one up again."""
    heard, settings = Heard(), Settings(state_dir=folder.path)
    first = with_signing_key(settings, folder, heard)
    again = with_signing_key(settings, folder, heard)
    key, public = folder.path / KEY_FILE, folder.path / PUBLIC_FILE
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert first.checkpoint_key == again.checkpoint_key == key_of_folder(folder)
    assert not (folder.path / "secrets.json").exists()
    loaded = serialization.load_pem_private_key(key.read_bytes(), None)
    published = serialization.load_pem_public_key(public.read_bytes())
    assert isinstance(loaded, Ed25519PrivateKey)
    assert isinstance(published, Ed25519PublicKey)
    assert loaded.public_key() == published
    assert len(heard.en) == len(heard.vi) == 2
    assert all(str(key) in said and PUBLIC_FILE in said for said in (*heard.en, *heard.vi))
    assert set(heard.en).isdisjoint(heard.vi)


def test_a_key_that_is_set_is_the_one(folder: StateFolder) -> None:
    heard, pem = Heard(), private_pem()
    settings = Settings(state_dir=folder.path, checkpoint_key=pem, profile="production")
    assert with_signing_key(settings, folder, heard) == settings
    assert list(folder.path.iterdir()) == []
    assert heard.en == []


def test_a_key_that_is_none_has_its_fault_named_before_anything_starts(folder: StateFolder) -> None:
    with pytest.raises(KeyUnreadable) as caught:
        with_signing_key(Settings(state_dir=folder.path, checkpoint_key="no key at all"), folder, Heard())
    assert caught.value.field == f"{VARIABLE}_FILE"
    assert "no key at all" not in str(caught.value)


def test_in_production_no_key_is_made(folder: StateFolder) -> None:
    """A key that lies beside the passwords proves nothing: it is said that no checkpoints are made."""
    heard = Heard()
    with_signing_key(Settings(state_dir=folder.path, profile="production"), folder, heard)
    assert list(folder.path.iterdir()) == []
    assert "no checkpoints" in heard.en[0]
    assert f"{VARIABLE}_FILE" in heard.vi[0]
    assert heard.en != heard.vi


def test_a_made_key_that_was_opened_to_others_is_refused(folder: StateFolder) -> None:
    settings = with_signing_key(Settings(state_dir=folder.path), folder, Heard())
    assert settings.checkpoint_key is not None
    (folder.path / KEY_FILE).chmod(0o644)
    with pytest.raises(SettingsError, match="open to everybody"):
        key_of_folder(folder)
