"""Why a stack cannot start or be used, each with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wording.errors import GreenlaneError
from wording.text import Bilingual, in_language


class StackError(GreenlaneError):
    """Anything wrong with the embedded stack."""

    code = "stack_error"


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


class ServerUnusableError(StackError):
    """A server cannot be used: it is away, or it and we do not agree on how to talk."""

    code = "server_unusable"


class ServerAwayError(ServerUnusableError):
    """Nobody answers at the address."""

    code = "server_away"


class ServerRefusesError(ServerUnusableError):
    """The server answers, with a no that none of the others names."""

    code = "server_refuses"


class AccountRefusedError(ServerUnusableError):
    """Unknown account, wrong password, or a key or token that the server does not believe."""

    code = "account_refused"


class AccountRequiredError(ServerUnusableError):
    """The server asks for an account, and none is set."""

    code = "account_required"


class AccountNotAskedError(ServerUnusableError):
    """An account is set, and the server asks for none: another server, or another of its ports, is meant."""

    code = "account_not_asked"


class MechanismRefusedError(ServerUnusableError):
    """The server does not take accounts proved in this way."""

    code = "mechanism_refused"


class NotPermittedHereError(ServerUnusableError):
    """The account is known, and may not do what this process must."""

    code = "not_permitted"


class TlsRequiredError(ServerUnusableError):
    """The server speaks TLS only, and we do not."""

    code = "tls_required"


class TlsNotOfferedError(ServerUnusableError):
    """We speak TLS only, and the server does not."""

    code = "tls_not_offered"


class CertificateUntrustedError(ServerUnusableError):
    """The server's certificate does not descend from any that we believe."""

    code = "certificate_untrusted"


class CertificateOfAnotherError(ServerUnusableError):
    """The server's certificate is for another name."""

    code = "certificate_of_another"


class CertificateExpiredError(ServerUnusableError):
    """The server's certificate is valid no more, or not yet."""

    code = "certificate_expired"


class OurCertificateRefusedError(ServerUnusableError):
    """The server wants a certificate of ours, and we show none or one that it does not believe."""

    code = "our_certificate_refused"


class TlsFailedError(ServerUnusableError):
    """TLS fails for a reason that none of the others names."""

    code = "tls_failed"


class NamespaceUnknownError(ServerUnusableError):
    """Temporal has no such namespace."""

    code = "namespace_unknown"


class DatabaseUnknownError(ServerUnusableError):
    """PostgreSQL has no such database."""

    code = "database_unknown"


class ServerFullError(ServerUnusableError):
    """The server's disk is full."""

    code = "store_full"


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
