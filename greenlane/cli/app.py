"""The program: its commands, and what happens when one fails."""

from __future__ import annotations

import os
import sys

import click
import typer

from greenlane.cli import running
from greenlane.cli.failure import EXPECTED, REFUSED, explained, show

app = typer.Typer(
    name="greenlane",
    help="Green-lane case processing for provincial licensing / Xử lý hồ sơ luồng xanh.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
running.register(app)


def main() -> None:
    """Run the program and leave with its exit code: 0 all is well, 2 refused, 130 interrupted."""
    code = _run()
    sys.stdout.flush()
    sys.stderr.flush()
    # A process that ran a Temporal worker or client may abort while the interpreter shuts down, after all work is done.
    os._exit(code)


def _run() -> int:
    try:
        code = app(standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return 130
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except EXPECTED as error:
        show(explained(error))
        return REFUSED
    return code if isinstance(code, int) else 0
