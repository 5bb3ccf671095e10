"""One run of the program, to its exit code: whatever happens is said in one shape."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import Any

import typer

from greenlane.speaking.failure import (
    DEFECT,
    INTERRUPTED,
    InterruptedRunError,
    asked_language,
    exit_code_of,
    explained,
    show_error,
)
from greenlane.speaking.help_texts import say_help_in
from greenlane.speaking.output import Answered, err, wants_json
from presentation.failures import is_expected


def answered(made: Callable[[], Any]) -> int:
    """Run the command of the program that `sys.argv` names; its exit code. Never raises."""
    Answered.yes = False
    try:
        program = made()
        say_help_in(asked_language(), program)
        code = program(prog_name="greenlane", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return _interrupted()
    except typer.Exit as leaving:
        return leaving.exit_code
    except BrokenPipeError:
        # Whoever read our output has gone, as `| head` does; there is nobody left to tell.
        sys.stdout = sys.stderr
        return INTERRUPTED
    except Exception as error:
        return _failed(error)
    if code == INTERRUPTED:  # what Typer makes of a KeyboardInterrupt
        return _interrupted()
    return code if isinstance(code, int) else 0


def _interrupted() -> int:
    if wants_json() and not Answered.yes:
        show_error(explained(InterruptedRunError()))
    return INTERRUPTED


def _failed(error: Exception) -> int:
    if is_expected(error):
        show_error(explained(error))
        return exit_code_of(error)
    err.print("".join(traceback.format_exception(error)), markup=False, soft_wrap=True)
    if wants_json() and not Answered.yes:
        show_error(explained(error))
    return DEFECT
