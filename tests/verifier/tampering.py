"""Every way of tampering with a bundle that we know, each done as well as it can be without the signing key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

from audit.proof.leaves import event_leaf
from audit.proof.merkle import inclusion_path, leaf_hash, root_of
from audit.proof.signing import hand_over, sign_checkpoint
from events.language.chain import GENESIS, link
from events.language.checkpoint import Checkpoint, instant_text
from tests.verifier.bundles import (
    INSTALLATION,
    a_case,
    a_dossier,
    a_key,
    after_rotation,
    content_of,
    paper,
    tampered,
    unsigned,
    written,
)
from verifier.reading import OPENING

Content = dict[str, Any]
Tampering = tuple[str, bytes, str]
"""What was done, the file, and the first check that fails."""
THIEF: Final = a_key(99)


@lru_cache
def all_tampering() -> tuple[Tampering, ...]:
    """All of them."""
    return tuple(_all_tampering())


def _all_tampering() -> Iterator[Tampering]:
    case, dossier = a_case(), unsigned(a_dossier())
    without = unsigned(case)
    for name, change, check in (*EVENTS, *PROOFS, *RULE_TEXTS, *FIELDS):
        yield name, tampered(without, change), check
        yield f"{name}, still signed", tampered(case, change), check
    for name, change, check in STREAMS:
        yield name, tampered(dossier, change), check
    for name, change, check in SIGNED:
        yield name, tampered(case, change), check
    yield from _keys()
    yield from _files()
    yield from _texts()


def events(content: Content, place: int = 0) -> list[Content]:
    found: list[Content] = content["streams"][place]["events"]
    return found


def _body(content: Content, place: int, old: str, new: str) -> None:
    event = events(content)[place]
    assert old in event["body"]
    event["body"] = event["body"].replace(old, new, 1)


def _rehashed(content: Content, place: int, old: str, new: str) -> None:
    """A body is changed, and every hash from there on is made to fit."""
    _body(content, place, old, new)
    previous = GENESIS
    for event in events(content):
        previous = link(previous, event["body"])
        event["hash"] = previous.hex()


def _spliced(content: Content) -> None:
    """An event of another case, with its own valid proof."""
    other = paper().evidence("case", "case-c").streams[0].events[2]
    events(content)[2] = {
        "body": other.body,
        "hash": other.hash.hex(),
        "recorded_at": instant_text(other.recorded_at),
        "number": other.number,
        "path": [step.hex() for step in other.path],
    }


def _whole_other_case(content: Content) -> None:
    """The true events of another case, under this one's name."""
    content["streams"][0]["events"] = content_of(a_case("case-c"))["streams"][0]["events"]


def _named_by_a_list(content: Content) -> None:
    """The dossier names a list, and the case has the name that this would have in Python."""
    _rehashed(content, 1, '"case_id": "case-b"', '"case_id": ["case-b"]')
    content["streams"][2]["id"] = "['case-b']"


def _forged_root(content: Content) -> None:
    """A tree of the tamperer's own over a changed case; only the signature of its root is wanting."""
    _rehashed(content, 3, "applicant", "inspector")
    rows = [(e["hash"], row[2]) for e, row in zip(events(content), _rows(), strict=True)]
    leaves = [
        leaf_hash(event_leaf("case-a", place, bytes.fromhex(digest), at)) for place, (digest, at) in enumerate(rows, 1)
    ]
    content["checkpoint"]["logs"]["events"] = {"size": len(leaves), "root": root_of(leaves).hex()}
    _proofs_anew(content, leaves)


def _rows() -> list[tuple[str, bytes, Any, int]]:
    return [row for (stream, _), row in paper().rows.items() if stream == "case-a"]


def _proofs_anew(content: Content, leaves: list[bytes]) -> None:
    for number, event in enumerate(events(content)):
        event["number"], event["path"] = number, [s.hex() for s in inclusion_path(leaves, number, len(leaves))]


def _by_thief(content: Content) -> None:
    """The same tree, and everything signed anew with a key of the thief's."""
    _forged_root(content)
    content["checkpoint"]["key_id"] = content["signed_by"] = THIEF.key_id
    checkpoint = Checkpoint.model_validate_json(json.dumps(content["checkpoint"]))
    content["checkpoint"] = sign_checkpoint(THIEF, checkpoint).model_dump(mode="json")


def _swap(content: Content) -> None:
    two = events(content)
    two[2], two[3] = two[3], two[2]


def _swap_numbers(content: Content) -> None:
    one, other = events(content)[2], events(content)[3]
    for name in ("number", "path"):
        one[name], other[name] = other[name], one[name]


