"""What the database owes: each event to the outbox, each dossier code to one case, each person in the vault to an application.

Cheap, since PostgreSQL compares; what the topics hold is compared elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.form import is_part
from audit.proof.checking import checkpoint_called
from audit.violation import Violation
from events.language.checkpoint import NAME as CHECKPOINT
from events.language.identity import dossier_code_of
from events.language.notices import AnswerRefused, MessageRefused
from store import owed
from store.database import Store
from store.verification import accepted_without_case, never_submitted
from wording.json_text import read_json
from wording.text import LazyText, _, _p

WITHOUT_EVENT: Final = (AnswerRefused.__name__, MessageRefused.__name__, CHECKPOINT)
"""What is owed to Kafka and is no event of the ledger."""
OPENERS: Final = ("application", "declaration")
"""Under which name what opened a case, and a dossier, says what was applied for; its first event too."""
OWED: Final[dict[str, LazyText]] = {
    "missing": _("the outbox holds it, and it is not there"),
    "never owed": _("the outbox never owed it"),
    "otherwise": _("the outbox owes it otherwise than it stands"),
}
IN_THE_VAULT: Final[dict[str, LazyText]] = {
    "personal data": _p("in the vault", "personal data"),
    "a document": _p("in the vault", "a document"),
    "a text": _p("in the vault", "a text"),
}


ERASED: Final[dict[str, LazyText]] = {
    "unrecorded": _("has no key, and no erasure is on record"),
    "undone": _("was erased, and has its key again: a back-up was restored, and erasures were not applied again"),
    "incomplete": _("was erased, and something of it still lies in the vault"),
}
"""What is wrong with a subject of the vault."""


def check_owed(store: Store) -> Iterator[Violation]:
    """I1, I2, I4 and I9, as far as the database alone tells. Raises StoreError."""
    yield from check_outbox(store)
    yield from check_owed_checkpoints(store)
    yield from check_inbox(store)
    yield from check_codes(store)
    yield from check_vault(store)


def check_outbox(store: Store) -> Iterator[Violation]:
    """I2: the outbox owes the events of the ledger and no others. What became of its rows' content needs the topics."""
    for stream_id, sequence, is_gone in owed.owed_otherwise(store):
        gone = _("the outbox owes event {sequence}, which the ledger does not have", sequence=sequence)
        other = _("the outbox owes event {sequence}, otherwise than the ledger has it", sequence=sequence)
        yield Violation("I2", stream_id, sequence, gone if is_gone else other, altered=True)
    for stream_id, sequence in owed.events_never_owed(store):
        said = _("the ledger has event {sequence}, which the outbox never owed", sequence=sequence)
        yield Violation("I2", stream_id, sequence, said, altered=True)
    for number, topic in owed.messages_of_nothing(store, WITHOUT_EVENT):
        yield Violation(
            "I2", topic, None, _("the outbox owes message {number}, which stands for nothing", number=number)
        )


def check_owed_checkpoints(store: Store) -> Iterator[Violation]:
    """I9: the outbox owes the checkpoints that stand, as they stand, and no others: they were written together."""
    for number, how in owed.checkpoints_otherwise(store):
        place = _p("one of them", "checkpoint") if number is None else checkpoint_called(number)
        yield Violation("I9", place, None, OWED[how])


def check_inbox(store: Store) -> Iterator[Violation]:
    """I1 and I4: what was submitted has a case and says what its first event says; nothing was accepted for what never began.

    Digests of what was sent are not compared, for they cover personal data, which no event holds.
    """
    for stream_id in accepted_without_case(store):
        yield Violation("I1", stream_id, None, _("was accepted and has no case"), goes_on=True)
    for stream_id in never_submitted(store):
        yield Violation("I1", stream_id, None, _("is a case that nobody submitted"), goes_on=True)
    for stream_id, column in owed.applications_otherwise(store):
        yield Violation(
            "I1", stream_id, None, _("its application is not what its first event says: {column}", column=column)
        )
    for stream_id, opening, body in owed.openings_otherwise(store):
        if _opens_otherwise(opening, body):
            yield Violation(
                "I1", stream_id, None, _("its application is not what its first event says: {column}", column="opening")
            )
    for (stream_id,) in owed.links_otherwise(store):
        yield Violation("I1", stream_id, None, _("is not remembered as a case of its dossier"))
    for stream_id, command_id in owed.outcomes_of_nothing(store):
        yield Violation(
            "I4", stream_id, None, _("command {command} was accepted, and there are no events", command=command_id)
        )


def _opens_otherwise(opening: str, body: str) -> bool:
    """As far as it says something: an older program wrote fewer fields of an application than the event has."""
    try:
        event = read_json(body)["event"]
    except (ValueError, LookupError, TypeError):
        return False  # whoever examines the event says so
    try:
        command = read_json(opening).get("command", {})
        return any(not is_part(command[name], event.get(name)) for name in OPENERS if name in command)
    except (ValueError, AttributeError, TypeError):
        return True


def check_codes(store: Store) -> Iterator[Violation]:
    """I1: every ordinal of a dossier code that an agency gave on a day is one case's.

    A recording that is rolled back takes its ordinals back with it, so no kill leaves a gap.
    """
    for gap in owed.code_gaps(store):
        first, last = (dossier_code_of(gap.agency_code, gap.day, ordinal) for ordinal in (gap.first, gap.last))
        one, many = _("was given, and no case has it"), _("to {last} were given, and no case has them", last=last)
        yield Violation("I1", first, None, one if first == last else many, goes_on=True)
    for stream_id, sequence, code in owed.codes_never_given(store):
        said = _("the code {code} was never given", code=code) if code else _("has no dossier code")
        yield Violation("I1", stream_id, sequence, said)
    for code, first, other in owed.repeated_codes(store):
        yield Violation(
            "I1", code, None, _("is the code of {one} and of {other}", one=first, other=other), goes_on=True
        )


def check_vault(store: Store) -> Iterator[Violation]:
    """I1: what lies in the vault is somebody's who applied, and whoever applied is there, or was erased on record.

    Nothing comes back for an account that may not look into the vault (`owed.may_see_persons`).
    """
    if not owed.may_see_persons(store):
        return
    for subject_ref, what in owed.persons_of_nobody(store):
        yield Violation("I1", subject_ref, None, _("{what} of nobody's case", what=IN_THE_VAULT[what]))
    for (stream_id,) in owed.applications_without_person(store):
        yield Violation("I1", stream_id, None, _("the person who applied does not lie in the vault"))
    for subject_ref, how in owed.erasures_otherwise(store):
        yield Violation("I1", subject_ref, None, ERASED[how], goes_on=True)
