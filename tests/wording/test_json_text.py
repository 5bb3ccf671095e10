"""One strict reader of JSON: what is no JSON, or says one thing twice, is refused; nothing is rounded in silence."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wording.json_text import DEPTH_MAX, DIGITS_MAX, NUMBER_MAX, JsonRefusedError, next_json, read_json, shown_json

texts = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**39), 10**39)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_is_json_is_read_as_it_is(value: Any) -> None:
    """What Python writes comes back the same, as text, as bytes, and behind a byte order mark."""
    text = json.dumps(value)
    assert read_json(text) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value
    assert read_json(b"\xef\xbb\xbf" + text.encode()) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"outcome": "refuse", "outcome": "approve"}', "duplicate_key"),
        ('{"a": [{"b": 1, "b": 1}]}', "duplicate_key"),
        ('{"outcome": 1, "\\u006futcome": 2}', "duplicate_key"),
        ("NaN", "not_a_number"),
        ('{"x": [Infinity]}', "not_a_number"),
        ("-Infinity", "not_a_number"),
        ("1e999", "not_a_number"),
        ("-1E400", "not_a_number"),
        ("1" * (DIGITS_MAX + 1), "number_too_long"),
        ("0." + "1" * NUMBER_MAX, "number_too_long"),
        ("9" * 10_000, "number_too_long"),
        ("[" * (DEPTH_MAX + 1) + "]" * (DEPTH_MAX + 1), "too_deep"),
        ("[" * 100_000, "too_deep"),
        ('{"a":' * 100_000, "too_deep"),
        ("{'a': 1}", "malformed_json"),
        ('{"a": 1,}', "malformed_json"),
        ("01", "malformed_json"),
        ("+1", "malformed_json"),
        (".5", "malformed_json"),
        ('"a\nb"', "malformed_json"),
        ("", "malformed_json"),
        ("1 2", "malformed_json"),
        (b'"Nguy\xff"', "invalid_utf8"),
        (b"\xff\xfe1\x00", "invalid_utf8"),
    ],
)
def test_what_is_no_json_is_refused_without_its_content(text: str | bytes, code: str) -> None:
    """With a code for machines; the reason quotes nothing of it."""
    with pytest.raises(JsonRefusedError) as refused:
        read_json(text)
    assert refused.value.code == code
    for word in ("outcome", "Nguy", "999"):
        assert word not in str(refused.value)


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,20})\.[0-9]{1,20}(e-?[0-9]{1,2})?", fullmatch=True))
def test_no_digit_of_a_decimal_is_lost(text: str) -> None:
    """A number that says the same, or the text that was written."""
    found = read_json(text)
    assert found == text or Decimal(repr(found)) == Decimal(text)


def test_a_decimal_that_no_number_keeps_stays_as_written() -> None:
    """Seventeen digits are more than a double has."""
    assert read_json("[1234567890123456.12, 12.10, 0.1, 1e-400]") == ["1234567890123456.12", 12.1, 0.1, "1e-400"]


@pytest.mark.parametrize("rest", ['"' + '\\"' * 400_000, '"' * 400_001, '"' + '\\"' * 400_000 + "\\"])
def test_a_text_without_an_end_is_looked_at_once(rest: str) -> None:
    """Else one message of a megabyte holds a processor for minutes: with the square of it this would not end."""
    with pytest.raises(JsonRefusedError):
        read_json("[]" * (DEPTH_MAX + 1) + rest)


def test_brackets_in_texts_nest_nothing() -> None:
    """Only those that JSON counts."""
    value = ["[" * 500, '\\"{[', {"a": "{" * 500}]
    assert read_json(json.dumps(value)) == value


def test_values_one_after_the_other() -> None:
    """For files with several: each with the place where it ends."""
    text = '{"a": 1} [NaN]'
    assert next_json(text, 0) == ({"a": 1}, 8)
    with pytest.raises(JsonRefusedError) as refused:
        next_json(text, 9)
    assert refused.value.code == "not_a_number"


@given(values | st.text())
def test_what_is_shown_means_the_same_and_acts_on_nothing(value: Any) -> None:
    """JSON on a terminal: every control and every turning character is escaped, and read back the same."""
    shown = shown_json(value)
    assert json.loads(shown) == value
    assert not {c for c in shown if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\u200b\ufeff\U000e0041"}


def test_nothing_that_is_no_json_goes_out() -> None:
    """Not a number is not an answer."""
    for value in (math.nan, math.inf, {"a": [-math.inf]}):
        with pytest.raises(ValueError, match="JSON"):
            shown_json(value)
