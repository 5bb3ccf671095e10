"""An error that a look ended with, as the check that it is."""

from __future__ import annotations

import structlog

from audit.installation.check import Check
from wording.text import LazyText, _, layout

log = structlog.get_logger()
CORRECT = _("Correct what is named, and try again.")


def failed(check: str, error: BaseException) -> Check:
    """The check that this error is: in its own words where it has any, else as what could not be looked at."""
    message, remedy = getattr(error, "message", None), getattr(error, "remedy", None)
    if isinstance(message, str) and message:
        return Check(check, _said(message), _said(remedy) if remedy else CORRECT)
    if isinstance(error, TimeoutError):
        return Check(
            check,
            _("It did not answer in time."),
            _("See its load and its log, and try again."),
        )
    # Texts of other libraries may quote what they met: the kind of the error is told, the rest is for the log.
    log.debug("a look failed", check=check, exc_info=error)
    return Check(
        check,
        _("It could not be looked at ({kind}).", kind=type(error).__name__),
        _("Try again with GREENLANE_LOG_LEVEL=debug, which says more."),
    )


def _said(text: str) -> LazyText:
    return text if isinstance(text, LazyText) else layout("{text}", text=text)
