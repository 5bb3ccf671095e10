"""What applicants wrote, out of the vault, for whoever may read there."""

from __future__ import annotations

from collections.abc import Sequence

from events.language.case_events import EventRecord, canonical_json
from events.language.identity import OWN_REFERENCE_PATTERN
from intake.person import references_in
from services.installation import Installation
from services.own_texts import OwnTexts
from store.errors import StoreAccessDenied


def texts_of(installation: Installation, records: Sequence[EventRecord]) -> OwnTexts:
    """The texts that the events of one case or dossier refer to, by reference. Raises StoreError.

    None where this account may not read the vault, or has no master key; none of a person who was erased.
    """
    wanted = {name for record in records for name in OWN_REFERENCE_PATTERN.findall(canonical_json(record))}
    texts = OwnTexts()
    if not wanted:
        return texts
    vault = installation.vault
    texts.was_erased = vault.was_erased(records[0].case_id)
    try:
        person = vault.person(records[0].case_id)
        documents = {} if person is None else references_in(person)
        texts.update({name: text for name, text in documents.items() if name in wanted})
        texts.update(vault.texts(sorted(wanted)))
    except StoreAccessDenied:
        pass
    return texts