Change = Callable[[Content], object]
EVENTS: Final[tuple[tuple[str, Change, str], ...]] = (
    ("a body altered", lambda c: _body(c, 3, "applicant", "inspector"), "chains"),
    ("the first body altered", lambda c: _body(c, 0, "karaoke", "casino!"), "chains"),
    ("a blank put into a body", lambda c: _body(c, 1, ",", ", "), "chains"),
    ("an event deleted", lambda c: events(c).pop(2), "chains"),
    ("the first event deleted", lambda c: events(c).pop(0), "chains"),
    ("an event doubled", lambda c: events(c).insert(3, events(c)[2]), "chains"),
    ("two events swapped", _swap, "chains"),
    ("an event spliced from another case", _spliced, "chains"),
    ("a suffix hashed anew", lambda c: _rehashed(c, 4, "applicant", "inspector"), "proofs"),
    ("a case hashed anew from the first event", lambda c: _rehashed(c, 0, "portal", "porta1"), "proofs"),
    ("another case under this name", _whole_other_case, "places"),
    ("a hash altered", lambda c: events(c)[1].update(hash="0" * 64), "chains"),
    ("an instant altered", lambda c: events(c)[1].update(recorded_at="2026-03-02T02:00:00.000001Z"), "proofs"),
)
PROOFS: Final[tuple[tuple[str, Change, str], ...]] = (
    ("two numbers swapped", _swap_numbers, "numbers"),
    ("another number", lambda c: events(c)[-1].update(number=events(c)[-1]["number"] + 1), "proofs"),
    ("a number beyond the tree", lambda c: events(c)[-1].update(number=2**40), "proofs"),
    ("a step of a path altered", lambda c: events(c)[0]["path"].__setitem__(1, "f" * 64), "proofs"),
    ("a path cut", lambda c: events(c)[0]["path"].pop(), "proofs"),
    ("a path made longer", lambda c: events(c)[0]["path"].append("0" * 64), "proofs"),
    ("a path without steps", lambda c: events(c)[0].update(path=[]), "proofs"),
    ("the path of another leaf", lambda c: events(c)[0].update(path=events(c)[2]["path"]), "proofs"),
    ("another root", lambda c: c["checkpoint"]["logs"]["events"].update(root="0" * 64), "checkpoint"),
    ("another size", lambda c: c["checkpoint"]["logs"]["events"].update(size=10**6), "checkpoint"),
    ("size 0", lambda c: c["checkpoint"]["logs"]["events"].update(size=0), "checkpoint"),
    ("a checkpoint dated back", lambda c: c["checkpoint"].update(at="2026-03-01T00:00:00Z"), "checkpoint"),
    ("a forged tree", _forged_root, "checkpoint"),
)
RULE_TEXTS: Final[tuple[tuple[str, Change, str], ...]] = (
    (
        "the rules altered",
        lambda c: c["definitions"].update({d: t.replace("working_days", "hours") for d, t in c["definitions"].items()}),
        "definitions",
    ),
    ("the rules taken out", lambda c: c["definitions"].clear(), "definitions"),
    (
        "rules that nothing cites",
        lambda c: c["definitions"].update({hashlib.sha256(b"x").hexdigest(): "x"}),
        "definitions",
    ),
    (
        "other rules under a digest of their own",
        lambda c: c.update(definitions={hashlib.sha256(b"{}").hexdigest(): "{}"}),
        "definitions",
    ),
    ("rules that are no text", lambda c: c.update(definitions=dict.fromkeys(c["definitions"])), "definitions"),
)
STREAMS: Final[tuple[tuple[str, Change, str], ...]] = (
    ("another case as the subject", lambda c: c.update(subject="case-a"), "streams"),
    ("a case called a dossier", lambda c: c.update(kind="case"), "streams"),
    ("a stream without events", lambda c: c["streams"][1].update(events=[]), "streams"),
    ("a stream twice", lambda c: c["streams"].append(c["streams"][1]), "streams"),
    ("a stream twice, one after the other", lambda c: c["streams"].append(c["streams"][2]), "streams"),
    ("no stream", lambda c: c.update(streams=[]), "streams"),
    (
        "a case that the dossier does not name",
        lambda c: c["streams"].append(content_of(a_case("case-c"))["streams"][0]),
        "streams",
    ),
    ("a name that is a list", lambda c: _rehashed(c, 1, '"case_id": "case-b"', '"case_id": ["case-b"]'), "streams"),
    ("a case that is the text of a list", _named_by_a_list, "streams"),
    ("a stream under another name", lambda c: c["streams"][1].update(id="case-b2"), "streams"),
)
SIGNED: Final[tuple[tuple[str, Change, str], ...]] = (
    ("a tail cut", lambda c: events(c).pop(), "signature"),
    ("the day of the export altered", lambda c: c.update(exported_at="2027-01-01T00:00:00.000000Z"), "signature"),
    ("another report", lambda c: c.update(report_sha256="0" * 64), "report"),
    ("another signature", lambda c: c.update(signature="0" * 128), "signature"),
    ("signed by another, as it says", lambda c: c.update(signed_by="0" * 32), "keys"),
    ("a handing over put in", lambda c: c["keys"].append(_handed(THIEF.key_id)), "signature"),
)
FIELDS: Final[tuple[tuple[str, Change, str], ...]] = (
    ("another format", lambda c: c.update(format="greenlane package"), "version"),
    ("a later version", lambda c: c.update(version=2), "version"),
    ("a version that is true", lambda c: c.update(version=True), "version"),
    ("a version with a point", lambda c: c.update(version=1.0), "form"),
    ("an unknown algorithm", lambda c: c.update(algorithm="SHA-1+RSA"), "version"),
    ("another installation", lambda c: c.update(installation="f" * 32), "installation"),
    ("a field more", lambda c: c.update(note="trust me"), "fields"),
    ("a field less", lambda c: c.pop("subject"), "fields"),
    ("a field of an event more", lambda c: events(c)[0].update(note=""), "fields"),
    ("a list for an object", lambda c: c.update(checkpoint=[]), "fields"),
    ("a checkpoint without a tree of events", lambda c: c["checkpoint"]["logs"].pop("events"), "fields"),
    ("a checkpoint with an unknown algorithm", lambda c: c["checkpoint"].update(algorithm="RSA"), "fields"),
    ("a number that is negative", lambda c: events(c)[0].update(number=-1), "form"),
    ("a number that is true", lambda c: events(c)[0].update(number=True), "fields"),
    ("a number with a point", lambda c: events(c)[0].update(number=0.0), "form"),
    ("a number beyond all", lambda c: events(c)[0].update(number=2**53), "form"),
    ("digits in capitals", lambda c: events(c)[0].update(hash=events(c)[0]["hash"].upper()), "fields"),
    ("a short hash", lambda c: events(c)[0].update(hash="00"), "fields"),
    ("an instant without its six digits", lambda c: c.update(exported_at="2026-03-05T00:00:00Z"), "fields"),
    ("an instant with a line feed", lambda c: c.update(exported_at=c["exported_at"] + "\n"), "fields"),
    ("a body that is none", lambda c: events(c)[0].update(body=None), "fields"),
    ("a name with a blank", lambda c: c.update(subject="case a"), "fields"),
    ("a name with letters of another kind", lambda c: c.update(subject="case-\u0430"), "fields"),
    ("signed by nobody", lambda c: c.update(signed_by=None, signature="0" * 128), "fields"),
    ("a body that is no JSON", lambda c: _rehashed(c, 5, "{", "{{"), "streams"),
    ("a body with a name twice", lambda c: _rehashed(c, 5, '{"', '{"case_id":"case-a","'), "streams"),
    ("a body with NaN", lambda c: _rehashed(c, 5, '{"', '{"x":NaN,"'), "streams"),
    ("a body nested deep", lambda c: _rehashed(c, 5, '{"', '{"x":' + "[" * 5000 + "]" * 5000 + ',"'), "streams"),
    ("a body with half a surrogate pair", lambda c: _rehashed(c, 5, '{"', '{"x":"\\ud800","'), "streams"),
    ("a body with a number of 5,000 digits", lambda c: _rehashed(c, 5, '{"', '{"x":' + "9" * 5000 + ',"'), "proofs"),
    ("a body with a number beyond all", lambda c: _rehashed(c, 5, '{"', '{"x":-1e999,"'), "proofs"),
    ("a body in another writing", lambda c: _rehashed(c, 5, '"sequence":6', '\n "seq\\u0075ence" : 6.0e0'), "proofs"),
    ("a sequence with a fraction", lambda c: _rehashed(c, 5, '"sequence":6', '"sequence":6.5'), "places"),
    ("rules that are a number", lambda c: _rehashed(c, 5, '"event":{', '"event":{"definitions_digest":5,'), "proofs"),
    ("rules that are a list", lambda c: _rehashed(c, 5, '"event":{', '"event":{"definitions_digest":[{}],'), "proofs"),
    ("rules that are null", lambda c: _rehashed(c, 5, '"event":{', '"event":{"definitions_digest":null,'), "proofs"),
    ("a body that is a list", lambda c: _rehashed(c, 5, events(c)[5]["body"], "[]"), "streams"),
    ("a body without an event", lambda c: _rehashed(c, 5, '"event":', '"went":'), "streams"),
    ("a sequence that is a text", lambda c: _rehashed(c, 5, '"sequence":6', '"sequence":"6"'), "places"),
    ("a sequence that is true", lambda c: _rehashed(c, 0, '"sequence":1', '"sequence":true'), "places"),
)


