"""Whether a dead letter is a person's: it says one of his values, or is about one of his applications. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from audit.personal.places import text_of
from audit.personal.wanted import Place, Wanted, values_in
from events.language.envelope import EnvelopeError, envelope_of
from events.language.identity import case_id_of, dossier_id_of
from events.transport.letter_content import LetterContent
from intake.identifiers import identifiers_of
from store.vault.vault import Entry

LETTER: Final = Place("letter", "letter")


class PersonsLetters:
    """What is known of a person, held against letters."""

    def __init__(self, entries: Sequence[Entry], references: Collection[str]) -> None:
        """`references`: the ids and codes of his cases and dossiers."""
        self._references = set(references)
        self._numbers = {number for entry in entries for number in values_in(entry.person).numbers}
        self._wanted = Wanted()
        for entry in entries:
            self._wanted.add(entry)

    def holds(self, content: LetterContent) -> bool:
        """Whether the letter says his number, phone or address, is about his case, or says his name and is nobody else's."""
        text = text_of(content.key, content.value, content.headers)
        if any(reference in text for reference in self._references):
            return True
        kinds = {found.kind for found in self._wanted.found_in([(LETTER, text)])}
        if kinds - {"name"}:
            return True
        source, data = _read(content)
        # Several people have one name: who tells another number is another.
        return self._is_of_his(source, data) or ("name" in kinds and not self._is_anothers(data))

    def _is_of_his(self, source: str, data: dict[str, Any]) -> bool:
        names = {name: data.get(name) for name in ("application_id", "dossier_id")}
        streams = {
            make(source, name)
            for make, name in ((case_id_of, names["application_id"]), (dossier_id_of, names["dossier_id"]))
            if isinstance(name, str)
        }
        return not streams.isdisjoint(self._references)

    def _is_anothers(self, data: dict[str, Any]) -> bool:
        applicant = data.get("applicant")
        number = identifiers_of(applicant).number if isinstance(applicant, dict) else None
        return number is not None and number not in self._numbers


def _read(content: LetterContent) -> tuple[str, dict[str, Any]]:
    """Source and data of the message, as far as it can be read."""
    try:
        envelope = envelope_of(content.headers, content.value)
    except EnvelopeError:
        return "", {}
    return envelope.source, envelope.data
