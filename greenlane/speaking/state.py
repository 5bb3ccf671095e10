"""How an installation is, said: each part of the stack, and what the doctor found."""

from __future__ import annotations

from pathlib import Path

from greenlane.doctor.examination import examine, examine_without_settings
from greenlane.errors import SettingsError
from greenlane.session import quiet
from greenlane.settings import Settings
from greenlane.speaking.failure import REFUSED, asked_language, explained, say_error
from greenlane.speaking.output import print_json, show
from greenlane.stack.status import status_of
from presentation.examination import verdict_table, verdict_words
from presentation.members import member_table
from presentation.words.words import Words
from wording.text import _


def show_status(settings: Settings, *, as_json: bool) -> int:
    """Every part of the stack, asked now; the exit code: 0 when all run."""
    status, words = status_of(settings), Words(settings.language)
    code = 0 if status.ok else REFUSED
    troubles = {name: explained(part.error, words.language) for name, part in status.parts.items() if part.error}
    if as_json:
        errors = {name: {"error": trouble} for name, trouble in troubles.items()}
        parts = {name: part.as_json() | errors.get(name, {}) for name, part in status.parts.items()}
        print_json({"ok": status.ok, "running": status.running, "parts": parts})
        return code
    rows = ((name, part.state, part.address, part.metrics) for name, part in status.parts.items())
    verdict = words(_("All parts run.") if status.ok else _("Not all parts run."))
    show(
        member_table(rows, words),
        verdict if status.running else words(_("No stack runs in {folder}."), folder=settings.state_dir),
    )
    for trouble in troubles.values():
        say_error(trouble)
    return code


def show_examination(state_dir: Path | None, language: str | None, *, as_json: bool) -> int:
    """What the doctor finds, also where the settings are what is wrong; the exit code: 0 when all is well."""
    try:
        settings = Settings.load(state_dir=state_dir, language=language)
        quiet(settings)
        said_in, checks = str(settings.language), examine(settings)
    except SettingsError as error:
        said_in, checks = asked_language(), examine_without_settings(error)
    ok = all(check.ok for check in checks)
    if as_json:
        print_json({"ok": ok, "checks": [check.as_json(said_in) for check in checks]})
    else:
        show(verdict_table(checks, said_in), verdict_words(checks, said_in))
    return 0 if ok else REFUSED
