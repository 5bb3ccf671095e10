"""What is wrong with the settings, and why a server cannot be used, each with what to do about it."""

from __future__ import annotations

from wording.errors import GreenlaneError


class SettingsError(GreenlaneError):
    """A setting is unknown or has a value that cannot be meant."""

    code = "invalid_setting"


class StackError(GreenlaneError):
    """Anything wrong with the embedded stack."""

    code = "stack_error"


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
