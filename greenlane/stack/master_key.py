"""The master key that a stack on one machine makes for itself where none is set: to try things out, never in production.

Whoever may read the state folder has the vault's key and its database: such a vault keeps nothing from him.
"""

from __future__ import annotations

import secrets
from typing import Final

from pydantic import SecretStr

from greenlane.master_keys.file import KEY_BYTES, text_of
from greenlane.master_keys.keys import master_key_of
from greenlane.secret_files import secret_in
from greenlane.settings import Settings
from greenlane.stack.folder import StateFolder, folder_error
from greenlane.stack.private_files import write_key
from greenlane.stack.progress import Progress
from greenlane.stack.session import running_stack
from store.errors import MasterKeyMissing
from wording.text import _

KEY_FILE: Final = "master.key"


def with_master_key(settings: Settings, folder: StateFolder, progress: Progress) -> Settings:
    """The settings with a master key: their own, else the folder's, made on first use; in production none is made.

    Says so at each start. The folder must be held. Raises StateFolderUnusableError, StateFolderFullError, SettingsError for
    a key that is set and is none, and MasterKeyMissing.
    """
    if master_key_of(settings) is not None:  # here its fault has a name; in the bridge a log
        return settings
    if settings.profile == "production":
        raise MasterKeyMissing
    if not (folder.path / KEY_FILE).exists():
        _make(folder)
    key = folder.path / KEY_FILE
    progress.done(_("{key} opens the vault of persons, made here for development alone", key=key))
    return _with_key_of(settings, folder)


def with_key_of_stack(settings: Settings) -> Settings:
    """The settings of a command with the key of the stack that runs in its state folder, where they have none.

    Settings must hold all addresses. In production nothing is taken from a folder. Raises SettingsError for a file that
    cannot be used, StackError.
    """
    if _has_own(settings) or settings.profile == "production":
        return settings
    running = running_stack(settings)
    # A stack that happens to run here need not be the one that a command with outside servers is about; and the database's
    # account is the command line's, so that no process of ours takes a key that it was not handed.
    is_meant = running is not None and running.database_url == settings.database_url
    return _with_key_of(settings, StateFolder(settings.state_dir)) if is_meant else settings


def _has_own(settings: Settings) -> bool:
    return settings.master_key is not None or settings.key_service_url is not None


def _with_key_of(settings: Settings, folder: StateFolder) -> Settings:
    file = folder.path / KEY_FILE
    if not file.exists():
        return settings
    return settings.model_copy(update={"master_key": SecretStr(secret_in("GREENLANE_STATE_DIR", file, private=True))})


def _make(folder: StateFolder) -> None:
    try:
        write_key(folder.path / KEY_FILE, text_of([secrets.token_bytes(KEY_BYTES)]))
    except OSError as error:
        raise folder_error(folder.path, error) from error
