"""Files of the state folder that hold a key: there wholly and for good, and for nobody else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_key(file: Path, content: str, mode: int = 0o600) -> None:
    """In one step, and for good: a key that was used and is lost after a power cut could not be had back. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)  # mkstemp gives mode 0600
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
        os.fchmod(stream.fileno(), mode)
    Path(name).replace(file)
