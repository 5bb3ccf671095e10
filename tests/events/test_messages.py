"""What is wrong with a message is named by its field, never by its value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from events.language.messages import FIELD_MAX, DecisionMessage, MessageError, SubmissionMessage, parsed


def test_a_wrong_field_of_a_deep_nest_has_a_name_that_fits_a_header() -> None:
    """The name goes into the headers of a dead letter, which a broker limits."""
    applicant = json.loads('{"name":' * 900 + "1" + "}" * 900)
    with pytest.raises(MessageError) as caught:
        parsed(SubmissionMessage, {"application_id": "1", "procedure": "p", "applicant": applicant})
    assert caught.value.field.startswith("applicant.")
    assert len(caught.value.field) == FIELD_MAX
    assert caught.value.reason


@pytest.mark.parametrize(
    ("data", "field", "reason"),
    [
        ({"nguyen-van-a": 1}, "*", "there is no such field"),
        ({"aplicant": {}}, "*", "there is no such field; the nearest is 'applicant'"),
        ({"documents": [{"kind": "form", "số-cccd-079": 1}]}, "documents.0.*", "there is no such field"),
        ({"facts": {"nguyen_van_a": ["x"]}}, "facts", ""),
        ({"facts": {"Nguyễn Văn A": "x"}}, "facts", ""),
    ],
)
def test_a_fault_names_no_name_that_its_sender_made_up(data: dict[str, Any], field: str, reason: str) -> None:
    """Names of unknown fields and of facts go into headers, logs and answers: whoever made them up may have named a person."""
    with pytest.raises(MessageError) as caught:
        parsed(SubmissionMessage, {"application_id": "1", "procedure": "p", "applicant": {}, **data})
    assert caught.value.field == field
    assert caught.value.reason.startswith(reason)
    assert not any(made_up in str(caught.value) for made_up in ("nguyen", "Nguyễn", "079"))


@pytest.mark.parametrize(
    ("name", "field", "reason"),
    [
        (
            "round",
            "round",
            "there is no such field",
        ),  # of other messages: it may be told, and is not the nearest to itself
        ("comment", "*", "there is no such field; the nearest is 'documents'"),  # never 'command'
        ("reasn", "*", "there is no such field; the nearest is 'reason'"),
    ],
)
def test_an_unknown_field_is_compared_with_those_of_its_message(name: str, field: str, reason: str) -> None:
    """A programmer who is told of a field tries it next: it has to be one that the message has."""
    with pytest.raises(MessageError) as caught:
        parsed(DecisionMessage, {"case": "case-1", "step_id": "appraisal", "outcome": "approve", name: "x"})
    assert (caught.value.field, caught.value.reason) == (field, reason)
