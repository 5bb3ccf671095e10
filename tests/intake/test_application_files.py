"""Files of applications: every fault of every entry is named with line, field and remedy, and hides no other entry."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from events.language.messages import SubmissionMessage
from intake.application_files import Entry, entries_of
from presentation.json_of_submissions import fault_json

LIMIT_BYTES = 4_000
GOOD = {"application_id": "A-1", "procedure": "karaoke-licence", "applicant": {"name": "Nguyễn Văn A"}}


def fault(entry: Entry) -> dict[str, Any]:
    return fault_json(entry, None, "en")


def read(name: str, content: bytes | str) -> list[Entry]:
    return list(entries_of(name, content.encode() if isinstance(content, str) else content, LIMIT_BYTES))


def faults(name: str, content: bytes | str) -> list[tuple[int, str, str]]:
    """(line, code, field) of each refused entry, by its first fault."""
    return [(fault(e)["line"], fault(e)["code"], fault(e)["field"]) for e in read(name, content) if e.problems]


YAML = """\
# Two documents and a list
application_id: A-1
procedure: karaoke-licence
applicant: {name: Nguyễn Văn A, phone: 0912345678, area: 2.5, born: 2001-02-03}
facts: {project: ring-road-4}
---
- application_id: A-2
  procedure: work-permit
  applicant: {}
- application_id: A-3
  procedure: work-permit
  applicant: {}
