"""Which key signs here: that of the settings, else the one that the running stack of the state folder made for itself."""

from __future__ import annotations

from pydantic import SecretStr

from audit.proof.signing import SigningKey
from greenlane.settings import Settings
from greenlane.stack.checkpoint_key import key_of_folder
from greenlane.stack.folder import StateFolder
from greenlane.stack.session import running_stack
from services.checkpoints import NoSigningKeyError


def signing_key_of(settings: Settings) -> SigningKey | None:
    """The key; None: there is none here. Settings must hold all addresses. Raises ProofError, SettingsError, StackError."""
    own = key_of_settings(settings)
    secret = None if own is not None else _of_the_stack(settings)
    return own if secret is None else SigningKey.from_pem(secret.get_secret_value())


def demand_signing_key(settings: Settings) -> SigningKey:
    """The key, of settings as the shell gives them; no server is asked. Raises NoSigningKeyError too."""
    running = running_stack(settings)
    key = signing_key_of(settings if running is None else settings.resolved(running))
    if key is None:
        raise NoSigningKeyError
    return key


def key_of_settings(settings: Settings) -> SigningKey | None:
    """The key that is set; None: none is. Raises ProofError."""
    secret = settings.checkpoint_key
    return None if secret is None else SigningKey.from_pem(secret.get_secret_value())


def _of_the_stack(settings: Settings) -> SecretStr | None:
    running = None if settings.profile == "production" else running_stack(settings)
    # A stack that happens to run here need not be the one that a command with outside servers is about.
    is_meant = running is not None and running.database_url == settings.database_url
    return key_of_folder(StateFolder(settings.state_dir)) if is_meant else None
