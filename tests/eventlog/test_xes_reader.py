"""The reader of event logs: what real files hold, and what is wrong with those that are none."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventlog.errors import LogError, Place
from eventlog.source import LogFile
from eventlog.xes import Attribute, Trace, XesReader
from tests.eventlog.logs import VARIETY


def read(path: Path, events_max: int = 2000) -> tuple[list[Trace], XesReader]:
    log = LogFile(path)
    reader = XesReader(path, events_max)
    return list(reader.traces(log.verified_blocks(log.digest()))), reader


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_variety_of_a_real_log_is_read() -> None:
    traces, reader = read(VARIETY)
    assert [trace.name for trace in traces] == ["Hồ sơ 1", "Hồ sơ 1", "nothing happened", None, None]
    assert [len(trace.events) for trace in traces] == [3, 2, 0, 1, 1]
    third = traces[0].events[2]
    assert third.attributes[3:] == [
        Attribute("files/file", "plan.pdf"),
        Attribute("files/file", "map.pdf"),
        Attribute("site", "Bắc Ninh"),
        Attribute("site/area", "12.5"),
        Attribute("meta/ref", "7d444840-9dc0-11d1-b245-5ffdce74fad2"),
    ]
    assert traces[1].events[0].first("org:group") is None, "blanks are no group"
    assert reader.unusual == {"events_outside_traces": 1}


def test_event_that_belongs_to_no_trace_is_a_trace_of_its_own(tmp_path: Path) -> None:
    path = written(
        tmp_path / "log.xes", '<log><event><string key="a" value="1"/></event><trace/><event/><trace/></log>'
    )
    traces, reader = read(path)
    assert [len(trace.events) for trace in traces] == [1, 0, 1, 0]
    assert traces[0].events[0].attributes == [Attribute("a", "1")]
    assert reader.unusual == {"events_outside_traces": 2}


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz", "no-suffix"])
def test_packed_and_plain_are_the_same_log(tmp_path: Path, name: str) -> None:
    packed = written(tmp_path / name, gzip.compress(VARIETY.read_bytes()))
    assert read(packed)[0] == read(VARIETY)[0]
    assert LogFile(packed).digest() == LogFile(VARIETY).digest()


@pytest.mark.parametrize(
    ("head", "end"),
    [
        ("<log>", "</log>"),
        ('<log xmlns="http://www.xes-standard.org/">', "</log>"),
        ('<log xmlns="http://code.deckfour.org/xes" xes.version="2.0">', "</log>"),
        ('<x:log xmlns:x="urn:any">', "</x:log>"),
        ('\ufeff<?xml version="1.0"?><!DOCTYPE log SYSTEM "http://192.0.2.1/none.dtd"><log>', "</log>"),
    ],
)
def test_namespace_does_not_matter_and_nothing_is_fetched(tmp_path: Path, head: str, end: str) -> None:
    body = '<trace><event><string key="concept:name" value="A"/></event></trace>'
    traces, _ = read(written(tmp_path / "log.xes", head + body + end))
    assert traces[0].events[0].first("concept:name") == "A"


def test_other_encodings_are_read(tmp_path: Path) -> None:
    log = '<?xml version="1.0" encoding="{0}"?><log><trace><string key="concept:name" value="café"/></trace></log>'
    for encoding in ("ISO-8859-1", "windows-1252", "UTF-16"):
        traces, _ = read(written(tmp_path / "log.xes", log.format(encoding).encode(encoding)))
        assert traces[0].name == "café"


BAD = {
    "nothing": (b"", "log_empty", None),
    "blanks": (b" \n ", "log_empty", Place(2, 2, 3)),
    "text": (b"case;activity\n1;A\n", "log_not_xes", Place(1, 5, 4)),
    "web page": (b"<!DOCTYPE html>\n<html><p>404", "log_not_xes", Place(1, 15, 14)),
    "old web page": (b"<HTML><BODY>", "log_not_xes", Place(1, 1, 0)),
    "other xml": (b"<?xml version='1.0'?>\n<pnml/>", "log_not_xes", Place(2, 1, 22)),
    "zip": (b"PK\x03\x04....", "log_not_xes", None),
    "entities": (b'<!DOCTYPE log [<!ENTITY a "b">]><log/>', "log_not_xes", Place(1, 15, 14)),
    "wrong tag": (b"<log>\n<trace>\n</event>\n</log>", "log_malformed", Place(3, 3, 16)),
    "cut off": (b"<log>\n<trace>\n<event>", "log_malformed", Place(3, 8, 21)),
    "bad byte": (b'<log>\n<trace><string key="a" value="caf\xe9 "/></trace></log>', "log_encoding", Place(2, 34, 39)),
    "unknown encoding": (b"<?xml version='1.0' encoding='klingon'?><log/>", "log_encoding", Place(1, 31, 30)),
    "cut gzip": (gzip.compress(b"<log>" + bytes(range(32, 60)) * 500)[:-12], "log_damaged", None),
    "not gzip": (b"\x1f\x8bnothing of the kind", "log_damaged", None),
    "empty gzip": (gzip.compress(b""), "log_empty", None),
    "nested": (b"<log><trace>\n<trace/></trace></log>", "log_not_xes", Place(2, 1, 13)),
    "event in event": (b"<log><trace><event>\n<event/></event></trace></log>", "log_not_xes", Place(2, 1, 20)),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_log_is_refused_with_its_place(tmp_path: Path, name: str) -> None:
    content, code, place = BAD[name]
    path = written(tmp_path / "log.xes", content)
    with pytest.raises(LogError) as caught:
        read(path)
    assert (caught.value.code, caught.value.place) == (code, place)
    assert caught.value.remedy
    assert str(path) in caught.value.message
    if place is not None:
        assert f"line {place.line}, column {place.column}, byte {place.byte}" in caught.value.message


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.xes", tmp_path):
        with pytest.raises(LogError) as caught:
            LogFile(path)
        assert caught.value.code == "log_missing"


def test_trace_longer_than_a_case_may_be_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "log.xes", "<log><trace>\n" + "<event/>\n" * 4 + "</trace></log>")
    assert len(read(path, 4)[0][0].events) == 4
    with pytest.raises(LogError) as caught:
        read(path, 3)
    assert caught.value.code == "trace_too_long"
    assert caught.value.place == Place(5, 1, 40)


def test_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "log.xes", "<log><trace/></log>")
    digest = LogFile(path).digest()
    written(path, "<log><trace/><trace/></log>")
    with pytest.raises(LogError) as caught:
        list(LogFile(path).verified_blocks(digest))
    assert caught.value.code == "log_changed"


PEAK_OF_READING = """
import resource, sys
from pathlib import Path
from eventlog.xes import XesReader