def _handed(by: str) -> Content:
    handover = hand_over(INSTALLATION, THIEF, a_key(98).public).model_dump(mode="json")
    return handover | {"key_id": a_key(98).key_id, "by": by}


def _keys() -> Iterator[Tampering]:
    yield "everything signed anew by a thief", tampered(a_case(), _by_thief, THIEF), "keys"

    def named_by_thief(content: Content) -> None:
        _by_thief(content)
        handover = hand_over(INSTALLATION, THIEF, THIEF.public).model_dump(mode="json")
        content["keys"] = [handover | {"key_id": THIEF.key_id, "by": a_key().key_id}]

    yield "a thief who says that he was named", tampered(a_case(), named_by_thief, THIEF), "keys"
    rotated = after_rotation()
    for name, change in {
        "a handing over altered": {"signature": "0" * 128},
        "a handing over to another key": {"public_key": THIEF.public.raw.hex()},
        "a handing over under another name": {"key_id": THIEF.key_id},
        "a handing over by another": {"by": THIEF.key_id},
    }.items():
        yield name, tampered(unsigned(rotated), lambda c, change=change: c["keys"][0].update(change)), "keys"  # type: ignore[misc]
    yield "a handing over left out", tampered(unsigned(rotated), lambda c: c["keys"].pop(0)), "keys"
    yield "handed over in another order", tampered(unsigned(rotated), lambda c: c["keys"].reverse()), "keys"
    elsewhere = paper().checkpoint.model_copy(update={"installation": "e" * 32})
    elsewhere = sign_checkpoint(a_key(), elsewhere)
    yield (
        "a checkpoint of another installation",
        tampered(unsigned(a_case(checkpoint=elsewhere)), lambda c: c.update(installation=INSTALLATION)),
        "installation",
    )


