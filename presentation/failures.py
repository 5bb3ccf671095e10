"""Errors as a person or a machine can act on them: one shape for all rooms and both doors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from wording.errors import GreenlaneError
from wording.libraries import library_said
from wording.text import _, in_language, sentences

EXPECTED: Final = frozenset(
    {
        "wording.errors.GreenlaneError",
        "store.errors.StoreError",
        "events.transport.errors.TransportError",
        "events.transport.errors.Unavailable",
        "catalog.errors.CatalogError",
        "sla.errors.SlaError",
        "events.language.messages.MessageError",
        "temporalio.service.RPCError",
        "typer.exceptions.TyperException",
    }
)
"""The roots of the rooms' error trees by name: an error that was raised has loaded its class, others need not be loaded."""

CORRECT: Final = _("Correct what is named, and try again.")
AGAIN_WHEN_BACK: Final = _("Try again when it is back: what was accepted is kept.")


def is_expected(error: BaseException) -> bool:
    """Whether an error is one that a person can act on, not a defect."""
    return bool(_roots(error))


def told_in(body: Mapping[str, Any], language: str) -> dict[str, Any]:
    """An error's body in the language: one sentence that says what is wrong, and one that says what to do."""
    texts = {name: in_language(sentences(body[name]), language) for name in ("message", "remedy") if body[name]}
    return {**body, **texts}


def explained(error: BaseException, language: str) -> dict[str, Any]:
    """The body of `{"error": ...}`: code, field, message and remedy, in the language asked for."""
    return told_in(_explained(error), language)


def _explained(error: BaseException) -> dict[str, Any]:
    if isinstance(error, GreenlaneError):
        return dict(error.as_json())
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


def _body(code: str, field: str, message: str, remedy: str) -> dict[str, Any]:
    return {"code": code, "field": field, "message": message, "remedy": remedy}
