"""What it costs that every look is on record: `python -m bench.reads [--reads N]` (100,000; bench/results/reads.json).

- `read_ms`, `read_ms_worst_of_100`: to put one read on record and commit it, as each look does: the median, and the 99th part.
- `of_case_ms`, `by_account_ms`, `newest_ms`: to tell the newest 50 of N reads of a case that few looked at, of an account that
  looked seldom, and of all; with their total.
- `first_checkpoint_s`, `next_checkpoint_s`: to number and sign N reads at once, and later one more.
- `verify_reads_per_s`: each row hashed and held against its leaf and its checkpoint.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from audit.checkpoints import check_proofs
from audit.proof.sealing import sealing_with
from audit.proof.signing import SigningKey
from bench.store import a_store
from events.language.topics import Topics
from services.actors import claimed
from store.checkpoints import Checkpoints
from store.database import Store
from store.reads import Read, ReadFilter, Reads
from store.seals import make_installation_id

RESULTS: Final = Path(__file__).parent / "results" / "reads.json"
READS: Final = 100_000
SINGLE: Final = 500
LISTED: Final = 50
READ: Final = Read(claimed("operator", "bench"), "command_line", "show", "case-0123456789abcdef01234567")
SELDOM: Final = replace(READ, actor=claimed("auditor", "seldom"), case_id="case-seldom")
COLUMNS: Final = "actor, door, purpose, case_id, subject, as_of, known_at, filter, count"
COPIES: Final = (
    f"INSERT INTO reads ({COLUMNS}) SELECT {COLUMNS} FROM reads, generate_series(1, :times) WHERE position = 2"
)


def main() -> None:
    """Measure, print and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reads", type=int, default=READS, help=f"how many (default: {READS:,})")
    figures = measured(parser.parse_args().reads)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


def measured(count: int) -> dict[str, Any]:
    """All figures, with so many reads on record."""
    with a_store() as (_, store):
        make_installation_id(store)
        reads = Reads(store)
        reads.add(SELDOM)
        singles = sorted(_ms(lambda: reads.add(READ)) for _ in range(SINGLE))
        with store.writing() as connection:
            connection.execute(text(COPIES), {"times": count - SINGLE - 1})
            connection.execute(text("ANALYZE reads"))
        figures: dict[str, Any] = {"reads": count, "python": platform.python_version()}
        figures |= {
            "read_ms": round(statistics.median(singles), 3),
            "read_ms_worst_of_100": round(singles[SINGLE * 99 // 100], 3),
        }
        for name, wanted in (
            ("of_case_ms", ReadFilter(case_id="case-seldom")),
            ("by_account_ms", ReadFilter(actor_id="seldom")),
            ("newest_ms", ReadFilter()),
        ):
            figures[name] = round(min(_ms(partial(_told, reads, wanted)) for _ in range(3)), 2)
        return figures | _proven(store, reads, count)


def _told(reads: Reads, wanted: ReadFilter) -> None:
    if not reads.find(wanted, limit=LISTED) or not reads.count(wanted):
        raise AssertionError(wanted)


def _proven(store: Store, reads: Reads, count: int) -> dict[str, Any]:
    key, topic, signer = SigningKey.new(), Topics().checkpoints, Checkpoints(store)

    def sign() -> None:
        if signer.make(sealing_with(key), topic) is None:
            raise AssertionError("nothing was new")

    def verify() -> None:
        if check_proofs(store, known=(key.public,)).violations:
            raise AssertionError("honest reads were accused")

    first_s = _ms(sign) / 1000
    for _ in range(2):  # what the first saw is settled for the one after the next
        reads.add(READ)
        next_s = _ms(sign) / 1000
    return {
        "first_checkpoint_s": round(first_s, 2),
        "next_checkpoint_s": round(next_s, 3),
        "verify_reads_per_s": round(count / (_ms(verify) / 1000)),
    }


def _ms(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
