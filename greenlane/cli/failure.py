"""Errors as a person or a machine can act on them: one shape for all rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from typer.exceptions import TyperException

from greenlane.cli.output import Answered, err, print_json, wants_json
from greenlane.errors import GreenlaneError

if TYPE_CHECKING:
    from events.language.refusals import Refusal

REFUSED = 2
"""The exit code of every refusal."""
DEFECT = 1
"""The exit code of what should never happen."""
INTERRUPTED = 130
"""The exit code of what somebody stopped, by Ctrl-C or SIGTERM."""

EXPECTED = frozenset(
    {
        "greenlane.errors.GreenlaneError",
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


class RefusedError(GreenlaneError):
    """A command was refused by the rules; carries the refusal's own code."""

    def __init__(self, refusal: Refusal, language: str) -> None:
        super().__init__(refusal.message(language), field=refusal.field or "", remedy=refusal.remedy(language))
        self.refusal = refusal

    def as_json(self) -> dict[str, str]:
        """The refusal's code in place of the class's."""
        return super().as_json() | {"code": self.refusal.code}


class InterruptedRunError(GreenlaneError):
    """Somebody stopped a command before it was done."""

    code = "interrupted"

    def __init__(self) -> None:
        super().__init__("Stopped before it was done.", remedy="Start it again: what was accepted is kept.")


class NoAnswerError(GreenlaneError):
    """A case got a command, and nobody answered in time."""

    code = "no_answer"


def exit_code_of(error: BaseException) -> int:
    """Interrupted is neither refused nor well."""
    return INTERRUPTED if getattr(error, "code", "") == InterruptedRunError.code else REFUSED


def is_expected(error: BaseException) -> bool:
    """Whether an error is one that a person can act on, not a defect."""
    return isinstance(error, TyperException) or bool(_roots(error))


def explained(error: BaseException) -> dict[str, Any]:
    """The body of `{"error": ...}`: code, field, message and remedy."""
    if isinstance(error, GreenlaneError):
        return dict(error.as_json())
    if isinstance(error, TyperException):
        return _usage(error)
    if "events.transport.errors.Unavailable" in _roots(error):
        return _body("unavailable", "", f"{error}.", "Try again when it is back: what was accepted is kept.")
    if "temporalio.service.RPCError" in _roots(error):
        return _body("temporal_refused", "", f"Temporal refuses: {error}.", "Look into the server's log.")
    if "events.transport.errors.TransportError" in _roots(error):
        # Its text is a sentence that says what happened, and one that says what helps.
        what, _, remedy = str(error).partition(". ")
        return _body(getattr(error, "code", "failed"), "", f"{what.rstrip('.')}.", remedy or "Look into Kafka's log.")
    if not is_expected(error):
        return _body("defect", "", f"A defect of this program: {type(error).__name__}.", "Report what is on stderr.")
    message = getattr(error, "message", None) or str(error)
    code, field = getattr(error, "code", "failed"), getattr(error, "field", "")
    return _body(code, field or "", message, getattr(error, "remedy", "") or "Correct what is named, and try again.")


def _roots(error: BaseException) -> frozenset[str]:
    return EXPECTED & {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}


def _usage(error: TyperException) -> dict[str, Any]:
    parameter = getattr(error, "param", None)
    named = (
        getattr(error, "param_hint", None) or getattr(error, "option_name", None) or getattr(parameter, "name", None)
    )
    context = getattr(error, "ctx", None)
    command = "greenlane" if context is None else str(context.command_path)
    return _body("usage", str(named or ""), error.format_message(), f"See `{command} --help`.")


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
    place = f"[bold]{escape(where)}[/bold] " if where else ""
    field = f" [dim]({escape(str(body['field']))})[/dim]" if body.get("field") else ""
    err.print(f"[bold red]✗[/bold red] {place}{escape(str(body['message']))}{field}", soft_wrap=True)
    if body.get("remedy"):
        err.print(f"  [green]→[/green] {escape(str(body['remedy']))}", soft_wrap=True)
