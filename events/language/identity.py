"""Identifiers. All are deterministic, so that whoever computes one again after a crash computes the same."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from typing import Annotated, NewType

from pydantic import StringConstraints

from catalog.systems import PORTAL
from wording.names import tidy

CaseId = NewType("CaseId", str)
CommandId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
"""The id of a command: printable ASCII without spaces; for a message it is the CloudEvents id."""

APPLICATION_ID_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z._:/-]{0,127}$"
SOURCE_MAX = 200
SOURCE_PATTERN = r"^(?:[0-9A-Za-z._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,200}$"
"""The characters of a URI reference (RFC 3986), as a CloudEvent's source has them."""
DOSSIER_CODE_PATTERN = re.compile(r"^(?:\d{3}\.\d{2}\.\d{2}\.H\d{2}|H\d{2}(?:\.\d+){0,3})-\d{6}-\d{4,}$")
"""Both forms of a dossier code occur (TT 01/2018 art. 19; QĐ 20/2020/QĐ-TTg art. 4)."""

CASE_REFERENCE_PATTERN = re.compile(r"(?:case|dossier)-[0-9a-f]{24}")

DEPARTMENT_LENGTH_MAX = 100
DOSSIER_PREFIX = "dossier-"
CONFLICT_PREFIX = "conflict/"
TICK_PREFIX = "tick:"
"""How the ids begin under which a due instant that passed is recorded: no command of anybody's."""
OPENING_PREFIX, WITHDRAWAL_PREFIX, END_PREFIX, PLAN_PREFIX = "open:", "withdraw:", "end:", "plan:"
"""Of what the engine itself asks of a case or dossier: for a linked dossier, of an ended case, for a plan."""
FORMER_SUBMISSIONS = "submissions:"
"""How ids of submissions began when there was but one system that submits."""
SENDER_PATTERN = re.compile(r"^(?P<kind>department|system)/(?P<account>[a-z0-9-]{1,100}):[0-9a-f]{32}$")
DOCUMENT_PREFIX = "document-"
TEXT_PREFIX = "text-"
LETTER_PREFIX = "letter-"
OTHER_TEXT_SUFFIX = "-other"
"""Of a text that came under the id of a command that had said something else: so the two commands differ too."""
OWN_REFERENCE_PATTERN = re.compile(rf"(?:{DOCUMENT_PREFIX}|{TEXT_PREFIX})[0-9a-f]{{24}}(?:{OTHER_TEXT_SUFFIX})?")


_RESERVED = (
    *("department/", "system/", FORMER_SUBMISSIONS, CONFLICT_PREFIX),
    *(TICK_PREFIX, OPENING_PREFIX, WITHDRAWAL_PREFIX, END_PREFIX, PLAN_PREFIX),
)


def case_id_of(source: str, application_id: str) -> CaseId:
    """The case of an application: a stable hash of its source and its own id; also workflow id and Kafka key."""
    digest = hashlib.sha256(f"{source}\n{application_id}".encode()).hexdigest()
    return CaseId(f"case-{digest[:24]}")


def dossier_id_of(source: str, dossier_id: str) -> str:
    """The stream of a linked dossier: a stable hash of its source and its own id; also workflow id and Kafka key."""
    digest = hashlib.sha256(f"dossier\n{source}\n{dossier_id}".encode()).hexdigest()
    return f"{DOSSIER_PREFIX}{digest[:24]}"


def is_dossier(stream_id: str) -> bool:
    """Whether a stream of the ledger is a dossier's, not a case's."""
    return stream_id.startswith(DOSSIER_PREFIX)


def shown_reference(reference: str, keyed: Callable[[str], str]) -> str:
    """How an answer names the case that a sender named: as it did, or where that is no id and no code, by a digest of it.

    `keyed` makes the digest (hex), under a key: what was typed may be a name or a number that somebody would guess.
    """
    if CASE_REFERENCE_PATTERN.fullmatch(reference) or DOSSIER_CODE_PATTERN.fullmatch(reference):
        return reference
    return "unknown-" + keyed("reference\n" + reference)[:24]


def subject_ref_of(stream_id: str) -> str:
    """The reference under which an applicant's personal data lie apart; derived from nothing personal."""
    return "subject-" + hashlib.sha256(f"subject\n{stream_id}".encode()).hexdigest()[:24]


def document_ref_of(stream_id: str, place: int) -> str:
    """What events call a document that came with an application, by its place among them: says nothing of the person."""
    return f"{DOCUMENT_PREFIX}{_digest('document', stream_id, str(place))}"


