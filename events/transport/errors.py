"""What can go wrong on the way to and from Kafka: what happened, with what, and whether waiting helps."""

from __future__ import annotations

from typing import ClassVar, Final

from kafka import errors as kafka_errors

from wording.libraries import library_said
from wording.text import LazyText, _, sentences

SEE_LOG: Final = _("Look into Kafka's log.")


class TransportError(Exception):
    """Anything wrong between us and Kafka. `code` is stable; `retryable`: the same call may succeed later."""

    code: ClassVar[str] = "transport_error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: LazyText, remedy: LazyText = SEE_LOG) -> None:
        super().__init__(sentences(message, remedy))
        self.message = message
        self.remedy = remedy


class KafkaAwayError(TransportError):
    """No broker answers."""

    code = "kafka_away"
    retryable = True

    def __init__(self, *, bootstrap: str, reason: str) -> None:
        super().__init__(
            _("Kafka at {bootstrap} does not answer ({reason}).", bootstrap=bootstrap, reason=library_said(reason)),
            _("Start it, or correct its address."),
        )
        self.bootstrap = bootstrap


class TopicMissingError(TransportError):
    """The topic is not there, and the broker does not make topics by itself."""

    code = "topic_missing"
    retryable = True

    def __init__(self, *, topic: str) -> None:
        super().__init__(
            _("Kafka has no topic {topic}.", topic=topic),
            _("Create it, or start the stack, which does."),
        )
        self.topic = topic


class MessageTooLargeError(TransportError):
    """The message is larger than the producer or the topic takes."""

    code = "message_too_large"

    def __init__(self, *, topic: str, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            _(
                "A message of {size_bytes} bytes is too large for {topic} (limit {limit_bytes} bytes).",
                size_bytes=size_bytes,
                topic=topic,
                limit_bytes=limit_bytes,
            ),
            _("Make it smaller, e.g. send documents by reference, or raise the limit of client and topic together."),
        )
        self.topic = topic
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class NotPermittedError(TransportError):
    """Kafka refuses this account."""

    code = "not_permitted"

    def __init__(self, *, what: str, reason: str) -> None:
        super().__init__(
            _("Kafka refuses {what} ({reason}).", what=what, reason=library_said(reason)),
            _("Check the account and its access rights."),
        )


class RequestRefusedError(TransportError):
    """Kafka answered a request with a no that waiting does not cure."""

    code = "request_refused"

    def __init__(self, *, what: str, reason: str) -> None:
        super().__init__(_("Kafka refuses {what}: {reason}", what=what, reason=library_said(reason)))


class SendFailedError(TransportError):
    """Kafka did not acknowledge a message for a reason that none of the others names."""

    code = "send_failed"
    retryable = True

    def __init__(self, *, topic: str, reason: str) -> None:
        super().__init__(
            _("A message for {topic} was not acknowledged ({reason}).", topic=topic, reason=library_said(reason))
        )
        self.topic = topic


class ClusterReplacedError(TransportError):
    """The Kafka cluster is not the one that got the earlier events."""

    code = "cluster_replaced"

    def __init__(self, *, remembered: str, found: str) -> None:
        super().__init__(
            _(
                "This is another Kafka cluster ({found}) than the one that holds what was published "
                "so far ({remembered}).",
                found=found,
                remembered=remembered,
            ),
            _("Nothing is sent until `greenlane republish` has said what to do."),
        )
        self.remembered = remembered
        self.found = found


class LetterUnknownError(TransportError):
    """There is no such dead letter."""

    code = "letter_unknown"

    def __init__(self, *, topic: str, letter_id: str) -> None:
        super().__init__(
            _("{topic} has no dead letter {letter_id}.", topic=topic, letter_id=letter_id),
            _("List them with `greenlane dlq list`."),
        )


class LetterWithoutContentError(TransportError):
    """The dead letter was too large to be kept whole: it only says where the original lies."""

    code = "letter_without_content"

    def __init__(self, *, letter_id: str, origin: str) -> None:
        super().__init__(
            _(
                "Dead letter {letter_id} was too large to be kept whole; the original is {origin}.",
                letter_id=letter_id,
                origin=origin,
            ),
            _("Ask its sender for a smaller one."),
        )


class LetterSealedError(TransportError):
    """The dead letter is sealed, and what is at hand does not open it."""

    code = "letter_sealed"

    def __init__(self, *, reference: str, reason: str) -> None:
        super().__init__(
            _(
                "The dead letter with the key {reference} cannot be opened: {reason}.",
                reference=reference,
                reason=reason,
            ),
            _("Give this command the installation's master key: GREENLANE_MASTER_KEY_FILE."),
        )


class LetterErasedError(TransportError):
    """The key of the dead letter was destroyed with the data of a person."""

    code = "letter_erased"

    def __init__(self, *, reference: str) -> None:
        super().__init__(
            _("Nobody can open this dead letter any more: its key {reference} was destroyed.", reference=reference),
            _(
                "That is so where a person's data were erased; the letter itself goes when its time on the topic is over."
            ),
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
