"""The commands on a live stack: an application from a file to a closed case, and everything that can be seen of it."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from audit.proof.merkle import leaf_hash, verify_consistency, verify_inclusion
from audit.proof.signing import KeyRing, PublicKey
from events.language.checkpoint import Checkpoint
from events.language.topics import Topics
from events.transport.producer import Producer
from greenlane.admission import as_owner
from greenlane.cli.clock import now
from greenlane.connecting import cluster_of
from greenlane.master_keys.file import key_id_of, keys_in
from greenlane.session import a_session
from greenlane.speaking.failure import warn
from presentation.json_of_cases import present_json
from services.actors import claimed
from services.recording_reads import Reader
from services.watching import Watch
from tests.cli.program import LiveStack, Program
from tests.greenlane.speaking.terminal import terminal_with

CODE = re.compile(r"^H05\.8-\d{6}-\d{4,}$")
DOCUMENTS = [{"kind": "request", "title": "Đơn"}, {"kind": "security-certificate"}]
STEPS = (
    ("intake", "one-stop"),
    ("site-check", "culture"),
    ("opinion-police", "police"),
    ("signing", "culture"),
    ("return", "one-stop"),
)


def karaoke(application_id: str, **change: object) -> bytes:
    """An application that is accepted, as JSON."""
    body = {"application_id": application_id, "procedure": "karaoke-licence", "applicant": {"name": "Nguyễn Văn A"}}
    return json.dumps(body | {"documents": DOCUMENTS} | change, ensure_ascii=False).encode()


def submitted(live: Program, application_id: str) -> str:
    """The dossier code of a new case."""
    answer = live("submit", "-", stdin=karaoke(application_id))
    assert answer.code == 0, answer
    return str(answer.json["submitted"][0]["dossier_code"])


def test_a_case_from_submission_to_its_end(live: Program, greenlane: Program, live_stack: LiveStack) -> None:
    """Each step is answered by its department; the sheet shows all of it in the province's time."""
    answer = live("submit", "-", stdin=karaoke("life-1"))
    (taken,) = answer.json["submitted"]
    assert (answer.code, answer.json["ok"], answer.json["refused"]) == (0, True, [])
    assert (
        taken.items() >= {"application_id": "life-1", "lane": "standard", "known": False, "green_due_at": None}.items()
    )
    assert CODE.match(taken["dossier_code"])
    code = taken["dossier_code"]
    for step, department in STEPS:
        waiting = {(work["dossier_code"], work["step_id"]) for work in live("desk", department).json["work"]}
        assert (code, step) in waiting
        decided = live("decide", code, step, "approve", "--department", department)
        assert (decided.code, decided.json["ok"], decided.json["accepted"]) == (0, True, True), decided
    assert decided.json["case"]["status"] == "closed"
    sheet = live("show", taken["case_id"]).json
    assert sheet["case"]["outcome"] == "issued"
    assert [record["sequence"] for record in sheet["timeline"]] == list(range(1, len(sheet["timeline"]) + 1))
    assert sheet["timeline"][-1]["event"]["type"] == "CaseClosed"
    assert {clock["status"] for clock in sheet["clocks"]} == {"met"}
    assert {step["status"] for step in sheet["steps"]} == {"done"}
    assert {miss["lane"] for miss in sheet["near_misses"]} == {"green_24h", "green_60"}
    assert sum(share["seconds"] for share in sheet["time_shares"]) == pytest.approx(
        sheet["timeline"][-1]["event"]["elapsed_seconds"]
    )
    again = live("replay", code).json
    clocks = [{name: told for name, told in clock.items() if name != "remaining_seconds"} for clock in again["clocks"]]
    assert (again["case"], again["steps"], clocks) == (sheet["case"], sheet["steps"], sheet["clocks"])
    opened = live("replay", code, "--at", sheet["case"]["opened_at"]).json
    assert (opened["case"]["status"], opened["case"]["holder"]) == ("in_progress", "between_steps")
    assert live("replay", code, "--at", "2020-01-01T00:00:00Z").error["code"] == "nothing_then"
    event_by_event = greenlane("replay", code, "--step", "--state-dir", str(live_stack.state_dir), "--lang", "vi").out
    assert f"Sự kiện {again['event']} trên {again['event']}" in event_by_event
    waited = greenlane(
        "replay", "--department", "culture", "--state-dir", str(live_stack.state_dir), "--lang", "en"
    ).out
    assert "What waited for" in waited
    screen = greenlane("show", code, "--state-dir", str(live_stack.state_dir), "--lang", "vi").out
    opened_at = sheet["case"]["opened_at"]
    hour = (int(opened_at[11:13]) + 7) % 24
    assert f"{hour:02}:{opened_at[14:16]}" in screen, "the province's zone"
    for words in (code, "đã cấp", "Ai đã dùng thời gian", "Vì sao không vào luồng khác"):
        assert words in screen
    assert "Nguyễn Văn A" not in screen + json.dumps(sheet, ensure_ascii=False), "the person lies in the vault"


