"""Linked dossiers on a live stack, by the program alone: from one declaration to the joint result, and a cascade."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from greenlane.settings import Settings
from greenlane.wiring import Wiring
from tests.cli.program import LiveStack, Program

pytestmark = pytest.mark.timeout(400)

SOON_SECONDS = 150.0


def declaration(dossier_id: str) -> bytes:
    """A karaoke opening: each document once; the result of one application is a component of the next."""
    body = {
        "dossier_id": dossier_id,
        "template": "karaoke",
        "applicant": {"name": "Nguyễn Văn Bí Mật", "id_number": "027999999999"},
        "documents": [{"kind": kind} for kind in ("request", "identity", "fire-acceptance", "cv")],
    }
    return json.dumps(body, ensure_ascii=False).encode()


def application(live: Program, dossier: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(a for a in live("dossier", "show", dossier).json["applications"] if a["name"] == name)
    return found


def until(live: Program, dossier: str, name: str, state: str) -> dict[str, Any]:
    """The application once it stands so: its case tells the dossier by itself."""
    ends_at = time.monotonic() + SOON_SECONDS
    while (found := application(live, dossier, name))["state"] != state:
        assert time.monotonic() < ends_at, found
        time.sleep(0.1)
    return found


def answer_all(live: Program, case_id: str, outcome: str = "approve") -> None:
    """Every step of a case, by the department that has it, until the case is closed."""
    ends_at = time.monotonic() + SOON_SECONDS
    while True:
        shown = live("show", case_id)
        if shown.code == 0 and shown.json["case"]["status"] == "closed":
            return
        steps = [s for s in shown.json["steps"] if s["status"] == "assigned"] if shown.code == 0 else []
        for step in steps:
            words = ("decide", case_id, step["id"], outcome, "--department", step["department"])
            live(*words, *(("--reason", "not eligible") if outcome == "refuse" else ()))
        assert time.monotonic() < ends_at
        if not steps:
            time.sleep(0.1)


def test_an_opening_from_one_declaration_to_its_joint_result(
    live: Program, live_stack: LiveStack, tmp_path: Path
) -> None:
    """Released one by one, each with its own clock; handed in twice it is one; no name of a person is in the ledger."""
    handed = live("dossier", "submit", "-", stdin=declaration("opening-1"))
    assert (handed.code, handed.json["known"], handed.json["released"]) == (0, False, 1)
    dossier = handed.json["dossier"]
    assert live("dossier", "submit", "-", stdin=declaration("opening-1")).json["known"] is True
    changed = declaration("opening-1").replace(b"027999999999", b"027000000000")
    assert live("dossier", "submit", "-", stdin=changed).json["error"]["code"] == "application_conflict"
    first = live("dossier", "show", "opening-1").json
    assert [a["state"] for a in first["applications"]] == ["released", "waiting", "waiting"]
    assert [a["needs"] for a in first["applications"]] == [[], ["registration"], ["security-order"]]
    assert first["critical_path"] == ["registration", "security-order", "karaoke-licence"]
    assert (first["holder"], first["joint"]["basis"]) == ("commune-desk", "cap")
    assert first["slack"] == dict.fromkeys(first["critical_path"], 0)
    for name in first["critical_path"]:
        released = until(live, dossier, name, "released")
        assert released["released_at"]
        answer_all(live, released["case_id"])
        assert until(live, dossier, name, "granted")["result_code"].endswith("-KQ(1)")
    pictures = ("--svg", str(tmp_path / "o.svg"), "--mermaid", str(tmp_path / "o.mmd"))
    last = live("dossier", "show", dossier, *pictures).json
    assert (last["outcome"], last["joint"]["kept"], last["holder"]) == ("granted", True, None)
    assert [record["sequence"] for record in last["timeline"]] == list(range(1, len(last["timeline"]) + 1))
    assert (tmp_path / "o.svg").read_text().count("<rect") == 3
    assert (tmp_path / "o.mmd").read_text().startswith("flowchart LR")
    assert "Bí Mật" not in json.dumps(last, ensure_ascii=False)
    assert live("verify").json["ok"] is True
    case = live("show", application(live, dossier, "karaoke-licence")["case_id"]).json
    documents = case["timeline"][0]["event"]["application"]["documents"]
    security = application(live, dossier, "security-order")["result_code"]
    assert {"kind": "security-certificate", "reference": security} in documents
    revokes_after_the_end(live, dossier)


def revokes_after_the_end(live: Program, dossier: str) -> None:
    """A result revoked when all is closed re-opens what stands on it; sent again, it happens once (Decree 45/2020 art. 15)."""
    words = ("dossier", "revoke", dossier, "security-order", "--reason", "issued by mistake", "--by", "head")
    basis = ("--legal-basis", "45/2020 art. 15", "--command-id", "revoked-late")
    for _ in range(2):
        reopened = live(*words, *basis).json
        assert (reopened["status"], reopened["outcome"]) == ("in_progress", None)
        assert (reopened["joint"]["state"], reopened["joint"]["kept"]) == ("met", True)
    told = [record for record in reopened["timeline"] if record["event"]["type"] == "ResultRevoked"]
    assert [record["actor"] for record in told] == [{"kind": "officer", "id": "head", "assurance": "claimed"}]
    assert live("dossier", "cascade", dossier, "security-order", "--apply").json["applied"] is True
    result = ("--number", "7/2026", "--issuer", "police", "--issued-on", "2026-01-05")
    mended = live("dossier", "result", dossier, "security-order", *result).json
    assert mended["timeline"][-1]["actor"]["kind"] == "operator"
    licence = until(live, dossier, "karaoke-licence", "released")
    assert licence["round"] == 2
    answer_all(live, licence["case_id"])
    until(live, dossier, "karaoke-licence", "granted")
    assert live("dossier", "show", dossier).json["outcome"] == "granted"
    # What it was brought back for is over: nothing else is taken, as before.
    late = live("dossier", "withdraw", dossier)
    assert (late.code, late.json["error"]["code"]) == (2, "dossier_closed")


def test_a_refusal_blocks_shows_its_cascade_and_ends_by_one_command(live: Program) -> None:
    dossier = live("dossier", "submit", "-", stdin=declaration("opening-2")).json["dossier"]
    refused = until(live, dossier, "registration", "released")
    answer_all(live, refused["case_id"], "refuse")
    blocked = until(live, dossier, "security-order", "blocked")
    assert [(cause["needs"], cause["status"]) for cause in blocked["causes"]] == [("registration", "refused")]
    shown = live("dossier", "cascade", dossier, "registration").json
    assert shown["applied"] is False
    effects = [(effect["name"], effect["effect"]) for effect in shown["effects"]]
    assert effects == [("security-order", "stopped"), ("karaoke-licence", "kept")]
    assert live("dossier", "show", dossier).json["status"] == "in_progress"
    result = ("--number", "1/2026", "--issuer", "commune", "--issued-on", "2026-01-05")
    mended = live("dossier", "result", dossier, "registration", *result).json
    assert [a["state"] for a in mended["applications"]] == ["refused", "released", "waiting"]
    withdrawn = live("dossier", "withdraw", dossier)
    assert withdrawn.code == 0
    assert until(live, dossier, "security-order", "withdrawn")["ended_at"]
    last = live("dossier", "show", dossier).json
    assert (last["status"], last["outcome"]) == ("closed", "withdrawn")
    late = live("dossier", "withdraw", dossier)
    assert (late.code, late.json["error"]["code"]) == (2, "dossier_closed")


@pytest.mark.more
def test_a_dossier_whose_start_was_lost_is_found_and_opened(live_stack: LiveStack, live: Program) -> None:
    """The inbox row stands, nothing else: the bridge looks for such rows and starts what they are about."""
    import asyncio  # noqa: PLC0415
    from datetime import UTC, datetime  # noqa: PLC0415

    from events.language.commands import Actor, ActorKind  # noqa: PLC0415
    from events.language.dossier_messages import DossierFile  # noqa: PLC0415
    from intake.temporal import DossierGateway  # noqa: PLC0415

    class KilledError(Exception):
        """The process was gone before the start."""

    class NoStart(DossierGateway):
        async def start(self, *_: object, **__: object) -> bool:
            raise KilledError

    async def submit(wiring: Wiring) -> None:
        client = await wiring.temporal()
        linked = wiring.dossier_intake(client)
        linked._gateway = NoStart(client, wiring.settings.task_queue)
        given = DossierFile.model_validate_json(declaration("opening-3"))
        actor = Actor(kind=ActorKind.APPLICANT, id="/test")
        with pytest.raises(KilledError):
            await linked.submit(
                given, source="/command-line", command_id="lost", actor=actor, received_at=datetime.now(UTC)
            )

    settings: Settings = live_stack.settings
    wiring = Wiring(settings)
    try:
        asyncio.run(submit(wiring))
    finally:
        wiring.close()
    ends_at = time.monotonic() + SOON_SECONDS
    while live("dossier", "show", "opening-3").code != 0:
        assert time.monotonic() < ends_at
        time.sleep(0.5)
    assert application(live, "opening-3", "registration")["state"] == "released"
