"""The applicants, played by one process: sends a log's applications, never more at a time than the stack shall carry.

Run as `python -m greenlane.importing.submitter ORDERS`; ends with 0 when every case is closed.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from eventlog.index import Index, TraceRow
from events.language.carried import Parcel, key_of, kind_of
from events.language.notices import MessageRefused
from events.transport import listening
from events.transport.errors import TransportError
from events.transport.listening import Place
from events.transport.sender import Outgoing, Stopped
from greenlane.importing.orders import STOPPED, NoteBook, Orders, StopWish
from wording.foreign import visible
from wording.json_text import read_json

POLL_MS = 50
GATHER_SECONDS = 0.05
"""Closings are heard in handfuls."""
SAVE_EVERY_ROUNDS = 10

NOTE = "submitter.json"
SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS offsets (topic TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, partition));
CREATE TABLE IF NOT EXISTS ended (position INTEGER PRIMARY KEY, failed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS submitted (up_to INTEGER NOT NULL);
"""


class Diary:
    """How far the submitter is, in one transaction with what it has read: after a kill it neither waits nor skips."""

    def __init__(self, path: Path) -> None:
        self._rows = sqlite3.connect(path)
        self._rows.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def offsets(self) -> dict[Place, int]:
        """Where to read on; empty for a new diary."""
        return {(topic, partition): at for topic, partition, at in self._rows.execute("SELECT * FROM offsets")}

    def submitted(self) -> int:
        """Up to which trace everything was submitted."""
        last = self._rows.execute("SELECT max(up_to) FROM submitted").fetchone()[0]
        return int(last or 0)

    def closed(self) -> list[int]:
        """Traces whose cases are closed."""
        return [position for (position,) in self._rows.execute("SELECT position FROM ended WHERE NOT failed")]

    def failed(self) -> list[int]:
        """Traces whose submission was refused."""
        return [position for (position,) in self._rows.execute("SELECT position FROM ended WHERE failed")]

    def is_closed(self, position: int) -> bool:
        """Whether this trace's case is closed."""
        query = "SELECT 1 FROM ended WHERE position = ? AND NOT failed"
        return self._rows.execute(query, (position,)).fetchone() is not None

    def save(self, submitted: int, ended: Iterable[tuple[int, int]], offsets: dict[Place, int]) -> None:
        """Write down all at once."""
        with self._rows:
            self._rows.execute("DELETE FROM submitted")
            self._rows.execute("INSERT INTO submitted VALUES (?)", (submitted,))
            self._rows.executemany("INSERT OR REPLACE INTO ended VALUES (?, ?)", ended)
            self._rows.executemany(
                "INSERT OR REPLACE INTO offsets VALUES (?, ?, ?)", [(*place, at) for place, at in offsets.items()]
            )


class Submitter:
    """Sends applications, and hears of closings and refusals on Kafka; nothing else connects it to the stack."""

    def __init__(self, orders: Orders, index: Index, diary: Diary, stop: StopWish) -> None:
        self._orders = orders
        self._index = index
        self._diary = diary
        self._stop = stop
        self._note = NoteBook(Path(orders.folder) / NOTE)
        self._submitted = diary.submitted()
        self._has_ended = bytearray(index.summary.traces + 1)
        self._closed = self._failed = 0
        for position in diary.closed():
            self._end(position, 0)
        self._again = diary.failed()
        """Refused in an earlier run: the cause may be gone."""
        self._unsaved: list[tuple[int, int]] = []
        self._open: dict[str, int] = {}
        """What was sent and has not ended: its place in the log, by what a refusal calls it."""
        for position in range(1, self._submitted + 1):
            if not self._has_ended[position]:
                self._open[self._name(position)] = position

    def run(self) -> None:
        """Until every case has ended. Raises Stopped, TransportError."""
        outgoing = self._orders.outgoing(self._stop, "greenlane-import-submitter")
        with closing(outgoing), closing(self._listening()) as consumer:
            self._save(outgoing, consumer)
            rounds = 0
            while not self._finished:
                if self._stop.wanted:
                    self._save(outgoing, consumer)
                    raise Stopped
                self._submit(outgoing)
                time.sleep(GATHER_SECONDS)
                self._listen(consumer)
                rounds += 1
                if rounds % SAVE_EVERY_ROUNDS == 0:
                    self._save(outgoing, consumer)
            self._save(outgoing, consumer)
        self._tell(now=True)

    @property
    def _finished(self) -> bool:
        return self._closed + self._failed >= self._index.summary.traces

    def _listening(self) -> Any:
        names = [self._orders.topics.case_events, self._orders.answers]
        consumer = listening.assigned(self._orders.cluster, names, "greenlane-import-submitter")
        known = self._diary.offsets()
        if known:
            listening.move(consumer, known)
        elif self._orders.from_beginning:
            consumer.seek_to_beginning()
        else:
            consumer.seek_to_end()
        return consumer

    def _submit(self, outgoing: Outgoing) -> None:
        while self._again and len(self._open) < self._orders.in_flight_max:
            self._send(self._index.trace(self._again.pop()), outgoing)
        while len(self._open) < self._orders.in_flight_max and self._submitted < self._index.summary.traces:
            self._submitted += 1
            self._send(self._index.trace(self._submitted), outgoing)

    def _send(self, trace: TraceRow | None, outgoing: Outgoing) -> None:
        if trace is not None and not self._has_ended[trace.position]:
            self._open[self._name(trace.position)] = trace.position
            outgoing.add(
                Parcel(
                    topic=self._orders.submissions,
                    key=trace.case_id,
                    id=self._orders.key.submission_id(trace.position),
                    name="SubmitApplication",
                    subject=trace.application_id,
                    body=trace.submission,
                )
            )

    def _listen(self, consumer: Any) -> None:
        for place, records in consumer.poll(timeout_ms=POLL_MS).items():
            refused = place.topic == self._orders.answers
            for record in records:
                position = self._refused(record) if refused else self._ended(record)
                if position is not None and not self._has_ended[position]:
                    self._unsaved.append((position, int(refused)))
                    self._end(position, int(refused))
                    self._open.pop(self._name(position), None)
        self._tell()

    def _ended(self, record: Any) -> int | None:
        is_closing = kind_of(record) == "CaseClosed"
        return self._index.position_of(key_of(record)) if is_closing else None

    def _refused(self, record: Any) -> int | None:
        if kind_of(record) != MessageRefused.__name__:
            return None
        refused = MessageRefused.model_validate(read_json(record.value))
        return self._open.get(refused.command_id or "")

    def _name(self, position: int) -> str:
        return self._orders.key.submission_command_id(position)

    def _end(self, position: int, failed: int) -> None:
        self._has_ended[position] = 1
        self._failed += failed
        self._closed += not failed

    def _save(self, outgoing: Outgoing, consumer: Any) -> None:
        outgoing.settle()
        self._diary.save(self._submitted, self._unsaved, listening.offsets_of(consumer))
        self._unsaved.clear()

    def _tell(self, *, now: bool = False) -> None:
        self._note.note(
            {
                "submitted": self._submitted,
                "closed": self._closed,
                "failed": self._failed,
                "in_flight": len(self._open),
            },
            now=now,
        )


def main(arguments: list[str]) -> int:
    """The process."""
    orders = Orders.read(Path(arguments[0]))
    stop = StopWish()
    with closing(Index(Path(orders.index))) as index, closing(Diary(orders.diary)) as diary:
        try:
            Submitter(orders, index, diary, stop).run()
        except Stopped:
            return STOPPED
        except TransportError as error:
            sys.stderr.write(f"{visible(str(error))}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
