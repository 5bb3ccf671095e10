"""`greenlane decide ... consult`: what no answer of the consulted department will mean is the asking officer's to say."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import typer

from greenlane.cli import app
from services import cases


@pytest.mark.parametrize("silence", ["proceed", "deemed_no_objection", "escalate", None])
def test_what_silence_means_is_asked_for_with_the_opinion(monkeypatch: pytest.MonkeyPatch, silence: str | None) -> None:
    said: dict[str, Any] = {}

    def checked(_actor: object, _kind: str, content: dict[str, Any], **_: object) -> None:
        said.update(content)
        raise typer.Exit(0)  # before any server is asked

    monkeypatch.setattr(cases, "case_command", checked)
    words = ["decide", "case-1", "appraisal", "consult", "--department", "culture", "--consult", "police"]
    words += ["--question", "Any objection?", "--limit", "2 working_days"]
    monkeypatch.setattr(sys, "argv", ["greenlane", *words, *(("--silence", silence) if silence else ())])
    assert app.run() == 0
    assert [request["silence"] for request in said["consult"]] == [silence]
