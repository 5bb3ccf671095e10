"""Not a test: one bit of one column of the ledger, by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from audit.violation import Violation
from store.leaves import Leaf
from store.ledger import LedgerRow

COLUMNS = ("body", "hash", "type", "at", "recorded_at", "position", "sequence", "case_id")
OF_LEAVES = ("recorded_at", "position")
"""What no chain covers: of events that no checkpoint signed yet nothing shows it."""
NUMBER_BITS = 20
INSTANT_BITS = 46
"""Of microseconds: two years."""


class Flip(NamedTuple):
    """A row as it was, and with one bit otherwise."""

    column: str
    before: LedgerRow
    after: LedgerRow


def flips(rows: Sequence[LedgerRow], signed: set[tuple[str, int]], count: int, seed: int) -> list[Flip]:
    """So many, over all columns in turn. None that PostgreSQL would refuse: no broken UTF-8, no second key."""
    dice = random.Random(seed)
    keys = {(row.case_id, row.sequence) for row in rows} | {("", row.position) for row in rows}
    made: list[Flip] = []
    while len(made) < count:
        column = COLUMNS[len(made) % len(COLUMNS)]
        row = dice.choice(rows)
        if column in OF_LEAVES and (row.case_id, row.sequence) not in signed:
            continue
        after = _flipped(row, column, dice)
        if after is not None and (column == "body" or _is_free(row, after, keys)):
            made.append(Flip(column, row, after))
    return made


def faults_of_leaves(rows: Sequence[LedgerRow], leaves: Mapping[int, Leaf]) -> Iterator[Violation]:
    """Those of one stream that are not what was signed: in memory what `verify` asks PostgreSQL."""
    standing = {row.sequence: row for row in rows}
    for sequence, leaf in leaves.items():
        row = standing.get(sequence)
        signed = (leaf.hash, leaf.recorded_at, leaf.position)
        if row is None or (row.hash, row.recorded_at, row.position) != signed:
            yield Violation("I9", leaf.stream_id, sequence, "is not what was signed")


def _is_free(row: LedgerRow, after: LedgerRow, keys: set[tuple[str, int]]) -> bool:
    moved = (after.case_id, after.sequence) != (row.case_id, row.sequence)
    taken = moved and (after.case_id, after.sequence) in keys
    return not (taken or (after.position != row.position and ("", after.position) in keys))


def _flipped(row: LedgerRow, column: str, dice: random.Random) -> LedgerRow | None:
    match column:
        case "body" | "type" | "case_id":
            text = _text(getattr(row, column), dice)
            return None if text is None else replace(row, **{column: text})
        case "hash":
            return replace(row, hash=_bytes(row.hash, dice))
        case "at" | "recorded_at":
            bit = dice.randrange(INSTANT_BITS)
            return replace(row, **{column: getattr(row, column) + timedelta(microseconds=1 << bit)})
        case _:
            return replace(row, **{column: getattr(row, column) ^ (1 << dice.randrange(NUMBER_BITS))})


def _bytes(content: bytes, dice: random.Random) -> bytes:
    place, bit = dice.randrange(len(content)), dice.randrange(8)
    return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]


def _text(text: str, dice: random.Random) -> str | None:
    try:
        flipped = _bytes(text.encode(), dice).decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in flipped else flipped
