"""Where the sandbox may play: on a development stack that runs, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from greenlane.connection_rules import PREFIX
from greenlane.sandbox.errors import SandboxRefusedError
from greenlane.settings import Settings
from greenlane.stack.folder import StateFolder
from greenlane.stack.session import running_stack
from greenlane.wiring import Wiring
from wording.text import _


@contextmanager
def running_development_stack(settings: Settings) -> Iterator[Wiring]:
    """The wiring on the stack that runs, or on the outside servers where all are set. Raises SandboxRefusedError."""
    folder = StateFolder(settings.state_dir)
    if "production" in (settings.profile, folder.read(folder.stack_file).get("profile")):
        raise SandboxRefusedError(
            _("An installation in production takes no invented applications."),
            field=f"{PREFIX}PROFILE",
            remedy=_("Start a stack for development: `greenlane up --state-dir FOLDER`, and name its folder."),
        )
    if not (settings.temporal_address and settings.kafka_bootstrap and settings.database_url):
        addresses = running_stack(settings)
        if addresses is None:
            raise SandboxRefusedError(
                _("No stack runs in {state_dir}.", state_dir=settings.state_dir),
                field=f"{PREFIX}STATE_DIR",
                remedy=_("Start `greenlane up`, or name the folder of one that runs with --state-dir."),
            )
        settings = settings.resolved(addresses)
    wiring = Wiring(settings)
    try:
        yield wiring
    finally:
        wiring.close()
