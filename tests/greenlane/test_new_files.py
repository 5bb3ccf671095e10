"""Files that a command writes: there wholly or not at all, and never in place of what was there without being asked."""

from __future__ import annotations

import errno
import gzip
import os
from pathlib import Path

import pytest

from greenlane import new_files
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


@pytest.mark.parametrize("force", [False, True])
def test_a_kill_leaves_no_draft(tmp_path: Path, force: bool) -> None:
    """Since it has no name before it is whole: where the file system has such files."""
    try:
        os.close(os.open(tmp_path, os.O_TMPFILE | os.O_WRONLY))
    except OSError as error:
        pytest.skip(f"files without a name: {error.strerror}")
    with new_file(tmp_path / "person.json", "out", force=force, mode=0o600) as out:
        out.write(b"everything")
        assert list(tmp_path.iterdir()) == []
    (file,) = tmp_path.iterdir()
    assert (file.name, file.read_bytes(), file.stat().st_mode & 0o777) == ("person.json", b"everything", 0o600)


@pytest.mark.parametrize("why", ["system", "file system", "no /proc"])
@pytest.mark.parametrize("force", [False, True])
def test_without_such_files_the_draft_is_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str, force: bool
) -> None:
    """For nobody else to read, and gone when it is done or given up."""
    if why == "system":
        monkeypatch.setattr(new_files, "NAMELESS", None)
    elif why == "file system":
        monkeypatch.setattr(new_files, "NAMELESS", os.O_DIRECTORY)  # for writing: EISDIR, as an old kernel says
    else:
        monkeypatch.setattr(new_files, "_handle_path", lambda handle: f"/nowhere/{handle}")
    file = tmp_path / "person.json"
    with new_file(file, "out", force=force) as out:
        out.write(b"everything")
        (draft,) = tmp_path.iterdir()
        assert (draft.name.startswith(".person.json."), draft.stat().st_mode & 0o777) == (True, 0o600)
    assert (list(tmp_path.iterdir()), file.read_bytes()) == ([file], b"everything")
    file.unlink()
    with pytest.raises(ConnectionError), new_file(file, "out", force=force):
        raise ConnectionError("a server's, not the file's")
    assert list(tmp_path.iterdir()) == []


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


def test_only_a_file_gives_way_to_a_file(tmp_path: Path) -> None:
    """As root a device would give way too."""
    pipe, link, device = tmp_path / "pipe", tmp_path / "link", Path("/dev/null")
    os.mkfifo(pipe)
    link.symlink_to("nowhere")
    for place in (pipe, link, device):
        mode = place.lstat().st_mode
        with pytest.raises(FileRefusedError, match="Not a regular file"), new_file(place, "out", force=True):
            pytest.fail("it is refused before anything is asked of a server")
        with pytest.raises(FileRefusedError, match="there already"), new_file(place, "out", force=False):
            pytest.fail("it is refused before anything is asked of a server")
        assert place.lstat().st_mode == mode
    late = tmp_path / "late"
    with pytest.raises(FileRefusedError), new_file(late, "out", force=True):
        os.mkfifo(late)
    assert late.is_fifo()


def test_a_name_that_cannot_be_is_told(tmp_path: Path) -> None:
    """The longest that can be is written all the same."""
    put(tmp_path / ("đ" * 127), b"content")
    for force in (False, True):
        with pytest.raises(FileRefusedError, match="File name too long") as refused:
            put(tmp_path / ("x" * 260), b"content", force=force)
        assert refused.value.field == "out"


def test_a_folder_that_may_not_be_entered_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked of a path whose every look-up is refused, since root may enter any."""

    def refused_look(path: Path) -> os.stat_result:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "lstat", refused_look)
    for force in (False, True):
        with pytest.raises(FileRefusedError, match="Permission denied"):
            put(tmp_path / "case.html", b"content", force=force)


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
