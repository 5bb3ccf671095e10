"""Why a key cannot sign, and why nothing may be signed or proved."""

from __future__ import annotations

from typing import Final

from events.language.checkpoint import EVENTS, PUBLICATIONS, READS
from wording.errors import GreenlaneError
from wording.text import LazyText, _, _n, _p

KEY_SETTING: Final = "GREENLANE_CHECKPOINT_KEY_FILE"
"""The setting that names the signing key, as whoever can mend it knows it."""
LOG_NAMES: Final[dict[str, LazyText]] = {
    EVENTS: _p("log", "events"),
    PUBLICATIONS: _p("log", "publications"),
    READS: _p("log", "reads"),
}


class ProofError(GreenlaneError):
    """The root of what may go wrong with keys, checkpoints and proofs."""

    code = "proof_error"


class KeyUnreadable(ProofError):
    """What is to be a key is none: no PEM, or of the other half of the pair."""

    code = "key_unreadable"

    def __init__(self, *, field: str, private: bool, other_half: bool = False) -> None:
        wanted = _("No private key in PEM form (PKCS#8).") if private else _("No public key in PEM form.")
        remedy = _("Name a file that `greenlane checkpoint key --new FILE` made, or its like.")
        if other_half and not private:
            remedy = _("Give the public one (.pub.pem); a private key does not belong with an auditor.")
        super().__init__(wanted, field=field, remedy=remedy)


class KeyEncrypted(ProofError):
    """A private key that asks for a password, which nobody can type when a process starts."""

    code = "key_encrypted"

    def __init__(self, *, field: str) -> None:
        super().__init__(
            _("The private key asks for a password."),
            field=field,
            remedy=_("Decrypt it: openssl pkey -in FILE -out PLAIN, and let nobody else read that file."),
        )


class KeyOfAnotherKind(ProofError):
    """A key, but of another algorithm: checkpoints are signed with Ed25519 alone."""

    code = "key_of_another_kind"

    def __init__(self, *, field: str, kind: str) -> None:
        super().__init__(
            _("The key is no Ed25519 key: {kind}.", kind=kind),
            field=field,
            remedy=_("Make one: greenlane checkpoint key --new FILE"),
        )


class KeyNotHandedOver(ProofError):
    """The key is another than the one that signed the last checkpoint, and that one did not name it."""

    code = "key_not_handed_over"

    def __init__(self, *, key_id: str, signed_by: str) -> None:
        super().__init__(
            _(
                "The last checkpoint was signed by key {signed_by}, which has not handed over to {key_id}.",
                signed_by=signed_by,
                key_id=key_id,
            ),
            field=KEY_SETTING,
            remedy=_(
                "Name the file of key {signed_by}; or hand over to {key_id} first: greenlane checkpoint rotate --new FILE "
                "(with --lost if key {signed_by} is lost).",
                signed_by=signed_by,
                key_id=key_id,
            ),
        )


class CheckpointBroken(ProofError):
    """The last checkpoint, or what the next would grow from, is not what was signed: it was changed."""

    code = "checkpoint_broken"

    def __init__(self, *, number: int, what: str) -> None:
        super().__init__(
            _("Checkpoint {number} is not what was signed: {what}.", number=number, what=what),
            field="checkpoints",
            remedy=_("Run `greenlane verify` and compare with the checkpoints that left the house."),
        )


class LeavesBroken(ProofError):
    """The leaves of a log do not give the root that was signed: they were changed."""

    code = "leaves_broken"

    def __init__(self, *, log: str, size: int) -> None:
        super().__init__(
            _n(
                "The first {count} leaf of the log {log} does not give the root that was signed.",
                "The first {count} leaves of the log {log} do not give the root that was signed.",
                size,
                log=LOG_NAMES[log],
            ),
            field="log_leaves",
            remedy=_("Run `greenlane verify` and compare with the checkpoints that left the house."),
        )


class EvidenceBroken(ProofError):
    """An event, or what it was decided under, is not what the checkpoint covers: it was changed."""

    code = "evidence_broken"

    def __init__(self, *, stream_id: str, sequence: int) -> None:
        super().__init__(
            _(
                "What stands today at place {sequence} of {case_id} is not what was signed.",
                sequence=sequence,
                case_id=stream_id,
            ),
            field="case",
            remedy=_("Run `greenlane verify` and compare with the checkpoints that left the house."),
        )


class NotCoveredYet(ProofError):
    """No checkpoint covers the case: there is nothing that proves it to others."""

    code = "not_covered_yet"

    def __init__(self, *, stream_id: str) -> None:
        super().__init__(
            _("No checkpoint covers {case_id} yet.", case_id=stream_id),
            field="case",
            remedy=_("Make one where the signing key is: greenlane checkpoint"),
        )
