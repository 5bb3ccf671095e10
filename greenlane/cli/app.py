"""The program: its commands, and what happens when one fails."""

from __future__ import annotations

import os
import signal
import sys

import typer

from greenlane.cli import (
    access,
    acknowledgement,
    amendments,
    answers,
    calendars,
    catalog_commands,
    changes,
    checkpoints,
    dead_letters,
    demonstration,
    doctor,
    dossiers,
    due,
    escalations,
    evidence,
    integrity,
    listing,
    log_export,
    log_import,
    master_keys,
    reads,
    reference,
    replay,
    report,
    running,
    sandbox,
    sheet,
    simulation,
    stops,
    subjects,
    submission,
    watching,
)
from greenlane.speaking.answering import answered
from greenlane.speaking.output import out

app = typer.Typer(
    name="greenlane",
    help="Green-lane case processing for provincial licensing.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for theme in (
    running,
    doctor,
    access,
    submission,
    listing,
    escalations,
    sheet,
    simulation,
    answers,
    acknowledgement,
    stops,
    amendments,
    watching,
    report,
    integrity,
    checkpoints,
    master_keys,
    reads,
    dead_letters,
    subjects,
    dossiers,
    reference,
    due,
    calendars,
    catalog_commands,
    changes,
    demonstration,
    evidence,
    replay,
    log_export,
    log_import,
    sandbox,
):
    theme.register(app)


@app.callback(invoke_without_command=True)
def greenlane(context: typer.Context) -> None:
    """Green-lane case processing for provincial licensing."""
    if context.invoked_subcommand is None:
        out.print(context.get_help(), markup=False)


def command_names() -> frozenset[str]:
    """The names of all commands."""
    return frozenset(getattr(typer.main.get_command(app), "commands", {}))


def main() -> None:
    """Run the program and leave with its exit code: 0 all is well, 2 refused, 130 interrupted, 1 a defect."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # A script's background job inherits an ignored SIGINT, and SIGTERM would leave without a word.
        signal.signal(number, signal.default_int_handler)
    code = run()
    sys.stdout.flush()
    sys.stderr.flush()
    # A process that ran a Temporal worker or client may abort while the interpreter shuts down, after all work is done.
    os._exit(code)


def run() -> int:
    """Run the command that `sys.argv` names; its exit code. Never raises."""
    return answered(lambda: typer.main.get_command(app))