def test_the_same_application_again_is_known(live: Program, tmp_path: Path) -> None:
    """Submitted twice it is one case; the same id with other content is refused, and says so."""
    first = live("submit", "-", stdin=karaoke("twice-1")).json["submitted"][0]
    file = tmp_path / "again.jsonl"
    file.write_bytes(karaoke("twice-1") + b"\n" + karaoke("twice-1", channel="post") + b"\n" + karaoke("twice-2"))
    answer = live("submit", str(file))
    assert (answer.code, answer.json["ok"]) == (2, False)
    again, other = answer.json["submitted"]
    assert (again["known"], again["case_id"], again["dossier_code"]) == (True, first["case_id"], first["dossier_code"])
    assert (other["application_id"], other["known"]) == ("twice-2", False)
    (refused,) = answer.json["refused"]
    assert refused["application_id"] == "twice-1"
    error = refused["error"]
    assert (error["code"], error["field"], error["line"]) == ("application_conflict", "application_id", 2)
    # Another sender numbers its own applications.
    elsewhere = live("submit", "-", "--source", "/counter-3", stdin=karaoke("twice-1")).json["submitted"][0]
    assert not elsewhere["known"]
    assert elsewhere["case_id"] != first["case_id"]


def test_good_entries_are_taken_beside_refused_ones(live: Program, tmp_path: Path) -> None:
    """One file, one good entry, four kinds of bad ones: each is named with its line."""
    file = tmp_path / "applications.yaml"
    file.write_text(
        "application_id: mixed-1\nprocedure: karaoke-licens\napplicant: {}\n"
        "---\napplication_id: mixed-2\nprocedure: karaoke-licence\napplicant: {}\ndocuments: [{kind: request}]\n"
        "---\napplication_id: mixed-3\nprocedur: karaoke-licence\napplicant: {}\n"
        "---\napplication_id: 'mixed-4\n"
        "---\n" + karaoke("mixed-5").decode(),
        encoding="utf-8",
    )
    answer = live("submit", str(file))
    assert answer.code == 2
    assert [one["application_id"] for one in answer.json["submitted"]] == ["mixed-5"]
    told = [(r["application_id"], r["error"]["code"], r["error"]["line"]) for r in answer.json["refused"]]
    assert told == [
        ("mixed-1", "procedure_unknown", 1),
        ("mixed-2", "documents_missing", 5),
        ("mixed-3", "unknown_field", 11),
        (None, "yaml_syntax", 14),
    ]
    unknown, incomplete = (one["error"] for one in answer.json["refused"][:2])
    assert "karaoke-licence" in unknown["remedy"], "the nearest by name"
    assert "security-certificate" in incomplete["message"]


