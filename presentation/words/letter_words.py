"""What the screens of dead letters say."""

from __future__ import annotations

from typing import Final

from wording.text import LazyText, _

LETTER_TABLE: Final[dict[str, LazyText]] = {
    "letter.attempts": _("Attempts"),
    "letter.code": _("Code"),
    "letter.dead_at": _("Put away"),
    "letter.dead_letter_topic": _("Dead-letter topic"),
    "letter.event_id": _("Message id"),
    "letter.event_type": _("Kind of message"),
    "letter.field": _("Field"),
    "letter.first_seen_at": _("First seen"),
    "letter.id": _("Letter"),
    "letter.key": _("Key"),
    "letter.offset": _("Offset"),
    "letter.omitted": _("Too large to be kept"),
    "letter.partition": _("Partition"),
    "letter.reason": _("Reason"),
    "letter.replayed_at": _("Sent again"),
    "letter.seal": _("Seal"),
    "letter.size_bytes": _("Size (bytes)"),
    "letter.topic": _("Came on topic"),
    "seal.none": _("none: it is of an older program, in clear"),
    "seal.opened": _("opened with the master key"),
    "seal.closed": _("closed: the master key that opens it is not here"),
    "seal.destroyed": _("its key was destroyed: nobody can open it any more"),
}
