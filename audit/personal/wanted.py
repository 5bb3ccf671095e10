"""What is looked for: every number, phone, e-mail address and full name of the vault, as hashes, some 100 bytes a person."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from audit.personal.spellings import (
    DIGITS_MIN,
    WORDS_MAX,
    WORDS_MIN,
    cleaned,
    emails_in,
    names_in,
    numbers_in,
    words_of,
)
from intake.person import identifiers_in
from store.vault.numbers import folded_name
from store.vault.vault import Entry
from wording.json_text import read_json

ValueKind = Literal["number", "phone", "email", "name"]
KINDS: Final[tuple[ValueKind, ...]] = ("number", "phone", "email", "name")
AT_ONCE: Final = 1_000
"""So many texts are looked at before what could be a value is compared with what is looked for."""
BYTES_AT_ONCE: Final = 4_000_000


class Place(NamedTuple):
    """Where a text stands; says nothing of what it says."""

    where: str
    """A table and its column, a topic, a store of histories."""
    stream: str
    """The case or dossier, or where there is none the place itself."""
    sequence: int | None = None


class Found(NamedTuple):
    """A value of a person that stands in a text; which value is never told."""

    place: Place
    kind: ValueKind
    subject_ref: str


@dataclass(frozen=True, slots=True)
class PersonValues:
    """What may be looked for of one person: numbers and phones in the vault's form, names as they were written."""

    numbers: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    names: tuple[str, ...]


def values_in(person: str) -> PersonValues:
    """What is looked for of a person whose data is kept as this JSON.

    Left out is what is too short to be told from anything else: numbers below nine digits, names of one word.
    """
    known = identifiers_in(person)
    numbers = (*((known.number,) if known.number else ()), *known.other_numbers)
    return PersonValues(
        numbers=numbers,
        phones=tuple(phone for phone in known.phones if len(phone) >= DIGITS_MIN),
        emails=known.emails,
        names=tuple(_written(read_json(person), set(known.names))) if known.names else (),
    )


def _written(value: Any, folded: Collection[str]) -> Iterator[str]:
    """The names as they were written: their accents tell them from other words."""
    if isinstance(value, str):
        if folded_name(value) in folded and WORDS_MIN <= len(words_of(value)[0]) <= WORDS_MAX:
            yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _written(part, folded)


class Wanted:
    """The values that are looked for. First all are added, then texts are looked at."""

    def __init__(self) -> None:
        self._hashes, self._kinds, self._owners = array("q"), array("B"), array("L")
        self._refs: list[str] = []
        self._starts: set[str] = set()
        self._lengths: set[int] = set()
        self._sorted: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
        self._ordinary: set[int] = set()

    def __len__(self) -> int:
        """How many spellings are looked for."""
        return len(self._hashes) - len(self._ordinary)

    @property
    def persons(self) -> int:
        """Of how many persons and enterprises."""
        return len(self._refs)

    @property
    def ordinary(self) -> int:
        """How many spellings of names are left out, since they are also words of the catalogue."""
        return len(self._ordinary)

    def add(self, entry: Entry) -> None:
        """Look for what this person said of himself."""
        values = values_in(entry.person)
        if not self._refs or self._refs[-1] != entry.subject_ref:
            self._refs.append(entry.subject_ref)
        forms: tuple[tuple[ValueKind, Iterable[str]], ...] = (
            ("number", values.numbers),
            ("phone", values.phones),
            ("email", values.emails),
            ("name", (form for name in values.names for form in self._forms_of(name))),
        )
        for kind, texts in forms:
            for text in texts:
                self._hashes.append(_hash(kind, text))
                self._kinds.append(KINDS.index(kind))
                self._owners.append(len(self._refs) - 1)

    def _forms_of(self, name: str) -> set[str]:
        written, folded = words_of(name)
        self._starts.add(f"{folded[0]} {folded[1]}")
        self._lengths.add(len(folded))
        return {" ".join(written), " ".join(folded)}

    def leave_out_names_in(self, texts: Iterable[str]) -> None:
        """Names that stand in these texts are ordinary words: they are not looked for."""
        for batch in _batches((Place("", ""), text) for text in texts):
            self._ordinary |= {number for _, number in self._matches(batch) if KINDS[self._kinds[number]] == "name"}

    def found_in(self, texts: Iterable[tuple[Place, str]]) -> Iterator[Found]:
        """The values that stand in these texts, each once a text. A few texts are held at a time."""
        for batch in _batches(texts):
            told: set[Found] = set()
            for place, number in self._matches(batch):
                found = Found(place, KINDS[self._kinds[number]], self._refs[self._owners[number]])
                if number not in self._ordinary and found not in told:
                    told.add(found)
                    yield found

    def _matches(self, batch: list[tuple[Place, str]]) -> Iterator[tuple[Place, int]]:
        """Which of the added values stand in which texts."""
        hashes, places = array("q"), array("L")
        for number, (_, text) in enumerate(batch):
            for candidate in self._candidates(cleaned(text)):
                hashes.append(candidate)
                places.append(number)
        known, order = self._in_order()
        if not hashes or not len(known):
            return
        looked_for = np.frombuffer(hashes, dtype=np.int64)
        at = np.searchsorted(known, looked_for)
        at[at == len(known)] = 0
        for hit in np.flatnonzero(known[at] == looked_for):
            yield batch[places[int(hit)]][0], int(order[at[hit]])

    def _candidates(self, text: str) -> Iterator[int]:
        for number in numbers_in(text):
            yield _hash("number", number)
            yield _hash("phone", number)
        for email in emails_in(text):
            yield _hash("email", email)
        if self._starts:
            for name in names_in(text, self._starts, self._lengths):
                yield _hash("name", name)

    def _in_order(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self._sorted is None or len(self._sorted[0]) != len(self._hashes):
            hashes = np.array(self._hashes, dtype=np.int64)
            order = np.argsort(hashes, kind="stable").astype(np.int64)
            self._sorted = hashes[order], order
        return self._sorted


def _hash(kind: ValueKind, text: str) -> int:
    # Of 64 bits, by a key of this process alone: two values of one hash are not met in practice, and nobody can make them.
    return hash(f"{kind}\n{text}")


def _batches(texts: Iterable[tuple[Place, str]]) -> Iterator[list[tuple[Place, str]]]:
    batch: list[tuple[Place, str]] = []
    size = 0
    for place, text in texts:
        batch.append((place, text))
        size += len(text)
        if len(batch) == AT_ONCE or size > BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
