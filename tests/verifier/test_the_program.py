"""`greenlane-verify`: exit codes, one JSON object, both languages, and an answer to everything that it may be given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.verifier.bundles import a_case, a_dossier, a_key, tampered, unsigned
from tests.verifier.tampering import all_tampering
from verifier.__main__ import FAULTS, main
from verifier.checking import CHECKS
from verifier.reading import END, OPENING, START

Verify = Callable[..., tuple[int, str]]


@pytest.fixture
def verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Verify:
    """The program on these bytes, for an auditor with this key: its exit code and its answer."""

    def call(file: bytes | Path, *options: str, key: str | bytes | Path = "") -> tuple[int, str]:
        bundle, public = tmp_path / "case.html", tmp_path / "public.pem"
        if isinstance(file, bytes):
            bundle.write_bytes(file)
        if not isinstance(key, Path):
            public.write_bytes(key if isinstance(key, bytes) else (key or a_key().public_pem).encode())
        names = [str(given if isinstance(given, Path) else kept) for given, kept in ((file, bundle), (key, public))]
        code = main([names[0], "--key", names[1], *options])
        return code, capsys.readouterr().out

    return call


def answered(answer: tuple[int, str]) -> tuple[int, dict[str, Any]]:
    code, said = answer
    assert said.count("\n") == 1
    return code, json.loads(said)


def test_a_sound_bundle_is_answered_with_0(verify: Verify) -> None:
    code, answer = answered(verify(a_case(), "--json"))
    assert (code, answer) == (0, {"ok": True, "checks": dict.fromkeys(CHECKS, True), "first_fault": None})


def test_a_tampered_one_with_2_and_with_its_place(verify: Verify) -> None:
    file = a_case().replace(b"StepAssigned", b"StepAssignex", 1)
    code, answer = answered(verify(file, "--json"))
    where = {"what": "hash_differs", "where": "case-a 6"}
    assert (code, answer["ok"], answer["first_fault"]) == (2, False, where)
    assert {name for name, held in answer["checks"].items() if held is False} == {"content", "chains", "signature"}


def test_people_are_told_which_event_was_altered(verify: Verify) -> None:
    """On the line of the check that names it, and on the last."""
    _code, said = verify(a_case().replace(b"ApplicationSubmitted", b"ApplicationSubmittee", 1))
    lines = said.splitlines()
    assert [line.rpartition(" ")[2] for line in lines if line.startswith("SAI | FAULT")] == [
        "[sha256]",
        "1]",
        "[signature]",
    ]
    assert any(line.startswith("SAI | FAULT  chains:") and line.endswith("[case-a 1]") for line in lines)
    assert (
        lines[-1]
        == "KHÔNG TIN ĐƯỢC | NOT SOUND: hash_differs: case-a 1: Sự kiện này đã bị sửa | This event was changed"
    )


@pytest.mark.parametrize(("file", "_check"), [one[1:] for one in all_tampering()[::7]])
def test_no_last_line_ends_in_nothing(verify: Verify, file: bytes, _check: str) -> None:
    code, said = verify(file)
    assert code == 2
    assert said.splitlines()[-1].startswith("KHÔNG TIN ĐƯỢC | NOT SOUND: ")
    assert not said.rstrip("\n").endswith((":", ": ", " "))


def test_what_was_not_examined_is_not_called_unsound(verify: Verify) -> None:
    """One line, and no row of checks that nobody made."""
    for key in (Path("/nowhere/public.pem"), a_key().private_pem, "no key"):
        code, said = verify(a_case(), key=key)
        assert (code, said.count("\n")) == (2, 1)
        assert said.startswith("CHƯA KIỂM TRA | NOT CHECKED: ")
    assert "NOT CHECKED: no_file" in verify(Path("/nowhere/case.html"))[1]


def test_a_bundle_too_large_for_the_memory_is_told(tmp_path: Path) -> None:
    """A few megabytes can be a gigabyte once they are read."""
    (tmp_path / "case.html").write_bytes(START + OPENING + b"[" + b"[]," * 8_000_000 + b"[]]</script>" + END)
    (tmp_path / "key.pem").write_text(a_key().public_pem)
    code = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (400_000_000,) * 2); import runpy; "
    code += "runpy.run_module('verifier', run_name='__main__')"
    arguments = [str(tmp_path / "case.html"), "--key", str(tmp_path / "key.pem"), "--json"]
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", code, *arguments], cwd=root, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (2, b"")
    assert json.loads(ran.stdout)["first_fault"] == {"what": "file_too_large", "where": arguments[0]}


def test_half_a_surrogate_pair_is_told_with_its_event(verify: Verify) -> None:
    (file,) = [file for name, file, _check in all_tampering() if name == "a body with half a surrogate pair"]
    _code, answer = answered(verify(file, "--json"))
    assert answer["first_fault"] == {"what": "not_canonical", "where": "case-a 6"}


def test_whoever_reads_may_stop_reading(tmp_path: Path) -> None:
    """As `| head` does: no traceback, and the verdict's own exit code."""
    (tmp_path / "case.html").write_bytes(a_dossier())
    (tmp_path / "key.pem").write_text(a_key().public_pem)
    command = [sys.executable, "-m", "verifier", str(tmp_path / "case.html"), "--key", str(tmp_path / "key.pem")]
    reading, writing = os.pipe()
    os.close(reading)
    root = Path(__file__).parents[2]
    ran = subprocess.run(command, cwd=root, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_people_read_every_event_and_the_verdict_in_both_languages(verify: Verify) -> None:
    code, said = verify(a_dossier())
    assert code == 0
    lines = said.splitlines()
    assert lines[0] == "dossier-d 1  2026-03-02 02:00:00+00:00  ApplicationReleased  -"
    assert "case-a 1  2026-03-02T02:00:00Z  ApplicationSubmitted  applicant portal (claimed)" in lines
    assert lines[-1] == "CHỨNG CỨ ĐÚNG | SOUND"
    assert said == unicodedata.normalize("NFC", said)


def test_an_unsigned_one_says_what_is_not_proven(verify: Verify) -> None:
    code, said = verify(unsigned(a_case()))
    assert code == 0
    assert "the report's words, and that no event was left out, are not proven" in said
    assert "chưa được chứng minh" in said


def test_nothing_in_a_bundle_moves_the_cursor(verify: Verify) -> None:
    def with_escapes(content: dict[str, Any]) -> None:
        event = content["streams"][0]["events"][0]
        event["body"] = event["body"].replace("applicant", "\\u001b[2J\\u202e", 1)

    code, said = verify(tampered(unsigned(a_case()), with_escapes))
    assert code == 2
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "\\u001b[2J\\u202e" in said


def _rsa() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (a_key().private_pem, "key_private"),
        (_rsa(), "key_other"),
        ("no key", "key_none"),
        (b"\xff\x00", "key_none"),
        (a_key().public_pem.replace("A", "B"), "key_none"),
        (Path("/nowhere/public.pem"), "no_file"),
        (a_key(7).public_pem, "key_unknown"),
    ],
)
def test_a_key_that_is_none_has_its_own_words(verify: Verify, key: str | bytes | Path, what: str) -> None:
    code, answer = answered(verify(a_case(), "--json", key=key))
    assert (code, answer["ok"], answer["first_fault"]["what"]) == (2, False, what)
    assert FAULTS[what] in verify(a_case(), key=key)[1]