def test_answers_that_the_rules_refuse(live: Program) -> None:
    """Wrong department, unknown step, unknown case, missing reason: a code, the field and what to do."""
    code = submitted(live, "refusals-1")
    cases = [
        (("decide", code, "intake", "approve", "--department", "culture"), "wrong_department", "step_id"),
        (("decide", code, "nonsense", "approve", "--department", "culture"), "step_unknown", "step_id"),
        (("decide", code, "signing", "approve", "--department", "culture"), "step_not_assigned", "step_id"),
        (("decide", code, "intake", "refuse", "--department", "one-stop"), "field_missing", "reason"),
        (("decide", "H05.8-260101-9999", "intake", "approve", "--department", "one-stop"), "case_unknown", "case"),
        (("decide", "case-000000000000", "intake", "approve", "--department", "one-stop"), "case_unknown", "case"),
        (("show", "H05.8-260101-9999"), "case_unknown", "case"),
        (("supplement", code, "--document", "request"), "no_supplement_awaited", ""),
        (("resume", code, "--reason", "x"), "not_suspended", ""),
        (("acknowledge", code, "statutory/breach"), "escalation_unknown", "escalation_id"),
        (("reassign", code, "intake", "--reason", "x", "--department", "no-such"), "department_unknown", "department"),
        (("desk", "onestop"), "unknown_department", "department"),
    ]
    for arguments, expected, field in cases:
        error = live(*arguments).error
        assert (error["code"], error["field"]) == (expected, field), arguments
    assert live("show", code).json["case"]["sequence"] == 6, "nothing of it is in the ledger"


def test_a_command_id_takes_effect_once(live: Program) -> None:
    """The same answer again is accepted again and changes nothing; after the end the case says that it is closed."""
    code = submitted(live, "once-1")
    answer = ("decide", code, "intake", "approve", "--department", "one-stop", "--command-id")
    first = live(*answer, "once-1-a").json["case"]["sequence"]
    again = live(*answer, "once-1-a")
    assert (again.code, again.json["case"]["sequence"]) == (0, first)
    assert live(*answer, "once-1-b").error["code"] == "already_answered"
    assert live("withdraw", code, "--reason", "The plans have changed").json["case"]["outcome"] == "withdrawn"
    late = live("decide", code, "site-check", "approve", "--department", "culture").error
    assert (late["code"], "withdrawn" in late["message"]) == ("case_closed", True)
    assert live(*answer, "once-1-a").code == 0, "what was accepted before stays accepted"


def test_supplements_pauses_consultations_and_reassignment(live: Program) -> None:
    """Every question to a case has its command, and shows in its timeline."""
    code = submitted(live, "questions-1")

    def ask(*arguments: str) -> None:
        answer = live(arguments[0], code, *arguments[1:])
        assert answer.code == 0, (arguments, answer)

    why = ("--reason", "because")
    ask("decide", "intake", "approve", "--department", "one-stop")
    ask("decide", "site-check", "consult", "--department", "culture", "--consult", "finance", "--question", "Paid?",
        "--limit", "2 working_days")  # fmt: skip
    ask("reassign", "opinion-police", "--officer", "officer-7", *why)
    ask("pause", "--legal-basis", "61/2018/NĐ-CP art. 19", *why)
    assert live("show", code).json["case"]["holder"] == "suspension"
    ask("resume", *why)
    ask("decide", "opinion-police", "request_supplement", "--department", "police", "--document", "floor-plan", *why)
    assert live("show", code).json["case"]["status"] == "awaiting_supplement"
    ask("supplement", "--document", "floor-plan")
    sheet = live("show", code).json
    assert {record["event"]["type"] for record in sheet["timeline"]} >= {
        "ConsultationRequested",
        "StepReassigned",
        "ClockPaused",
        "ClockResumed",
        "SupplementRequested",
        "SupplementReceived",
    }
    (clock,) = (clock for clock in sheet["clocks"] if clock["kind"] == "consultation")
    assert clock["budget"] == {"amount": 2, "unit": "working_days"}
    assert (
        live("decide", code, "site-check", "consult", "--department", "culture", "--limit", "2 moons").error["field"]
        == "--limit"
    )


