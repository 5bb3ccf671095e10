"""What sealing costs: a person put into the vault and read out of it, on a real PostgreSQL that writes through to the disk.

`python -m bench.vault` takes about a minute and writes bench/results/vault.json: medians of three rounds, raw rows kept.

- `seal_us`, `open_us`: one value with its own key, wrapped by a key in a file: no database.
- `put_ms`: what an application costs more because it brings a person, as bridges accept them, many at once.
- `read_ms`: a person out of the database, opened, among many; `read_alone_ms`: one asked for by himself, with the way there.
- `again_ms`: as `put_ms`, of persons who are there already.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.ledgers import MASTER_KEY
from bench.store import a_store, cpu_seconds
from events.language.identity import case_id_of, subject_ref_of
from events.language.topics import Topics
from store.database import Store
from store.inbox import Inbox, Submission
from store.vault.numbers import Identifiers
from store.vault.sealing import new_key
from store.vault.subjects import OpenedSubject
from store.vault.vault import ENTRY, Vault
from tests.store.database_server import DatabaseServer

RESULTS = Path(__file__).parent / "results" / "vault.json"
ROUNDS = 3
SOURCE = "/bench"
PERSON = json.dumps({"applicant": {"name": "Nguyễn Văn A", "phone": "0905123456", "address": "x" * 300}})
ALONE = 300
"""Reads one by one."""


def submissions(first: int, count: int, *, persons: bool, number: int | None = None) -> list[Submission]:
    """So many applications; of persons who are numbered from `number` on, else from `first` on."""
    return [
        _submission(first + index, (first if number is None else number) + index, persons=persons)
        for index in range(count)
    ]


def _submission(application: int, person: int, *, persons: bool) -> Submission:
    name, case_id = f"A-{application}", case_id_of(SOURCE, f"A-{application}")
    found_by = Identifiers("person", f"{person:012d}", (), (f"0{person:09d}",), (f"nguyen van a {person}",))
    return Submission(
        case_id=case_id,
        source=SOURCE,
        application_id=name,
        content_digest="0" * 64,
        subject_ref=subject_ref_of(case_id),
        received_at=datetime.now(UTC),
        opening="{}",
        person=PERSON if persons else "",
        identifiers=found_by if persons else Identifiers(),
    )


async def _accept(inbox: Inbox, given: Sequence[Submission]) -> None:
    await asyncio.gather(*(inbox.accept_application(one) for one in given))


def accepted(store: Store, server: DatabaseServer, given: Sequence[Submission]) -> tuple[float, float]:
    """How long each took (ms), and the processor's time for it (ms), of this process and of PostgreSQL."""
    inbox = Inbox(store, Topics(), Vault(store, MASTER_KEY))
    before = cpu_seconds(os.getpid()) + cpu_seconds(server.pid)
    began = time.perf_counter()
    asyncio.run(_accept(inbox, given))
    took = time.perf_counter() - began
    inbox.close()
    used = cpu_seconds(os.getpid()) + cpu_seconds(server.pid) - before
    return took * 1000 / len(given), used * 1000 / len(given)


def sealed(count: int) -> tuple[float, float]:
    """Microseconds to seal one value under a new key that is wrapped, and to unwrap the key and open it."""
    began, content, kept = time.perf_counter(), PERSON.encode(), []
    for number in range(count):
        ref, key = f"subject-{number}", new_key()
        kept.append((ref, MASTER_KEY.wrap(key, ref), OpenedSubject(ref, key).seal(ENTRY, ref, content)))
    middle = time.perf_counter()
    for ref, wrapped, body in kept:
        assert OpenedSubject.of(MASTER_KEY, ref, wrapped).unseal(ENTRY, ref, body) == content
    return (middle - began) * 1e6 / count, (time.perf_counter() - middle) * 1e6 / count


def measure(store: Store, server: DatabaseServer, first: int, count: int) -> dict[str, float]:
    """One round."""
    seal_us, open_us = sealed(count)
    accepted(store, server, submissions(first, 200, persons=True))
    plain = accepted(store, server, submissions(first + count, count, persons=False))
    put = accepted(store, server, submissions(first + 2 * count, count, persons=True))
    again = accepted(store, server, submissions(first + 3 * count, count, persons=True, number=first + 2 * count))
    vault = Vault(store, MASTER_KEY)
    began = time.perf_counter()
    read = sum(1 for _ in vault.people())
    read_ms = (time.perf_counter() - began) * 1000 / read
    streams = [one.case_id for one in submissions(first + 2 * count, ALONE, persons=False)]
    began = time.perf_counter()
    assert all(vault.person(stream_id) == PERSON for stream_id in streams)
    alone_ms = (time.perf_counter() - began) * 1000 / ALONE
    return {
        "seal_us": round(seal_us, 1),
        "open_us": round(open_us, 1),
        "without_person_ms": round(plain[0], 3),
        "put_ms": round(put[0] - plain[0], 3),
        "put_cpu_ms": round(put[1] - plain[1], 3),
        "again_ms": round(again[0] - plain[0], 3),
        "read_ms": round(read_ms, 3),
        "read_alone_ms": round(alone_ms, 3),
    }


def main() -> None:
    """Measure, print and keep the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--values", type=int, default=4000, help="values of each kind a round")
    count, rows = arguments.parse_args().values, []
    with a_store() as (server, store):
        for number in range(ROUNDS):
            rows.append(measure(store, server, 100_000_000_001 + number * 10_000_000, count))
            print(json.dumps(rows[-1]), flush=True)
    medians: dict[str, Any] = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    result = {"at": datetime.now(UTC).isoformat(), "values": count, "medians": medians, "rounds": rows}
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(medians, indent=2))


if __name__ == "__main__":
    main()
