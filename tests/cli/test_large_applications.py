"""An application from which something would follow that no topic and no payload takes is refused, and its sender is told."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.model import ProcedureVersion, Text
from catalog.systems import PORTAL
from events.language.envelope import MESSAGE_MAX_BYTES, binary_headers
from events.transport.producer import Producer
from events.transport.reading import read_all
from greenlane.admission import as_owner
from greenlane.connecting import cluster_of
from greenlane.wiring import Wiring
from tests.cli.canaries import TOPICS
from tests.cli.program import LiveStack, Program
from tests.cli.test_canaries import until

PROCEDURE = "own-route"


@pytest.fixture(scope="module", autouse=True)
def _procedure(live_stack: LiveStack) -> None:
    """A procedure whose applications declare their own steps, as that of an imported log."""
    name = Text(vi="Quy trình tự nêu", en="A route of its own")
    given = {"id": PROCEDURE, "version": "1", "name": name, "agency": "one-stop", "limit": None, "route": "declared"}
    with closing(Wiring(live_stack.settings)) as wiring:
        day = wiring.business_time_now().date()
        wiring.intake_records.publish_derived(
            wiring.catalog.definitions_of(ProcedureVersion.model_validate(given), day)
        )


def application(application_id: str, size: int) -> bytes:
    """An application of so many bytes, nearly all of them in the names of its steps."""

    def written(letters: int) -> bytes:
        steps = [{"id": f"s{number}", "name": "x" * letters, "department": "one-stop"} for number in range(size // 500)]
        body = {"application_id": application_id, "procedure": PROCEDURE, "applicant": {}, "route": steps}
        return json.dumps(body, separators=(",", ":")).encode()

    return written(1 + (size - len(written(1))) // max(1, size // 500))


def events_of(live_stack: LiveStack, case_id: str) -> list[dict[str, Any]]:
    messages = read_all(cluster_of(as_owner(live_stack.settings)), [TOPICS.case_events])
    return [json.loads(m.value or b"{}") for m in messages if m.key == case_id.encode()]


def answers_of(live_stack: LiveStack, code: str) -> list[dict[str, Any]]:
    answers = read_all(live_stack.cluster_of(PORTAL), [TOPICS.answers(PORTAL)])
    return [told for told in (json.loads(m.value or b"{}") for m in answers) if told["code"] == code]


def test_at_the_counter(live: Program, live_stack: LiveStack) -> None:
    """What is taken is heard of; what nobody could hear of is not taken."""
    large = application("large-1", MESSAGE_MAX_BYTES - 500)
    assert len(large) < MESSAGE_MAX_BYTES, "the message itself fits"
    answer = live("submit", "-", stdin=large)
    (refused,) = answer.json["refused"]
    assert (answer.code, refused["error"]["code"], refused["error"]["field"]) == (2, "application_too_large", "route")
    assert live("submit", "-", stdin=large).json["submitted"] == [], "nothing was kept of it"
    (taken,) = live("submit", "-", stdin=application("large-2", MESSAGE_MAX_BYTES * 3 // 5)).json["submitted"]
    assert taken["dossier_code"]
    until(lambda: any(e["event"]["type"] == "ApplicationSubmitted" for e in events_of(live_stack, taken["case_id"])))


def test_over_kafka(live: Program, live_stack: LiveStack) -> None:
    """The message is a dead letter, and its system hears why; those behind it are taken."""
    with Producer(live_stack.cluster_of(PORTAL)) as portal:
        for name, content in (("large-3", application("large-3", MESSAGE_MAX_BYTES - 3000)), ("behind", b"")):
            body = content or application("large-4", 2000)
            headers = binary_headers(
                id=name, source="/portal", name="SubmitApplication", time=datetime.now(UTC), subject=None
            )
            portal.send_now(TOPICS.submissions, "large", body, headers)
    until(lambda: any(case["application_id"] == "large-4" for case in live("cases").json["cases"]))
    told = until(lambda: answers_of(live_stack, "application_too_large"))
    assert told[-1]["field"] == "route"
