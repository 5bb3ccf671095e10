"""What can go wrong on the way to and from Kafka: what happened, with what, and whether waiting helps."""

from __future__ import annotations

from typing import ClassVar, Final

from kafka import errors as kafka_errors

from wording.text import Said, library_said, sentences

SEE_LOG: Final = Said("Look into Kafka's log.", "Xem nhật ký của Kafka.")


class TransportError(Exception):
    """Anything wrong between us and Kafka. `code` is stable; `retryable`: the same call may succeed later."""

    code: ClassVar[str] = "transport_error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: Said, remedy: Said = SEE_LOG) -> None:
        super().__init__(sentences(message, remedy))
        self.message = message
        self.remedy = remedy


class KafkaAwayError(TransportError):
    """No broker answers."""

    code = "kafka_away"
    retryable = True

    def __init__(self, *, bootstrap: str, reason: str) -> None:
        super().__init__(
            Said(
                f"Kafka at {bootstrap} does not answer ({reason}).",
                f"Kafka tại {bootstrap} không trả lời ({library_said(reason).vi}).",
            ),
            Said("Start it, or correct its address.", "Khởi động máy chủ, hoặc sửa địa chỉ."),
        )
        self.bootstrap = bootstrap


class TopicMissingError(TransportError):
    """The topic is not there, and the broker does not make topics by itself."""

    code = "topic_missing"
    retryable = True

    def __init__(self, *, topic: str) -> None:
        super().__init__(
            Said(f"Kafka has no topic {topic}.", f"Kafka không có chủ đề {topic}."),
            Said("Create it, or start the stack, which does.", "Tạo chủ đề, hoặc khởi động hệ thống để tự tạo."),
        )
        self.topic = topic


class MessageTooLargeError(TransportError):
    """The message is larger than the producer or the topic takes."""

    code = "message_too_large"

    def __init__(self, *, topic: str, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            Said(
                f"A message of {size_bytes} bytes is too large for {topic} (limit {limit_bytes} bytes).",
                f"Thông điệp {size_bytes} byte quá lớn cho {topic} (giới hạn {limit_bytes} byte).",
            ),
            Said(
                "Make it smaller, e.g. send documents by reference, or raise the limit of client and topic together.",
                "Thu nhỏ thông điệp, ví dụ gửi giấy tờ bằng tham chiếu, hoặc tăng giới hạn của cả máy khách và chủ đề.",
            ),
        )
        self.topic = topic
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class NotPermittedError(TransportError):
    """Kafka refuses this account."""

    code = "not_permitted"

    def __init__(self, *, what: str, reason: str) -> None:
        super().__init__(
            Said(f"Kafka refuses {what} ({reason}).", f"Kafka từ chối {what} ({library_said(reason).vi})."),
            Said("Check the account and its access rights.", "Kiểm tra tài khoản và quyền truy cập."),
        )


class RequestRefusedError(TransportError):
    """Kafka answered a request with a no that waiting does not cure."""

    code = "request_refused"

    def __init__(self, *, what: str, reason: str) -> None:
        super().__init__(Said(f"Kafka refuses {what}: {reason}", f"Kafka từ chối {what}: {library_said(reason).vi}"))


class SendFailedError(TransportError):
    """Kafka did not acknowledge a message for a reason that none of the others names."""

    code = "send_failed"
    retryable = True

    def __init__(self, *, topic: str, reason: str) -> None:
        super().__init__(
            Said(
                f"A message for {topic} was not acknowledged ({reason}).",
                f"Thông điệp cho {topic} không được xác nhận ({library_said(reason).vi}).",
            )
        )
        self.topic = topic


class ClusterReplacedError(TransportError):
    """The Kafka cluster is not the one that got the earlier events."""

    code = "cluster_replaced"

    def __init__(self, *, remembered: str, found: str) -> None:
        super().__init__(
            Said(
                f"This is another Kafka cluster ({found}) than the one that holds what was published so far ({remembered}).",
                f"Đây là cụm Kafka khác ({found}), không phải cụm giữ những gì đã phát ({remembered}).",
            ),
            Said(
                "Nothing is sent until `greenlane republish` has said what to do.",
                "Không gửi gì cho đến khi chạy `greenlane republish` để quyết định.",
            ),
        )
        self.remembered = remembered
        self.found = found


class LetterUnknownError(TransportError):
    """There is no such dead letter."""

    code = "letter_unknown"

    def __init__(self, *, topic: str, letter_id: str) -> None:
        super().__init__(
            Said(f"{topic} has no dead letter {letter_id}.", f"{topic} không có thư chết {letter_id}."),
            Said("List them with `greenlane dlq list`.", "Xem danh sách bằng `greenlane dlq list`."),
        )


class LetterWithoutContentError(TransportError):
    """The dead letter was too large to be kept whole: it only says where the original lies."""

    code = "letter_without_content"

    def __init__(self, *, letter_id: str, origin: str) -> None:
        super().__init__(
            Said(
                f"Dead letter {letter_id} was too large to be kept whole; the original is {origin}.",
                f"Thư chết {letter_id} quá lớn nên không giữ được toàn bộ; bản gốc là {origin}.",
            ),
            Said("Ask its sender for a smaller one.", "Đề nghị người gửi gửi bản nhỏ hơn."),
        )


class Unavailable(Exception):
    """Raised by a handler: what it needs is away. The message is kept, not counted as an attempt, and tried again."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} does not answer")
        self.what = what


REFUSALS = (
    kafka_errors.SaslAuthenticationFailedError,
    kafka_errors.AuthorizationError,
)


def is_refusal(error: BaseException) -> bool:
    """Whether Kafka refuses the account, which no waiting cures."""
    return isinstance(error, REFUSALS)


def reason_of(error: BaseException) -> str:
    """The kind of an error: its class only, since texts of other libraries may quote a message's content."""
    return type(error).__name__.removesuffix("Error")
