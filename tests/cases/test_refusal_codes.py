"""Every refusal has its texts, and every text its refusal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from events.language import refusals
from events.language.refusals import TEXTS, Refusal, refuse

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("cases", "intake", "workflows", "activities", "store", "audit", "services", "greenlane", "portal", "events")


def codes_in_code() -> dict[str, set[str]]:
    """Codes that the program refuses with, and the rooms that do."""
    found: dict[str, set[str]] = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for code in re.findall(r"refuse\(\s*\"([a-z_]+)\"", path.read_text()):
                found.setdefault(code, set()).add(room)
    return found


def test_every_text_is_used_and_every_refusal_has_one() -> None:
    """A text that nobody says is a promise that nobody keeps."""
    used = codes_in_code().keys() - {"code"}
    assert used - TEXTS.keys() == set()
    assert TEXTS.keys() - used == set()


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_a_refusal_says_why_and_what_to_do_in_both_languages(code: str) -> None:
    """With every name filled in, as a sentence."""
    names = set(re.findall(r"{(\w+)}", "".join(TEXTS[code])))
    refusal = refuse(code, None, **dict.fromkeys(names, "X"))
    for language in ("en", "vi"):
        assert re.fullmatch(r"[^{}]+\.", refusal.message(language))
        assert re.fullmatch(r"[^{}]+\.", refusal.remedy(language))
    assert refusal.message("en") != refusal.message("vi")


def test_a_code_without_texts_is_a_mistake_of_ours() -> None:
    """It is found where it is made."""
    with pytest.raises(KeyError, match="no text"):
        refuse("no_such_code")


def test_what_may_succeed_later_is_said_to_be_retryable() -> None:
    """The sender's system may try these again as they are."""
    retryable = {code for code in TEXTS if Refusal(code=code).retryable}
    assert retryable == {"step_not_assigned", "case_suspended", "consultation_open", "calendar_range"}
    assert refusals.Refusal(code="wrong_department").retryable is False
