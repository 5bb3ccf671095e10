"""What applicants and their systems write is personal: it lies in the vault and on their own topics, and nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import text

from audit.personal.check import check_personal
from audit.verification_report import PersonalTally
from catalog.systems import PORTAL
from events.language.envelope import binary_headers
from events.transport.producer import Producer
from greenlane.stack.checkpoint_key import PUBLIC_FILE
from greenlane.stack.master_key import KEY_FILE
from greenlane.wiring import Wiring
from tests.cli.canaries import BIRD, OFFICERS_BIRD, TOPICS, Flock, dead_letters, kept_by, personal_of
from tests.cli.canary_lives import PROCEDURES, a_life
from tests.cli.program import LiveStack, Program
from tests.cli.test_commands_live import DOCUMENTS

PATIENCE_SECONDS = 60.0
REFUSED = 12
"""Messages that become dead letters."""


def until(look: Callable[[], Any]) -> Any:
    """What a look finds, once it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


class Portal:
    """A submitting system whose every word is a canary."""

    def __init__(self, producer: Producer, flock: Flock) -> None:
        self._producer = producer
        self._flock = flock
        self.sent = 0

    def send(self, kind: str, data: Any, *, place: str = "", value: bytes | None = None) -> None:
        """Send a message; with canaries in its id, subject, trace, key and a header of its own."""
        self.sent += 1
        mark = f"{place or kind}.{self.sent}"
        headers = binary_headers(
            id=f"{self._flock(f'{mark} id')}-{time.monotonic_ns()}",
            source="/portal",
            name=kind,
            time=datetime.now(UTC),
            subject=self._flock(f"{mark} subject"),
            traceparent=self._flock(f"{mark} traceparent"),
        )
        headers.append((self._flock(f"{mark} header name"), self._flock(f"{mark} header").encode()))
        content = json.dumps(data, ensure_ascii=False).encode() if value is None else value
        self._producer.send_now(TOPICS.submissions, self._flock(f"{mark} key"), content, headers)


def application(flock: Flock, name: str, **change: Any) -> dict[str, Any]:
    """An application that is accepted, with a canary wherever an applicant may write."""
    documents = [
        {**part, "title": flock(f"{name} title"), "reference": flock(f"{name} reference")} for part in DOCUMENTS
    ]
    facts = {
        "project": flock(f"{name} listed fact"),
        "field": f"Tôi là {flock(f'{name} other listed fact')}",
        flock(f"{name} name of a fact"): flock(f"{name} fact"),
    }
    applicant = {"name": flock(f"{name} applicant"), flock(f"{name} applicant's field"): [{"x": flock(f"{name} deep")}]}
    return {
        "application_id": name,
        "procedure": "karaoke-licence",
        "applicant": applicant,
        "documents": documents,
        "facts": facts,
        **change,
    }


def refused_messages(portal: Portal, flock: Flock) -> None:
    """Messages that are not taken, each for another reason, each with a canary in what is wrong."""
    wrong: dict[str, Any] = {
        "unknown field": application(flock, "refused", **{flock("unknown field"): 1}),
        "field of a document": application(flock, "refused", documents=[{"kind": "request", flock("part's field"): 1}]),
        "fact's name": application(flock, "refused", facts={f"Ông {flock('odd name of a fact')}": 1}),
        "long fact": application(flock, "refused", facts={flock("name of a long fact"): flock("long fact") * 30}),
        "channel": application(flock, "refused", channel=flock("channel")),
        "procedure": application(flock, "refused", procedure=flock("procedure")),
        "kind": application(flock, "refused", documents=[{"kind": flock("kind of a document")}]),
        "application id": application(flock, f"Ông {flock('application id')}"),
        "route": application(
            flock,
            "refused-route",
            route=[{"id": flock("step"), "name": flock("name of a step"), "department": "culture"}],
        ),
    }
    for place, data in wrong.items():
        portal.send("SubmitApplication", data, place=place)
    portal.send(flock("type"), {})
    portal.send("SubmitApplication", {}, place="no JSON", value=f'{{"applicant": "{flock("no JSON")}'.encode())
    portal.send("SubmitApplication", {}, place="no text", value=flock("no text").encode() + b"\xff")


def unknown_cases(portal: Portal, flock: Flock) -> None:
    """Commands for cases that are none: the name of the case is the applicant's own text."""
    for case in (flock("case"), f"Hồ sơ của {flock('case in words')}", f"case-{flock('like a case')}"):
        portal.send("WithdrawApplication", {"case": case, "reason": flock(f"reason for {case}")})
        portal.send("ReceiveExplanation", {"case": case, "reference": flock(f"reference for {case}")})