def test_lists_are_narrowed(live: Program, greenlane: Program) -> None:
    """By lane, state, procedure, department; what is closed or not overdue is left out where that is asked."""
    code = submitted(live, "lists-1")
    procedure = "household-business-registration"
    (needed,) = greenlane("procedures", procedure, "--json").json["procedures"]
    documents = [{"kind": document["kind"]} for document in needed["documents"]]
    green = karaoke("lists-2", procedure=procedure, facts={"field": "innovation"}, documents=documents)
    (taken,) = live("submit", "-", stdin=green).json["submitted"]
    assert taken["lane"] == "green_60"
    assert taken["green_due_at"] < taken["statutory_due_at"]

    def codes(*arguments: str) -> set[str]:
        answer = live("cases", "--limit", "1000", *arguments).json
        assert answer["total"] == len(answer["cases"])
        return {view["dossier_code"] for view in answer["cases"]}

    assert code in codes()
    assert taken["dossier_code"] in codes("--lane", "green_60", "--procedure", procedure)
    assert code in codes("--open", "--procedure", "karaoke-licence", "--department", "one-stop")
    assert code in codes("--lane", "standard", "--status", "in_progress")
    for other in (("--lane", "green_60"), ("--status", "closed"), ("--procedure", "work-permit"), ("--overdue",)):
        assert code not in codes(*other)
    assert len(live("cases", "--limit", "1").json["cases"]) == 1
    assert live("cases", "--lane", "red").error["code"] == "usage"


def test_the_whole_installation_verifies(live: Program, greenlane: Program, live_stack: LiveStack) -> None:
    """Ledger, clocks, read models, inbox and topics; the contract's keys and no others."""
    submitted(live, "verify-1")
    answer = live("verify")
    assert answer.code == 0, answer
    keys = ["ok", "cases", "events", "violations", "witness", "witnessed", "first_fault", "checkpoints", "unsigned"]
    assert list(answer.json) == keys
    assert answer.json["ok"] is True
    assert answer.json["cases"] >= 1
    violations = answer.json["violations"]
    assert list(violations) == [f"I{number}" for number in range(1, 15)]
    assert {name for name, count in violations.items() if count is None} == {"I3", "I10", "I11", "I13"}
    assert set(violations.values()) == {0, None}
    rebuilt = live("rebuild").json
    assert (rebuilt["ok"], rebuilt["differences"]) == (True, [])
    assert "all is well" in greenlane("verify", "--state-dir", str(live_stack.state_dir)).out


def test_what_is_on_record_is_signed_and_proved(
    live: Program, greenlane: Program, live_stack: LiveStack, tmp_path: Path
) -> None:
    """With the key of the stack's own folder, by which a program that has its public half alone checks all of it."""
    code = submitted(live, "signed-1")
    signed = live("checkpoint").json
    assert next(iter(signed)) == "ok"
    assert {"at", "key_id", "logs", "cases", "previous", "signature"} <= set(signed)
    root = signed["logs"]["events"]["root"]
    proof = live("checkpoint", "prove", code, "1").json
    assert list(proof) == ["ok", "log", "index", "size", "leaf", "data", "root", "path"]
    again = live("checkpoint", "list").json["checkpoints"][-1]
    if again["number"] == signed["number"]:  # the publisher may have made another
        assert (proof["size"], proof["root"]) == (signed["logs"]["events"]["size"], root)
    path = [bytes.fromhex(one) for one in proof["path"]]
    leaf, top = bytes.fromhex(proof["leaf"]), bytes.fromhex(proof["root"])
    assert leaf == leaf_hash(proof["data"].encode())
    assert verify_inclusion(leaf, proof["index"], proof["size"], path, top)
    grown = live("checkpoint", "consistency", "1", str(proof["size"])).json
    assert list(grown) == ["ok", "log", "from", "to", "size", "leaf", "from_root", "root", "path"]
    ends = bytes.fromhex(grown["from_root"]), bytes.fromhex(grown["root"])
    assert verify_consistency(1, proof["size"], *ends, [bytes.fromhex(one) for one in grown["path"]])
    key = live("checkpoint", "key").json
    assert key["public_key"] == (live_stack.state_dir / "checkpoint-key.pub.pem").read_text()
    ring = KeyRing(PublicKey.from_pem(key["public_key"]))
    assert all(ring.holds(Checkpoint(**one)) for one in live("checkpoint", "list").json["checkpoints"])
    other = str(tmp_path / "other.pem")
    live("checkpoint", "key", "--new", other)
    assert live("checkpoint", "rotate", "--new", other, "--lost").error["code"] == "key_not_lost"
    act = live("checkpoint", "prove", "catalog", "1", "--log", "publications").json
    assert (act["log"], act["index"]) == ("publications", 0)
    assert live("checkpoint", "prove", "H05.8-260302-9999", "1").error["code"] == "case_unknown"
    assert live("checkpoint", "prove", code, "99").error["code"] == "no_such_event"
    assert live("checkpoint", "consistency", "1", "999999").error["code"] == "size_out_of_range"
    for words in ((), ("list",), ("prove", code, "1"), ("consistency", "1", "2")):
        said = greenlane("checkpoint", *words, "--state-dir", str(live_stack.state_dir))
        assert said.code == 0, said
        assert "{" not in said.out, said


