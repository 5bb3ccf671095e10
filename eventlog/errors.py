"""Why a log cannot be read: which file, where in it, and what helps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wording.errors import GreenlaneError
from wording.text import LazyText, _, layout


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the unpacked text of a log: line and column from 1, byte from 0."""

    line: int
    column: int
    byte: int

    @property
    def told(self) -> LazyText:
        """The place in words."""
        return _(" at line {line}, column {column}, byte {byte}", line=self.line, column=self.column, byte=self.byte)


class LogError(GreenlaneError):
    """Something is wrong with the log itself. The message names the file and, where there is one, the place in it."""

    code = "log_unreadable"

    def __init__(self, file: Path, reason: str, *, remedy: str, place: Place | None = None) -> None:
        where = "" if place is None else place.told
        message = layout("{file}{where}: {reason}", file=file, where=where, reason=reason)
        super().__init__(message, field=str(file), remedy=remedy)
        self.place = place
        self.reason = reason


class LogMissingError(LogError):
    """There is no such file, or it may not be read."""

    code = "log_missing"


class LogEmptyError(LogError):
    """There is nothing in it to import."""

    code = "log_empty"


class LogDamagedError(LogError):
    """The compressed file ends too early or fails its checksum."""

    code = "log_damaged"


class LogTooLargeError(LogError):
    """It is larger than any log that is read, or unpacks to so much of the same that it is none."""

    code = "log_too_large"


class LogMalformedError(LogError):
    """It is XML up to a place, and none from there on."""

    code = "log_malformed"


class LogEncodingError(LogError):
    """Its bytes are not in the encoding that it declares."""

    code = "log_encoding"


class LogNotXesError(LogError):
    """It is something else than an XES event log."""

    code = "log_not_xes"


class TraceTooLongError(LogError):
    """A trace holds more events than one case may have steps."""

    code = "trace_too_long"


class LogChangedError(LogError):
    """The file changed while it was read."""

    code = "log_changed"


class TooManyDepartmentsError(GreenlaneError):
    """The log names more departments than can have topics of their own."""

    code = "too_many_departments"
