"""What became of entries that were handed in, on standard error: what was left out, was refused, or is not on record yet."""

from __future__ import annotations

from collections.abc import Sequence

from greenlane.session import Session
from greenlane.settings import Settings
from greenlane.speaking.failure import explained, say_error, say_left_out
from greenlane.speaking.output import tell
from greenlane.stack.causes import disk_full
from presentation.cases.submitted import unrecorded_line
from presentation.json_of_submissions import fault_json
from presentation.words.words import Words
from services.applications import Submitted, SubmittedEntry


def say_why_unrecorded(session: Session) -> None:
    """Where what was accepted is not on record and the disk is the reason, on standard error."""
    # As the shell gives them: the session's know an address of every server.
    full = disk_full(Settings.load(state_dir=session.wiring.settings.state_dir))
    if full is not None:
        say_error(explained(full, session.words.language))


def say_faults(submitted: Sequence[SubmittedEntry], words: Words) -> None:
    """What was left out, and what was refused, on standard error: each with its file and line."""
    for entry, answer in submitted:
        name = f" {entry.application_id}" if entry.application_id else ""
        if isinstance(answer, Submitted):
            for fact in answer.left_out:
                say_left_out(fact, f"{entry.file}:{entry.line}{name}:", words.language)
        else:
            fault = fault_json(entry, answer, words.language)
            say_error(fault, f"{fault['file']}:{fault['line']}{name}:")
    tell(unrecorded_line(submitted, words))
