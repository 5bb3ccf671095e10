"""Errors as a person or a machine can act on them: one shape for all rooms."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from typer.exceptions import TyperException

from greenlane.cli.output import Answered, print_json, tell, wants_json
from greenlane.cli.usage import usage_said
from presentation.troubles import FAULT, WARNING, trouble_lines
from wording.errors import GreenlaneError
from wording.libraries import library_said
from wording.text import _, in_language, sentences

if TYPE_CHECKING:
    from catalog.facts import LeftOut

REFUSED = 2
"""The exit code of every refusal."""
DEFECT = 1
"""The exit code of what should never happen."""
INTERRUPTED = 130
"""The exit code of what somebody stopped, by Ctrl-C or SIGTERM."""

EXPECTED = frozenset(
    {
        "wording.errors.GreenlaneError",
        "store.errors.StoreError",
        "events.transport.errors.TransportError",
        "events.transport.errors.Unavailable",
        "catalog.errors.CatalogError",
        "sla.errors.SlaError",
        "events.language.messages.MessageError",
        "temporalio.service.RPCError",
    }
)
"""The roots of the rooms' error trees by name: an error that was raised has loaded its class, others need not be loaded."""


CORRECT = _("Correct what is named, and try again.")
AGAIN_WHEN_BACK = _("Try again when it is back: what was accepted is kept.")


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


def is_expected(error: BaseException) -> bool:
    """Whether an error is one that a person can act on, not a defect."""
    return isinstance(error, TyperException) or bool(_roots(error))


def asked_language() -> str:
    """The language of this run, known even before its options and settings were read, and where they are refused."""
    words = sys.argv[1:]
    named = [after for before, after in pairwise(words) if before == "--lang"]
    named += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    asked = named[-1] if named else os.environ.get("GREENLANE_LANGUAGE", "")
    return asked if asked in ("vi", "en") else "vi"


def told_in(body: Mapping[str, Any], language: str) -> dict[str, Any]:
    """An error's body in the language: one sentence that says what is wrong, and one that says what to do."""
    texts = {name: in_language(sentences(body[name]), language) for name in ("message", "remedy") if body[name]}
    return {**body, **texts}


def explained(error: BaseException, language: str | None = None) -> dict[str, Any]:
    """The body of `{"error": ...}`: code, field, message and remedy, in the language asked for."""
    return told_in(_explained(error), language or asked_language())


def _explained(error: BaseException) -> dict[str, Any]:
    if isinstance(error, GreenlaneError):
        return dict(error.as_json())
    if isinstance(error, TyperException):
        return _usage(error)
    if "events.transport.errors.Unavailable" in _roots(error):
        said = _("{what} does not answer.", what=getattr(error, "what", error))
        return _body("unavailable", "", said, AGAIN_WHEN_BACK)
    if "temporalio.service.RPCError" in _roots(error):
        said = _("Temporal refuses: {why}.", why=library_said(str(error)))
        return _body("temporal_refused", "", said, _("Look into the server's log."))
    if not is_expected(error):
        name = type(error).__name__
        said = _("A defect of this program: {name}.", name=name)
        return _body("defect", "", said, _("Report what is on stderr."))
    # What was found wrong apart from the field it was found in: a ValueError's own text names the field as well.
    message = getattr(error, "message", None) or getattr(error, "reason", None) or str(error)
    code, field = getattr(error, "code", "failed"), getattr(error, "field", "")
    return _body(code, field or "", message, getattr(error, "remedy", "") or CORRECT)


def _roots(error: BaseException) -> frozenset[str]:
    return EXPECTED & {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}


def _usage(error: TyperException) -> dict[str, Any]:
    parameter = getattr(error, "param", None)
    named = (
        getattr(error, "param_hint", None) or getattr(error, "option_name", None) or getattr(parameter, "name", None)
    )
    context = getattr(error, "ctx", None)
    command = "greenlane" if context is None else str(context.command_path)
    see = _("See `{command} --help`.", command=command)
    return _body("usage", str(named or ""), usage_said(error), see)


def _body(code: str, field: str, message: str, remedy: str) -> dict[str, Any]:
    return {"code": code, "field": field, "message": message, "remedy": remedy}


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
