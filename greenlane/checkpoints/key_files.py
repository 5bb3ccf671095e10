"""Files of signing keys: the private one for this account alone and never over another, the public one beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from greenlane.new_files import key_is_there, new_file
from greenlane.secret_files import LARGEST_SECRET_BYTES
from greenlane.side_files import write_file
from wording.regular_files import open_regular

if TYPE_CHECKING:
    from services.checkpoints import SigningKey

PUBLIC: Final = ".pub.pem"
PRIVATE: Final = b"PRIVATE KEY-----"
"""How the first line of a private key ends, of any kind."""


def write_pair(file: Path, key: SigningKey) -> Path:
    """Write the key, for its owner only, and its public half beside it, whose path comes back.

    Raises FileRefusedError; an older key is never overwritten.
    """
    public = file.with_name(file.name.removesuffix(".pem") + PUBLIC)
    for path in (file, public):
        if os.path.lexists(path):  # where that cannot be asked, writing says why
            raise key_is_there(path, "--new")
    with (
        new_file(file, "--new", force=False, packs=False, mode=0o600) as private_half,
        # The inner one is there first: once the key is there, both are.
        new_file(public, "--new", force=False, packs=False, mode=0o644) as public_half,
    ):
        private_half.write(key.private_pem.encode())
        public_half.write(key.public_pem.encode())
    return public


def write_public(file: Path, key: SigningKey) -> None:
    """Write the public half, but never over a private key. Raises FileRefusedError."""
    if _is_private_key(file):
        raise key_is_there(file, "--out")
    write_file(file, key.public_pem, "--out")


def _is_private_key(file: Path) -> bool:
    try:
        with open_regular(file) as stream:
            return PRIVATE in stream.read(LARGEST_SECRET_BYTES)
    except OSError:  # nothing there, or nothing that can be read: writing says why
        return False
