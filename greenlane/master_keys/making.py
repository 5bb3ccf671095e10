"""New files of master keys: for this account alone, and never in place of another."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from greenlane.master_keys.file import KEY_BYTES, key_id_of, keys_in, text_of
from greenlane.new_files import key_is_there, new_file
from greenlane.secret_files import secret_in


def make_key_file(file: Path, keep: Path | None = None) -> str:
    """Write a file with a new key, and behind it those of `keep`, which go on to unwrap; the new key's id.

    Raises FileRefusedError for a file that is there, SettingsError for one to keep that cannot be used.
    """
    older = () if keep is None else keys_in(secret_in("--keep", keep, private=True), "--keep")
    if os.path.lexists(file):  # where that cannot be asked, writing says why
        raise key_is_there(file, "FILE")
    key = secrets.token_bytes(KEY_BYTES)
    with new_file(file, "FILE", force=False, packs=False, mode=0o600) as draft:
        draft.write(text_of([key, *older]).encode())
    return key_id_of(key)
