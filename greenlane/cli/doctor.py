"""`greenlane doctor`: what is wrong with an installation, and what mends it."""

from __future__ import annotations

import typer

from greenlane.cli.options import Json, Lang, StateDir

PANEL = "Running it"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(doctor)


def doctor(*, state_dir: StateDir = None, lang: Lang = None, as_json: Json = False) -> int:
    """Look for what is wrong, and say what mends it: settings, servers, processes, space, clocks, catalogue. Changes nothing.

    Works with a stack that runs, with outside servers, and with neither. The exit code is 0 when all is well, 2 otherwise.

    Example: greenlane doctor --json
    """
    from greenlane.doctor.examination import examine, examine_without_settings
    from greenlane.errors import SettingsError
    from greenlane.session import quiet
    from greenlane.settings import Settings
    from greenlane.speaking.failure import asked_language
    from greenlane.speaking.output import print_json, show
    from presentation.examination import verdict_table, verdict_words

    try:
        settings = Settings.load(state_dir=state_dir, language=lang)
        quiet(settings)
        language, checks = str(settings.language), examine(settings)
    except SettingsError as error:
        language, checks = asked_language(), examine_without_settings(error)
    ok = all(check.ok for check in checks)
    if as_json:
        print_json({"ok": ok, "checks": [check.as_json(language) for check in checks]})
    else:
        show(verdict_table(checks, language), verdict_words(checks, language))
    return 0 if ok else 2