...
---
# only a remark
"""


def test_yaml_holds_several_documents_and_lists() -> None:
    """Each entry is known by its line; a phone number keeps its zero, a day stays what was written."""
    entries = read("applications.yaml", YAML)
    assert [(e.application_id, e.line) for e in entries] == [("A-1", 2), ("A-2", 7), ("A-3", 10)]
    assert not [e.problems for e in entries if e.problems]
    first = entries[0].message
    assert first is not None
    assert first.applicant == {"name": "Nguyễn Văn A", "phone": "0912345678", "area": 2.5, "born": "2001-02-03"}


def test_a_broken_document_hides_no_other() -> None:
    """What stands before and after it is taken."""
    text = "application_id: 'A-1\nprocedure: x\n---\napplication_id: A-2\nprocedure: work-permit\napplicant: {}\n"
    broken, good = read("a.yaml", text)
    assert (fault(broken)["code"], broken.message) == ("yaml_syntax", None)
    assert (good.application_id, good.line, good.problems) == ("A-2", 4, ())


BOMB = "".join(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghi"))
"""Nine times nine times nine: a few lines that stand for more than a hundred million values."""


def test_what_programs_write_twice_may_be_an_alias() -> None:
    """PyYAML writes an anchor and aliases for a value that a program holds once and names twice."""
    applicant = GOOD["applicant"]
    text = yaml.safe_dump([GOOD, {**GOOD, "application_id": "A-2", "applicant": applicant}])
    assert "*id" in text
    first, second = read("a.yaml", text)
    assert (first.problems, second.problems) == ((), ())
    assert first.message is not None
    assert second.message is not None
    assert first.message.applicant == second.message.applicant


@pytest.mark.parametrize(
    ("text", "line", "code", "field"),
    [
        ("application_id: A-1\nprocedur: x\napplicant: {}\n", 2, "unknown_field", "procedur"),
        ("application_id: A-1\nprocedure: x\n", 1, "missing", "applicant"),
        ("procedure: x\napplicant: {}\napplication_id: a b\n", 3, "string_pattern_mismatch", "application_id"),
        ("application_id: A-1\nprocedure: x\napplicant: {}\nchannel: fax\n", 4, "literal_error", "channel"),
        ("application_id: A-1\nprocedure: x\napplicant: {}\nfacts: {area: 2.5}\n", 4, "bool_type", "facts.area"),
        (
            "application_id: A-1\nprocedure: x\napplicant: {}\ndocuments:\n  - {kind: request}\n  - {title: x}\n",
            6,
            "missing",
            "documents[1].kind",
        ),
        ("application_id: A-1\n\tprocedure: x\n", 2, "yaml_syntax", "procedure"),
        ("facts: &x {again: *x}\n", 1, "alias", "facts"),
        ("a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + BOMB, 6, "alias", "f"),
        ("just words\n", 1, "not_an_application", ""),
    ],
)
def test_yaml_faults_are_named(text: str, line: int, code: str, field: str) -> None:
    """Line, code and field, with a remedy."""
    (entry,) = read("a.yaml", text)
    assert (fault(entry)["line"], fault(entry)["code"], fault(entry)["field"]) == (line, code, field)
    assert fault(entry)["remedy"]


def test_json_is_one_application_or_many() -> None:
    """An object, an array, or objects one after the other; what stands before a fault is taken."""
    one = json.dumps(GOOD, indent=1)
    assert [e.application_id for e in read("a.json", one)] == ["A-1"]
    assert [e.application_id for e in read("a.json", f"[{one},\n{one}]")] == ["A-1", "A-1"]
    assert [e.line for e in read("a.json", f"{one}\n{one}")] == [1, one.count("\n") + 2]
    broken = read("a.json", f"[{json.dumps(GOOD)},\n{{'x': 1}}]")
    assert [(e.line, e.message is None) for e in broken] == [(1, False), (2, True)]


def test_json_lines_are_refused_line_by_line() -> None:
    """Malformed JSON, invalid UTF-8, keys that stand twice, numbers that are none, deep nesting, unstorable text."""
    good = json.dumps(GOOD).encode()
    lines = [
        good,
        b'{"application_id": ',
        b"",
        b'{"application_id": "\xff"}',
        b'{"application_id": "A", "application_id": "B"}',
        b'{"application_id": NaN}',
        b'{"application_id": ' + b"[" * 60 + b"]" * 60 + b"}",
        b"[1]",
        good.replace(b'"applicant": {', b'"applicant": {"half": "\\ud800", '),
        good.replace(b'"applicant": {', b'"applicant": {"nul": "\\u0000", '),
        good.replace(b'"applicant": {', b'"applicant": {"long": "' + b"x" * LIMIT_BYTES + b'", '),
        good,
    ]
    assert faults("a.jsonl", b"\n".join(lines)) == [
        (2, "json_syntax", ""),
        (4, "encoding", ""),
        (5, "duplicate_key", ""),
        (6, "json_syntax", ""),
        (7, "nesting", ""),
        (8, "not_an_application", ""),
        (9, "unstorable_text", ""),
        (10, "unstorable_text", ""),
        (11, "message_too_large", ""),
    ]


def test_the_form_of_standard_input_is_found_out() -> None:
    """JSON lines, JSON over several lines, and YAML."""
    one, lines = json.dumps(GOOD, indent=2), f"{json.dumps(GOOD)}\n{json.dumps(GOOD)}\n"
    for content, count in ((one, 1), (lines, 2), (f"[{one}]", 1), (YAML, 3), (f"\ufeff{one}", 1)):
        entries = read("(stdin)", content)
        assert [bool(e.problems) for e in entries] == [False] * count
        assert {e.file for e in entries} == {"(stdin)"}


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.jsonl", "(stdin)"])
def test_an_empty_file_is_a_fault(name: str) -> None:
    """Nothing to take is no success."""
    assert faults(name, b" \n") == [(1, "empty", "")]


def test_a_file_in_another_encoding_says_where() -> None:
    """Windows-1258, as old office programs write it."""
    content = "application_id: A-1\nprocedure: x\napplicant: {name: Đỗ}\n".encode("cp1258", "replace")
    assert faults("a.yaml", content) == [(3, "encoding", "")]


SECRET = "Bí mật của tôi"


@given(
    st.dictionaries(
        st.sampled_from([*SubmissionMessage.model_fields, "unknown"]),
        st.sampled_from([SECRET, 7.5, None, [SECRET], {"kind": SECRET}, [{"kind": SECRET, "title": 5}]]),
        min_size=1,
    )
)
def test_no_fault_quotes_a_value(fields: dict[str, object]) -> None:
    """Whatever is wrong, what the applicant wrote is not repeated: errors go to logs and screens."""
    for entry in read("a.json", json.dumps(fields)):
        assert entry.problems
        assert SECRET not in json.dumps(fault(entry), ensure_ascii=False)


@given(st.binary(max_size=300), st.sampled_from(["a.yaml", "a.json", "a.jsonl", "(stdin)"]))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    """Whatever a file holds, each of its parts is an application or a fault with a line."""
    entries = read(name, content)
    assert entries
    assert all((entry.message is None) == bool(entry.problems) for entry in entries)
    assert all(fault(entry)["line"] >= 1 for entry in entries if entry.problems)


def test_yaml_keeps_what_was_typed_where_no_number_is_asked() -> None:
    """A phone number keeps its plus, a house its zero, an amount its last digit; where a number is asked it is one."""
    (entry,) = read(
        "a.yaml",
        "application_id: 2026001\nprocedure: karaoke-licence\n"
        "applicant: {phone: +84900000000, house: 12.10, decimal: 1234567890123456.12, age: 30, zero: -0, area: 2.5}\n"
        "documents: [{kind: plan, title: 12.10, reference: 77}]\nfacts: {rooms: 3, block: +3}\n"
        "route: [{id: 1.10, name: 5, department: culture}]\nstep_limit: {amount: 3, unit: hours}\n",
    )
    assert not entry.problems
    message = entry.message
    assert message is not None
    assert message.application_id == "2026001"
    assert message.applicant == {
        "phone": "+84900000000",
        "house": "12.10",
        "decimal": "1234567890123456.12",
        "age": 30,
        "zero": "-0",
        "area": 2.5,
    }
    assert (message.documents[0].title, message.documents[0].reference) == ("12.10", "77")
    assert message.facts == {"rooms": 3, "block": "+3"}
    assert (message.route[0].id, message.route[0].name) == ("1.10", "5")
    assert message.step_limit is not None
    assert message.step_limit.amount == 3


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "(stdin)"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"area": 1e999', "json_syntax"),
        ('"area": NaN', "json_syntax"),
        ('"area": -Infinity', "json_syntax"),
        ('"n": ' + "9" * 400, "json_syntax"),
        ('"a": 1, "a": 2', "duplicate_key"),
    ],
)
def test_a_json_file_is_read_as_a_message_is(name: str, text: str, code: str) -> None:
    """One strict reader for every way in: what a topic refuses no file lets in."""
    body = '{"application_id": "A-1", "procedure": "x", "applicant": {' + text + "}}\n"
    assert [found[1] for found in faults(name, body)] == [code]


def test_a_json_file_with_a_byte_order_mark_is_read() -> None:
    """Windows writes one."""
    (entry,) = read("a.json", b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert not entry.problems


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"route": [{"id": "a\nb", "name": "x", "department": "culture"}]}, "control_character", "route[0].id"),
        ({"route": [{"id": "a", "name": "x\x1b[2J", "department": "culture"}]}, "control_character", "route[0].name"),
        ({"facts": {"area": 10**30}}, "fact_size", "facts.area"),
        ({"facts": {"area": "x" * 201}}, "fact_length", "facts.area"),
        ({"documents": [{"kind": "plan", "reference": "a\x00b"}]}, "control_character", "documents[0].reference"),
    ],
)
def test_names_and_facts_have_bounds(change: dict[str, object], code: str, field: str) -> None:
    """Said where they come in, with the field: not where a letter with them cannot be sent."""
    (entry,) = read("a.json", json.dumps(GOOD | change))
    assert (fault(entry)["code"], fault(entry)["field"]) == (code, field)
    assert fault(entry)["remedy"]
