"""The reasons that the engine gives, in the screen's language: events hold codes, older ones an English sentence."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from events.language.reasons import ReasonCode, code_of, said_reason
from greenlane.cli.moments import Moments
from sla.units import Budget
from sla.wording import in_language


def reason_text(
    reason: str | None, code: ReasonCode | None, moments: Moments, details: Mapping[str, str] | None = None
) -> str | None:
    """What somebody wrote as it was written; what the engine gave, also in an older event, in words of the language."""
    if code is None and reason is not None:
        found = code_of(reason)
        if found is None:
            return reason
        code, details = found
    if code is None:
        return None
    given = {name: _worded(text, moments) for name, text in (details or {}).items()}
    return in_language(said_reason(code, given), moments.words.language)


def _worded(text: str, moments: Moments) -> str:
    """`3 working_days` as the screen says amounts of time; anything else as it is."""
    amount, _, unit = text.partition(" ")
    try:
        return moments.budget(Budget.model_validate({"amount": int(amount), "unit": unit}))
    except (ValueError, ValidationError):
        return text
