"""Why a stack cannot start or be used, each with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenlane.errors import ServerUnusableError, StackError
from wording.errors import GreenlaneError
from wording.text import Bilingual, in_language


class PortInUseError(StackError):
    """Somebody else listens on a port that a part of the stack needs."""

    code = "port_in_use"


class StateFolderUnusableError(StackError):
    """The state folder cannot be made or written."""

    code = "state_folder_unusable"


class StateFolderFullError(StackError):
    """The disk under the state folder is full, or nearly."""

    code = "state_folder_full"


class StackAlreadyRunningError(StackError):
    """Another supervisor holds this state folder."""

    code = "stack_already_running"


class JarsUnavailableError(StackError):
    """Kafka's jars could not be fetched, or are not what the lock file says."""

    code = "jars_unavailable"


class PlatformUnsupportedError(StackError):
    """There is no server program for this platform in the installed wheels."""

    code = "platform_unsupported"


class AccountUnavailableError(StackError):
    """PostgreSQL refuses root, and no other account can be used here."""

    code = "account_unavailable"


class StartFailedError(StackError):
    """A part did not come up."""

    code = "start_failed"


class StartCancelledError(StackError):
    """Somebody asked to stop while the stack was being started."""

    code = "start_cancelled"


class OtherStackError(StackError):
    """The stack that runs in the state folder is not the one that the settings describe."""

    code = "other_stack"


class AccessRefusedError(StackError):
    """An account of an embedded server is not handed out."""

    code = "access_refused"


def relayed(error: Mapping[str, Any]) -> StackError:
    """The error that a stack in another process told us, as its own class."""
    kinds = {kind.code: kind for family in (StackError, ServerUnusableError) for kind in family.__subclasses__()}
    kind = kinds.get(str(error.get("code")), StackError)
    vietnamese = error.get("vi", {})
    message, remedy = (
        Bilingual(str(error.get(name, "")), str(vietnamese.get(name, ""))) for name in ("message", "remedy")
    )
    return kind(message, field=str(error.get("field", "")), remedy=remedy)


def for_relaying(error: GreenlaneError) -> dict[str, Any]:
    """An error for a command in another process, which knows the language of whoever asked."""
    vietnamese = {"message": in_language(error.message, "vi"), "remedy": in_language(error.remedy, "vi")}
    return {**error.as_json(), "vi": vietnamese}
