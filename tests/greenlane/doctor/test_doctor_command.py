"""`greenlane doctor` as people and programs call it, where nothing runs: in both languages, one object, one shape."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from audit.installation.check import IDS
from audit.proof.signing import SigningKey
from greenlane.doctor import examination
from store.errors import KeyServiceUnavailable, StoreError
from store.vault.rewrapping import KeyState, WrappedKeys
from tests.cli.program import Answer, Program

WITHOUT_SERVERS = [
    *("settings", "settings_secure", "python", "programs", "memory", "state_folder", "disk", "stack"),
    *("certificates", "catalogue", "calendars", "heads", "roles"),
]


def checks(answer: Answer) -> dict[str, dict[str, object]]:
    """By id, whole and of one shape."""
    body = answer.json
    assert set(body) == {"ok", "checks"}
    assert body["ok"] is all(check["ok"] for check in body["checks"])
    assert answer.code == (0 if body["ok"] else 2)
    for check in body["checks"]:
        assert list(check) == ["id", "ok", "message", "remedy"]
        assert (check["remedy"] is None) is check["ok"]
    ids = [check["id"] for check in body["checks"]]
    assert ids == [each for each in IDS if each in ids]
    return {check["id"]: check for check in body["checks"]}


def test_nothing_runs_and_nothing_is_started(greenlane: Program, tmp_path: Path) -> None:
    """It says so, with what could not be looked at; no folder is made for the question."""
    answer = greenlane("doctor", "--state-dir", str(tmp_path / "none"), "--json")
    found = checks(answer)
    assert list(found) == WITHOUT_SERVERS
    assert [name for name, check in found.items() if not check["ok"]] == ["stack"]
    assert "No stack runs" in str(found["stack"]["message"])
    left_out = {word.strip(",;.") for word in str(found["stack"]["message"]).split()}
    assert set(IDS) - set(WITHOUT_SERVERS) <= left_out
    assert "greenlane up" in str(found["stack"]["remedy"])
    assert not (tmp_path / "none").exists()
    assert answer.err == ""


def test_the_language_is_the_one_asked_for(greenlane: Program, tmp_path: Path) -> None:
    """Messages and remedies change, ids stay; the screen says the same as the object."""
    words = ("doctor", "--state-dir", str(tmp_path / "none"))
    en, vi = (checks(greenlane(*words, "--lang", language, "--json")) for language in ("en", "vi"))
    assert list(en) == list(vi)
    assert all(en[name]["message"] != vi[name]["message"] for name in en)
    screen = greenlane(*words, "--lang", "vi")
    assert screen.code == 2
    assert "1 mục cần xử lý" in screen.out
    assert "greenlane up" in screen.out


def test_a_wrong_setting_is_a_check_that_failed(greenlane: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown, unreadable, or against another; never a refusal instead of an examination."""
    for variable, value in (
        ("GREENLANE_STAT_DIR", "x"),
        ("GREENLANE_TIME_FACTOR", "none"),
        ("GREENLANE_TEMPORAL_CA_FILE", "/none"),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            found = checks(greenlane("doctor", "--json"))
        assert list(found) == ["settings", "python"]
        assert not found["settings"]["ok"]
        assert variable.removesuffix("_CA_FILE") in str(found["settings"]["message"])


def test_a_key_that_cannot_sign_is_a_setting_that_is_wrong(
    greenlane: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No key at all, and one that everybody on the machine may read; what it holds is told nowhere."""
    file = tmp_path / "key.pem"
    file.write_text(SigningKey.new().private_pem)
    file.chmod(0o644)
    for variable, value in (("GREENLANE_CHECKPOINT_KEY", "secret-words"), ("GREENLANE_CHECKPOINT_KEY_FILE", str(file))):
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            answer = greenlane("doctor", "--state-dir", str(tmp_path / "none"), "--json")
        assert not checks(answer)["settings"]["ok"]
        assert "secret-words" not in answer.out
        assert "PRIVATE KEY-----" not in answer.out


def test_a_master_key_that_is_none_is_a_setting_that_is_wrong(
    greenlane: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the bridge finds it out; what stands there is told nowhere."""
    monkeypatch.setenv("GREENLANE_MASTER_KEY", "secret-words")
    answer = greenlane("doctor", "--state-dir", str(tmp_path / "none"), "--json")
    assert not checks(answer)["settings"]["ok"]
    assert "GREENLANE_MASTER_KEY" in str(checks(answer)["settings"]["message"])
    assert "secret-words" not in answer.out


@pytest.mark.parametrize(
    ("state", "ok"),
    [
        (None, True),
        (KeyState("file:2", (WrappedKeys("subjects", "file:2", 3, opens=True),), 0), True),
        (KeyState("file:2", (WrappedKeys("subjects", "file:1", 3, opens=True),), 0), False),
        (KeyState("file:2", (WrappedKeys("subjects", "file:1", 3, opens=False),), 0), False),
        (KeyServiceUnavailable(reason="it is sealed"), False),
    ],
)
def test_what_the_master_key_of_this_shell_opens(state: KeyState | StoreError | None, ok: bool) -> None:
    found = examination.vault_check(state)
    assert (found.id, found.ok) == ("master_key", ok)


def test_a_catalogue_with_a_fault(greenlane: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first fault is told, and the rest is looked at."""
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "departments.yaml").write_text("id: [")
    monkeypatch.setenv("GREENLANE_CATALOG_DIR", str(tmp_path / "catalogue"))
    found = checks(greenlane("doctor", "--state-dir", str(tmp_path / "none"), "--json"))
    assert not found["catalogue"]["ok"]
    assert "departments.yaml" in str(found["catalogue"]["message"])
    assert "disk" in found
    assert "calendars" not in found
    monkeypatch.setenv("GREENLANE_CATALOG_DIR", str(tmp_path / "no-such"))
    assert "no-such" in str(checks(greenlane("doctor", "--json"))["catalogue"]["message"])


def test_a_flag_that_no_calendar_has(greenlane: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLANE_FLAGS", "culture-night")
    found = checks(greenlane("doctor", "--state-dir", str(tmp_path / "none"), "--json"))
    assert not found["catalogue"]["ok"]
    assert "culture-night" in str(found["catalogue"]["message"])


def test_servers_that_are_away(greenlane: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each by itself, all at the same time; nothing else is said to be wrong because of it, and no secret is told."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{nobody.getsockname()[1]}"
        monkeypatch.setenv("GREENLANE_TEMPORAL_ADDRESS", place)
        monkeypatch.setenv("GREENLANE_KAFKA_BOOTSTRAP", place)
        monkeypatch.setenv("GREENLANE_DATABASE_URL", f"postgresql+psycopg://account:hidden@{place}/greenlane")
        answer = greenlane("doctor", "--json")
    found = checks(answer)
    assert [name for name, check in found.items() if not check["ok"]] == ["temporal", "kafka", "postgresql"]
    assert all("does not answer" in str(found[name]["message"]) for name in ("temporal", "kafka", "postgresql"))
    assert "tables" not in found
    assert "hidden" not in answer.out
    assert answer.err == ""
