"""Why a service gave no answer though no rule refused. Servers that are away raise the errors of their rooms."""

from __future__ import annotations

from wording.errors import GreenlaneError


class ServiceError(GreenlaneError):
    """The root of the services' errors: a code, the field that is meant, and `details` for whoever says it otherwise.

    The texts are in both languages; one is chosen where they are shown. What helps at one door only, that door says.
    """

    def __init__(self, message: str, *, field: str = "", remedy: str = "", **details: object) -> None:
        super().__init__(message, field=field, remedy=remedy)
        self.details = details


class NotAnsweredError(ServiceError):
    """Nobody answered in time; what was given is taken when a worker runs again. Details of a command: command_id."""

    code = "no_answer"
