"""The keys that the processes of a stack need: the publisher's to sign, the bridge's to open the vault."""

from __future__ import annotations

from collections.abc import Collection

from greenlane.settings import Settings
from greenlane.stack.checkpoint_key import with_signing_key
from greenlane.stack.credentials import BRIDGE, PUBLISHER
from greenlane.stack.folder import StateFolder
from greenlane.stack.master_key import with_master_key
from greenlane.stack.progress import Progress


def with_keys(settings: Settings, processes: Collection[str], folder: StateFolder, progress: Progress) -> Settings:
    """The settings with the keys of these processes. Raises what `with_signing_key` and `with_master_key` raise."""
    if PUBLISHER in processes:
        settings = with_signing_key(settings, folder, progress)
    return with_master_key(settings, folder, progress) if BRIDGE in processes else settings
