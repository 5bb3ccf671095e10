"""What docs/bundle.md prints is a bundle, and its verdicts are the program's."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from verifier.__main__ import key_of
from verifier.checking import CHECKS, Verdict, examine

PAGE = (Path(__file__).parents[2] / "docs" / "bundle.md").read_text(encoding="utf-8")


def block(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


(EXAMPLE,) = (text.encode() for text in block("html"))
KEY: Ed25519PublicKey = key_of(block("text")[-1].encode(), "docs/bundle.md")


def judged(change: tuple[bytes, bytes]) -> Verdict:
    assert change[0] in EXAMPLE
    return examine(EXAMPLE.replace(*change), KEY)


def test_the_example_is_sound() -> None:
    verdict = examine(EXAMPLE, KEY)
    assert set(verdict.checks.values()) == {True}
    assert f"{len(EXAMPLE):,} bytes, SHA-256 `{sha256(EXAMPLE).hexdigest()}`" in PAGE


@pytest.mark.parametrize(
    ("change", "false"),
    [
        ((b"case-a</p>", b"case-b</p>"), {"report"}),
        ((b"Submitted", b"Submittee"), {"content", "chains", "signature"}),
    ],
)
def test_the_faults_that_it_tells_of_are_those(change: tuple[bytes, bytes], false: set[str]) -> None:
    assert {name for name, held in judged(change).checks.items() if held is False} == false


def test_the_page_has_every_check_in_its_order() -> None:
    assert re.findall(r"^\| `([a-z]+)` \| [A-Z`\[]", PAGE.split("## Checks")[1], re.MULTILINE) == list(CHECKS)
