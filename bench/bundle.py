"""What a bundle costs: a case of 500 events exported from a ledger of any size, signed, and checked offline.

`python -m bench.bundle` prints the figures for a ledger of 100,000 events (`--events`); bench.audit takes them into its results.

- `bundle_s`: from the database to the bytes of the file, report and signature included, on a ledger that a checkpoint covers.
- `verifier_s`: `greenlane-verify` on it as a process of its own, from start to exit; `verifier_cpu_s` its processor time.

The median of some rounds; the process that exports has everything imported, as `greenlane export` has after its start.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from audit.proof.sealing import sealing_with
from audit.proof.signing import SigningKey
from bench.ledgers import grow
from bench.store import a_store
from catalog.loader import load_catalog
from events.language.topics import Topics
from presentation.evidence.page import evidence_page, in_each_language
from presentation.moments import Moments
from presentation.words.words import Words
from services.actors import claimed
from services.exports import Bundle, export_bundle
from services.installation import Installation
from sla.business_time import BusinessTime
from store.checkpoints import Checkpoints
from store.database import Store
from store.definitions import DefinitionArchive
from store.recorder import Recorder
from store.seals import make_installation_id
from tests.builders import MONDAY, a_reassignment, the_definitions
from tests.settled_catalogue import SettledCatalogue
from tests.store.living import Living

EVENTS: Final = 500
ROUNDS: Final = 7
CATALOG: Final = load_catalog()


class _Archive(Installation):
    """A database alone, in which nothing goes on."""

    topics = Topics()
    zone = CATALOG.zone
    message_max_bytes = 0
    store: Any = None
    cluster: Any = None
    intake_records: Any = None
    catalogue: Any = SettledCatalogue(CATALOG)
    business_time = BusinessTime.real_time()
    temporal: Any = None
    intake: Any = None
    dossier_intake: Any = None


def measured(store: Store, key: SigningKey) -> dict[str, Any]:
    """The figures on this ledger, which gets a case of 500 events; `key` signs its checkpoints."""
    make_installation_id(store)
    case_id = _long_case(store)
    Checkpoints(store).make(sealing_with(key), Topics().checkpoints)
    took, bundle = [], None
    for _ in range(ROUNDS):
        began = time.perf_counter()
        bundle = _exported(store, case_id, key)
        took.append(time.perf_counter() - began)
    if bundle is None:
        raise AssertionError("there are no rounds")
    return {
        "bundle_events": bundle.events,
        "bundle_bytes": len(bundle.content),
        "bundle_s": round(statistics.median(took), 3),
        **_verified(bundle.content, key),
    }


def _long_case(store: Store) -> str:
    """A case that goes from officer to officer until it has so many events."""
    DefinitionArchive(store).keep(the_definitions())
    recorder = Recorder(store, Topics())
    living, at = Living(recorder, 1, the_definitions()).open(MONDAY), MONDAY
    while living.case.sequence < EVENTS:
        at += timedelta(minutes=1)
        living.turn(at, a_reassignment("intake", at, officer=f"officer-{living.case.sequence}"))
    recorder.close()
    return living.case.case_id


def _exported(store: Store, case_id: str, key: SigningKey) -> Bundle:
    installation, now = _Archive(), datetime.now(UTC)
    installation.store = store
    moments = Moments(Words("vi"), installation.zone, installation.business_time, now)
    parts = in_each_language(moments, CATALOG)
    actor = claimed("operator", "bench")
    bundle = export_bundle(installation, actor, case_id, lambda told: evidence_page(told, parts), key=key, now=now)
    if not isinstance(bundle, Bundle):
        raise AssertionError(bundle.code)
    return bundle


def _verified(content: bytes, key: SigningKey) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file, public = Path(folder) / "case.html", Path(folder) / "key.pem"
        file.write_bytes(content)
        public.write_text(key.public_pem)
        words = [sys.executable, "-m", "verifier", str(file), "--key", str(public), "--json"]
        took, own = [], []
        for _ in range(ROUNDS):
            began, before = time.perf_counter(), _children_cpu()
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
            took.append(time.perf_counter() - began)
            own.append(_children_cpu() - before)
    return {"verifier_s": round(statistics.median(took), 3), "verifier_cpu_s": round(statistics.median(own), 3)}


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, help="of the whole ledger")
    asked = parser.parse_args()
    with a_store() as (_, store):
        standing = grow(store, asked.events)
        figures = measured(store, SigningKey.new()) | {"ledger_events": standing, "load": round(os.getloadavg()[0], 1)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
