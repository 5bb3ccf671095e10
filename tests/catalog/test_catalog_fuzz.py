"""Whatever stands in a file: it is read, or refused with a line that exists. Nothing else ever comes out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.document import DocumentRefused
from catalog.errors import Problem
from catalog.model import LaneTable, ProcedureVersion
from catalog.reader import SourceRefused, read
from tests.catalog.folder import LANES, PROCEDURE


def problems_in(model: type[ProcedureVersion] | type[LaneTable], content: bytes) -> list[Problem]:
    try:
        read(model, "file.yaml", content)
    except (DocumentRefused, SourceRefused) as refused:
        return refused.problems
    return []


def assert_places_exist(problems: list[Problem], content: bytes) -> None:
    # YAML breaks lines also at U+0085, U+2028 and U+2029, as str.splitlines does.
    lines = len(content.decode(errors="replace").splitlines()) + 1
    for problem in problems:
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
        assert problem.message
        assert problem.remedy
        assert problem.code


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """No bytes raise anything but a refusal."""
    problems = problems_in(ProcedureVersion, content)
    assert problems, "random bytes are no procedure"
    assert_places_exist(problems, content)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([(ProcedureVersion, PROCEDURE), (LaneTable, LANES)]),
    st.data(),
    st.sampled_from(
        ["", " ", "\t", "\n", ":", "- ", "[", "]", "{", "}", "'", '"', "&a ", "*a", "!!int ", "|", "#", "é", "\x07"]
    ),
)
def test_any_slip_of_the_pen_is_read_or_refused(
    template: tuple[type[ProcedureVersion] | type[LaneTable], str], data: st.DataObject, typed: str
) -> None:
    """A lawful file with one place cut out and something typed there: still lawful, or refused at a line."""
    model, text = template
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, min(start + 12, len(text))))
    content = (text[:start] + typed + text[end:]).encode()
    assert_places_exist(problems_in(model, content), content)
