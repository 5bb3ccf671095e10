"""What others wrote is shown so that it acts on nothing; names have one form."""

from __future__ import annotations

import unicodedata
import xml.etree.ElementTree as ET
from typing import Annotated
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import StringConstraints, TypeAdapter, ValidationError

from wording.fields import CONTROL, NORMAL
from wording.foreign import is_plain, visible
from wording.names import normal, tidy

any_text = st.text(st.characters(), max_size=60)
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@given(any_text)
def test_nothing_shown_is_a_control(text: str) -> None:
    """As a line or as a block; and once is enough."""
    line, block = visible(text), visible(text, lines=True)
    for shown, allowed in ((line, ""), (block, "\n\t")):
        assert all(c in allowed or unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in shown)
        assert not set(shown) & {*TURNING, "\u200b", "\ufeff"}
        shown.encode()
    assert visible(line) == line
    assert visible(block, lines=True) == block


@given(any_text)
def test_what_is_shown_fits_into_xml(text: str) -> None:
    """An SVG with it can be read."""
    assert ET.fromstring(f"<t>{escape(visible(text))}</t>").text in (visible(text), None)


def test_the_signs_of_a_terminal_are_written_out() -> None:
    """Setting a window's title, clearing the screen, the one-byte form of both, a turned name."""
    assert visible("xong \x1b]0;x\x07\x1b[2J") == r"xong \u001b]0;x\u0007\u001b[2J"
    assert visible("\x9b2J\u202egnp.exe\U000e0041") == r"\u009b2J\u202egnp.exe\U000e0041"
    assert visible("a\nb\tc") == r"a\u000ab\u0009c"
    assert visible("a\nb\tc\r", lines=True) == "a\nb\tc\\u000d"


@pytest.mark.parametrize("text", ["Nguyễn Thị Ánh", "Đất đai; số 12/2026", "e\u0301", "👨\u200d👩", "财政局", ""])
def test_what_people_write_stays(text: str) -> None:
    """Vietnamese, combining accents, pictures made of several signs."""
    assert visible(text) == text


@given(any_text)
def test_names_that_look_the_same_are_the_same(text: str) -> None:
    """Whatever way its letters are put together, and whatever blanks stand around it."""
    try:
        found = normal(text)
    except ValueError:
        assert not is_plain(tidy(text))
        return
    assert normal(found) == found
    assert normal(unicodedata.normalize("NFD", found)) == found
    assert normal(f"  {found}\u00a0\n") == found


def test_accents_without_end_are_left_as_they_are() -> None:
    """To order them takes minutes; what people write has a few, and long texts are brought to one form all the same."""
    heaped = "a" + "\u0316\u0301" * 400_000
    assert tidy(f" {heaped} ") == heaped
    long = "Nguyễn Thị Ánh " * 2_000
    assert tidy(unicodedata.normalize("NFD", long)) == long.strip()


@pytest.mark.parametrize("name", ["x\x01y", "a\nb", "a\u200bb", "a\u00adb", "a\u202eb", "a\u3164b", "x\x7f"])
def test_a_name_with_what_nobody_sees_is_refused(name: str) -> None:
    """By a finding of its own, that quotes nothing."""
    kind = TypeAdapter(Annotated[str, StringConstraints(max_length=5), NORMAL])
    with pytest.raises(ValidationError) as refused:
        kind.validate_python(name)
    assert [error["type"] for error in refused.value.errors()] == [CONTROL]
    assert kind.validate_python("  e\u0301  ") == "é"
    assert kind.json_schema() == {"type": "string", "maxLength": 5}
