"""A department floods one case with what is refused: `python -m bench.flood [--messages N]`.

Half of the messages come while the worker is away, half while it runs and other cases are being worked on. Measured is how long
a lawful command of another department and one of the flooding department wait, what becomes of the rate of other cases, and
what grows. tests/e2e/test_flood.py holds the same to what must be so, whatever the machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil
from kafka import KafkaProducer
from sqlalchemy import func, select

from bench import SOURCE, SYSTEM
from bench.throughput.__main__ import PROCEDURE, access_file, the_stack
from bench.throughput.usage import rss_mb, stack_processes
from events.language.envelope import binary_headers
from events.language.identity import case_id_of, message_command_id
from events.language.topics import Topics
from events.transport.cluster import Cluster
from greenlane.admission import KafkaAccess
from greenlane.wiring import Wiring
from store.tables import commands, waiting
from store.views import Views

RESULT = Path(__file__).parent / "results" / "flood.json"
FLOODING, OTHER = "culture", "one-stop"
LONG: Final = "ộ" * 1_900
TOO_LARGE: Final = {f"field_{number}": "ộ" * 450 for number in range(60)}
RATE_CASES, RATE_IN_FLIGHT = 80, 10
PATIENCE_SECONDS = 900.0


@dataclass(slots=True)
class Flood:
    """Somebody who writes to one case without end, and whoever else has to do with it."""

    cluster: Cluster
    topics: Topics
    name: str
    expected: set[tuple[str, str]] = field(default_factory=set)
    """(message id, content) of all that must have an outcome."""
    _producer: Any = None
    _sent: int = 0

    def __post_init__(self) -> None:
        self._producer = KafkaProducer(**self.cluster.client_options("flood"), linger_ms=2)

    @property
    def case_id(self) -> str:
        """The case that is flooded."""
        return case_id_of(SOURCE, self.name)

    def submit(self) -> None:
        """Hand the application in."""
        data = {
            "application_id": self.name,
            "procedure": PROCEDURE,
            "applicant": {"name": "Nguyễn Văn A"},
            "documents": [{"kind": "request"}, {"kind": "security-certificate"}],
        }
        self._send(self.topics.submissions_of(SYSTEM.id), "SubmitApplication", self.name, self.name, data)
        self._producer.flush()

    def rush(self, messages: int) -> None:
        """So many more hostile messages: short, long, repeated, under a used id, about nothing, too long."""
        for number in range(self._sent, self._sent + messages):
            self._hostile(number)
        self._sent += messages
        self._producer.flush()

    def answer(self, department: str, step: str, message_id: str) -> str:
        """A lawful answer; the id of its command."""
        self._decide(department, message_id, {"step_id": step, "outcome": "approve"})
        self._producer.flush()
        return message_command_id("department", department, SOURCE, message_id)

    def _hostile(self, number: int) -> None:
        early = {"step_id": "signing", "outcome": "approve"}
        match number % 60:
            case 5:
                self._decide(FLOODING, f"{self.name}-{number}", early | {"data": TOO_LARGE})
            case kind if kind % 5 == 1:
                self._decide(FLOODING, f"{self.name}-{number}", early | {"reason": LONG})
            case kind if kind % 5 == 2:
                self._decide(FLOODING, f"{self.name}-{number - 1}", early | {"reason": LONG})
            case kind if kind % 5 == 3:
                self._decide(FLOODING, f"{self.name}-{number - 2}", early | {"reason": f"again, {number}"})
            case kind if kind % 5 == 4:
                self._decide(FLOODING, f"{self.name}-{number}", early | {"step_id": "nowhere"})
            case _:
                self._decide(FLOODING, f"{self.name}-{number}", early)

    def _decide(self, department: str, message_id: str, said: dict[str, Any]) -> None:
        data = said | {"case": self.case_id}
        self.expected.add((f"{department}:{message_id}", json.dumps(data)))
        self._send(self.topics.decisions(department), "DecideStep", message_id, self.case_id, data)

    def _send(self, topic: str, name: str, message_id: str, key: str, data: dict[str, Any]) -> None:
        headers = binary_headers(id=message_id, source=SOURCE, name=name, subject=None, time=datetime.now(UTC))
        self._producer.send(topic, key=key.encode(), value=json.dumps(data).encode(), headers=headers)


class Watch:
    """What stands in the database of the stack."""

    def __init__(self, wiring: Wiring) -> None:
        self._store = wiring.store
        self._views = Views(wiring.store)

    def is_open(self, case_id: str) -> bool:
        """Whether the case has recorded anything."""
        return self._views.case(case_id) is not None

    def outcome(self, case_id: str, command_id: str) -> bool | None:
        """Whether a command was accepted; None: it is not settled."""
        query = select(commands.c.accepted).where(commands.c.case_id == case_id, commands.c.command_id == command_id)
        with self._store.reading() as connection:
            return connection.scalar(query)

    def settled(self, case_id: str) -> int:
        """How many commands of the case have an outcome."""
        with self._store.reading() as connection:
            return connection.scalar(select(func.count()).where(commands.c.case_id == case_id)) or 0

    def waits(self, case_id: str, command_id: str | None = None) -> int:
        """How many commands wait for the case outside Temporal; or whether this one does."""
        query = select(func.count()).where(waiting.c.case_id == case_id)
        if command_id is not None:
            query = query.where(waiting.c.command_id == command_id)
        with self._store.reading() as connection:
            return connection.scalar(query) or 0


def until(found: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """What is found, as soon as it is."""
    ends_at = time.monotonic() + seconds
    while (value := found()) in (None, False, 0):
        if time.monotonic() > ends_at:
            raise TimeoutError("it never came")
        time.sleep(0.02)
    return value


@contextmanager
def worker_away(supervisor: psutil.Process) -> Iterator[None]:
    """The worker stands still meanwhile."""
    workers = stack_processes(supervisor)["worker"]
    for worker in workers:
        worker.suspend()
    try:
        yield
    finally:
        for worker in workers:
            worker.resume()


def started_departments(wiring: Wiring, name: str, cases: int = RATE_CASES) -> subprocess.Popen[bytes]:
    """Other cases being worked on, from submission to closing, in a process of their own."""
    words = [access_file(wiring), wiring.settings.topic_prefix, PROCEDURE, str(cases), str(RATE_IN_FLIGHT)]
    words.append(f"{name}-{time.time_ns()}")
    return subprocess.Popen([sys.executable, "-m", "bench.throughput.departments", *words], stdout=subprocess.PIPE)


def rate_of(departments: subprocess.Popen[bytes]) -> float:
    """Cases a second, once it is done."""
    out, _ = departments.communicate(timeout=PATIENCE_SECONDS)
    if departments.returncode:
        raise RuntimeError("the departments failed")
    found: float = json.loads(out)["cases_per_s"]
    return found


def a_flood(wiring: Wiring, name: str) -> Flood:
    """A case of its own, open, that nobody has written to yet."""
    flood = Flood(KafkaAccess.read(Path(access_file(wiring))).cluster, wiring.topics, f"{name}-{time.time_ns()}")
    flood.submit()
    until(lambda: Watch(wiring).is_open(flood.case_id))
    return flood


def while_away(wiring: Wiring, supervisor: psutil.Process, messages: int) -> dict[str, Any]:
    """The flood comes while the worker is away; how long it takes from its return."""
    watch, flood = Watch(wiring), a_flood(wiring, "away")
    case_id = flood.case_id
    with worker_away(supervisor):
        flood.rush(messages)
        lawful = flood.answer(OTHER, "intake", "lawful")
        own = flood.answer(FLOODING, "site-check", "own")
        until(lambda: watch.waits(case_id, own) or watch.outcome(case_id, own) is not None)
        if watch.outcome(case_id, lawful) is not None:
            raise RuntimeError("the worker was not away")
        waited = watch.waits(case_id)
    returned_at = time.monotonic()
    until(lambda: watch.outcome(case_id, lawful))
    lawful_s, left = time.monotonic() - returned_at, watch.waits(case_id)
    until(lambda: watch.outcome(case_id, own) is not None and not watch.waits(case_id))
    return {
        "lawful_answered_after_return_s": round(lawful_s, 2),
        "waiting_when_the_worker_returned": waited,
        "waiting_when_the_lawful_one_was_answered": left,
        "own_answered_after_return_s": round(time.monotonic() - returned_at, 2),
    }


def while_running(wiring: Wiring, supervisor: psutil.Process, messages: int) -> dict[str, Any]:
    """The flood comes while the worker runs, beside other cases."""
    watch = Watch(wiring)
    before, memory = rate_of(started_departments(wiring, "before")), rss_mb(stack_processes(supervisor))
    flood, departments = a_flood(wiring, "running"), started_departments(wiring, "during")
    began_at = time.monotonic()
    flood.rush(messages)
    lawful, sent_at = flood.answer(OTHER, "intake", "lawful"), time.monotonic()
    until(lambda: watch.outcome(flood.case_id, lawful))
    lawful_s = time.monotonic() - sent_at
    during = rate_of(departments)
    until(lambda: watch.settled(flood.case_id) >= len(flood.expected) and not watch.waits(flood.case_id))
    return {
        "other_cases_per_s_before": round(before, 2),
        "other_cases_per_s_during": round(during, 2),
        "share_of_the_rate_kept": round(during / before, 2),
        "lawful_answered_s": round(lawful_s, 2),
        "all_answered_s": round(time.monotonic() - began_at, 2),
        "memory_mb_before": memory,
        "memory_mb_after": rss_mb(stack_processes(supervisor)),
    }


def main() -> None:
    """Measure and write bench/results/flood.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    messages = parser.parse_args().messages
    with the_stack() as (wiring, supervisor):
        rate_of(started_departments(wiring, "warm-up", 30))
        result = {
            "messages": messages,
            "away": while_away(wiring, supervisor, messages // 2),
            "running": while_running(wiring, supervisor, messages // 2),
            "machine": f"{psutil.cpu_count()} cores",
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "method": "python -m bench.flood",
        }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    sys.stderr.write(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
