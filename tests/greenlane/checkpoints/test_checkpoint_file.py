"""The file of checkpoints: complete whatever came between, torn lines mended, and never that of somebody else."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from events.language.checkpoint import Checkpoint, LogState, canonical_checkpoint, digest_of_checkpoint
from greenlane.checkpoints.file import CheckpointFile, CheckpointFileError
from wording.text import in_language

OURS, OTHERS = "a" * 32, "b" * 32
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def chain(length: int, installation: str = OURS, cases: int = 0) -> list[Checkpoint]:
    """Checkpoints that follow each other; nobody asks here for their signatures."""
    made: list[Checkpoint] = []
    for number in range(1, length + 1):
        made.append(
            Checkpoint(
                installation=installation,
                number=number,
                at=AT + timedelta(minutes=15 * number),
                cases=cases,
                logs={"events": LogState(size=number, root="0" * 64)},
                key_id="0" * 32,
                previous=digest_of_checkpoint(made[-1]) if made else None,
                signature="0" * 128,
            )
        )
    return made


class Shelf:
    """What the database holds."""

    def __init__(self, checkpoints: list[Checkpoint]) -> None:
        self.checkpoints = checkpoints
        self.read = 0

    def __call__(self, first: int) -> Iterator[Checkpoint]:
        for checkpoint in self.checkpoints[first - 1 :]:
            self.read += 1
            yield checkpoint


@pytest.fixture
def file(tmp_path: Path) -> CheckpointFile:
    return CheckpointFile(tmp_path / "checkpoints.jsonl", OURS)


def lines_of(checkpoints: list[Checkpoint]) -> bytes:
    return b"".join(canonical_checkpoint(checkpoint) + b"\n" for checkpoint in checkpoints)


def test_what_is_lacking_is_appended_first(file: CheckpointFile) -> None:
    """Those made while the file was away, or before it was named, and nothing twice; only what is new is read."""
    stored = chain(40)
    assert file.bring_up_to_date(Shelf(stored[:3])) == 3
    shelf = Shelf(stored)
    assert file.bring_up_to_date(shelf) == 37
    assert shelf.read == 38
    assert file.bring_up_to_date(Shelf(stored)) == 0
    assert file.path.read_bytes() == lines_of(stored)
    assert file.last() == stored[-1]


def test_nothing_stored_makes_an_empty_file(file: CheckpointFile) -> None:
    assert file.last() is None
    assert file.bring_up_to_date(Shelf([])) == 0
    assert file.path.read_bytes() == b""
    assert file.last() is None


def test_a_torn_last_line_is_written_anew(file: CheckpointFile) -> None:
    """Cut at any byte by a power cut or a full disk, also where only its end of line is missing, or zeros came in its place."""
    stored = chain(2)
    whole, torn = lines_of(stored[:1]), canonical_checkpoint(stored[1])
    for left in [*(torn[:cut] for cut in range(1, len(torn) + 1)), b"\0" * 100]:
        file.path.write_bytes(whole + left)
        assert file.last() == stored[0]
        assert file.path.read_bytes() == whole + left, "who only looks changes nothing"
        assert file.bring_up_to_date(Shelf(stored)) == 1
        assert file.path.read_bytes() == lines_of(stored)


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"hello\n",
        b"\n",
        b'{"algorithm":"Ed25519"}\n',
        lines_of(chain(1)) + b"remember the milk",
        lines_of(chain(1)) + b"remember the milk\n",
        b"remember the milk\n" + b'{"algo',
        b"remember the milk\n" + b"\0" * 100,
        b"\0",
        b"\0" * 100,
        b"\0" * 200_000,
        b"x" * 200_000,
        b"\x7fELF" + bytes(range(256)) * 1_000,
    ],
)
def test_a_file_of_something_else_is_left_as_it_is(file: CheckpointFile, content: bytes) -> None:
    file.path.write_bytes(content)
    for use in (lambda: file.bring_up_to_date(Shelf(chain(2))), file.last):
        with pytest.raises(CheckpointFileError, match="something else"):
            use()
    assert file.path.read_bytes() == content


def test_a_file_of_another_installation_is_left_as_it_is(file: CheckpointFile) -> None:
    content = lines_of(chain(3, OTHERS))
    file.path.write_bytes(content)
    with pytest.raises(CheckpointFileError, match=OTHERS) as caught:
        file.bring_up_to_date(Shelf(chain(5)))
    assert file.path.read_bytes() == content
    assert caught.value.field == "GREENLANE_CHECKPOINT_FILE"
    for text in (caught.value.message, caught.value.remedy):
        assert in_language(text, "vi") != in_language(text, "en")


@pytest.mark.parametrize("stored", [chain(2), [], chain(4, cases=7), chain(3, cases=7)])
def test_a_database_with_another_past_than_the_file_is_told(file: CheckpointFile, stored: list[Checkpoint]) -> None:
    """An older copy put back, or the past signed anew: the file keeps what left, and is not made to agree."""
    content = lines_of(chain(3))
    file.path.write_bytes(content)
    with pytest.raises(CheckpointFileError, match="checkpoint 3"):
        file.bring_up_to_date(Shelf(stored))
    assert file.path.read_bytes() == content


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "file" / "below", tmp_path / "missing" / "below", tmp_path / ("x" * 260)):
        file = CheckpointFile(place, OURS)
        for use in (lambda file=file: file.bring_up_to_date(Shelf(chain(1))), file.last):
            with pytest.raises(CheckpointFileError) as caught:
                use()
            assert str(place) in caught.value.message


def test_a_disk_that_fills_up_leaves_no_half_line_behind(file: CheckpointFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next attempt begins behind the last whole one."""
    stored, written = chain(3), os.write

    def on_a_full_disk(handle: int, content: bytes) -> int:
        if os.fstat(handle).st_size > 900:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written(handle, content[:300])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", on_a_full_disk)
        with pytest.raises(CheckpointFileError):
            file.bring_up_to_date(Shelf(stored))
    assert 0 < file.path.stat().st_size < len(lines_of(stored))
    assert file.bring_up_to_date(Shelf(stored)) in {1, 2, 3}
    assert file.path.read_bytes() == lines_of(stored)


