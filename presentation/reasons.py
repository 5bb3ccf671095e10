"""The reasons that the engine gives, in the screen's language: events hold codes, older ones an English sentence."""

from __future__ import annotations

from collections.abc import Mapping

from events.language.reasons import ReasonCode, code_of, said_reason
from presentation.moments import Moments
from wording.text import in_language


def reason_text(
    reason: str | None, code: ReasonCode | None, moments: Moments, details: Mapping[str, str] | None = None
) -> str | None:
    """What somebody wrote as it was written; what the engine gave, also in an older event, in words of the language."""
    if code is None and reason is not None:
        engine_reason = code_of(reason)
        if engine_reason is None:
            return reason
        code, details = engine_reason
    if code is None:
        return None
    return in_language(said_reason(code, details), moments.words.language)
