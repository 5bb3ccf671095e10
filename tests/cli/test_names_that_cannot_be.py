"""A file that cannot be written is told by its option, before any server is asked."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from greenlane.checkpoints.key_files import write_pair, write_public
from greenlane.new_files import FileRefusedError
from greenlane.side_files import writable
from services.checkpoints import SigningKey
from tests.cli.program import Program

TOO_LONG = "x" * 260


@pytest.mark.parametrize(
    "command", [("export", "H05.8-260302-0001"), ("export-log", "--format", "xes")], ids=lambda command: command[0]
)
@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
def test_a_name_that_is_too_long(
    greenlane: Program, tmp_path: Path, command: tuple[str, ...], force: tuple[str, ...]
) -> None:
    refused = greenlane(*command, "--out", str(tmp_path / TOO_LONG), *force, "--json")
    assert (refused.code, refused.error["code"], refused.error["field"]) == (2, "file_refused", "out")
    assert list(tmp_path.glob("x*")) == []


def test_a_case_whose_name_cannot_be(greenlane: Program, tmp_path: Path) -> None:
    """What names a case is a name at every command: one with an invisible character is refused, not looked for."""
    out, case = str(tmp_path / "out"), "H05.8-\u200b260302-0001"
    for call, field in (
        (("export", case), "case"),
        (("export-log", "--format", "xes", "--case", case), "case"),
        (("checkpoint", "prove", case, "1"), "case"),
    ):
        options = () if call[0] == "checkpoint" else ("--out", out)
        refused = greenlane(*call, *options, "--json")
        assert (refused.code, refused.error["code"], refused.error["field"]) == (2, "usage", field), call


def test_a_key_of_such_a_name(tmp_path: Path) -> None:
    for write in (write_pair, write_public):
        with pytest.raises(FileRefusedError, match="File name too long"):
            write(tmp_path / TOO_LONG, SigningKey.new())
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_cannot_be_written_leaves_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full is told by the option, and the same name can be taken again."""

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(os, "fsync", full)
        with pytest.raises(FileRefusedError, match="No space left"):
            write_pair(tmp_path / "key.pem", SigningKey.new())
    assert list(tmp_path.iterdir()) == []
    write_pair(tmp_path / "key.pem", SigningKey.new())
    assert {file.name for file in tmp_path.iterdir()} == {"key.pem", "key.pub.pem"}


def test_a_folder_of_such_a_name(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="File name too long"):
        writable(tmp_path / TOO_LONG / "report.csv", ".csv", "csv")
