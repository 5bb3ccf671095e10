"""Master keys are made for one account alone, never over another, and nothing of them is ever shown but their name."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from greenlane.master_keys.file import key_id_of, keys_in
from presentation.words.words import Words
from services.master_keys import KeyState, WrappedKeys
from tests.cli.program import Program


def test_a_new_key_is_for_its_owner_alone(greenlane: Program, tmp_path: Path) -> None:
    """Whatever the umask says; and what is shown of it is its name."""
    file = tmp_path / "master.key"
    before = os.umask(0)
    try:
        answer = greenlane("master-key", "make", str(file), "--json")
    finally:
        os.umask(before)
    assert list(answer.json) == ["ok", "file", "key_id"]
    assert file.stat().st_mode & 0o777 == 0o600
    (key,) = keys_in(file.read_text(), "FILE")
    assert answer.json["key_id"] == key_id_of(key)
    assert file.read_text().strip() not in answer.out


def test_the_keys_so_far_stand_behind_the_new_one(greenlane: Program, tmp_path: Path) -> None:
    """So that what they wrapped still opens while it is handed over."""
    first, second = tmp_path / "1.key", tmp_path / "2.key"
    old = greenlane("master-key", "make", str(first), "--json").json["key_id"]
    new = greenlane("master-key", "make", str(second), "--keep", str(first), "--json").json["key_id"]
    assert [key_id_of(key) for key in keys_in(second.read_text(), "FILE")] == [new, old]
    said = greenlane("master-key", "make", str(tmp_path / "3.key"))
    assert "GREENLANE_MASTER_KEY_FILE" in said.out


@pytest.mark.parametrize("there", ["file", "link"])
def test_a_key_is_never_written_over(greenlane: Program, tmp_path: Path, there: str) -> None:
    file = tmp_path / "master.key"
    if there == "link":
        file.symlink_to(tmp_path / "nowhere")
    else:
        file.write_text("older")
    error = greenlane("master-key", "make", str(file), "--json").error
    assert (error["code"], error["field"]) == ("file_refused", "FILE")
    assert "--force" not in error["remedy"]
    assert [each.name for each in tmp_path.iterdir()] == ["master.key"]


@pytest.mark.parametrize("fault", ["missing", "open", "none"])
def test_keys_to_keep_that_cannot_be_used_are_named(greenlane: Program, tmp_path: Path, fault: str) -> None:
    older = tmp_path / "older.key"
    if fault != "missing":
        older.write_text("no key")
        older.chmod(0o644 if fault == "open" else 0o600)
    error = greenlane("master-key", "make", str(tmp_path / "new.key"), "--keep", str(older), "--json").error
    assert (error["code"], error["field"]) == ("invalid_setting", "--keep")
    assert not (tmp_path / "new.key").exists()


@pytest.mark.parametrize("opens", [True, False])
def test_what_does_not_open_after_a_rotation_is_no_success(
    greenlane: Program, monkeypatch: pytest.MonkeyPatch, opens: bool
) -> None:
    """Whoever runs it from a script destroys the former key only where all opens without it."""
    state = KeyState("file:2", (WrappedKeys("subjects", "file:2", 3, opens=opens),), 0)
    monkeypatch.setattr("services.master_keys.rotate_master_key", lambda *_: ({"subjects": 3}, state))
    session = SimpleNamespace(wiring=None, words=Words("en"))
    monkeypatch.setattr("greenlane.session.a_session", lambda *_: nullcontext(session))
    answer = greenlane("master-key", "rotate", "--json")
    assert (answer.code, answer.json["ok"]) == ((0, True) if opens else (2, False))
