"""The words: what is wrong between us and a server, with which setting, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from greenlane import errors
from wording.libraries import library_said
from wording.text import LazyText, Texts, _, message_and_remedy

Kind = Literal[
    "server_away",
    "server_refuses",
    "account_refused",
    "account_required",
    "account_not_asked",
    "mechanism_refused",
    "not_permitted",
    "tls_required",
    "tls_not_offered",
    "certificate_untrusted",
    "certificate_of_another",
    "certificate_expired",
    "our_certificate_refused",
    "tls_failed",
    "namespace_unknown",
    "database_unknown",
    "store_full",
]


@dataclass(frozen=True, slots=True)
class Server:
    """A server as its words name it."""

    title: str
    variables: Mapping[str, str]
    """By what a remedy means: the settings to look at."""


KAFKA: Final = Server(
    "Kafka",
    {
        "address": "GREENLANE_KAFKA_BOOTSTRAP",
        "tls": "GREENLANE_KAFKA_SECURITY_PROTOCOL",
        "tls_on": "GREENLANE_KAFKA_SECURITY_PROTOCOL=SASL_SSL (SSL)",
        "tls_off": "GREENLANE_KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT (PLAINTEXT)",
        "ca": "GREENLANE_KAFKA_CA_FILE",
        "ours": "GREENLANE_KAFKA_CERT_FILE",
        "name": "GREENLANE_KAFKA_BOOTSTRAP",
        "account": "GREENLANE_KAFKA_USERNAME",
        "secret": "GREENLANE_KAFKA_PASSWORD",
        "mechanism": "GREENLANE_KAFKA_SASL_MECHANISM",
        "required": "GREENLANE_KAFKA_SECURITY_PROTOCOL",
        "proof": "GREENLANE_KAFKA_SECURITY_PROTOCOL=SASL_SSL (SASL_PLAINTEXT), GREENLANE_KAFKA_SASL_MECHANISM,"
        " GREENLANE_KAFKA_USERNAME, GREENLANE_KAFKA_PASSWORD",
    },
)
TEMPORAL: Final = Server(
    "Temporal",
    {
        "address": "GREENLANE_TEMPORAL_ADDRESS",
        "tls": "GREENLANE_TEMPORAL_TLS",
        "tls_on": "GREENLANE_TEMPORAL_TLS=true",
        "tls_off": "GREENLANE_TEMPORAL_TLS=false",
        "ca": "GREENLANE_TEMPORAL_CA_FILE",
        "ours": "GREENLANE_TEMPORAL_CERT_FILE",
        "name": "GREENLANE_TEMPORAL_SERVER_NAME",
        "account": "GREENLANE_TEMPORAL_NAMESPACE",
        "secret": "GREENLANE_TEMPORAL_API_KEY",
        "required": "GREENLANE_TEMPORAL_API_KEY",
        "proof": "GREENLANE_TEMPORAL_API_KEY",
        "namespace": "GREENLANE_TEMPORAL_NAMESPACE",
    },
)
DATABASE: Final = Server(
    "PostgreSQL",
    {
        "address": "GREENLANE_DATABASE_URL",
        "tls": "GREENLANE_DATABASE_SSLMODE",
        "tls_on": "GREENLANE_DATABASE_SSLMODE=verify-full",
        "tls_off": "GREENLANE_DATABASE_SSLMODE=prefer",
        "ca": "GREENLANE_DATABASE_CA_FILE",
        "ours": "GREENLANE_DATABASE_CERT_FILE",
        "name": "GREENLANE_DATABASE_URL",
        "account": "GREENLANE_DATABASE_URL",
        "secret": "GREENLANE_DATABASE_PASSWORD",
        "required": "GREENLANE_DATABASE_PASSWORD",
        "proof": "GREENLANE_DATABASE_PASSWORD",
        "database": "GREENLANE_DATABASE_URL",
    },
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong. `details` fill the gaps of its words: a reason in the server's own words, an account."""

    kind: Kind
    place: str
    """host:port."""
    details: Mapping[str, str] = field(default_factory=dict)

    def error(self, server: Server) -> errors.ServerUnusableError:
        """The error that a person or a machine gets."""
        # What a server says, it says in English: a Vietnamese screen names where that is read.
        reason = library_said(self.details.get("reason", "-"))
        gaps = {"title": server.title, "place": self.place, **server.variables, **self.details, "reason": reason}
        message, remedy = message_and_remedy(WORDS, self.kind, gaps)
        return CLASSES[self.kind](message, field=gaps[FIELDS[self.kind]], remedy=remedy)


