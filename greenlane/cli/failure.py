"""Errors as a person or a machine can act on them: one shape for all rooms."""

from __future__ import annotations

from typing import Any

import click
from rich.markup import escape

from catalog.errors import CatalogError
from events.language.messages import MessageError
from events.transport.errors import TransportError, Unavailable
from greenlane.cli.output import err, print_json, wants_json
from greenlane.errors import GreenlaneError
from sla.errors import SlaError
from store.errors import StoreError

REFUSED = 2
"""The exit code of every refusal."""

EXPECTED = (
    GreenlaneError,
    StoreError,
    TransportError,
    Unavailable,
    CatalogError,
    SlaError,
    MessageError,
    click.ClickException,
)


def explained(error: BaseException) -> dict[str, Any]:
    """The body of `{"error": ...}`: code, field, message, remedy, and what else the error has to say."""
    match error:
        case GreenlaneError():
            return dict(error.as_json())
        case click.UsageError():
            field = getattr(getattr(error, "param", None), "name", None) or ""
            return _body("usage", field, error.format_message(), "Run the command with --help.")
        case click.ClickException():
            return _body("failed", "", error.format_message(), "")
        case Unavailable():
            return _body("unavailable", "", f"{error}.", "Try again when it is back.")
        case MessageError():
            return _body(error.code, error.field, str(error), "Correct the named field.")
        case _:
            message = getattr(error, "message", None) or str(error)
            code, field = getattr(error, "code", "failed"), getattr(error, "field", "")
            return _body(code, field or "", message, getattr(error, "remedy", "") or "")


def _body(code: str, field: str, message: str, remedy: str) -> dict[str, Any]:
    return {"code": code, "field": field, "message": message, "remedy": remedy}


def show(body: dict[str, Any]) -> None:
    """Say it: on standard output as JSON, or on standard error in words."""
    if wants_json():
        print_json({"error": body})
        return
    where = f" [dim]({escape(str(body['field']))})[/dim]" if body.get("field") else ""
    err.print(f"[bold red]✗[/bold red] {escape(str(body['message']))}{where}")
    if body.get("remedy"):
        err.print(f"  [green]→[/green] {escape(str(body['remedy']))}")
