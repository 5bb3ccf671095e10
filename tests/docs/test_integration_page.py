"""docs/integration.md stays true: its program is the one that is tried, its examples fit the language, and none is missing."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from catalog.dossier import Silence
from events.language.act_refusals import ACT_TEXTS
from events.language.commands import Outcome
from events.language.envelope import MESSAGE_MAX_BYTES, binary_headers
from events.language.identity import message_command_id
from events.language.messages import DECISION_MESSAGES
from events.language.refusals import TEXTS
from events.language.topics import Topics
from events.schemas import documents, outgoing_models
from sla.units import Unit

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
PROGRAM = ROOT / "docs" / "examples" / "department.py"
DOCUMENTS = documents()
WORK = set(DOCUMENTS["asyncapi.json"]["channels"]["work"]["messages"])
CHAPTER, HEADING, FENCE = re.compile(r"^## (.+)$"), re.compile(r"^### (\w+)$"), re.compile(r"^```(\w*)$")


def blocks() -> list[tuple[str, str, str]]:
    """Each JSON block with the chapter and the heading under which it stands."""
    found, chapter, heading, kept = [], "", "", None
    for line in PAGE.splitlines():
        if kept is None and (match := CHAPTER.match(line)):
            chapter, heading = match[1], ""
        elif kept is None and (match := HEADING.match(line)):
            heading = match[1]
        elif kept is None and (match := FENCE.match(line)):
            language, kept = match[1], []
        elif line == "```" and kept is not None:
            if language == "json":
                found.append((chapter, heading, "\n".join(kept)))
            kept = None
        elif kept is not None:
            kept.append(line)
    return found


BLOCKS = blocks()
SENT = [(name, json.loads(text)) for chapter, name, text in BLOCKS if chapter == "What you send"]
RECEIVED = [(name, json.loads(text)) for chapter, name, text in BLOCKS if chapter == "What you receive"]


def test_every_message_of_a_department_has_its_example_and_no_other_has() -> None:
    """What it may send, and all that may come on its work topic."""
    assert {name for name, _ in SENT} == set(DECISION_MESSAGES)
    assert {name for name, _ in RECEIVED} == WORK
    assert len(SENT) + len(RECEIVED) == len(BLOCKS)
    assert {data["outcome"] for name, data in SENT if name == "DecideStep"} == set(Outcome)
    kinds = {data["event"]["kind"] for name, data in RECEIVED if name == "StepAssigned"}
    assert kinds == {"processing", "consultation"}


@pytest.mark.parametrize(("name", "data"), [*SENT, *RECEIVED], ids=[name for name, _ in (*SENT, *RECEIVED)])
def test_an_example_fits_its_schema(name: str, data: dict[str, Any]) -> None:
    """By the committed schema, as a reader would ask it, and by the type itself, which knows of no other field."""
    schema = json.loads((ROOT / "events" / "schema" / f"{name}.v1.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(data)
    model = DECISION_MESSAGES[name] if name in DECISION_MESSAGES else outgoing_models()[name]
    model.model_validate_json(json.dumps(data), strict=False)
    assert data.get("event", {}).get("type", name) == name


def test_a_step_comes_with_what_it_is_decided_by() -> None:
    """The two examples show each field that a department decides by."""
    step, opinion = (data["event"] for name, data in RECEIVED if name == "StepAssigned")
    assert {"documents", "facts", "limit", "due_at", "procedure_name_vi", "name_vi"} <= step.keys() & opinion.keys()
    assert {"question", "asked_by", "asked_by_department"} <= opinion.keys()
    assert step["documents"]
    assert step["facts"]


def test_nothing_personal_is_shown() -> None:
    """Not in what was captured."""
    assert "Nguyễn" not in json.dumps(RECEIVED, ensure_ascii=False)
    assert "/files/" not in json.dumps(RECEIVED)


def test_the_program_of_the_page_is_the_one_that_is_tried() -> None:
    """To the letter; and it needs nothing of ours."""
    program = PROGRAM.read_text(encoding="utf-8")
    assert f"```python\n{program}```" in PAGE
    imported = set(re.findall(r"^(?:import|from) (\w+)", program, re.MULTILINE))
    assert imported == {"json", "signal", "sys", "kafka"}


def test_the_codes_that_the_page_names_are_ours() -> None:
    """Each has a text; none is of an older language."""
    table = PAGE.split("Codes that a department meets")[1].split("### Your message")[0]
    named = {code for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for code in re.findall(r"`(\w+)`", row)}
    assert len(named) > 20
    assert named <= TEXTS.keys() | ACT_TEXTS.keys()


def test_what_the_page_says_of_topics_limits_and_words_is_so() -> None:
    """Names, numbers and lists that stand in its sentences."""
    topics = Topics()
    for topic in (topics.work("x"), topics.decisions("x"), topics.dead_letters(topics.decisions("x"))):
        assert f"`{topic.replace('.x.', '.<department>.')}`" in PAGE
    assert f"{MESSAGE_MAX_BYTES:,}" in PAGE
    for word in (*Unit, *Silence):
        assert f"`{word}`" in PAGE
    told = binary_headers(id="x", source="x", name="x", subject="x", time=datetime.now(UTC))
    assert all(f"| `{name}` |" in PAGE for name, _ in told)


def test_the_page_says_how_a_message_is_found_in_its_answer() -> None:
    """Its one line of code gives what the engine gives."""
    code = PAGE.split("### Your message in an answer")[1].split("```python")[1].split("```")[0]
    told: dict[str, Any] = {"hashlib": hashlib, "source": "/home-affairs", "message_id": "case-1/appraisal/1"}
    exec(code, told)
    assert told["command_id"] == message_command_id("department", "home-affairs", "/home-affairs", "case-1/appraisal/1")


def test_every_link_of_the_page_leads_somewhere() -> None:
    """Files that are there, and headings that are there."""
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE):
        assert target.startswith("https://") or (ROOT / "docs" / target).exists(), target
    headings = {re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in PAGE.splitlines()}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= headings