def no_answer(seconds: float) -> LazyText:
    """A reason: nothing came within that time."""
    return _("no answer within {seconds} s", seconds=f"{seconds:.0f}")


CLASSES: Final[Mapping[Kind, type[errors.ServerUnusableError]]] = {
    "server_away": errors.ServerAwayError,
    "server_refuses": errors.ServerRefusesError,
    "account_refused": errors.AccountRefusedError,
    "account_required": errors.AccountRequiredError,
    "account_not_asked": errors.AccountNotAskedError,
    "mechanism_refused": errors.MechanismRefusedError,
    "not_permitted": errors.NotPermittedHereError,
    "tls_required": errors.TlsRequiredError,
    "tls_not_offered": errors.TlsNotOfferedError,
    "certificate_untrusted": errors.CertificateUntrustedError,
    "certificate_of_another": errors.CertificateOfAnotherError,
    "certificate_expired": errors.CertificateExpiredError,
    "our_certificate_refused": errors.OurCertificateRefusedError,
    "tls_failed": errors.TlsFailedError,
    "namespace_unknown": errors.NamespaceUnknownError,
    "database_unknown": errors.DatabaseUnknownError,
    "store_full": errors.ServerFullError,
}
FIELDS: Final[Mapping[Kind, str]] = {
    "server_away": "address",
    "server_refuses": "address",
    "account_refused": "secret",
    "account_required": "required",
    "account_not_asked": "required",
    "mechanism_refused": "mechanism",
    "not_permitted": "account",
    "tls_required": "tls",
    "tls_not_offered": "tls",
    "certificate_untrusted": "ca",
    "certificate_of_another": "name",
    "certificate_expired": "address",
    "our_certificate_refused": "ours",
    "tls_failed": "tls",
    "namespace_unknown": "namespace",
    "database_unknown": "database",
    "store_full": "address",
}
WORDS: Final[Texts] = {
    "server_away": (_("{title} at {place} does not answer ({reason})."), _("Start it, or correct {address}.")),
    "server_refuses": (
        _("{title} at {place} refuses: {reason}."),
        _("Look into the server's log, or correct {address}."),
    ),
    "account_refused": (
        _("{title} at {place} refuses the account: unknown, or not proved ({reason})."),
        _("Correct {account} or {secret}."),
    ),
    "account_required": (_("{title} at {place} asks for an account, and none is set."), _("Set {proof}.")),
    "account_not_asked": (
        _("{title} at {place} asks for no account, though one is set."),
        _("Correct {address}: another port may be meant. Or set {required} to what this port speaks."),
    ),
    "mechanism_refused": (
        _("{title} at {place} takes accounts by {offered}, not by {asked}."),
        _("Set {mechanism} to one of those."),
    ),
    "not_permitted": (
        _("{title} at {place} knows the account, which may not {what}."),
        _("Give it that right, or correct {account}."),
    ),
    "tls_required": (
        _("{title} at {place} speaks TLS only."),
        _("Set {tls_on}, and {ca} where its certificate is not publicly known."),
    ),
    "tls_not_offered": (
        _("{title} at {place} does not speak TLS."),
        _("Correct {address}: another port may be meant. Only where nobody else can listen, set {tls_off}."),
    ),
    "certificate_untrusted": (
        _("The certificate of {title} at {place} descends from none that is believed ({reason})."),
        _("Name the certificates of its authority in {ca}."),
    ),
    "certificate_of_another": (
        _("The certificate of {title} at {place} is for another name ({reason})."),
        _("Correct {name} to a name in the certificate, or have it issued for this one."),
    ),
    "certificate_expired": (
        _("The certificate of {title} at {place} is not valid today ({reason})."),
        _("Renew it on the server, or set this machine's clock."),
    ),
    "our_certificate_refused": (
        _("{title} at {place} wants a certificate of ours that it believes ({reason})."),
        _("Set {ours} and its key to one from an authority that the server believes."),
    ),
    "tls_failed": (
        _("TLS with {title} at {place} fails: {reason}."),
        _("Look into the server's log, or correct {tls}."),
    ),
    "namespace_unknown": (
        _("Temporal at {place} has no namespace {asked}."),
        _("Create it (temporal operator namespace create -n {asked}), or correct {namespace}."),
    ),
    "database_unknown": (
        _("PostgreSQL at {place} has no such database ({reason})."),
        _("Create it, or correct {database}."),
    ),
    "store_full": (
        _("The disk of {title} at {place} is full ({reason})."),
        _("Free some space there: what was accepted is kept, and goes on by itself."),
    ),
}
