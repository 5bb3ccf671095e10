"""A Temporal development server of the tests' own: the stack's part, without the rest of the stack."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from greenlane.settings import Settings
from greenlane.stack.child import Child
from greenlane.stack.folder import StateFolder
from greenlane.stack.ports import Ports
from greenlane.stack.temporal import Temporal


@contextmanager
def temporal_server(folder: Path) -> Iterator[str]:
    """The address of a running server with its data in the folder."""
    settings = Settings(state_dir=folder, temporal_port=0, temporal_ui=False)
    state = StateFolder(folder)
    state.prepare(0)
    part = Temporal(settings, state, Ports(state).of("temporal_port", 0), None)
    part.prepare(lambda _: None)
    child = Child(part.command())
    try:
        deadline = time.monotonic() + 120
        while not part.answers():
            assert time.monotonic() < deadline, child.last_words()
            time.sleep(0.05)
        yield part.address
    finally:
        child.kill()
