"""What the database owes: each event to the outbox, each dossier code to one case, each person in the vault to an application.

Cheap, since PostgreSQL compares; what the topics hold is compared elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.violation import Violation
from events.language.checkpoint import NAME as CHECKPOINT
from events.language.identity import dossier_code_of
from events.language.notices import AnswerRefused, MessageRefused
from store import owed
from store.database import Store
from wording.text import LazyText, _, _p

WITHOUT_EVENT: Final = (AnswerRefused.__name__, MessageRefused.__name__, CHECKPOINT)
"""What is owed to Kafka and is no event of the ledger."""
IN_THE_VAULT: Final[dict[str, LazyText]] = {
    "personal data": _p("in the vault", "personal data"),
    "a document": _p("in the vault", "a document"),
    "a text": _p("in the vault", "a text"),
}


def check_owed(store: Store) -> Iterator[Violation]:
    """I1 and I2, as far as the database alone tells. Raises StoreError."""
    yield from check_outbox(store)
    yield from check_codes(store)
    yield from check_vault(store)


def check_outbox(store: Store) -> Iterator[Violation]:
    """I2: the outbox owes the events of the ledger and no others. What became of its rows' content needs the topics."""
    for stream_id, sequence in owed.owed_without_event(store):
        said = _("the outbox owes event {sequence}, which the ledger does not have", sequence=sequence)
        yield Violation("I2", stream_id, sequence, said, altered=True)
    for stream_id, sequence in owed.events_never_owed(store):
        said = _("the ledger has event {sequence}, which the outbox never owed", sequence=sequence)
        yield Violation("I2", stream_id, sequence, said, altered=True)
    for number, topic in owed.messages_of_nothing(store, WITHOUT_EVENT):
        yield Violation(
            "I2", topic, None, _("the outbox owes message {number}, which stands for nothing", number=number)
        )


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
    """I1: what lies in the vault is somebody's who applied, and whoever applied is there.

    Nothing comes back for an account that may not look into the vault (`owed.may_see_persons`).
    """
    if not owed.may_see_persons(store):
        return
    for subject_ref, what in owed.persons_of_nobody(store):
        yield Violation("I1", subject_ref, None, _("{what} of nobody's case", what=IN_THE_VAULT[what]))
    for (stream_id,) in owed.applications_without_person(store):
        yield Violation("I1", stream_id, None, _("the person who applied does not lie in the vault"))
