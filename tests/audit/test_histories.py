"""I13: stored histories replay on today's code; one that does not is told with its run and the reason, on one line."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import pytest
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory

from audit.histories import AskedHistories, Replaying
from audit.verification import verify
from audit.verification_report import ReplayTally
from store.database import Store
from store.histories import ClosedRun, Histories, Run, StoredHistory
from tests.builders import MONDAY
from tests.workflows.record_golden import GOLDEN
from workflows.converter import SEAL, Seal

NAMES = ("standard.1", "continued.2", "dossier_granted.1")
RUN = Run("C-1", "run-1")


def recorded(name: str) -> bytes:
    """A golden history as Temporal's own message."""
    history = WorkflowHistory.from_json(name, (GOLDEN / f"{name}.json").read_text())
    return History(events=history.events).SerializeToString()


def stored(data: bytes, run: Run = RUN) -> StoredHistory:
    return StoredHistory(run, zlib.compress(data))


def without(data: bytes, kind: str) -> bytes:
    """The same history, but its workflow never did this."""
    history = History.FromString(data)
    events = [event for event in history.events if not event.HasField(kind)]  # type: ignore[arg-type]
    for number, event in enumerate(events, start=1):
        event.event_id = number
    return History(events=events).SerializeToString()


@pytest.mark.parametrize("sandbox", [False, True])
def test_sound_histories_replay(sandbox: bool) -> None:
    """Cases, dossiers and continued runs, in the sandbox and without."""
    replaying = Replaying(None, sandbox)
    assert replaying([stored(recorded(name)) for name in NAMES]) == (len(NAMES), [])


def test_a_history_of_other_commands_is_told_and_holds_up_none() -> None:
    """The two beside it are sound."""
    other = without(recorded("standard.1"), "timer_started_event_attributes")
    histories = [stored(recorded(NAMES[0])), stored(other), stored(recorded(NAMES[1]))]
    number, [failed] = Replaying(None, sandbox=False)(histories)
    assert (number, failed.run) == (3, RUN)
    assert "Nondeterminism" in failed.why
    assert len(failed.why) <= 200
    assert "\n" not in failed.why


@pytest.mark.parametrize(
    "body", [b"", b"x", zlib.compress(b""), zlib.compress(b"no message"), zlib.compress(b"x" * 10)[:-1]]
)
def test_what_is_no_history_is_told(body: bytes) -> None:
    """Whatever stands in its place."""
    _, [failed] = Replaying(None, sandbox=False)([StoredHistory(RUN, body)])
    assert failed.why.startswith("it cannot be read")


def test_a_sealed_history_replays_with_its_seal_only() -> None:
    """One from before there were seals replays beside it."""
    with_seal = stored(sealed_copy(recorded("standard.1"), b"ours"))
    before = stored(recorded("standard.1"), Run("C-2", "run-2"))
    assert Replaying(b"ours", sandbox=False)([with_seal, before]) == (2, [])
    _, [failed] = Replaying(b"other", sandbox=False)([with_seal, before])
    assert failed.run == RUN


def sealed_copy(data: bytes, key: bytes) -> bytes:
    """As an installation with a seal would have it."""
    history, seal = History.FromString(data), Seal(key)
    for payload in payloads_in(history):
        payload.metadata[SEAL] = seal.of(payload.data)
    return history.SerializeToString()


def payloads_in(message: Message) -> Iterator[Payload]:
    """All that a message holds, however deep."""
    if isinstance(message, Payload):
        yield message
        return
    for _, value in message.ListFields():
        for inner in value.values() if hasattr(value, "values") else value if isinstance(value, Sequence) else [value]:
            if isinstance(inner, Message):
                yield from payloads_in(inner)


def test_verify_replays_what_the_store_has(store: Store) -> None:
    """In a process beside this one; what is not asked is None; what was left out is counted."""
    lease = Histories(store).lease()
    assert lease is not None
    for number, name in enumerate(NAMES):
        lease.put(ClosedRun(Run(name, f"run-{number}"), "CaseWorkflow", MONDAY, MONDAY), recorded(name))
    bad = without(recorded("standard.1"), "timer_started_event_attributes")
    lease.put(ClosedRun(RUN, "CaseWorkflow", MONDAY, MONDAY), bad)
    lease.leave_out(ClosedRun(Run("C-9", "run-9"), "CaseWorkflow", MONDAY, MONDAY), "gone from Temporal")
    lease.release()
    seen: list[int] = []
    report = verify(store, watch=seen.append, histories=AskedHistories(sample=4, seed="drawn"))
    assert report.replays == ReplayTally(replayed=4, left_out=1, seed="drawn")
    assert (report.violations["I13"], sum(seen)) == (1, 4)
    [finding] = report.findings
    assert (finding.case_id, finding.message.split(":")[0]) == ("C-1", "run run-1 does not replay")
    assert verify(store).violations["I13"] is None