def text_ref_of(stream_id: str, command_id: str, field: str) -> str:
    """What events call something that an applicant wrote in a later command: whoever redelivers it gets the same."""
    return f"{TEXT_PREFIX}{_digest('text', stream_id, command_id, field)}"


def is_held_apart(reference: str) -> bool:
    """Whether a reference is one of ours, to what lies in the vault; older events hold the senders' own."""
    return OWN_REFERENCE_PATTERN.fullmatch(reference) is not None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def message_digest_of(source: str, message_id: str) -> str:
    """What a message is called by us: SHA-256 (hex, 32 digits) of its CloudEvents source, a newline, and its id.

    An event is identified by source and id together; either may hold what nobody else may read, so only this is kept.
    """
    return hashlib.sha256(f"{source}\n{message_id}".encode()).hexdigest()[:32]


def message_command_id(kind: str, account: str, source: str, message_id: str) -> str:
    """The id of the command that a message asks for. `kind`: department or system; `account`: whose topic it came on.

    The account is a part of it: whoever may write on another topic must not use up this sender's ids.
    """
    return f"{kind}/{account}:{message_digest_of(source, message_id)}"


def sender_of(command_id: str) -> tuple[str, str] | None:
    """Whose topic a command came on: its kind (department, system) and account; None: it is not known by the id."""
    if command_id.startswith(FORMER_SUBMISSIONS):
        return "system", PORTAL
    match = SENDER_PATTERN.match(command_id)
    return None if match is None else (match["kind"], match["account"])


def is_reserved(command_id: str) -> bool:
    """Whether only the engine makes ids like this one."""
    return command_id.startswith(_RESERVED)


def conflict_id_of(command_id: str, digest: str) -> str:
    """Under which id a command is settled whose own id another command had: the same for the same id and content."""
    return CONFLICT_PREFIX + hashlib.sha256(f"{command_id}\n{digest}".encode()).hexdigest()[:32]


def event_id_of(stream_id: str, sequence: int) -> str:
    """The CloudEvents id of a ledger event."""
    return f"{stream_id}.{sequence}"


def refusal_id_of(stream_id: str, command_id: str) -> str:
    """The CloudEvents id of the answer to a refused command: hashed, so that any command id gives a lawful one."""
    return "refusal-" + hashlib.sha256(f"{stream_id}\n{command_id}".encode()).hexdigest()[:32]


def unread_id_of(topic: str, partition: int, offset: int, taken_at: datetime, replay: str = "") -> str:
    """The CloudEvents id of the answer to a message that became a dead letter: by its place, and when Kafka took it there."""
    place = f"{topic}\n{partition}\n{offset}\n{taken_at.astimezone(UTC).isoformat()}\n{replay}"
    return "unread-" + hashlib.sha256(place.encode()).hexdigest()[:32]


def letter_ref_of(topic: str, partition: int, offset: int, taken_at: datetime, replay: str = "") -> str:
    """Under what the key of a dead letter lies: by the place of its message, so that it says nothing of what it holds."""
    return f"{LETTER_PREFIX}{_digest(topic, str(partition), str(offset), taken_at.astimezone(UTC).isoformat(), replay)}"


def department_slug_of(name: str, taken: Collection[str] = ()) -> str:
    """A department's name as a topic slug: `[a-z0-9-]`, at most 100 characters; distinct names give distinct slugs.

    A name that is already a slug stays, unless it is taken; from every other a readable stem is kept and a hash of the name
    added. Two ways to write the same letters, as with and without combining accents, are one name.
    """
    name = tidy(name)
    is_slug = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) and len(name) <= DEPARTMENT_LENGTH_MAX
    if is_slug and name not in taken and not _hashed(name):
        return name
    plain = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-")
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{stem}-{digest}" if stem else f"department-{digest}"


def _hashed(name: str) -> bool:
    # A plain name that looks like a slug with a hash could meet the slug of another name: it gets a hash of its own.
    return re.search(r"-[0-9a-f]{12}$", name) is not None


def dossier_code_of(agency_code: str, received_on: date, ordinal: int) -> str:
    """The dossier code (TT 01/2018 art. 19): agency, date of receipt, ordinal received that day (at least 4 digits)."""
    return f"{agency_code}-{received_on:%y%m%d}-{ordinal:04d}"


def result_code_of(dossier_code: str, ordinal: int = 1) -> str:
    """The code of a result (Decree 45/2020 art. 14(3)d): the dossier's code and the ordinal of the result."""
    return f"{dossier_code}-KQ({ordinal})"