def many_traces(number):
    yield b"<log>"
    event = b'<event><string key="concept:name" value="A"/><date key="time:timestamp" value="2011-10-11T13:45:40Z"/></event>'
    for _ in range(number):
        yield b"<trace>" + event * 40 + b"</trace>"
    yield b"</log>"

number = int(sys.argv[1])
assert sum(1 for _ in XesReader(Path("log.xes"), 2000).traces(many_traces(number))) == number
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_log() -> None:
    """In processes of their own: the servers and clients of other tests take memory in this one while it is measured."""

    def peak_kb(traces: int) -> int:
        argv = [sys.executable, "-c", PEAK_OF_READING, str(traces)]
        return int(subprocess.run(argv, capture_output=True, check=True, text=True).stdout)

    # 3,600 more traces are 17 MB of text, and many times that as a tree.
    assert peak_kb(4000) < peak_kb(400) + 4_000


def test_deep_nest_takes_no_memory_with_the_square_of_its_depth(tmp_path: Path) -> None:
    depth = 20_000
    nest = '<string key="a" value="b">' * depth + "</string>" * depth
    traces, _ = read(written(tmp_path / "log.xes", f"<log><trace><event>{nest}</event></trace></log>"))
    kept = traces[0].events[0].attributes
    assert len(kept) == depth
    assert sum(len(attribute.key) for attribute in kept) <= depth * 1_000


def test_a_packed_log_that_is_endless_blanks_is_refused_early(tmp_path: Path) -> None:
    """Three megabytes may hold three gigabytes: refused from the first of them on, with what was found."""
    blanks = gzip.compress(b" " * (1 << 20)) * 3_000
    packed = written(tmp_path / "log.xes.gz", gzip.compress(b"<log>") + blanks + gzip.compress(b"</log>"))
    log = LogFile(packed)
    seen: list[int] = []
    with pytest.raises(LogError) as caught:
        log.digest(seen.append)
    assert caught.value.code == "log_too_large"
    assert max(seen) < log.size_bytes / 10


def test_a_dense_log_of_a_usual_size_is_read(tmp_path: Path) -> None:
    """Generated logs say the same again and again."""
    content = b"<log>" + b"<trace><event/></trace>" * 200_000 + b"</log>"
    assert len(read(written(tmp_path / "log.xes.gz", gzip.compress(content)))[0]) == 200_000


def test_a_trace_without_end_takes_no_memory_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes beyond the bound is counted, and the next trace has room of its own."""
    monkeypatch.setattr("eventlog.xes.TRACE_MAX", 100)
    trace = "<trace><event>" + '<string key="k" value="123456789"/>' * 30 + "</event></trace>"
    traces, reader = read(written(tmp_path / "log.xes", f"<log>{trace * 2}</log>"))
    assert [len(each.events[0].attributes) for each in traces] == [10, 10]
    assert reader.unusual["attributes_left_out"] == 40


keys = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=12
)
logs = st.lists(st.lists(st.lists(st.tuples(keys, keys), max_size=4), max_size=4), max_size=5)


@given(logs)
@settings(max_examples=60, deadline=None)
def test_whatever_was_written_is_read(log: list[list[list[tuple[str, str]]]]) -> None:
    text = "<log>"
    for trace in log:
        text += "<trace>"
        for event in trace:
            inner = "".join(f"<string key={quoteattr(key)} value={quoteattr(value)}/>" for key, value in event)
            text += f"<event>{inner}</event>"
        text += "</trace>"
    traces = XesReader(Path("log.xes"), 2000).traces(iter([(text + "</log>").encode()]))
    assert [[[tuple(a) for a in event.attributes] for event in trace.events] for trace in traces] == log


@given(st.integers(0, len(VARIETY.read_bytes()) - 1), st.binary(max_size=3), st.integers(0, 400))
@settings(max_examples=150, deadline=None)
def test_damaged_log_is_read_or_refused_by_name(at: int, put: bytes, cut: int) -> None:
    content = VARIETY.read_bytes()
    damaged = content[:at] + put + content[at + cut :]
    place = place_of_refusal(damaged)
    assert place is None or 0 <= place.byte <= len(damaged)


def place_of_refusal(content: bytes) -> Place | None:
    try:
        list(XesReader(Path("log.xes"), 2000).traces(iter([content])))
    except LogError as error:
        return error.place
    return None