def _files() -> Iterator[Tampering]:
    file = a_case()
    head, rest = file.split(OPENING)
    text, tail = rest.split(b"</script>")
    yield "an empty file", b"", "form"
    yield "another page", b"<!DOCTYPE html>\n<html></html>\n", "form"
    for place in (
        10,
        len(head) - 5,
        len(head) + 5,
        len(head) + len(text) // 2,
        len(file) - len(tail) - 3,
        len(file) - 1,
    ):
        yield f"cut at {place}", file[:place], "form"
    yield "something after the end", file + b"\n", "form"
    yield "a byte order mark", b"\xef\xbb\xbf" + file, "form"
    yield "a word of the report", file.replace("đúng hẹn".encode(), "trễ hẹn".encode()), "report"
    yield "a word of the report, unsigned", unsigned(file).replace("đúng hẹn".encode(), "trễ hẹn".encode()), "report"
    yield "another script", file.replace(b"<p>", b"<SCRIPT>alert(1)</SCRIPT><p>"), "form"
    yield "a second block of data", head + OPENING + text + b"</script>" + OPENING + text + b"</script>" + tail, "form"
    yield "the block taken out", head + tail, "form"


def _texts() -> Iterator[Tampering]:
    file = a_case()
    head, rest = file.split(OPENING)
    text, tail = rest.split(b"</script>")
    deep, digits = b"[" * 100_000 + b"]" * 100_000, b"9" * 10_000
    for name, other in {
        "blanks between": text.replace(b'":', b'": ', 1),
        "a blank at the end": text + b" ",
        "another order": b'{"version":1,' + text[1:].replace(b',"version":1}', b"}"),
        "a name twice": b'{"algorithm":"SHA-256+Ed25519",' + text[1:],
        "a letter escaped": text.replace(b"case-a", b"case-\\u0061", 1),
        "NaN": text.replace(b'"version":1}', b'"version":NaN}'),
        "Infinity": text.replace(b'"version":1}', b'"version":-Infinity}'),
        "a number of 10,000 digits": text.replace(b'"version":1}', b'"version":' + digits + b"}"),
        "nested 100,000 deep": text.replace(b'"keys":[]', b'"keys":' + deep),
        "only nested": deep,
        "half a surrogate pair": text.replace(b"case-a", b"case-\\ud800", 1),
        "half of it in bytes": text.replace(b"case-a", b"case-\xed\xa0\x80", 1),
        "bytes that are no text": text.replace(b"case-a", b"case-\xff", 1),
        "no JSON": b"greenlane",
        "nothing": b"",
    }.items():
        yield f"JSON: {name}", head + OPENING + other + b"</script>" + tail, "form"
    for value in ([], None, 7, "greenlane bundle"):
        yield f"JSON: only {value!r}", written(file, value), "version"  # type: ignore[arg-type]
