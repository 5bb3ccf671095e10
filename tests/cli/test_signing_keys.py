"""Keys that sign are made for one account alone, never over another, and nothing of them is ever shown but the public half."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from tests.cli.program import Program


def made(greenlane: Program, file: Path) -> dict[str, Any]:
    answer = greenlane("checkpoint", "key", "--new", str(file), "--json")
    assert answer.code == 0, answer
    return answer.json


def test_a_new_key_and_its_public_half_lie_side_by_side(greenlane: Program, tmp_path: Path) -> None:
    """Whatever the umask says, nobody else may read the private one."""
    file = tmp_path / "key.pem"
    before = os.umask(0)
    try:
        told = made(greenlane, file)
    finally:
        os.umask(before)
    public = tmp_path / "key.pub.pem"
    assert list(told) == ["ok", "key_id", "public_key", "file", "public_file"]
    assert (told["file"], told["public_file"]) == (str(file), str(public))
    assert public.read_text() == told["public_key"]
    assert file.stat().st_mode & 0o777 == 0o600
    private = load_pem_private_key(file.read_bytes(), None)
    assert private.public_key() == load_pem_public_key(public.read_bytes())


@pytest.mark.parametrize("there", ["key.pem", "key.pub.pem"])
def test_a_key_is_never_overwritten(greenlane: Program, tmp_path: Path, there: str) -> None:
    """Nor is a half of one left beside an older half."""
    (tmp_path / there).write_text("older")
    error = greenlane("checkpoint", "key", "--new", str(tmp_path / "key.pem"), "--json").error
    assert (error["code"], error["field"]) == ("file_refused", "--new")
    assert [file.name for file in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "older"
    error = greenlane("checkpoint", "key", "--new", str(tmp_path / "none" / "key.pem"), "--json").error
    assert (error["code"], error["field"]) == ("file_refused", "--new")


def test_the_key_in_use_shows_its_public_half(
    greenlane: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And writes it where an auditor gets it; no server is asked."""
    told = made(greenlane, tmp_path / "key.pem")
    monkeypatch.setenv("GREENLANE_CHECKPOINT_KEY_FILE", str(tmp_path / "key.pem"))
    out = tmp_path / "auditor.pem"
    shown = greenlane("checkpoint", "key", "--out", str(out), "--state-dir", str(tmp_path / "none"), "--json").json
    assert shown == {
        "ok": True,
        "key_id": told["key_id"],
        "public_key": told["public_key"],
        "public_file": str(out),
    }
    assert out.read_text() == told["public_key"]
    said = greenlane("checkpoint", "key", "--state-dir", str(tmp_path / "none"))
    assert said.code == 0
    assert told["public_key"] in said.out
    assert "PRIVATE" not in said.out + said.err


def test_the_public_half_is_never_written_over_a_private_key(
    greenlane: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could not be had back, and nobody could hand over. An older public half gives way."""
    file, public = tmp_path / "key.pem", tmp_path / "public.pem"
    made(greenlane, file)
    private = file.read_bytes()
    monkeypatch.setenv("GREENLANE_CHECKPOINT_KEY_FILE", str(file))
    call = ("checkpoint", "key", "--state-dir", str(tmp_path / "none"), "--json", "--out")
    error = greenlane(*call, str(file)).error
    assert (error["code"], error["field"]) == ("file_refused", "--out")
    assert file.read_bytes() == private
    public.write_text("older")
    assert greenlane(*call, str(public)).json["public_key"] == public.read_text()


def test_what_cannot_sign_is_refused_before_any_server_is_asked(
    greenlane: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No key, a file that is none, a public key, one open to everybody: each names what is meant."""
    nowhere = ("--state-dir", str(tmp_path / "none"), "--json")
    error = greenlane("checkpoint", "key", *nowhere).error
    assert (error["code"], error["field"]) == ("no_signing_key", "GREENLANE_CHECKPOINT_KEY_FILE")
    made(greenlane, tmp_path / "key.pem")
    (tmp_path / "text.pem").write_text("no key")
    (tmp_path / "text.pem").chmod(0o600)
    open_to_all = tmp_path / "open.pem"
    open_to_all.write_bytes((tmp_path / "key.pem").read_bytes())
    open_to_all.chmod(0o644)
    public = tmp_path / "key.pub.pem"
    public.chmod(0o600)
    for file, code in (
        (tmp_path / "text.pem", "key_unreadable"),
        (public, "key_unreadable"),
        (open_to_all, "invalid_setting"),
    ):
        error = greenlane("checkpoint", "rotate", "--new", str(file), *nowhere).error
        assert (error["code"], error["field"]) == (code, "--new")
    monkeypatch.setenv("GREENLANE_CHECKPOINT_KEY_FILE", str(tmp_path / "text.pem"))
    error = greenlane("checkpoint", "key", *nowhere).error
    assert error["field"] in ("GREENLANE_CHECKPOINT_KEY_FILE", "GREENLANE_CHECKPOINT_KEY")
