"""What strangers write, on a whole stack: read as one strict reader says, kept as typed, shown so that it acts on nothing."""

from __future__ import annotations

import base64
import json
import time
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from catalog.systems import PORTAL
from events.language.identity import case_id_of
from events.language.topics import Topics
from events.transport.producer import Producer
from greenlane.wiring import Wiring
from tests.cli.program import Answer, LiveStack, Program
from tests.cli.test_commands_live import karaoke, submitted

PATIENCE_SECONDS = 120.0
TOPICS = Topics()
SOURCE = "/portal/~strange?a=1#b"
REASON = "xong \x1b]0;x\x07\x1b[2J\u202egnp"
SHOWN = r"\u001b]0;x\u0007\u001b[2J\u202egnp"
Headers = list[tuple[str, bytes]]


def waited(look: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"in vain waited for {what}"
        time.sleep(0.2)
    return found


def headers(event_id: str, name: str, source: str = SOURCE, **change: bytes) -> Headers:
    found = {
        "ce_specversion": b"1.0",
        "ce_id": event_id.encode(),
        "ce_source": source.encode(),
        "ce_type": f"vn.greenlane.{name}".encode(),
    }
    return [*(found | change).items()]


def send(stack: LiveStack, account: str, topic: str, messages: list[tuple[Headers, bytes]]) -> None:
    with Producer(stack.cluster_of(account)) as producer:
        for its_headers, value in messages:
            producer.send_now(topic, "strange", value, its_headers)


def person_of(stack: LiveStack, source: str, application_id: str) -> Any:
    """What the vault holds, as text that must be JSON."""
    wiring = Wiring(stack.settings)
    text = wiring.vault.person(case_id_of(source, application_id))
    wiring.store.close()
    assert text is not None
    return json.loads(text, parse_constant=pytest.fail)


def plainly(greenlane: Program, stack: LiveStack, *arguments: str) -> Answer:
    answer = greenlane(*arguments, "--state-dir", str(stack.state_dir))
    assert answer.code == 0, answer
    assert not {c for c in answer.out + answer.err if c != "\n" and unicodedata.category(c) == "Cc"}
    assert "\u202e" not in answer.out
    return answer


CLOUDEVENTS: dict[str, tuple[Headers, Callable[[bytes], bytes]]] = {
    "strange-time": (headers("t", "SubmitApplication", ce_time=b"2026-11-26t08:00:00z"), bytes),
    "strange-long": (headers("x" * 195, "SubmitApplication"), bytes),
    "strange-blanks": (headers("hồ sơ số 7", "SubmitApplication"), bytes),
    "strange-bom": (headers("b", "SubmitApplication"), lambda value: b"\xef\xbb\xbf" + value),
    "strange-structured": (
        [*headers("of the header", "StopCase"), ("Content-Type", b"Application/CloudEvents+JSON; charset=utf-8")],
        lambda value: json.dumps(
            {
                "specversion": "1.0",
                "id": "s",
                "source": SOURCE,
                "type": "vn.greenlane.SubmitApplication",
                "subject": None,
                "data_base64": base64.b64encode(value).decode(),
            }
        ).encode(),
    ),
}


def test_every_cloudevent_of_the_specification_is_read(live: Program, live_stack: LiveStack) -> None:
    """Instants in small letters, long ids with blanks and accents, URI references, base64, a byte order mark: all are cases."""
    sent = [(its_headers, written(karaoke(name))) for name, (its_headers, written) in CLOUDEVENTS.items()]
    send(live_stack, PORTAL, TOPICS.submissions, sent)
    for name in CLOUDEVENTS:
        case_id = case_id_of(SOURCE, name)
        waited(lambda: live("show", case_id).code == 0, f"the case of {name}")  # noqa: B023


def test_what_says_two_things_or_is_no_json_has_no_effect(live: Program, live_stack: LiveStack) -> None:
    """On a topic as in a file: neither of two outcomes is recorded, and no vault gets what is no number."""
    code = submitted(live, "strange-twice")
    twice = json.dumps({"case": code, "step_id": "intake", "outcome": "refuse", "reason": "x"}).encode()
    twice = twice.removesuffix(b"}") + b', "outcome": "approve"}'
    send(live_stack, "one-stop", TOPICS.decisions("one-stop"), [(headers("twice", "DecideStep", "/one-stop"), twice)])
    no_number = karaoke("strange-nan").replace(b'"applicant": {', b'"applicant": {"area": NaN, ')
    too_far = karaoke("strange-far").replace(b'"applicant": {', b'"applicant": {"area": 1e999, ')
    bad = [(headers("nan", "SubmitApplication"), no_number), (headers("far", "SubmitApplication"), too_far)]
    send(live_stack, PORTAL, TOPICS.submissions, bad)

    def letters(topic: str) -> dict[str, str]:
        return {each["event_id"]: each["code"] for each in live("dlq", "list", topic).json["letters"]}

    assert waited(lambda: letters("one-stop").get("twice"), "the letter") == "duplicate_key"
    assert waited(lambda: letters("submissions").get("far"), "the letter") == "not_a_number"
    assert letters("submissions")["nan"] == "not_a_number"
    steps = {step["id"]: step["status"] for step in live("show", code).json["steps"]}
    assert steps["intake"] == "assigned"
    refused = live("submit", "-", stdin=too_far).json["refused"]
    assert [each["error"]["code"] for each in refused] == ["json_syntax"]


def test_what_was_typed_lies_in_the_vault(live: Program, live_stack: LiveStack) -> None:
    """Phone, house and amount to the last sign; JSON all of it."""
    typed = b"phone: +84900000000, house: 12.10, decimal: 1234567890123456.12, age: 30"
    text = karaoke("strange-typed").replace(b'"applicant": {', b'"applicant": {' + typed + b", ")
    answer = live("submit", "-", stdin=b"# typed by hand\n" + text)
    assert answer.code == 0, answer
    applicant = person_of(live_stack, "/command-line", "strange-typed")["applicant"]
    assert applicant == {
        "phone": "+84900000000",
        "house": "12.10",
        "decimal": "1234567890123456.12",
        "age": 30,
        "name": "Nguyễn Văn A",
    }


def test_what_others_wrote_acts_on_no_terminal(live: Program, greenlane: Program, live_stack: LiveStack) -> None:
    """A reason in the timeline, live and in JSON; a type, an id and a whole message among the dead letters."""
    code = submitted(live, "strange-signs")
    data = {"case": code, "step_id": "intake", "outcome": "approve", "reason": REASON}
    send(
        live_stack,
        "one-stop",
        TOPICS.decisions("one-stop"),
        [
            (headers("signs", "DecideStep", "/one-stop"), json.dumps(data).encode()),
            (headers("\x1b[2J", "DecideStep", ce_type=b"\x1b]0;x\x07"), b'{"a": "\x1b[2J\xc2\x9b"}'),
        ],
    )
    steps = lambda: {step["id"]: step["status"] for step in live("show", code).json["steps"]}  # noqa: E731
    waited(lambda: steps()["intake"] == "done", "the answer")
    found = waited(lambda: live("dlq", "list", "one-stop").json["letters"], "the letter")
    letter = next(each for each in found if each["event_type"] == "\x1b]0;x\x07")
    shown = plainly(greenlane, live_stack, "show", code).out
    assert SHOWN[:20] in "".join(shown.split())
    plainly(greenlane, live_stack, "watch", "--once")
    plainly(greenlane, live_stack, "dlq", "list", "one-stop")
    plainly(greenlane, live_stack, "dlq", "show", "one-stop", letter["id"], "--content")
    assert not {c for c in live("show", code).out if ord(c) in range(0x7F, 0xA0) or c == "\u202e"}
