"""`greenlane sandbox`: a department's programmer lets the program meet everything it must be able to handle."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.options import Json, Lang, StateDir

PANEL = "Care"
TIMEOUT_SECONDS = 180


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=PANEL)(sandbox)


def sandbox(
    department: Annotated[
        str, typer.Argument(metavar="DEPARTMENT", help="The department whose program is tried; it must be running.")
    ],
    *,
    procedure: Annotated[
        list[str] | None,
        typer.Option("--procedure", help="Only this procedure, and no rehearsals; several times for several."),
    ] = None,
    timeout: Annotated[
        int, typer.Option("--timeout", min=1, help="Seconds without any answer after which the program is given up.")
    ] = TIMEOUT_SECONDS,
    seed: Annotated[int, typer.Option("--seed", help="Another number, another order of the applications.")] = 0,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Try a department's program: send it applications, play everybody else, and report what it did right or wrong.

    Needs a development stack that runs (`greenlane up`) and the program beside it. The exit code is 2 when anything was wrong.

    Example: greenlane sandbox culture --timeout 60
    """
    from greenlane.sandbox.director import Run, new_trial
    from greenlane.sandbox.stage import running_development_stack
    from greenlane.settings import Settings
    from greenlane.speaking.failure import INTERRUPTED, REFUSED, InterruptedRunError, explained
    from greenlane.speaking.output import print_json, show
    from greenlane.stack.progress import Terminal
    from greenlane.telemetry import configure_logging
    from presentation.trial import trial_screen

    settings = Settings.load(state_dir=state_dir, language=lang)
    configure_logging(settings.model_copy(update={"log_level": "warning"}), "command")
    with Terminal(language=settings.language) as terminal, running_development_stack(settings) as wiring:
        trial = new_trial(wiring, department, procedure or (), seed)
        report = Run(wiring, trial, timeout=timeout, progress=terminal).play()
    language = settings.language
    if as_json:
        stopped = {"error": explained(InterruptedRunError())} if report.interrupted else {}
        print_json({**report.as_json(language), **stopped})
    else:
        show(*trial_screen(report, language))
    if report.interrupted:
        return INTERRUPTED
    return 0 if report.passed else REFUSED
