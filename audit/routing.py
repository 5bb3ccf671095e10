"""I3: what the outbox owes is what the events of the ledger give by the rules of routing."""

from __future__ import annotations

from collections.abc import Iterator

from audit.violation import Violation
from events.language.case_events import EventRecord
from events.language.routing import topics_of
from events.language.topics import Topics
from store.database import Store
from store.errors import LedgerRowBroken
from store.ledger import record_of_row
from store.published import OwedEvent, owed_events
from wording.text import LazyText, _

ALL_EVENTS = Topics("").case_events


def check_routing(store: Store) -> Iterator[Violation]:
    """Each event is owed to the topics that it concerns and to no other, and as the ledger has it. Raises StoreError.

    What cannot be read is passed over: the ledger's own check names it.
    """
    for event in owed_events(store):
        for topic in event.differing or ():
            yield _finding(event, _("is owed to {topic} otherwise than the ledger has it", topic=topic))
        try:
            record = record_of_row(event.case_id, event.sequence, event.body)
        except LedgerRowBroken:
            continue
        owed = set(event.topics or ())
        # The prefix was what it was when the event was recorded; whether it is owed to all is asked without the topics.
        prefix = next((each.removesuffix(ALL_EVENTS) for each in owed if each.endswith(ALL_EVENTS)), None)
        if prefix is not None:
            yield from _compare(event, owed, record, Topics(prefix))


def _compare(event: OwedEvent, owed: set[str], record: EventRecord, topics: Topics) -> Iterator[Violation]:
    concerned = set(topics_of(record, topics))
    surplus, lacking = owed - concerned, concerned - owed
    if record.actor is None:
        # An older version wrote it, under rules of its own of whom it concerns.
        surplus, lacking = {topic for topic in surplus if not topics.is_outgoing(topic)}, set()
    for topic in sorted(surplus):
        yield _finding(event, _("is owed to {topic}, which it does not concern", topic=topic))
    for topic in sorted(lacking):
        yield _finding(event, _("was never owed to {topic}", topic=topic))


def _finding(event: OwedEvent, what: LazyText) -> Violation:
    return Violation("I3", event.case_id, event.sequence, what, goes_on=True)
