"""Whichever bit of an exported ledger is turned over, it is found: 20,000 at every commit, all with GREENLANE_TEST_TIER=long.

An event stands in the file as one object. It is judged as the program judges it, alone, with the hash before it: the text must be
its one canonical form, its fields in their forms, its chain, place and proof must hold. Bits of what stands around the events,
and some hundred of all, go through the whole program.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from typing import Any, Final

import pytest

from audit.proof.bundle import bundle_of
from tests.verifier.bundles import (
    PAGE,
    Paper,
    a_case,
    a_dossier,
    a_key,
    canonical,
    content_of,
    flipped,
    paper,
    unsigned,
    verdict,
)
from verifier.checking import chain, place, proof
from verifier.reading import EVENT, Fault, events_of, fits, hold, parsed
from verifier.reading import canonical as written

LONG: Final = os.environ.get("GREENLANE_TEST_TIER") == "long"
EVENTS: Final = 2_000
SAMPLE: Final = 20_000
WHOLE: Final = 100
CHUNK: Final = 50
Flip = tuple[int, int]
"""An event, and a bit of its text."""


@lru_cache
def ledger() -> tuple[list[dict[str, Any]], dict[str, Any], list[bytes]]:
    """The events of an exported ledger of 2,000, its log as the checkpoint has it, and each event's text in the file."""
    bodies = paper().streams["case-a"]
    many = [
        bodies[n % len(bodies)].replace(f'"sequence":{n % len(bodies) + 1},', f'"sequence":{n + 1},')
        for n in range(EVENTS)
    ]
    of_all = Paper({"case-a": many, "case-b": paper().streams["case-b"]})
    content = content_of(bundle_of(of_all.evidence("case", "case-a"), PAGE, a_key()))
    texts = [canonical(event).replace(b"<", b"\\u003c") for event in content["streams"][0]["events"]]
    return events_of(content), content["checkpoint"]["logs"]["events"], texts


def judge(number: int, text: bytes) -> None:
    """Raise the fault of an event's text, which stands after the event before it."""
    events, log, _ = ledger()
    value = parsed(text, "", int, int)
    hold(text == written(value).replace(b"<", b"\\u003c"), "not_canonical")
    fits(value, EVENT)
    known = {name: events[number][name] for name in ("stream", "sequence", "where", "before")}
    event = {**value, **known}
    chain(event)
    place(event)
    proof(event, log)


def unnoticed(flips: Iterable[Flip]) -> list[Flip]:
    """Those that are not found."""
    texts, missed = ledger()[2], []
    for number, bit in flips:
        try:
            judge(number, flipped(texts[number], bit))
        except Fault:
            continue
        missed.append((number, bit))
    return missed


def all_unnoticed(numbers: range) -> list[Flip]:
    """Of all bits of these events."""
    texts = ledger()[2]
    return unnoticed((number, bit) for number in numbers for bit in range(len(texts[number]) * 8))


def test_events_as_they_are_hold() -> None:
    for number, text in enumerate(ledger()[2]):
        judge(number, text)


def test_no_bit_of_a_sample_goes_unnoticed() -> None:
    chance, texts = random.Random(13), ledger()[2]
    weights = list(map(len, texts))
    numbers = chance.choices(range(len(texts)), weights, k=SAMPLE)
    assert unnoticed((number, chance.randrange(len(texts[number]) * 8)) for number in numbers) == []


@pytest.mark.skipif(not LONG, reason="every bit takes some minutes: GREENLANE_TEST_TIER=long")
@pytest.mark.timeout(7200)
def test_no_bit_at_all_goes_unnoticed() -> None:
    chunks = [range(start, min(start + CHUNK, EVENTS)) for start in range(0, EVENTS, CHUNK)]
    with ProcessPoolExecutor() as processes:
        assert [flip for missed in processes.map(all_unnoticed, chunks) for flip in missed] == []


@pytest.mark.parametrize("make", [a_case, a_dossier, lambda: unsigned(a_case())], ids=["case", "dossier", "unsigned"])
def test_nor_does_one_anywhere_in_the_file(make: Callable[[], bytes]) -> None:
    """Through the whole program: page, rules, checkpoint, signature, events."""
    file, chance = make(), random.Random(7)
    for bit in chance.sample(range(len(file) * 8), WHOLE):
        assert verdict(flipped(file, bit)).first_fault is not None
