"""A log prepared for driving: an SQLite file, so that neither reading nor answering needs a log in memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple, Self

from wording.json_text import read_json

VERSION = 4
"""Of this file's layout and of the mapping: an index made by another is made again."""
SCHEMA = """
CREATE TABLE traces (position INTEGER PRIMARY KEY, case_id TEXT NOT NULL UNIQUE, application_id TEXT NOT NULL,
                     events INTEGER NOT NULL, submission TEXT NOT NULL);
CREATE TABLE decisions (position INTEGER NOT NULL, step_id TEXT NOT NULL, event INTEGER NOT NULL,
                        department TEXT NOT NULL, data TEXT NOT NULL, answer TEXT NOT NULL,
                        PRIMARY KEY (position, step_id)) WITHOUT ROWID;
CREATE TABLE departments (slug TEXT PRIMARY KEY, name TEXT NOT NULL, events INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE summary (body TEXT NOT NULL);
"""
PAGE = 500
APPROVED = '{"outcome":"approve"}'


@dataclass(slots=True)
class Summary:
    """What the log holds, and what in it was unusual. All counts are of the whole log."""

    digest: str
    traces: int = 0
    events: int = 0
    activities: int = 0
    departments: int = 0
    empty_traces: int = 0
    traces_without_name: int = 0
    repeated_trace_names: int = 0
    """Traces whose name an earlier trace has too: cases of their own all the same."""
    events_without_name: int = 0
    events_without_group: int = 0
    events_unassigned: int = 0
    """Neither group nor resource."""
    timestamps_missing: int = 0
    timestamps_unreadable: int = 0
    timestamps_equal: int = 0
    """Equal to that of the event before it in the trace."""
    timestamps_out_of_order: int = 0
    attributes_cut: int = 0
    attributes_left_out: int = 0
    values_cut: int = 0
    events_outside_traces: int = 0
    """Each is a case of its own, and counts among the traces."""
    unknown_elements: int = 0
    events_set_aside: int = 0
    """Of cases of our own ledger: what their departments did not decide, and do not decide again."""
    index_version: int = VERSION


class TraceRow(NamedTuple):
    """One trace as it is submitted; `submission` is the JSON of its message."""

    position: int
    case_id: str
    application_id: str
    events: int
    submission: str


class DecisionRow(NamedTuple):
    """One event as it is decided: `data` is the JSON that goes with it, `answer` that of the outcome with its reason."""

    position: int
    step_id: str
    event: int
    department: str
    data: str
    answer: str = APPROVED


class Index:
    """The prepared log, read only. Use it in one thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        body: str = self._rows.execute("SELECT body FROM summary").fetchone()[0]
        self.summary = Summary(**read_json(body))

    @classmethod
    def of(cls, path: Path, digest: str) -> Self | None:
        """The index of this log, if it was made to its end by this version of the program."""
        if not path.exists():
            return None
        try:
            index = cls(path)
        except (sqlite3.Error, OSError, TypeError, ValueError):
            return None
        if (index.summary.digest, index.summary.index_version) != (digest, VERSION):
            index.close()
            return None
        return index

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def departments(self) -> list[str]:
        """The slugs of the log's departments."""
        return [slug for (slug,) in self._rows.execute("SELECT slug FROM departments ORDER BY slug")]

    def trace(self, position: int) -> TraceRow | None:
        """The trace at a place of the log, counted from 1."""
        row = self._rows.execute("SELECT * FROM traces WHERE position = ?", (position,)).fetchone()
        return None if row is None else TraceRow(*row)

    def position_of(self, case_id: str) -> int | None:
        """The place in the log of the trace that became this case; None: not a case of this log."""
        row = self._rows.execute("SELECT position FROM traces WHERE case_id = ?", (case_id,)).fetchone()
        return None if row is None else int(row[0])

    def decision(self, case_id: str, step_id: str) -> DecisionRow | None:
        """The event that answers a step of a case; None: not a case of this log."""
        row = self._rows.execute(
            "SELECT d.* FROM traces t JOIN decisions d ON d.position = t.position WHERE t.case_id = ? AND d.step_id = ?",
            (case_id, step_id),
        ).fetchone()
        return None if row is None else DecisionRow(*row)

    def pages(self, size: int = PAGE) -> Iterator[list[TraceRow]]:
        """All traces in the order of the log, a page at a time."""
        after = 0
        while page := self._rows.execute(
            "SELECT * FROM traces WHERE position > ? ORDER BY position LIMIT ?", (after, size)
        ).fetchall():
            yield [TraceRow(*row) for row in page]
            after = page[-1][0]

    def decisions(self, first: int, last: int) -> dict[int, dict[str, DecisionRow]]:
        """The events of the traces from `first` to `last`, by place and step."""
        by_place: dict[int, dict[str, DecisionRow]] = {}
        query = "SELECT * FROM decisions WHERE position BETWEEN ? AND ?"
        for row in map(DecisionRow._make, self._rows.execute(query, (first, last))):
            by_place.setdefault(row.position, {})[row.step_id] = row
        return by_place


class IndexWriter:
    """Makes an index beside its place and moves it there when it is whole: a killed reading leaves none that is believed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_suffix(".draft")
        self._draft.unlink(missing_ok=True)
        self._rows = sqlite3.connect(self._draft)
        # A draft needs no durability: after a crash it is made again.
        self._rows.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
        self._names = sqlite3.connect("")  # a temporary file, gone with its connection
        self._names.execute("CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID")

    def is_new_name(self, name: str) -> bool:
        """Whether no earlier trace had this name."""
        return self._names.execute("INSERT OR IGNORE INTO names VALUES (?)", (name,)).rowcount == 1

    def is_new_case(self, case_id: str) -> bool:
        """Whether no earlier trace became this case."""
        return self._rows.execute("SELECT 1 FROM traces WHERE case_id = ?", (case_id,)).fetchone() is None

    def add(self, trace: TraceRow, decisions: Sequence[DecisionRow]) -> None:
        """Add a trace with its events."""
        self._rows.execute("INSERT INTO traces VALUES (?, ?, ?, ?, ?)", trace)
        self._rows.executemany("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?)", decisions)

    def finish(self, summary: Summary, departments: Iterable[tuple[str, str, int]]) -> Index:
        """Write the summary and put the index in its place."""
        self._rows.executemany("INSERT INTO departments VALUES (?, ?, ?)", departments)
        self._rows.execute("INSERT INTO summary VALUES (?)", (json.dumps(asdict(summary), allow_nan=False),))
        self._rows.commit()
        self.close()
        self._draft.replace(self._path)
        return Index(self._path)

    def close(self) -> None:
        """Close the files, whether it is finished or not."""
        self._rows.close()
        self._names.close()

    def discard(self) -> None:
        """Give up the draft."""
        self.close()
        self._draft.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[IndexWriter]:
    """A writer whose draft is removed if anything goes wrong. Raises OSError, sqlite3.Error: whoever chose the place explains."""
    writer = IndexWriter(path)
    try:
        with closing(writer):
            yield writer
    except BaseException:
        writer.discard()
        raise
