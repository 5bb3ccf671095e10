"""`greenlane decide ... consult`: what no answer of the consulted department will mean is the asking officer's to say."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from greenlane.cli import answers, app


@pytest.mark.parametrize("silence", ["proceed", "deemed_no_objection", "escalate", None])
def test_what_silence_means_is_asked_for_with_the_opinion(monkeypatch: pytest.MonkeyPatch, silence: str | None) -> None:
    told: dict[str, Any] = {}

    def asked(_kind: str, _case: str, _actor: object, content: dict[str, Any], *_: object) -> int:
        told.update(content)
        return 0

    monkeypatch.setattr(answers, "asked", asked)
    words = ["decide", "case-1", "appraisal", "consult", "--department", "culture", "--consult", "police"]
    words += ["--question", "Any objection?", "--limit", "2 working_days"]
    monkeypatch.setattr(sys, "argv", ["greenlane", *words, *(("--silence", silence) if silence else ())])
    assert app.run() == 0
    assert [request["silence"] for request in told["consult"]] == [silence]