def test_a_file_that_is_none_has_its_own_words(verify: Verify, tmp_path: Path) -> None:
    """Also a pipe and a device, which have no end, and a file too large, which is not read for that to be known."""
    large, pipe = tmp_path / "large.html", tmp_path / "pipe"
    with large.open("wb") as file:
        file.truncate(1_000_000_001)
    os.mkfifo(pipe)
    given = {
        "file_too_large": (large,),
        "no_file": (tmp_path / "none.html", tmp_path, pipe, Path("/dev/zero"), tmp_path / "\0", Path("a" * 5000)),
        "not_a_bundle": (b"", b"\x00" * 100, b"<html></html>"),
        "cut_off": (a_case()[:-1], a_case()[:500]),
        "version_unknown": (tampered(a_case(), lambda content: content.update(version=2)),),
    }
    for what, files in given.items():
        for one in files:
            code, answer = answered(verify(one, "--json"))
            assert (code, answer["first_fault"]["what"]) == (2, what)
        assert FAULTS[what] in verify(files[0])[1]
    code, answer = answered(verify(tampered(a_case(), lambda content: content.update(algorithm="MD5")), "--json"))
    assert (code, answer["first_fault"]) == (2, {"what": "algorithm_unknown", "where": "algorithm"})


ALONE = """
import sys
sys.argv[1:] = ["case.html", "--key", "key.pem"]
from verifier.__main__ import main
code = main()
assert not {name.partition(".")[0] for name in sys.modules} & {"events", "audit", "store", "wording", "pydantic", "sqlalchemy"}
sys.exit(code)
"""


def test_it_runs_alone_also_where_no_language_is_set(tmp_path: Path) -> None:
    """Of ours it imports nothing but itself; a terminal that knows only ASCII is told all the same."""
    (tmp_path / "case.html").write_bytes(a_case())
    (tmp_path / "key.pem").write_text(a_key().public_pem)
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run([sys.executable, "-c", ALONE], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "SOUND" in ran.stdout.decode()


def test_an_auditor_reads_it_in_an_hour() -> None:
    files = sorted((Path(__file__).parents[2] / "verifier").iterdir())
    lines = {file.name: len(file.read_text().splitlines()) for file in files if file.is_file()}
    assert set(lines) == {"__init__.py", "__main__.py", "checking.py", "reading.py"}
    assert sum(lines.values()) <= 400
