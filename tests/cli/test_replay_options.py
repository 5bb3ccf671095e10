"""What `replay` is asked wrongly is refused before anything is started: by option, with what to do."""

from __future__ import annotations

import pytest

from tests.cli.program import Program


@pytest.mark.parametrize(
    ("options", "code", "field"),
    [
        (("C-1", "--at", "2026-03-03T12:00:00"), "naive_instant", "at"),
        (("C-1", "--known-at", "2026-03-03"), "naive_instant", "known-at"),
        (("C-1", "--diff", "yesterday"), "instant_invalid", "diff"),
        (("--at", "2026-03-03T12:00:00+07:00"), "usage", None),
        (("C-1", "--department", "finance"), "usage", None),
        (("--department", "finance", "--step"), "usage", None),
    ],
)
def test_a_wrong_question_is_refused(
    greenlane: Program, options: tuple[str, ...], code: str, field: str | None
) -> None:
    """Instants need their offset; either a case or a department is asked for, and a worklist has no steps."""
    error = greenlane("replay", *options, "--json").error
    assert error["code"] == code
    assert error["remedy"]
    if field is not None:
        assert error["field"] == field