def test_no_word_of_an_applicant_stands_outside_the_vault(live: Program, live_stack: LiveStack, tmp_path: Path) -> None:
    """Tables, dead letters, all topics but those of submissions, Temporal's histories and disk, metrics, logs, lists, bundles.

    And what officers write, which is public, stands in no log and no metric.
    """
    flock, officers = Flock(), Flock(OFFICERS_BIRD)
    with Producer(live_stack.cluster_of(PORTAL)) as producer:
        portal = Portal(producer, flock)
        code = a_case_by_its_portal(live, live_stack, portal, flock)
        by_hand = cases_at_the_counter(live, flock)
        dossier = a_dossier(live, flock)
        lives = [a_life(live, flock, officers, procedure) for procedure in PROCEDURES]
        refused_messages(portal, flock)
        unknown_cases(portal, flock)
        until(lambda: dead_letters(live_stack) >= REFUSED)
        replayed = live("dlq", "replay", TOPICS.dead_letters(TOPICS.submissions), "--all")
        assert replayed.code == 0, replayed
        until(lambda: dead_letters(live_stack) >= 2 * REFUSED)
    seen: dict[str, set[str]] = {}
    kept = kept_by(live_stack, live("access", "database", "owner").json["url"])
    shown = chain(bundles(live, live_stack, tmp_path, code, by_hand, dossier, lives[0]), outside(live, tmp_path))
    for where, content in chain(kept, shown):
        for place in flock.found_in(content):
            seen.setdefault(place, set()).add(where)
        if where.startswith("metrics of") or where.endswith(".log"):
            assert officers.found_in(content) == set(), where
    assert seen == {}
    lost = set(flock.places) - {place for content in personal_of(live_stack) for place in flock.found_in(content)}
    assert lost == set(), "each canary was written, and lies where it may"
    sheet = live("show", code).json
    told = {flock("explanation"), flock("supplement"), flock("reason")}
    assert told <= set(sheet["texts"].values()), "the operator reads them in the vault"
    assert flock("own reason") in live("show", by_hand).json["texts"].values()
    no_value_is_found_by_the_auditor(live, live_stack, flock)
    without_the_key_nobody_sees_a_word(live, live_stack, flock)


def no_value_is_found_by_the_auditor(live: Program, stack: LiveStack, flock: Flock) -> None:
    """`verify --personal` knows all of them, and finds nothing but what is put where it must not be."""
    number = flock.places[f"{PROCEDURES[0]} number"]
    with closing(Wiring(stack.settings)) as wiring:
        subjects = {entry.subject_ref for entry in wiring.vault.people() if BIRD in entry.person}
        wiring.store.remember_first("canary", f"của {number[:6]} {number[6:]}")
        try:
            tally = PersonalTally()
            look = check_personal(wiring.store, wiring.vault, wiring.cluster, wiring.topics, tally)
            # Other tests share the stack, and may have officers who write what they like.
            (told,) = (str(one) for one in look if any(subject in one.message for subject in subjects))
            body = live("verify", "--personal", "--purpose", "canaries").json
        finally:
            with wiring.store.writing() as connection:
                connection.execute(text("DELETE FROM stack WHERE key = 'canary'"))
    assert tally.persons >= len(subjects) > len(PROCEDURES)
    assert "stack.value holds a number of subject-" in told
    assert number not in told
    assert body["violations"]["I11"] >= 1
    assert body["personal"]["persons"] >= len(subjects)
    assert "canaries" in {read["purpose"] for read in live("reads").json["reads"]}


def without_the_key_nobody_sees_a_word(live: Program, stack: LiveStack, flock: Flock) -> None:
    """Dead letters are listed with the reason, and stay closed; who asks for more is told what is missing."""
    key = stack.state_dir / KEY_FILE
    away = key.rename(key.with_suffix(".away"))
    try:
        listed = live("dlq", "list", "submissions", "--all")
        letters = listed.json["letters"]
        place = ("submissions", letters[0]["id"])
        shown = live("dlq", "show", *place)
        refused = live("dlq", "show", *place, "--content").error
        unasked = live("verify", "--personal").error
    finally:
        away.rename(key)
    assert {(letter["seal"], letter["key"], letter["event_id"]) for letter in letters} == {("closed", None, None)}
    assert flock.found_in((listed.out + shown.out).encode()) == set()
    assert all(letter["code"] and letter["reason"] for letter in letters)
    assert (refused["code"], unasked["code"]) == ("letter_sealed", "master_key_missing")


