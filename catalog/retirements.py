"""The file of retirements: versions that were ended before a successor did, each with the last day on which it holds. Pure.

It stands beside the digests, since the end of a version is no part of what was published (docs/decisions/0027).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from catalog.definition import Key
from catalog.errors import Problem
from catalog.kinds import KINDS

FILE_NAME: Final = "retirements.txt"
HEADER: Final = """\
# Versions that were retired: kind, id, version, and the last day on which it holds. Of several lines the last counts.
# Lines are only added, by `greenlane catalog retire`.
"""
_LINE: Final = re.compile(rf"^({'|'.join(name for name, kind in KINDS.items() if kind.dated)}) (\S+) (\S+) (\S+)$")


@dataclass(frozen=True, slots=True)
class Retirements:
    """What the file says: the last days by version, and what is wrong with it."""

    ends: Mapping[Key, date] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def parse(file: str, text: str, published: Collection[Key]) -> Retirements:
    """Read a file of retirements beside the versions that are published."""
    ends: dict[Key, date] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.match(line.strip())
        day = _day(match.group(4)) if match else None
        if match is None or day is None:
            problems.append(Problem.of("retirement_line", "retirement_line", file, (number, 1)))
        elif (key := Key(*match.groups()[:3])) not in published:
            problems.append(Problem.of("retirement_unknown", "retirement_unknown", file, (number, 1), named=str(key)))
        else:
            ends[key] = day
    return Retirements(ends, tuple(problems))


def with_end(text: str, key: Key, day: date, comment: str = "") -> str:
    """The file's text with one more retirement at its end, under a comment."""
    start = text or HEADER
    return f"{start}{'' if start.endswith(chr(10)) else chr(10)}{comment}{key} {day.isoformat()}\n"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None
