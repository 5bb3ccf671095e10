"""An error that a look ended with, as the check that it is."""

from __future__ import annotations

import structlog

from audit.installation.check import Check
from wording.text import Said, spoken

log = structlog.get_logger()
CORRECT = Said("Correct what is named, and try again.", "Sửa phần đã nêu rồi thử lại.")


def failed(check: str, error: BaseException) -> Check:
    """The check that this error is: in its own words where it has any, else as what could not be looked at."""
    message, remedy = getattr(error, "message", None), getattr(error, "remedy", None)
    if isinstance(message, str) and message:
        return Check(check, _said(message), _said(remedy) if remedy else CORRECT)
    if isinstance(error, TimeoutError):
        return Check(
            check,
            Said("It did not answer in time.", "Không trả lời kịp."),
            Said("See its load and its log, and try again.", "Xem tải và nhật ký của máy chủ rồi thử lại."),
        )
    # Texts of other libraries may quote what they met: the kind of the error is told, the rest is for the log.
    log.debug("a look failed", check=check, exc_info=error)
    return Check(
        check,
        spoken("It could not be looked at ({kind}).", "Không kiểm tra được ({kind}).", kind=type(error).__name__),
        Said(
            "Try again with GREENLANE_LOG_LEVEL=debug, which says more.",
            "Chạy lại với GREENLANE_LOG_LEVEL=debug để biết thêm.",
        ),
    )


def _said(text: str) -> Said:
    return text if isinstance(text, Said) else Said(text, text)
