"""The root of what may go wrong and is told to a person: each says what is wrong, with what, and what to do."""

from __future__ import annotations

from typing import ClassVar


class GreenlaneError(Exception):
    """An expected failure, shown to the user without a traceback.

    `code` is stable and for machines, `field` names the setting, file or port that is meant (empty when there is
    none), `message` says what happened and `remedy` what helps.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, field: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def as_json(self) -> dict[str, str]:
        """The body of `{"error": ...}` in the contract for machines."""
        return {"code": self.code, "field": self.field, "message": self.message, "remedy": self.remedy}
