"""The master key of the settings: that of the file wraps, else the key service; all that are named unwrap."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from pydantic import SecretStr

from greenlane.connection_rules import PREFIX
from greenlane.master_keys.file import FileMasterKey
from greenlane.master_keys.service import KeyService, ServicePlace
from greenlane.secret_files import set_by
from greenlane.settings import Settings
from greenlane.tls_files import authority_context
from store.errors import MasterKeyUnknown
from store.vault.master import MasterKey, Wrapped

MASTER_KEY: Final = f"{PREFIX}MASTER_KEY"
FORMER_MASTER_KEY: Final = f"{PREFIX}FORMER_MASTER_KEY"


class Keyring:
    """Several master keys as one: the first wraps, and each opens what it wrapped."""

    def __init__(self, keys: Sequence[MasterKey]) -> None:
        self._keys = tuple(keys)

    def wrap(self, key: bytes, context: str) -> Wrapped:
        """Wrapped by the first. Raises what that raises."""
        return self._keys[0].wrap(key, context)

    def unwrap(self, wrapped: Wrapped, context: str) -> bytes:
        """Opened by the key that wrapped it. Raises MasterKeyUnknown where none of these did, and what that one raises."""
        for key in self._keys:
            try:
                return key.unwrap(wrapped, context)
            except MasterKeyUnknown:
                continue
        raise MasterKeyUnknown(key_id=wrapped.key_id)


def master_key_of(settings: Settings) -> MasterKey | None:
    """What opens the vault here; None: nothing is named. No service is asked. Raises SettingsError for a key that is none."""
    keys: list[MasterKey] = []
    if settings.master_key is not None:
        keys.append(_in_file(settings.master_key, MASTER_KEY))
    if settings.key_service_url is not None and settings.key_service_token is not None:
        keys.append(KeyService(_place_of(settings, settings.key_service_url)))
    if not keys:
        return None  # former keys alone wrap nothing
    if settings.former_master_key is not None:
        keys.append(_in_file(settings.former_master_key, FORMER_MASTER_KEY))
    return keys[0] if len(keys) == 1 else Keyring(keys)


def _in_file(secret: SecretStr, variable: str) -> FileMasterKey:
    return FileMasterKey.from_text(secret.get_secret_value(), set_by(os.environ, variable))


def _place_of(settings: Settings, url: str) -> ServicePlace:
    token = settings.key_service_token
    return ServicePlace(
        url=url,
        key=settings.key_service_key,
        token="" if token is None else token.get_secret_value(),
        timeout_seconds=settings.key_service_timeout_seconds,
        context=authority_context(settings.key_service_ca_file, f"{PREFIX}KEY_SERVICE_CA_FILE"),
    )