def test_who_looked_is_told(
    live: Program, greenlane: Program, live_stack: LiveStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look with its purpose, the newest first; what is refused was none, and to list them is one."""
    code = submitted(live, "looked-1")
    case_id = live("show", code).json["case"]["case_id"]
    assert live("show", "H05.8-260302-9999").error["code"] == "case_unknown"
    live("show", case_id, "--purpose", "a complaint of 3 March")
    monkeypatch.setenv("GREENLANE_PURPOSE", "inspection 7/2026")
    live("export-log", "--format", "ocel", "--out", str(live_stack.state_dir / "looked.json"), "--case", code)
    told = live("reads", "--case", code).json
    assert (list(told), told["ok"], told["total"]) == (["ok", "total", "reads"], True, 3)
    keys = ["at", "account", "actor", "door", "purpose", "case_id", "subject", "as_of", "known_at", "filter", "count"]
    assert all(list(one) == keys for one in told["reads"])
    purposes = [(one["purpose"], one["case_id"]) for one in told["reads"]]
    assert purposes == [("inspection 7/2026", case_id), ("a complaint of 3 March", case_id), ("show", case_id)]
    actor = told["reads"][0]["actor"]
    assert (actor["kind"], actor["assurance"], told["reads"][0]["door"]) == ("operator", "claimed", "command_line")
    since = told["reads"][0]["at"]
    newest = live("reads", "--by", actor["id"], "--from", since, "--limit", "1").json
    assert (newest["total"], newest["reads"][0]["filter"], newest["reads"][0]["count"]) == (2, {"case": case_id}, 3)
    assert live("reads", "--by", "nobody").json == {"ok": True, "total": 0, "reads": []}
    assert live("reads", "--case", "H05.8-260302-9999").error["code"] == "case_unknown"
    assert live("reads", "--from", "2026-03-02T00:00:00").error["code"] == "naive_instant"
    assert live("reads", "--from", since, "--to", since).error["code"] == "period_reversed"
    live("checkpoint")
    assert live("checkpoint", "prove", "reads", "1", "--log", "reads").json["index"] == 0
    said = greenlane("reads", "--case", code, "--lang", "en", "--state-dir", str(live_stack.state_dir))
    assert (said.code, "a complaint of 3 March" in " ".join(said.out.split()), "{" in said.out) == (0, True, False)


def test_all_is_wrapped_by_the_key_of_the_stacks_own_folder(
    live: Program, greenlane: Program, live_stack: LiveStack
) -> None:
    """The bridge was handed it, and the command line finds it; there is nothing to wrap anew."""
    submitted(live, "sealed-1")
    status = live("master-key", "status").json
    assert list(status) == ["ok", "key_id", "wrapped", "waiting", "erased"]
    (key,) = keys_in((live_stack.state_dir / "master.key").read_text(), "master.key")
    assert status["key_id"] == key_id_of(key)
    assert {one["what"] for one in status["wrapped"]} >= {"keys", "subjects"}
    assert all(one["opens"] and one["key_id"] == status["key_id"] for one in status["wrapped"])
    rotated = live("master-key", "rotate").json
    assert rotated["rewrapped"] == {"keys": 0, "subjects": 0, "letters": 0}
    assert rotated["waiting"] == 0
    for command in ("status", "rotate"):
        said = greenlane("master-key", command, "--state-dir", str(live_stack.state_dir))
        assert said.code == 0, said
        assert status["key_id"] in said.out


def test_handing_over_to_another_master_key_and_back(
    live: Program, greenlane: Program, live_stack: LiveStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made behind the old one, it wraps every key anew; the old one alone then opens nothing, and which is missing is said."""
    submitted(live, "sealed-2")
    old, new, back = live_stack.state_dir / "master.key", tmp_path / "new.key", tmp_path / "back.key"
    key_id = greenlane("master-key", "make", str(new), "--keep", str(old), "--json").json["key_id"]
    newest, oldest = new.read_text().splitlines()
    back.write_text(f"{oldest}\n{newest}\n")
    back.chmod(0o600)
    try:
        monkeypatch.setenv("GREENLANE_MASTER_KEY_FILE", str(new))
        handed = live("master-key", "rotate").json
        assert (handed["key_id"], handed["waiting"]) == (key_id, 0)
        assert handed["rewrapped"]["keys"] == 2
        assert handed["rewrapped"]["subjects"] >= 1
        monkeypatch.setenv("GREENLANE_MASTER_KEY_FILE", str(old))
        error = live("master-key", "rotate").error
        assert (error["code"], error["field"]) == ("master_key_unknown", "GREENLANE_MASTER_KEY")
        assert key_id in error["message"]
    finally:
        monkeypatch.setenv("GREENLANE_MASTER_KEY_FILE", str(back))
        live("master-key", "rotate")
    monkeypatch.delenv("GREENLANE_MASTER_KEY_FILE")
    assert {one["key_id"] for one in live("master-key", "status").json["wrapped"]} == {
        key_id_of(keys_in(oldest, "x")[0])
    }


def test_the_ledger_as_an_event_log(live: Program, tmp_path: Path) -> None:
    """In both formats, of all or of one; never in place of a file that is there; nothing of a case that nobody knows."""
    code, events = submitted(live, "log-1"), set()
    for form, name in (("xes", "log.xes.gz"), ("ocel", "log.json")):
        file = str(tmp_path / name)
        answer = live("export-log", "--format", form, "--out", file)
        assert (answer.code, list(answer.json)) == (0, ["ok", "file", "cases", "events"]), answer
        assert (answer.json["file"], answer.json["cases"] >= 1) == (file, True)
        assert live("export-log", "--format", form, "--out", file).error["code"] == "file_refused"
        one = live("export-log", "--format", form, "--out", file, "--case", code, "--force").json
        events.add(one["events"])
        assert one["cases"] == 1
    traces = gzip.decompress((tmp_path / "log.xes.gz").read_bytes())
    assert events == {traces.count(b"<event>")}
    assert not any("Nguyễn".encode() in content for content in (traces, (tmp_path / "log.json").read_bytes()))
    assert events == {len(json.loads((tmp_path / "log.json").read_bytes())["events"])}
    unknown = live("export-log", "--format", "xes", "--out", str(tmp_path / "none.xes"), "--case", "H05.8-260302-9999")
    assert (unknown.error["code"], unknown.error["field"]) == ("case_unknown", "case")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log.json", "log.xes.gz"]


def test_watch_shows_what_happens(live: Program, live_stack: LiveStack, greenlane: Program) -> None:
    """A snapshot for machines; for people the open cases and the last events."""
    code = submitted(live, "watch-1")
    case_id = live("show", code).json["case"]["case_id"]
    snapshot = live("watch").json
    assert code in {view["dossier_code"] for view in snapshot["cases"]}
    assert [event["event"]["type"] for event in snapshot["events"] if event["case_id"] == case_id][-1] == "StepAssigned"
    screen = greenlane("watch", "--once", "--state-dir", str(live_stack.state_dir)).out
    assert code in screen
    assert "Step assigned" in screen


def test_each_look_reads_on(live: Program, live_stack: LiveStack) -> None:
    """What happened between two looks appears once, after what was there."""
    with a_session(live_stack.state_dir, warn) as session:
        watch = Watch(session.wiring, Reader(claimed("operator", "tests"), "watch"), 50)
        before = present_json(watch.look(now()))["events"]
        code = submitted(live, "watch-2")
        case_id = live("show", code).json["case"]["case_id"]
        events = present_json(watch.look(now()))["events"]
    positions = [event["position"] for event in events]
    assert positions == sorted(set(positions))
    mine = [event for event in events if event["case_id"] == case_id]
    assert len(mine) == 6
    assert mine[0]["position"] > before[-1]["position"]
    assert mine[-1]["event"]["dossier_code"] == code


def test_watching_goes_on_until_interrupted(
    live: Program, greenlane: Program, live_stack: LiveStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks again after each interval; Ctrl-C leaves in order."""
    code = submitted(live, "watch-3")
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("greenlane.speaking.live.time.sleep", pause)
    answer = greenlane("watch", "--interval", "2.5", "--state-dir", str(live_stack.state_dir))
    assert (answer.code, pauses) == (0, [2.5] * 3)
    assert code in answer.out


def test_a_replay_is_stepped_through_at_a_terminal(live: Program, live_stack: LiveStack) -> None:
    """The whole program at a narrow terminal: forward, to the end, back, and out of it in order."""
    code = submitted(live, "step-1")
    count = len(live("replay", code, "--step").json["frames"])
    words = ["greenlane", "replay", code, "--step", "--lang", "en", "--state-dir", str(live_stack.state_dir)]
    program = f"import sys; sys.argv = {words!r}; from greenlane.cli.app import main; main()"
    with terminal_with(program, width=44, height=20) as terminal:
        terminal.await_foot(f"1/{count} ")
        for keys, place in (
            ("\x1b[C", f"2/{count} "),
            ("\x1b[F", f"{count}/{count} "),
            ("\x1b[D", f"{count - 1}/{count} "),
        ):
            terminal.press(keys)
            screen = terminal.await_foot(place)
            assert all(len(line) <= 44 for line in screen)
        terminal.press("q")
        assert terminal.await_end() == 0
        assert terminal.is_as_before


def test_outbox_rows_are_sent_again_on_demand(live: Program) -> None:
    """`republish` owes Kafka everything again, and waits until the publisher has sent it."""
    submitted(live, "republish-1")
    answer = live("republish")
    assert answer.code == 0, answer
    assert answer.json["republished"] > 0
    assert answer.json["waiting"] == 0
    verified = live("verify", "--topics", "--histories", "--sample", "5").json
    assert (verified["ok"], verified["violations"]["I3"]) == (True, 0), "a repeated record is allowed"
    assert (verified["violations"]["I13"], verified["histories_left_out"]) == (0, 0)
    assert verified["histories"] >= 0
    assert verified["sample_seed"]


def test_a_message_that_nobody_owed_is_found(live: Program, live_stack: LiveStack) -> None:
    """By its place, on a topic of ours to which nothing was ever owed; whatever else is there is as it was sent."""
    owner, topic = cluster_of(as_owner(live_stack.settings)), Topics().work("nobody")
    with owner.admin() as admin:
        admin.create_topics({topic: {"num_partitions": 1}}, wait_for_metadata=True)
        try:
            with Producer(owner) as producer:
                producer.send_now(topic, "case-a", b"{}", [("ce_id", b"forged")])
            answer = live("verify", "--topics")
            assert (answer.code, answer.json["violations"]["I3"]) == (2, 1), answer
            assert answer.json["findings"] == [f"I3: {topic}: message 0-0 was never owed"]
        finally:
            admin.delete_topics([topic])
