"""Messages of strangers: lawful ones, and what becomes of them when structure and bytes are anything.

A strategy of Hypothesis, so that what goes wrong is shown in its smallest form.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from events.language.topics import Topics
from events.transport.ports import Incoming

COUNT = int(os.environ.get("STRANGERS", "1000"))
"""How many of them a test takes: 1,000 at each commit, 20,000 in the long target."""
CANARY = "canary-7f3a"
"""Stands for what only the person and its sender may know: no letter, answer or log may hold it."""
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
CASE = "case-" + "0" * 24
DEPARTMENT, SYSTEM = "culture", "portal"


@dataclass(frozen=True)
class Strange:
    """One message as a producer sends it."""

    decision: bool
    """Whether it goes to a department's decisions topic, else to the portal's submissions topic."""
    key: str | None
    headers: tuple[tuple[str, bytes], ...]
    value: bytes

    def topic(self, topics: Topics) -> str:
        return topics.decisions(DEPARTMENT) if self.decision else topics.submissions_of(SYSTEM)

    def incoming(self, topics: Topics, offset: int = 0) -> Incoming:
        key = None if self.key is None else self.key.encode()
        return Incoming(self.topic(topics), 0, offset, key, self.value, self.headers, AT)


LAWFUL: dict[bool, dict[str, dict[str, Any]]] = {
    True: {
        "DecideStep": {"case": CASE, "step_id": "intake", "outcome": "refuse", "reason": f"xong {CANARY}"},
        "PauseClock": {"case": CASE, "reason": "chờ", "legal_basis": "61/2018"},
        "ResumeClock": {"case": CASE, "reason": "tiếp"},
        "StopCase": {"case": CASE, "reason": "dừng", "legal_basis": "x", "until_at": "2026-03-05T00:00:00+07:00"},
        "ReturnCase": {"case": CASE, "reason": "trả", "legal_basis": "x"},
        "ReceiveSupplement": {"case": CASE, "documents": [{"kind": "plan", "reference": CANARY}]},
        "ReceiveExplanation": {"case": CASE, "reference": CANARY},
    },
    False: {
        "SubmitApplication": {
            "application_id": "A-1",
            "procedure": "karaoke-licence",
            "applicant": {"name": CANARY, "area": 12.5, "phones": ["+84900000000"]},
            "documents": [{"kind": "request", "title": CANARY, "reference": CANARY}],
            "facts": {"project": "ring-road-4", "rooms": 3, "own": True},
        },
        "ReceiveSupplement": {"case": CASE, "documents": [{"kind": "plan"}]},
        "ReceiveExplanation": {"case": CASE, "reference": CANARY},
        "WithdrawApplication": {"case": CASE, "reason": CANARY},
    },
}
KINDS = sorted({name for found in LAWFUL.values() for name in found})

texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [CANARY, "", " ", "\x1b[2J", "e\u0301", "\u202egnp", "a\nb", "\x00", "true", "1e999", "x" * 2_100]
)
scalars = (
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=True, allow_infinity=True) | texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=8
)
fields = st.sampled_from(
    ["case", "step_id", "outcome", "reason", "applicant", "facts", "documents", "route", "extra", "data"]
)


def _nest(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


RAW: list[bytes] = [
    b"",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b"[]",
    b"null",
    b'"text"',
    b"{",
    _nest(70),
    _nest(3_000),
    b"[" * 60_000,
    b'{"n": ' + b"9" * 5_000 + b"}",
    b'{"n": 1e999}',
    b'{"n": NaN}',
    b'{"a": 1, "a": 2}',
    b'{"a": "\\ud800"}',
    b'{"a": "\\u0000"}',
    b"[]" * 100 + b'"' + b'\\"' * 20_000,
    b'{"case": "' + b"x" * 30_000 + b'"}',
]


def _twice(text: str) -> bytes:
    return text.replace("{", '{"case": 1, ', 1).encode() if text.startswith("{") else text.encode()


def _beheaded(text: str) -> bytes:
    return text.encode()[: len(text) // 2]


def _plainly(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


WRITTEN: list[Callable[[str], bytes]] = [
    *[_plainly] * 6,
    lambda text: b"\xef\xbb\xbf" + text.encode("utf-8", "surrogatepass"),
    lambda text: text.encode("utf-16", "surrogatepass"),
    lambda text: b" \n" + text.encode("utf-8", "surrogatepass") + b"\n",
    _twice,
    _beheaded,
]


@st.composite
def data_of(draw: st.DrawFn, name: str, *, decision: bool) -> dict[str, Any]:
    """Lawful data, with none, one or more of its parts exchanged for anything."""
    data: dict[str, Any] = dict(LAWFUL[decision].get(name, {"case": CASE}))
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 3]))):
        field = draw(st.sampled_from([*data, "case"]) | fields | texts)
        if draw(st.booleans()):
            data.pop(field, None)
        else:
            data[field] = draw(values)
    return data


@st.composite
def headers_of(draw: st.DrawFn, name: str, number: int) -> list[tuple[str, bytes]]:
    """Lawful headers, with none, one or more dropped, doubled, or exchanged for any bytes."""
    kind = draw(st.sampled_from([f"vn.greenlane.{name}", name]))
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(number).encode()),
        ("ce_source", b"/portal"),
        ("ce_type", kind.encode()),
        ("content-type", b"application/json"),
    ]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        place = draw(st.integers(0, len(headers) - 1))
        what = draw(st.sampled_from(["drop", "twice", "change", "add"]))
        if what == "drop" and len(headers) > 1:
            headers.pop(place)
        elif what == "twice":
            headers.append(headers[place])
        elif what == "change":
            headers[place] = (headers[place][0], draw(st.binary(max_size=30) | texts.map(str.encode)))
        else:
            extra = st.sampled_from(
                ["ce_time", "ce_subject", "ce_traceparent", "ce_x", "dlq-replay-of", "dlq-attempts"]
            )
            headers.append((draw(extra | texts), draw(st.binary(max_size=30))))
    return headers


@st.composite
def structured(draw: st.DrawFn, name: str, number: int, data: dict[str, Any]) -> dict[str, Any]:
    """The same as one event in JSON format; data plain, in base64, both, or none."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(number),
        "source": "/portal",
        "type": f"vn.greenlane.{name}",
    }
    how = draw(st.sampled_from(["data", "data", "data_base64", "both", "none"]))
    if how in ("data", "both"):
        event["data"] = data
    if how in ("data_base64", "both"):
        event["data_base64"] = base64.b64encode(json.dumps(data).encode()).decode()
    if draw(st.booleans()):
        event[draw(st.sampled_from(["id", "source", "type", "time", "subject", "specversion"]) | texts)] = draw(values)
    return event