def test_whoever_holds_the_file_keeps_nobody_waiting(tmp_path: Path) -> None:
    """To read it is enough for holding it; the file catches up afterwards."""
    stored, file = chain(3), CheckpointFile(tmp_path / "checkpoints.jsonl", OURS, lock_seconds=0)
    file.bring_up_to_date(Shelf(stored[:1]))
    with file.path.open("rb") as reader:
        fcntl.flock(reader, fcntl.LOCK_EX)
        with pytest.raises(CheckpointFileError, match="held") as caught:
            file.bring_up_to_date(Shelf(stored))
        assert (file.path.read_bytes(), file.last()) == (lines_of(stored[:1]), stored[0])
        assert in_language(caught.value.remedy, "vi") != in_language(caught.value.remedy, "en")
    assert file.bring_up_to_date(Shelf(stored)) == 2
    assert file.path.read_bytes() == lines_of(stored)


def test_only_a_file_is_written(tmp_path: Path) -> None:
    """A pipe would be waited for, and a device forgets or never ends."""
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", Path("/dev/null"), Path("/dev/full")):
        file = CheckpointFile(place, OURS)
        for use in (lambda file=file: file.bring_up_to_date(Shelf(chain(1))), file.last):
            with pytest.raises(CheckpointFileError, match="Not a regular file"):
                use()


def test_a_link_leads_to_the_file(tmp_path: Path) -> None:
    """What lies behind it is looked at like any other."""
    (tmp_path / "link").symlink_to("behind")
    file = CheckpointFile(tmp_path / "link", OURS)
    (tmp_path / "behind").write_bytes(b"\0" * 512)
    with pytest.raises(CheckpointFileError, match="something else"):
        file.bring_up_to_date(Shelf(chain(1)))
    assert (tmp_path / "behind").read_bytes() == b"\0" * 512
    (tmp_path / "behind").write_bytes(b"")
    assert file.bring_up_to_date(Shelf(chain(1))) == 1


def test_several_processes_write_one_file(file: CheckpointFile) -> None:
    """Each line once, in order: two publishers on one machine, and a command beside them."""
    stored = chain(30)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda length: file.bring_up_to_date(Shelf(stored[:length])), [30] * 8))
    assert sum(counts) == 30
    assert file.path.read_bytes() == lines_of(stored)
