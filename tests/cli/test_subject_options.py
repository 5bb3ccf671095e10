"""By what a person is sought: one value, by standard input or typed; nothing is started for what cannot be meant."""

from __future__ import annotations

import pytest

from tests.cli.program import Program

NUMBER = "079085007777"


@pytest.mark.parametrize(
    ("options", "stdin"),
    [
        ((), b""),
        (("--number", NUMBER, "--phone", "0900000000"), b""),
        (("--number", "-"), b""),
        (("--number", "-"), b"  \n"),
        (("--name", " "), b""),
    ],
)
def test_one_value_is_sought(greenlane: Program, options: tuple[str, ...], stdin: bytes) -> None:
    """None, two, or an empty one: a usage error that repeats no value."""
    answer = greenlane("subject", "find", *options, "--json", stdin=stdin)
    assert answer.error["code"] == "usage"
    assert NUMBER not in answer.out + answer.err


def test_the_help_says_why_no_number_is_typed(greenlane: Program) -> None:
    """`-` is the documented way."""
    said = " ".join(greenlane("subject", "find", "--help").out.replace("│", " ").split())
    assert "standard input" in said
    assert "the shell's history" in said


@pytest.mark.parametrize("content", [b"phone: 1\nphone: 2\n", b"- phone\n", b""])
def test_a_faulty_file_is_told_before_anything_is_started(greenlane: Program, content: bytes) -> None:
    """With file, line and field, as the faults of a catalogue."""
    words = ("subject", "correct", "subject-1", "-", "--reason", "asked", "--json")
    answer = greenlane(*words, stdin=content)
    (fault,) = answer.json["faults"]
    assert (answer.code, fault["file"], fault["line"]) == (2, "(stdin)", 2 if b"2" in content else 1)
