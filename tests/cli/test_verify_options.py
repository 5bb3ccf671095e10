"""What an auditor brings along is looked at before anything is started."""

from __future__ import annotations

import os
from pathlib import Path

from greenlane.handed_in import KEYS_MAX_BYTES
from tests.cli.program import Program


def test_checkpoints_need_a_key(greenlane: Program) -> None:
    """Whoever could change the database could write a file of checkpoints too: only a trusted key makes them a witness."""
    refused = greenlane("verify", "--checkpoints", "topic", "--json")
    assert (refused.code, refused.error["code"], refused.error["field"]) == (2, "usage", "--checkpoints")


def test_a_key_is_no_use_where_nothing_is_replaced(greenlane: Program) -> None:
    refused = greenlane("rebuild", "--key", "public.pem", "--json")
    assert (refused.code, refused.error["code"], refused.error["field"]) == (2, "usage", "--key")


def test_a_key_that_is_not_there(greenlane: Program, tmp_path: Path) -> None:
    refused = greenlane("verify", "--key", str(tmp_path / "none.pem"), "--json")
    assert (refused.code, refused.error["code"]) == (2, "file_unreadable")


def test_a_key_is_a_file_that_ends(greenlane: Program, tmp_path: Path) -> None:
    """A pipe would be waited for, and a device read until the memory is full."""
    large, pipe = tmp_path / "large.pem", tmp_path / "pipe"
    large.write_bytes(b"x" * (KEYS_MAX_BYTES + 1))
    os.mkfifo(pipe)
    for place in (pipe, Path("/dev/full"), tmp_path, large):
        refused = greenlane("verify", "--key", str(place), "--json")
        assert (refused.code, refused.error["code"]) == (2, "file_unreadable"), place


def test_a_fault_in_a_call_names_what_was_typed(greenlane: Program) -> None:
    """The option, or the place in the usage: never what the program calls it inside."""
    for call, field in (
        (("checkpoint", "consistency", "x", "2"), "from"),
        (("checkpoint", "consistency", "1", "x"), "to"),
        (("export-log", "--format", "csv", "--out", "log"), "format"),
        (("verify", "--sample", "0", "--histories"), "sample"),
    ):
        refused = greenlane(*call, "--json")
        assert (refused.error["code"], refused.error["field"]) == ("usage", field), call
