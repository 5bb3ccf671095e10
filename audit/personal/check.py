"""Looking for every value of the vault wherever something is kept: I11. The values themselves are never told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from audit.personal.places import TopicTexts, texts_of_histories, texts_of_tables, texts_of_the_catalogue
from audit.personal.vault import check_subject
from audit.personal.wanted import Found, Place, ValueKind, Wanted
from audit.verification_report import PersonalTally
from audit.violation import Violation
from events.language.topics import Topics
from events.transport.cluster import Cluster
from store.database import Store
from store.vault.inspection import inspect
from store.vault.vault import Vault
from wording.text import LazyText, _

SAID: Final[dict[ValueKind, LazyText]] = {
    "number": _("{where} holds a number of {subject}"),
    "phone": _("{where} holds a phone number of {subject}"),
    "email": _("{where} holds an e-mail address of {subject}"),
    "name": _("{where} holds the full name of {subject}"),
}


def check_personal(
    store: Store, vault: Vault, cluster: Cluster, topics: Topics, tally: PersonalTally
) -> Iterator[Violation]:
    """Where a number, phone, e-mail address or full name of the vault stands outside it; and what is wrong within (I1).

    Raises MasterKeyMissing and the master key's errors, StoreError, TransportError.
    """
    wanted = Wanted()
    for subject in inspect(store, vault.master):
        for entry in subject.entries:
            wanted.add(entry)
        yield from check_subject(vault, subject)
    # An office that applies has a name that every procedure says.
    wanted.leave_out_names_in(texts_of_the_catalogue(store))
    tally.persons, tally.spellings, tally.ordinary = wanted.persons, len(wanted), wanted.ordinary
    on_topics = TopicTexts(cluster, topics)
    texts = chain(texts_of_tables(store), texts_of_histories(store), on_topics)
    for found in wanted.found_in(_counted(texts, tally)):
        yield violation_of(found)
    tally.letters_in_clear = on_topics.letters_in_clear


def violation_of(found: Found) -> Violation:
    """The finding: by place, kind and subject."""
    said = SAID[found.kind].filled(where=found.place.where, subject=found.subject_ref)
    return Violation("I11", found.place.stream, found.place.sequence, said)


def _counted(texts: Iterable[tuple[Place, str]], tally: PersonalTally) -> Iterator[tuple[Place, str]]:
    for text in texts:
        tally.texts += 1
        yield text
