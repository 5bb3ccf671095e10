"""Whether bodies are in the form in which events are written: today's, and what older programs wrote."""

from __future__ import annotations

import json

import pytest

from audit.form import check_form
from events.language.case_events import canonical_json, record_of
from tests.upgrade.fixtures import ROWS

BODIES = [line["row"]["body"] for line in map(json.loads, ROWS.read_text().splitlines()) if line["table"] == "ledger"]


def accused(body: str) -> bool:
    """Whether something is said against it."""
    return bool(list(check_form([body], [record_of(body)])))


def test_what_an_older_program_wrote_is_not_held_against_it() -> None:
    """Some of its events lack fields of today."""
    assert any(canonical_json(record_of(body)) != body for body in BODIES)
    assert [body for body in BODIES if accused(body)] == []


@pytest.mark.parametrize(
    "other",
    [
        lambda body: body + " ",
        lambda body: body.replace(":", ": ", 1),
        lambda body: body.replace('Z"', '+00:00"', 1),
        lambda body: body.replace("{", '{"sequence":7,', 1),
        lambda body: json.dumps(dict(reversed(json.loads(body).items())), separators=(",", ":"), ensure_ascii=False),
        lambda body: body.replace("case_id", "\\u0063ase_id", 1),
    ],
    ids=["blank behind", "blank within", "instant", "said twice", "order", "letters escaped"],
)
def test_other_bytes_of_the_same_content_are(other: object) -> None:
    """Of every event, also of those that an older program wrote."""
    assert callable(other)
    assert [body for body in BODIES if not accused(other(body))] == []
