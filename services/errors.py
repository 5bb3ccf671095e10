"""Why a service gave no answer though no rule refused. Servers that are away raise the errors of their rooms."""

from __future__ import annotations

from wording.errors import GreenlaneError


class ServiceError(GreenlaneError):
    """The root of the services' errors: a code, the field that is meant, and what whoever says it otherwise must know.

    The texts are in both languages; one is chosen where they are shown. What helps at one door only, that door says.
    """


class NotAnsweredError(ServiceError):
    """Nobody answered in time; what was given is taken when a worker runs again."""

    code = "no_answer"

    def __init__(self, message: str, *, field: str, remedy: str = "", command_id: str | None = None) -> None:
        super().__init__(message, field=field, remedy=remedy)
        self.command_id = command_id
        """Of the command that was given, where one was: under it the same may be asked again."""
