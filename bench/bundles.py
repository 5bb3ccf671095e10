"""What a bundle costs: of a case with 500 events, written and then held to a public key offline. A part of `bench.audit`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Final, cast

from audit.proof.signing import SigningKey
from bench.ledgers import record_long_life
from catalog.loader import load_catalog
from events.language.refusals import Refusal
from events.language.topics import Topics
from presentation.evidence.page import evidence_page, in_each_language
from presentation.moments import Moments
from presentation.names import Names
from presentation.words.words import Words
from services.actors import claimed
from services.exports import Bundle, export_bundle
from services.installation import Installation
from services.recording_reads import Reader
from sla.business_time import BusinessTime
from store.database import Store
from store.inbox import Inbox
from store.ledger import Ledger

EVENTS: Final = 500
ROUNDS: Final = 3


def bundle_figures(store: Store, key: SigningKey) -> dict[str, float]:
    """Seconds for writing the bundle, its checkpoint standing, and for the offline check, a process of its own; its size."""
    case_id = record_long_life(store, EVENTS)
    content = _exported(store, case_id, key).content
    exported_s = min(_seconds(lambda: _exported(store, case_id, key)) for _ in range(ROUNDS))
    with tempfile.TemporaryDirectory(prefix="greenlane-bench-") as folder:
        file, public = Path(folder) / "case.html", Path(folder) / "key.pem"
        file.write_bytes(content)
        public.write_text(key.public.pem)
        words = [sys.executable, "-m", "verifier", str(file), "--key", str(public), "--json"]
        checked_s = min(_seconds(lambda: _checked(words)) for _ in range(ROUNDS))
    return {
        "bundle_of_500_events_s": round(exported_s, 3),
        "bundle_check_s": round(checked_s, 3),
        "bundle_kb": len(content) // 1024,
    }


def _exported(store: Store, case_id: str, key: SigningKey) -> Bundle:
    words, now, catalog = Words("vi"), datetime.now(UTC), load_catalog()
    parts = {"store": store, "inbox": Inbox(store, Topics()), "ledger": Ledger(store), "topics": Topics()}
    installation = cast("Installation", SimpleNamespace(**parts, business=lambda at: at))
    moments = Moments(words, catalog.zone, BusinessTime.real_time(), now, known=Names(words))
    pages = in_each_language(moments, catalog)
    bundle = export_bundle(
        installation,
        Reader(claimed("operator", "bench"), "export"),
        case_id,
        lambda narrative: evidence_page(narrative, pages),
        key=key,
        now=now,
    )
    if isinstance(bundle, Refusal) or bundle.events < EVENTS:
        raise AssertionError(bundle)
    return bundle


def _checked(words: list[str]) -> None:
    answer = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    if not json.loads(answer)["ok"]:
        raise AssertionError(answer)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
