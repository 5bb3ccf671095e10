"""The dead letters of a person, found by what they say: erasing the person destroys their keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audit.personal.letters import PersonsLetters
from events.language.commands import Actor
from events.transport.dead_letters import dead_letter_topics, filled
from events.transport.errors import LetterErasedError, LetterSealedError
from events.transport.letter_content import content_of, reference_in
from events.transport.letters import REPLAYED
from events.transport.reading import read_all
from services.installation import Installation
from store.errors import VaultValueBroken
from store.vault.vault import Entry, Vault


@dataclass(frozen=True, slots=True)
class LettersFound:
    """The dead letters of a person."""

    references: tuple[str, ...]
    """Under which their keys lie: without these nobody opens them again."""
    clear: int
    """So many lie in clear, of an older program: they go when their time on the topic is over."""
    closed: int
    """Letters, of whomever, that the master key here does not open: nobody looked into them."""
    broken: int = 0
    """Of so many of his applications what he said does not open any more: by that no letter was looked for."""


def find_letters_of(installation: Installation, actor: Actor, subject_ref: str) -> LettersFound:
    """All dead letters that say who this subject is, or are about its applications; nothing is destroyed.

    Call it while the subject's own key stands: by what was said under it the letters are found. Raises MasterKeyMissing and
    the master key's errors, StoreError, TransportError.
    """
    streams = installation.vault.streams_of(subject_ref)
    entries, broken = _said(installation.vault, subject_ref, streams)
    letters = PersonsLetters(entries, {*streams, *map(installation.code_of, streams)})
    names = filled(installation.cluster, dead_letter_topics(installation.cluster, installation.topics))
    found: set[str] = set()
    clear = closed = 0
    for record in read_all(installation.cluster, names):
        reference = reference_in(record.headers)
        if any(name == REPLAYED for name, _ in record.headers):
            continue
        try:
            is_his = letters.holds(content_of(record, installation.letter_keys))
        except LetterErasedError:
            continue
        except LetterSealedError:
            closed += 1
            continue
        if is_his and reference is not None:
            found.add(reference)
        clear += is_his and reference is None
    return LettersFound(tuple(sorted(found)), clear, closed, broken)


def _said(vault: Vault, subject_ref: str, streams: Iterable[str]) -> tuple[list[Entry], int]:
    """What the subject said with each of these, and with how many it does not open: one damaged row hides no other."""
    entries, broken = [], 0
    for stream_id in streams:
        try:
            person = vault.person(stream_id)
        except VaultValueBroken:
            broken += 1
        else:
            entries += [] if person is None else [Entry(subject_ref, stream_id, person)]
    return entries, broken
