"""Files that a command writes: there wholly or not at all, and never in place of what was there without being asked."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from greenlane.new_files import FileRefusedError, new_file


def put(file: Path, content: bytes, *, force: bool = False) -> None:
    with new_file(file, "out", force=force) as out:
        out.write(content)


def test_a_file_is_there_when_all_of_it_is(tmp_path: Path) -> None:
    """Not before, and nothing else is left beside it."""
    file = tmp_path / "log.xes"
    with new_file(file, "out", force=False) as out:
        out.write(b"half")
        assert not file.exists()
    assert file.read_bytes() == b"half"
    assert file.stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert list(tmp_path.iterdir()) == [file]


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def test_what_ends_in_gz_is_compressed_and_always_the_same(tmp_path: Path) -> None:
    """Whatever the day and the name."""
    put(tmp_path / "a.xes.gz", b"content")
    put(tmp_path / "b.json.gz", b"content")
    assert gzip.decompress((tmp_path / "a.xes.gz").read_bytes()) == b"content"
    assert (tmp_path / "a.xes.gz").read_bytes() == (tmp_path / "b.json.gz").read_bytes()


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    """Also one that came while ours was written; with force it gives way."""
    file = tmp_path / "log.xes"
    file.write_bytes(b"theirs")
    with pytest.raises(FileRefusedError) as refused, new_file(file, "out", force=False):
        pytest.fail("it is refused before anything is asked of a server")
    assert (refused.value.field, str(refused.value.remedy)) == (
        "out",
        "Name another file, or add --force to write over it.",
    )
    file.unlink()
    with pytest.raises(FileRefusedError), new_file(file, "out", force=False):
        file.write_bytes(b"theirs")
    assert file.read_bytes() == b"theirs"
    put(file, b"ours", force=True)
    assert file.read_bytes() == b"ours"
    assert list(tmp_path.iterdir()) == [file]


def test_what_goes_wrong_leaves_nothing(tmp_path: Path) -> None:
    """Neither the file nor its draft; and what was there before."""
    file = tmp_path / "log.xes.gz"
    file.write_bytes(b"before")
    with pytest.raises(ConnectionError), new_file(file, "out", force=True):
        raise ConnectionError("a server's, not the file's")
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (b"before", [file])
    with pytest.raises(FileRefusedError), new_file(tmp_path / "none" / "log.xes", "out", force=False):
        pytest.fail("there is no such folder")
    with pytest.raises(FileRefusedError):
        put(tmp_path, b"a folder", force=True)
