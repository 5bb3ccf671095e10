"""What is wrong with a message is named by its field, never by its value."""

from __future__ import annotations

import json

import pytest

from events.language.messages import FIELD_MAX, MessageError, SubmissionMessage, parsed


def test_a_wrong_field_of_a_deep_nest_has_a_name_that_fits_a_header() -> None:
    """The name goes into the headers of a dead letter, which a broker limits."""
    applicant = json.loads('{"a":' * 900 + "1" + "}" * 900)
    with pytest.raises(MessageError) as caught:
        parsed(SubmissionMessage, {"application_id": "1", "procedure": "p", "applicant": applicant})
    assert caught.value.field.startswith("applicant.")
    assert len(caught.value.field) == FIELD_MAX
    assert caught.value.reason
