"""The words: what is wrong between us and a server, with which setting, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from greenlane.stack import errors
from wording.text import Said, library_said, message_and_remedy, spoken

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


def no_answer(seconds: float) -> Said:
    """A reason: nothing came within that time."""
    return spoken("no answer within {seconds} s", "không trả lời trong {seconds} giây", seconds=f"{seconds:.0f}")


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
WORDS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    # kind: message en, remedy en, message vi, remedy vi
    "server_away": (
        "{title} at {place} does not answer ({reason}).",
        "Start it, or correct {address}.",
        "{title} tại {place} không trả lời ({reason}).",
        "Khởi động máy chủ, hoặc sửa {address}.",
    ),
    "server_refuses": (
        "{title} at {place} refuses: {reason}.",
        "Look into the server's log, or correct {address}.",
        "{title} tại {place} từ chối: {reason}.",
        "Xem nhật ký của máy chủ, hoặc sửa {address}.",
    ),
    "account_refused": (
        "{title} at {place} refuses the account: unknown, or not proved ({reason}).",
        "Correct {account} or {secret}.",
        "{title} tại {place} từ chối tài khoản: không biết, hoặc không chứng minh được ({reason}).",
        "Sửa {account} hoặc {secret}.",
    ),
    "account_required": (
        "{title} at {place} asks for an account, and none is set.",
        "Set {proof}.",
        "{title} tại {place} đòi tài khoản, nhưng chưa đặt tài khoản nào.",
        "Đặt {proof}.",
    ),
    "account_not_asked": (
        "{title} at {place} asks for no account, though one is set.",
        "Correct {address}: another port may be meant. Or set {required} to what this port speaks.",
        "{title} tại {place} không đòi tài khoản, dù đã đặt tài khoản.",
        "Sửa {address}: có thể là cổng khác. Hoặc đặt {required} đúng với cổng này.",
    ),
    "mechanism_refused": (
        "{title} at {place} takes accounts by {offered}, not by {asked}.",
        "Set {mechanism} to one of those.",
        "{title} tại {place} nhận tài khoản theo {offered}, không theo {asked}.",
        "Đặt {mechanism} theo một trong các cách đó.",
    ),
    "not_permitted": (
        "{title} at {place} knows the account, which may not {what}.",
        "Give it that right, or correct {account}.",
        "{title} tại {place} biết tài khoản, nhưng tài khoản không được {what}.",
        "Cấp quyền đó, hoặc sửa {account}.",
    ),
    "tls_required": (
        "{title} at {place} speaks TLS only.",
        "Set {tls_on}, and {ca} where its certificate is not publicly known.",
        "{title} tại {place} chỉ dùng TLS.",
        "Đặt {tls_on}, và {ca} nếu chứng thư của máy chủ không thuộc cơ quan công khai.",
    ),
    "tls_not_offered": (
        "{title} at {place} does not speak TLS.",
        "Correct {address}: another port may be meant. Only where nobody else can listen, set {tls_off}.",
        "{title} tại {place} không dùng TLS.",
        "Sửa {address}: có thể là cổng khác. Chỉ đặt {tls_off} nơi không ai khác nghe được.",
    ),
    "certificate_untrusted": (
        "The certificate of {title} at {place} descends from none that is believed ({reason}).",
        "Name the certificates of its authority in {ca}.",
        "Chứng thư của {title} tại {place} không thuộc cơ quan chứng thực nào được tin ({reason}).",
        "Nêu chứng thư của cơ quan chứng thực đó trong {ca}.",
    ),
    "certificate_of_another": (
        "The certificate of {title} at {place} is for another name ({reason}).",
        "Correct {name} to a name in the certificate, or have it issued for this one.",
        "Chứng thư của {title} tại {place} dành cho tên khác ({reason}).",
        "Sửa {name} thành tên có trong chứng thư, hoặc cấp chứng thư cho tên này.",
    ),
    "certificate_expired": (
        "The certificate of {title} at {place} is not valid today ({reason}).",
        "Renew it on the server, or set this machine's clock.",
        "Chứng thư của {title} tại {place} hôm nay không có hiệu lực ({reason}).",
        "Gia hạn chứng thư trên máy chủ, hoặc chỉnh đồng hồ của máy này.",
    ),
    "our_certificate_refused": (
        "{title} at {place} wants a certificate of ours that it believes ({reason}).",
        "Set {ours} and its key to one from an authority that the server believes.",
        "{title} tại {place} đòi chứng thư của ta mà máy chủ tin ({reason}).",
        "Đặt {ours} và khóa của nó theo chứng thư từ cơ quan mà máy chủ tin.",
    ),
    "tls_failed": (
        "TLS with {title} at {place} fails: {reason}.",
        "Look into the server's log, or correct {tls}.",
        "TLS với {title} tại {place} thất bại: {reason}.",
        "Xem nhật ký của máy chủ, hoặc sửa {tls}.",
    ),
    "namespace_unknown": (
        "Temporal at {place} has no namespace {asked}.",
        "Create it (temporal operator namespace create -n {asked}), or correct {namespace}.",
        "Temporal tại {place} không có namespace {asked}.",
        "Tạo namespace (temporal operator namespace create -n {asked}), hoặc sửa {namespace}.",
    ),
    "database_unknown": (
        "PostgreSQL at {place} has no such database ({reason}).",
        "Create it, or correct {database}.",
        "PostgreSQL tại {place} không có cơ sở dữ liệu này ({reason}).",
        "Tạo cơ sở dữ liệu, hoặc sửa {database}.",
    ),
    "store_full": (
        "The disk of {title} at {place} is full ({reason}).",
        "Free some space there: what was accepted is kept, and goes on by itself.",
        "Đĩa của {title} tại {place} đã đầy ({reason}).",
        "Giải phóng dung lượng trên máy đó: những gì đã tiếp nhận vẫn được giữ và sẽ tự tiếp tục.",
    ),
}