def a_case_by_its_portal(live: Program, live_stack: LiveStack, portal: Portal, flock: Flock) -> str:
    """A whole life over Kafka: submitted, explained, completed, taken back."""
    portal.send("SubmitApplication", application(flock, "canary-1"))
    row = until(lambda: next((c for c in live("cases").json["cases"] if c["application_id"] == "canary-1"), None))
    code = str(row["dossier_code"])

    def status() -> str:
        return str(live("show", code).json["case"]["status"])

    accepted = live("decide", code, "intake", "approve", "--department", "one-stop")
    assert accepted.code == 0, accepted
    asked = live("decide", code, "site-check", "request_explanation", "--department", "culture", "--question", "Which?")
    assert asked.code == 0, asked
    portal.send("ReceiveExplanation", {"case": code, "reference": flock("explanation")})
    until(lambda: status() == "in_progress")
    ask = ("request_supplement", "--department", "culture", "--document", "floor-plan", "--reason", "none is there")
    asked = live("decide", code, "site-check", *ask)
    assert asked.code == 0, asked
    plan = {"kind": "floor-plan", "reference": flock("supplement")}
    portal.send("ReceiveSupplement", {"case": code, "documents": [plan, {**plan, "reference": flock("second plan")}]})
    until(lambda: status() == "in_progress")
    portal.send("WithdrawApplication", {"case": code, "reason": flock("reason")})
    until(lambda: status() == "closed")
    portal.send("WithdrawApplication", {"case": code, "reason": flock("reason too late")})
    return code


def cases_at_the_counter(live: Program, flock: Flock) -> str:
    """The same by hand: an application and a dossier from files, taken back with a reason."""
    given = live("submit", "-", stdin=json.dumps(application(flock, "canary-2")).encode())
    assert given.code == 0, given
    code = str(given.json["submitted"][0]["dossier_code"])
    assert live("withdraw", code, "--reason", flock("own reason"), "--command-id", "canary-w").code == 0
    live("withdraw", code, "--reason", flock("other reason"), "--command-id", "canary-w")
    return code


def a_dossier(live: Program, flock: Flock) -> str:
    """Several applications in one declaration, with a canary wherever the applicant may write; taken back with a reason."""

    def uploaded(kind: str) -> dict[str, str]:
        return {"kind": kind, "title": flock(f"title of {kind}"), "reference": flock(f"reference of {kind}")}

    facts = {"project": flock("fact of the dossier"), flock("name of the dossier's fact"): flock("its other fact")}
    security = {"documents": [uploaded("fire-acceptance"), uploaded("cv")]}
    part = {"facts": {"field": flock("fact of a part"), flock("name of a part's fact"): flock("other fact of a part")}}
    given = {
        "dossier_id": "canary-3",
        "applicant": {"name": flock("applicant of the dossier"), flock("applicant's field there"): 1},
        "documents": [uploaded("request"), uploaded("identity")],
        "facts": facts,
        "applications": [
            {"name": "reg", "procedure": "household-business-registration", "data": part},
            {"name": "lic", "procedure": "security-order-certificate", "needs": ["reg"], "data": security},
        ],
    }
    taken = live("dossier", "submit", "-", stdin=json.dumps(given).encode())
    assert taken.code == 0, taken
    dossier = str(taken.json["dossier"])
    assert live("dossier", "withdraw", dossier, "--reason", flock("reason of the dossier")).code == 0
    until(lambda: live("dossier", "show", dossier).json["status"] == "closed")
    assert flock("reason of the dossier") in live("dossier", "show", dossier).json["texts"].values()
    return dossier


def bundles(live: Program, live_stack: LiveStack, folder: Path, *subjects: str) -> Iterator[tuple[str, bytes]]:
    """What leaves the house as evidence: each file is sound and signed, and never written over unasked."""
    key = str(live_stack.state_dir / PUBLIC_FILE)
    for subject in subjects:
        file = folder / f"{subject}.html"
        answer = live("export", subject, "--out", str(file))
        assert answer.code == 0, answer
        assert answer.json["sha256"] == sha256(file.read_bytes()).hexdigest()
        judged = verdict_on(file, key)
        assert (judged["ok"], set(judged["checks"].values())) == (True, {True})
        assert live("export", subject, "--out", str(file)).error["code"] == "file_refused"
        yield file.name, file.read_bytes()


def outside(live: Program, folder: Path) -> Iterator[tuple[str, bytes]]:
    """What else is shown and handed out: lists, reads on record, and the ledger as an event log."""
    screens = (("cases",), ("desk", "culture"), ("escalations",), ("reads",), ("report",), ("procedures",))
    for words in screens:
        answer = live(*words)
        assert answer.code == 0, answer
        yield " ".join(words), (answer.out + answer.err).encode()
    for form in ("xes", "ocel"):
        file = folder / f"ledger.{form}"
        assert live("export-log", "--format", form, "--out", str(file)).code == 0
        yield file.name, file.read_bytes()


def verdict_on(file: Path, key: str) -> Any:
    """What the auditor's program says, as a program of its own."""
    judged = subprocess.run(
        [sys.executable, "-m", "verifier", str(file), "--key", key, "--json"], capture_output=True, check=True
    )
    return json.loads(judged.stdout)
