"""The schedule's next checkpoint: when it is due, once, however many publishers are at work, with a publisher's rights."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from audit.proof.errors import KeyNotHandedOver
from audit.proof.signing import SigningKey, signature_holds
from events.language.checkpoint import canonical_checkpoint
from greenlane.checkpoints.file import CheckpointFileError
from greenlane.checkpoints.making import Making
from greenlane.checkpoints.schedule import write_file
from store.checkpoints import Checkpoints
from store.database import Store
from store.outbox import Outbox
from store.recorder import Recorder
from tests.blocking import record_now
from tests.store.conftest import TOPICS
from tests.store.turn_builder import Sketch

KEY = SigningKey.new()
HOUR = 3600.0


def making(
    store: Store, every_seconds: float, key: SigningKey = KEY, clock: Callable[[], float] = lambda: 0.0
) -> Making:
    return Making(store, key, TOPICS.checkpoints, every_seconds, clock)


def numbers(store: Store) -> list[int]:
    return [checkpoint.number for checkpoint in Checkpoints(store).all()]


def test_the_first_is_made_at_once_and_the_next_when_it_is_due(publisher: Store, recorder: Recorder) -> None:
    """A young one is followed by none, an old one as soon as anything came after it; what is owed goes to its topic."""
    case = Sketch()
    case.take(record_now(recorder, case.opening()))
    making(publisher, HOUR)()
    case.take(record_now(recorder, case.answer()))
    making(publisher, HOUR)()
    assert numbers(publisher) == [1]
    making(publisher, 0.0)()
    making(publisher, 0.0)()
    assert numbers(publisher) == [1, 2]
    first, second = Checkpoints(publisher).all()
    assert first.logs["events"].size < second.logs["events"].size == len(case.records)
    assert signature_holds(second, [KEY.public])
    owed = [message for message in Outbox(publisher).messages() if message[0] == TOPICS.checkpoints]
    assert [event_id.rpartition("-")[2] for _, event_id, _, _ in owed] == ["1", "2"]


def test_with_nothing_new_it_is_asked_seldom(publisher: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look costs two rows; the search for what has no leaf comes at the schedule's own pace."""
    now, tries = [0.0], []
    work = making(publisher, 0.0, clock=lambda: now[0])
    work()
    work.every_seconds = 1e-9
    make = Checkpoints.make

    def counted(self: Checkpoints, *arguments: object) -> object:
        tries.append(now[0])
        return make(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Checkpoints, "make", counted)
    for _ in range(5):
        work()
    now[0] = 1.0
    work()
    assert tries == [1.0]
    assert numbers(publisher) == [1]


@pytest.mark.parametrize("round_", range(3))
def test_several_publishers_make_one(publisher: Store, recorder: Recorder, round_: int) -> None:
    """Each has seen that one is due; who comes second finds it made, and undoes what it began."""
    del round_
    case = Sketch()
    case.take(record_now(recorder, case.opening()))
    duties = [making(publisher, HOUR) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda duty: duty(), duties))
    assert numbers(publisher) == [1]


def test_a_key_that_was_not_handed_over_signs_nothing(publisher: Store, recorder: Recorder) -> None:
    making(publisher, 0.0)()
    case = Sketch()
    case.take(record_now(recorder, case.opening()))
    with pytest.raises(KeyNotHandedOver):
        making(publisher, 0.0, SigningKey.new())()
    assert numbers(publisher) == [1]


def test_the_file_has_what_is_stored(publisher: Store, recorder: Recorder, tmp_path: Path) -> None:
    """Byte for byte what was signed and sent; one of a database that was put back is refused."""
    file, case = tmp_path / "checkpoints.jsonl", Sketch()
    assert write_file(publisher, file) == 0
    for turn in (case.opening, case.answer, case.closing):
        case.take(record_now(recorder, turn()))
        making(publisher, 0.0)()
    assert write_file(publisher, file) == 3
    assert write_file(publisher, file) == 0
    stored = Checkpoints(publisher).all()
    assert file.read_bytes().splitlines() == [canonical_checkpoint(checkpoint) for checkpoint in stored]
    later = json.loads(file.read_bytes().splitlines()[-1]) | {"number": 4}
    with file.open("a") as lines:
        lines.write(json.dumps(later, sort_keys=True, separators=(",", ":")) + "\n")
    with pytest.raises(CheckpointFileError, match="checkpoint 4"):
        write_file(publisher, file)