@st.composite
def nearly_lawful(draw: st.DrawFn, number: int, *, decision: bool) -> Strange:
    """A message that is taken, but for one field of its data at most."""
    name = draw(st.sampled_from(sorted(LAWFUL[decision])))
    data = dict(LAWFUL[decision][name]) | ({"application_id": f"A-{number}"} if name == "SubmitApplication" else {})
    field = draw(st.sampled_from([None, *data]))
    if field is not None:
        data[field] = draw(st.just(data[field]) | values)
    attributes = {"specversion": "1.0", "id": str(number), "source": "/portal", "type": f"vn.greenlane.{name}"}
    headers = tuple((f"ce_{key}", text.encode()) for key, text in attributes.items())
    return Strange(decision, CASE, headers, _plainly(json.dumps(data, ensure_ascii=False)))


@st.composite
def strange(draw: st.DrawFn) -> Strange:
    """A message of anybody, on either kind of topic."""
    decision, number = draw(st.booleans()), draw(st.integers(0, 10**9))
    known = st.sampled_from(sorted(LAWFUL[decision]))
    name = draw(st.one_of(known, known, known, known, st.sampled_from(KINDS), texts))
    key = draw(st.none() | st.sampled_from([CASE, "", "k\x1b"]) | texts)
    if draw(st.integers(0, 2)) == 0:
        return draw(nearly_lawful(number, decision=decision))
    if draw(st.integers(0, 5)) == 0:
        value = draw(st.sampled_from(RAW) | st.binary(max_size=60))
        return Strange(decision, key, tuple(draw(headers_of(name, number))), value)
    data = draw(data_of(name, decision=decision))
    if decision is False and draw(st.booleans()):
        data["application_id"] = f"A-{number}"
    if draw(st.integers(0, 2)) == 0:
        event = draw(structured(name, number, data))
        kinds = [
            b"application/cloudevents+json",
            b"Application/CloudEvents; charset=UTF-8",
            b"application/cloudevents-batch",
        ]
        headers = draw(st.sampled_from([[], *([("content-type", kind)] for kind in kinds)]))
        return Strange(decision, key, tuple(headers), draw(st.sampled_from(WRITTEN))(json.dumps(event)))
    ascii_only = draw(st.booleans())
    text = json.dumps(data, ensure_ascii=ascii_only)
    return Strange(decision, key, tuple(draw(headers_of(name, number))), draw(st.sampled_from(WRITTEN))(text))


def many(count: int, *, seeded: int) -> list[Strange]:
    """So many of them, always the same ones for one seed: for tests that send them to a server."""
    found: list[Strange] = []

    @seed(seeded)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strange())
    def collect(message: Strange) -> None:
        found.append(message)

    collect()
    return found
