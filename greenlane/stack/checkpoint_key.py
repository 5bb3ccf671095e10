"""The signing key that a stack on one machine makes for itself where none is set: to try things out, never in production.

Whoever may read the state folder may read it, and the database's passwords beside it: such checkpoints prove nothing against him.
"""

from __future__ import annotations

from typing import Final

from pydantic import SecretStr

from audit.proof.signing import SigningKey
from greenlane.evidence_settings import SIGNING_KEY
from greenlane.secret_files import secret_in
from greenlane.settings import Settings
from greenlane.stack.folder import StateFolder, folder_error
from greenlane.stack.private_files import write_key
from greenlane.stack.progress import Progress
from wording.text import _

KEY_FILE: Final = "checkpoint-key.pem"
PUBLIC_FILE: Final = "checkpoint-key.pub.pem"


def with_signing_key(settings: Settings, folder: StateFolder, progress: Progress) -> Settings:
    """The settings with a key to sign checkpoints: their own, else the folder's, made on first use; in production none is made.

    Says so at each start. The folder must be held. Raises StateFolderUnusableError, StateFolderFullError, SettingsError, and
    ProofError for a key that is set and is none.
    """
    if settings.checkpoint_key is not None:
        SigningKey.from_pem(
            settings.checkpoint_key.get_secret_value()
        )  # here its fault has a name; in the publisher a log
        return settings
    if settings.profile == "production":
        progress.say(_("no checkpoints are made until GREENLANE_CHECKPOINT_KEY_FILE names a key that signs them"))
        return settings
    if not (folder.path / KEY_FILE).exists():
        _make(folder)
    key = folder.path / KEY_FILE
    progress.done(
        _("{key} signs checkpoints, made here for development alone; {public} checks them", key=key, public=PUBLIC_FILE)
    )
    return settings.model_copy(update={SIGNING_KEY: key_of_folder(folder)})


def key_of_folder(folder: StateFolder) -> SecretStr | None:
    """The key that was made for a folder's stack; None: there is none. Raises SettingsError for a file that cannot be used."""
    file = folder.path / KEY_FILE
    return SecretStr(secret_in("GREENLANE_STATE_DIR", file, private=True)) if file.exists() else None


def _make(folder: StateFolder) -> None:
    key = SigningKey.new()
    try:
        # The public one first: once the key is there, both are.
        write_key(folder.path / PUBLIC_FILE, key.public_pem, mode=0o644)
        write_key(folder.path / KEY_FILE, key.private_pem)
    except OSError as error:
        raise folder_error(folder.path, error) from error
