"""The departments, played by a process that talks only Kafka: what was decided in the log is decided again, step by step.

Run as `python -m greenlane.importing.player ORDERS NUMBER`; ends when it is told to.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from kafka import errors as kafka_errors

from eventlog.index import Index
from events.language.carried import Parcel, key_of, kind_of
from events.transport import listening
from events.transport.listening import Share
from events.transport.sender import Outgoing
from greenlane.importing.orders import NoteBook, Orders, StopWish, exit_code_of
from greenlane.importing.submitter import Diary
from wording.json_text import read_json

POLL_MS = 100
GATHER_SECONDS = 0.05
POLL_RECORDS = 1_000
COMMIT_SECONDS = 0.5


def note_name(number: int) -> str:
    """The file of a player's account."""
    return f"player-{number}.json"


class Player:
    """Answers every step of the log's cases with the event that the log has for it. Others' cases are left alone."""

    def __init__(self, orders: Orders, index: Index, number: int, stop: StopWish) -> None:
        self._orders = orders
        self._index = index
        self._number = number
        self._stop = stop
        self._note = NoteBook(Path(orders.folder) / note_name(number))
        self._departments = {orders.topics.work(slug): slug for slug in index.departments()}
        self._diary = Diary(orders.diary) if orders.attempt else None
        self._decided = 0
        self._refused: Counter[str] = Counter()
        self._next_commit = 0.0

    def run(self) -> None:
        """Until stopped. Raises Stopped, TransportError."""
        outgoing = self._orders.outgoing(self._stop, f"greenlane-import-player-{self._number}")
        with closing(outgoing), closing(self._reading()) as consumer:
            while not self._stop.wanted:
                # Answers go out in handfuls: with many cases under way nobody waits for a single one.
                time.sleep(GATHER_SECONDS)
                for place, records in consumer.poll(timeout_ms=POLL_MS, max_records=POLL_RECORDS).items():
                    for record in records:
                        self._take(record, self._departments[place.topic], outgoing)
                outgoing.settle()
                # Only now: a kill before this line makes the same decisions be sent again under the same ids.
                self._commit(consumer)
                self._tell()
        self._tell(now=True)

    def _reading(self) -> Any:
        return listening.assigned(
            self._orders.cluster,
            sorted(self._departments),
            f"greenlane-import-player-{self._number}",
            share=Share(self._number, self._orders.players),
            group=self._orders.group,
        )

    def _take(self, record: Any, department: str, outgoing: Outgoing) -> None:
        match kind_of(record):
            case "StepAssigned":
                self._answer(record, department, outgoing)
            case "AnswerRefused":
                if self._index.position_of(key_of(record)) is not None:
                    self._refused[str(read_json(record.value).get("code"))] += 1

    def _answer(self, record: Any, department: str, outgoing: Outgoing) -> None:
        case_id = key_of(record)
        step_id = read_json(record.value)["event"]["step_id"]
        decision = self._index.decision(case_id, step_id)
        if decision is None or self._is_over(decision.position):
            return
        answer = read_json(decision.answer)
        message = {"case": case_id, "step_id": step_id, **answer, "data": read_json(decision.data)}
        outgoing.add(
            Parcel(
                topic=self._orders.topics.decisions(department),
                key=case_id,
                id=self._orders.key.decision_id(decision.position, decision.event),
                name="DecideStep",
                subject=case_id,
                body=json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")),
            )
        )
        self._decided += 1

    def _is_over(self, position: int) -> bool:
        """Whether the case is closed, so that an answer read again after an attempt that was given up is not needed."""
        return self._diary is not None and self._diary.is_closed(position)

    def _commit(self, consumer: Any) -> None:
        if time.monotonic() < self._next_commit:
            return
        self._next_commit = time.monotonic() + COMMIT_SECONDS
        try:
            consumer.commit()
        except kafka_errors.KafkaError as error:
            # Kafka is away: what is not committed comes again.
            sys.stderr.write(f"commit: {type(error).__name__}\n")

    def _tell(self, *, now: bool = False) -> None:
        self._note.note({"decided": self._decided, "refused": dict(self._refused)}, now=now)


def main(arguments: list[str]) -> int:
    """The process."""
    orders, stop = Orders.read(Path(arguments[0])), StopWish()
    with closing(Index(Path(orders.index))) as index:
        return exit_code_of(Player(orders, index, int(arguments[1]), stop).run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
