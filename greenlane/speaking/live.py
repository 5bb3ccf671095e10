"""The present, live: shown, looked at again, and shown anew until somebody stops it."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime

from rich.live import Live

from greenlane.session import Session
from greenlane.speaking.failure import asked_language
from greenlane.speaking.output import out, tell
from greenlane.terminal import together
from presentation.blocks import line
from presentation.cases.present import present_screen
from presentation.troubles import WARNING
from services.watching import Present, StoreError, Watch
from wording.text import in_language


def follow(session: Session, watched: Watch, present: Present, interval_seconds: float) -> None:
    """Show and refresh until interrupted. A database that is away for a while is waited for."""
    shown = together(present_screen(present, session.moments))
    with Live(shown, console=out, screen=out.is_terminal, auto_refresh=False) as live, suppress(KeyboardInterrupt):
        while True:
            time.sleep(interval_seconds)
            try:
                present = watched.look(datetime.now(UTC))
            except StoreError as error:
                if not error.retryable:
                    raise
                tell(line(WARNING, " ", in_language(error.message, asked_language())))
                continue
            live.update(together(present_screen(present, session.moments)), refresh=True)
