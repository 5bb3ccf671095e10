"""Errors as a person or a machine can act on them: one shape for all rooms."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from typer.exceptions import TyperException

from greenlane.speaking.output import Answered, print_json, tell, wants_json
from presentation import failures
from presentation.troubles import FAULT, WARNING, trouble_lines
from wording.errors import GreenlaneError
from wording.text import _, in_language

if TYPE_CHECKING:
    from catalog.facts import LeftOut

REFUSED = 2
"""The exit code of every refusal."""
DEFECT = 1
"""The exit code of what should never happen."""
INTERRUPTED = 130
"""The exit code of what somebody stopped, by Ctrl-C or SIGTERM."""


class InterruptedRunError(GreenlaneError):
    """Somebody stopped a command before it was done."""

    code = "interrupted"

    def __init__(self) -> None:
        super().__init__(
            _("Stopped before it was done."),
            remedy=_("Start it again: what was accepted is kept."),
        )


def exit_code_of(error: BaseException) -> int:
    """Interrupted is neither refused nor well."""
    return INTERRUPTED if getattr(error, "code", "") == InterruptedRunError.code else REFUSED


def asked_language() -> str:
    """The language of this run, known even before its options and settings were read, and where they are refused."""
    words = sys.argv[1:]
    named = [after for before, after in pairwise(words) if before == "--lang"]
    named += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    language = named[-1] if named else os.environ.get("GREENLANE_LANGUAGE", "")
    return language if language in ("vi", "en") else "vi"


def explained(error: BaseException, language: str | None = None) -> dict[str, Any]:
    """The body of `{"error": ...}`; None: in the language of this run."""
    if isinstance(error, TyperException):
        from presentation.usage import usage_body

        return failures.told_in(usage_body(error), language or asked_language())
    return failures.explained(error, language or asked_language())


def show_error(body: dict[str, Any]) -> None:
    """Say it: on standard output as JSON, or on standard error in words."""
    if wants_json() and not Answered.yes:
        print_json({"error": body})
        return
    say_error(body)


def say_error(body: dict[str, Any], where: str = "") -> None:
    """One error on standard error in words; `where`: file and line."""
    message, remedy, field = (str(body.get(name) or "") for name in ("message", "remedy", "field"))
    tell(*trouble_lines(FAULT, message, remedy, where=where, field=field))


def say_left_out(fact: LeftOut, where: str, language: str) -> None:
    """One fact that no case gets; `where`: whose it is."""
    warn(fact.message, fact.remedy, language, where)


def warn(message: str, remedy: str, language: str, where: str = "") -> None:
    """What is not refused, but should be known, on standard error in words; `where`: what it is about."""
    tell(*trouble_lines(WARNING, in_language(message, language), in_language(remedy, language), where=where))
