"""The verifier that was written from the page alone, against the example of the page and against forgeries."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.verifier.page_verifier import CHECKS, CLOSING, END, OPENING, START, canonical, parse, verdict, verdict_of

PAGE = (Path(__file__).parents[2] / "docs" / "bundle.md").read_bytes()
EXAMPLE = re.search(rb"```html\n(.*?\n)```", PAGE, re.S)[1]  # type: ignore[index]
KEY = re.search(rb"-----BEGIN.*?END PUBLIC KEY-----\n", PAGE, re.S)[0]  # type: ignore[index]
INSTALLATION = "an-installation"
AT = "2026-03-02T02:00:00.000000Z"


def faults(data: bytes, key: bytes = KEY) -> set[str]:
    """The names of the checks that are false."""
    found = verdict_of(data, key)
    assert tuple(found["checks"]) == CHECKS
    assert found["ok"] == (False not in found["checks"].values())
    return {name for name, held in found["checks"].items() if held is False}


# --- bundles of our own, by the other JSON, and a tree from the leaves -------------------------------------------


def text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def without(value: dict[str, Any], *names: str) -> bytes:
    return text({name: of for name, of in value.items() if name not in names})


def raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def key_id(key: Ed25519PrivateKey) -> str:
    return sha256(raw(key)).hexdigest()[:32]


def pem(key: Any) -> bytes:
    found: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return found


def keys(count: int) -> list[Ed25519PrivateKey]:
    return [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in range(count)]


def tree(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    left = max(2**power for power in range(20) if 2**power < len(leaves))
    return sha256(b"\1" + tree(leaves[:left]) + tree(leaves[left:])).digest()


def path(number: int, leaves: list[bytes]) -> list[str]:
    if len(leaves) == 1:
        return []
    left = max(2**power for power in range(20) if 2**power < len(leaves))
    if number < left:
        return [*path(number, leaves[:left]), tree(leaves[left:]).hex()]
    return [*path(number - left, leaves[left:]), tree(leaves[:left]).hex()]


def body(stream: str, sequence: Any, **event: Any) -> str:
    return text({"case_id": stream, "sequence": sequence, "event": event}).decode()


def bundle(texts: dict[str, list[str]], **fields: Any) -> dict[str, Any]:
    """A bundle of these streams, not yet sealed; every second leaf of the log is of somebody else."""
    streams: list[dict[str, Any]] = []
    leaves: list[bytes] = []
    for name, of in texts.items():
        before, events = sha256(b"greenlane ledger v1").digest(), []
        for place, one in enumerate(of, 1):
            before = sha256(before + one.encode()).digest()
            events.append({"body": one, "hash": before.hex(), "recorded_at": AT, "number": len(leaves), "path": []})
            leaves += [sha256(f"\0events {name}.{place} {before.hex()} {AT}".encode()).digest(), b"?" * 32]
        streams.append({"id": name, "events": events})
    for stream in streams:
        for event in stream["events"]:
            event["path"] = path(event["number"], leaves)
    checkpoint = {
        "algorithm": "Ed25519",
        "installation": INSTALLATION,
        "logs": {"events": {"size": len(leaves), "root": tree(leaves).hex() if leaves else "0" * 64}, "others": None},
    }
    return {
        "format": "greenlane bundle", "version": 1, "algorithm": "SHA-256+Ed25519", "installation": INSTALLATION,
        "kind": "case", "subject": next(iter(texts), "none"), "exported_at": AT, "streams": streams,
        "definitions": {}, "checkpoint": checkpoint, "keys": [],
    } | fields  # fmt: skip


def sealed(value: dict[str, Any], signer: Ed25519PrivateKey, *, signed: bool = True) -> bytes:
    """The file of a bundle, with all digests and signatures made anew."""
    head, tail = START + "<p>Hồ sơ</p>".encode() + OPENING, CLOSING + END
    checkpoint = value["checkpoint"] | {"key_id": key_id(signer)}
    checkpoint["signature"] = signer.sign(without(checkpoint, "signature")).hex()
    value = value | {"checkpoint": checkpoint, "report_sha256": sha256(head + tail).hexdigest()}
    value["signed_by"] = key_id(signer) if signed else None
    value["sha256"] = sha256(without(value, "signature", "sha256")).hexdigest()
    value["signature"] = signer.sign(without(value, "signature")).hex() if signed else None
    return head + text(value).replace(b"<", b"\\u003c") + tail


def handover(by: Ed25519PrivateKey, to: Ed25519PrivateKey, installation: str = INSTALLATION) -> dict[str, Any]:
    said = {"by": key_id(by), "installation": installation, "key_id": key_id(to), "public_key": raw(to).hex()}
    return {name: said[name] for name in ("by", "key_id", "public_key")} | {"signature": by.sign(text(said)).hex()}


def example_with(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The example, with something changed in its JSON and the digest made anew, but no signature."""
    head, rest = EXAMPLE.split(OPENING)
    inside, tail = rest.split(CLOSING)
    value = json.loads(inside)
    change(value)
    value["sha256"] = sha256(without(value, "signature", "sha256")).hexdigest()
    return head + OPENING + text(value).replace(b"<", b"\\u003c") + CLOSING + tail


def example_having(fields: dict[str, Any]) -> bytes:
    """The example, with these fields in its JSON."""
    return example_with(lambda value: value.update(fields))


# --- the example ---------------------------------------------------------------------------------------------------


def test_the_example_is_as_the_page_says(tmp_path: Path) -> None:
    assert (len(EXAMPLE), sha256(EXAMPLE).hexdigest()[:8]) == (1910, "115abcfd")
    assert verdict_of(EXAMPLE, KEY) == {"ok": True, "checks": dict.fromkeys(CHECKS, True)}
    assert faults(EXAMPLE.replace("Hồ sơ".encode(), "Hồ sờ".encode())) == {"report"}
    wrong = EXAMPLE.replace(b"ApplicationSubmitted", b"ApplicationSubmittee")
    assert faults(wrong) == {"content", "chains", "signature"}
    (tmp_path / "file").write_bytes(EXAMPLE)
    (tmp_path / "key").write_bytes(KEY)
    assert verdict(tmp_path / "file", tmp_path / "key") == verdict_of(EXAMPLE, KEY)
    refused = {"ok": False, "checks": dict.fromkeys(CHECKS)}
    assert verdict(tmp_path, tmp_path / "key") == verdict(tmp_path / "file", tmp_path / "none") == refused


def test_no_bit_can_be_turned_and_no_byte_left_off() -> None:
    chance = random.Random(7)
    for bit in chance.sample(range(8 * len(EXAMPLE)), 400):
        turned = bytearray(EXAMPLE)
        turned[bit // 8] ^= 1 << bit % 8
        assert faults(bytes(turned)), bit
    assert all(faults(EXAMPLE[:length]) == {"form"} for length in range(len(EXAMPLE)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\\u003c", b"\\u003C"), (b"\\u003c", b"<"), (b"\\u003c", b"\\u003c\\u0041"), ("ồ".encode(), b"<SCRIPT>"),
        (b'"version":1}</', b'"version":1.0}</'), (b'"version":1}</', b'"version":1e0}</'),
        (b'"version":1}</', b'"version":01}</'), (b'"version":1}</', b'"version":1,"version":1}</'),
        (b'"number":0', b'"number":-0'), (b'"number":2', b'"number":9007199254740992'), (b'"size":3', b'"size":-3'),
        (b'"subject":"case-a","version":1', b'"version":1,"subject":"case-a"'), (b"[]", b"[ ]"), (b"null", b"NaN"),
        (b'"handover":null', b'"handover":"\\ud800"'), (b'"handover":null', b'"handover":"\xed\xa0\x80"'),
        (b'"handover":null', b'"handover":"\\/"'), (b'"handover":null', b'"handover":' + b"[" * 99999 + b"]" * 99999),
        (b'"keys":[],', b'"\\u006beys":[],'), (b"</html>\n", b"</html>\n\n"), (b"</html>\n", b"</html>"),
        (b"<!DOCTYPE", b"\xef\xbb\xbf<!DOCTYPE"), (b"html>\n<!--", b"html>\r\n<!--"), (OPENING, OPENING * 2),
        (b"</html>\n", b"<script></script></html>\n"), (b'{"algorithm"', b'\xef\xbb\xbf{"algorithm"'),
    ],
    ids=lambda value: ascii(value[:30]),
)  # fmt: skip
def test_what_form_refuses(old: bytes, new: bytes) -> None:
    found = verdict_of(EXAMPLE.replace(old, new), KEY)
    assert found == {"ok": False, "checks": dict.fromkeys(CHECKS) | {"form": False}}


def test_changes_in_the_example() -> None:
    signed = {"signature"}
    assert faults(example_with(lambda value: value["streams"][0]["events"].reverse())) == signed | {
        "chains", "places", "numbers", "proofs",
    }  # fmt: skip
    assert faults(example_with(lambda value: value["streams"][0]["events"].pop())) == signed
    assert faults(example_with(lambda value: value["streams"].clear())) == signed | {"streams"}
    assert faults(example_with(lambda value: value["streams"][0]["events"].clear())) == signed | {"streams"}
    assert faults(example_with(lambda value: value.update(subject="case-b"))) == signed | {"streams"}
    assert faults(example_with(lambda value: value.update(installation="another"))) == signed | {"installation"}
    assert faults(example_with(lambda value: value["definitions"].update({"0" * 64: 1}))) == signed | {"definitions"}
    assert faults(example_with(lambda value: value["checkpoint"].update(cases=3))) == signed | {"checkpoint"}
    for name, of in (("version", True), ("version", 2), ("format", "Greenlane bundle"), ("algorithm", None)):
        assert faults(example_having({name: of})) == {"version"}
    for name, of in (("more", 1), ("kind", "cases"), ("subject", ""), ("signed_by", None), ("exported_at", AT[:-1])):
        assert faults(example_having({name: of})) == {"fields"}


def test_without_signature_the_page_is_not_proven() -> None:
    unsigned = example_with(lambda value: value.update(signature=None, signed_by=None))
    checks = dict.fromkeys(CHECKS, True) | {"report": None, "signature": None}
    assert verdict_of(unsigned, KEY) == {"ok": True, "checks": checks}
    assert faults(unsigned.replace(b"case-a</p>", b"case-b</p>")) == {"report"}
    assert faults(example_with(lambda value: value.update(signature=None))) == {"fields"}


# --- keys ----------------------------------------------------------------------------------------------------------


def test_trust_follows_the_handing_over() -> None:
    one, two, three, four = keys(4)
    texts = {"case": [body("case", 1)]}
    chain = [handover(a, b) for a, b in pairwise((one, two, three, four))]
    whole = sealed(bundle(texts, keys=chain), four)
    assert [faults(whole, pem(key)) for key in (one, two, three, four)] == [set()] * 4
    assert faults(whole, pem(keys(5)[4])) == {"keys"}
    unsigned = verdict_of(sealed(bundle(texts, keys=chain[1:]), four, signed=False), pem(one))["checks"]
    assert (unsigned["keys"], unsigned["checkpoint"], unsigned["signature"]) == (False, None, None)
    assert faults(sealed(bundle(texts, keys=chain[::-1]), four), pem(one)) == {"keys"}
    for broken in (
        chain[0] | {"signature": chain[1]["signature"]}, chain[0] | {"key_id": key_id(four)},
        chain[0] | {"public_key": raw(four).hex()}, handover(one, two, "another"),
    ):  # fmt: skip
        assert faults(sealed(bundle(texts, keys=[broken, *chain[1:]]), four), pem(one)) == {"keys"}
    old = chain[0] | {"signature": "0" * 128}
    assert faults(sealed(bundle(texts, keys=[old, *chain[1:]]), four), pem(two)) == set()


def test_what_is_no_key_of_an_auditor() -> None:
    private = keys(1)[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for key in (b"", KEY[:-30], private, KEY + private, pem(generate_private_key(SECP256R1())), raw(keys(1)[0])):
        assert verdict_of(EXAMPLE, key) == {"ok": False, "checks": dict.fromkeys(CHECKS)}


# --- streams, bodies and the tree ----------------------------------------------------------------------------------


def made(texts: dict[str, list[str]], **fields: Any) -> set[str]:
    return faults(sealed(bundle(texts, **fields), keys(1)[0]), pem(keys(1)[0]))


def test_a_dossier_names_its_cases() -> None:
    cases = {name: [body(name, place) for place in range(1, 4)] for name in ("case-a", "case-b")}
    dossier = [body("dossier", 1), body("dossier", 2, case_id="case-a"), body("dossier", 3, case_id="case-b")]
    assert made({"dossier": dossier} | cases, kind="dossier") == set()
    assert made({"dossier": dossier[:2]} | cases, kind="dossier") == {"streams"}
    assert made({"dossier": dossier} | cases, kind="case") == {"streams"}
    assert made({"dossier": dossier} | cases | {"case-c": []}, kind="dossier") == {"streams"}
    twice = bundle({"dossier": dossier} | cases, kind="dossier")
    twice["streams"].append(twice["streams"][1])
    assert faults(sealed(twice, keys(1)[0]), pem(keys(1)[0])) == {"streams"}


def test_what_bodies_may_be() -> None:
    for number in ("1", "1.0", "1e0", "10E-1", "0.1e+1", "1.000"):
        assert made({"c": [f' {{ "sequence": {number}, "case_id": "c", "event": {{"x": -1.5e400}} }}\n']}) == set()
    for number in ("true", '"1"', "null", "-1", "1e1", "1.0000000000000000000001", "1e99999999999999999999999"):
        assert made({"c": [f'{{"case_id":"c","sequence":{number},"event":{{}}}}']}) == {"places"}
    for unreadable in ("", "[]", "{}", "{'event':{}}", '{"event":{}}}', '{"event":{},"\\u0065vent":{}}', '{"event":[]}',
                       '{"event":{"x":"\\udc00"}}', '{"event":{"x":NaN}}', '\ufeff{"event":{}}',
                       '{"event":' + '{"a":' * 99999 + "1" + "}" * 100000):  # fmt: skip
        assert made({"c": [unreadable]}) == {"streams", "places", "definitions"}
    assert made({"c": [body("d", 1)]}) == {"places"}


def test_definitions_are_those_that_events_name() -> None:
    rules, name = '{"rules": "<&>"}', sha256(b'{"rules": "<&>"}').hexdigest()
    texts = {"c": [body("c", 1, definitions_digest=name), body("c", 2, definitions_digest=None)]}
    assert made(texts, definitions={name: rules}) == set()
    for wrong in ({}, {name: rules + " "}, {name: None}, {name: rules, "0" * 64: "0"}):
        assert made(texts, definitions=wrong) == {"definitions"}
    assert made({"c": [body("c", 1, definitions_digest=[])]}) == {"definitions"}
    assert made({"c": [body("c", 1)]}, definitions={name: rules}) == {"definitions"}


def test_paths_in_trees_of_every_small_size() -> None:
    for count in range(1, 12):
        whole = bundle({"c": [body("c", place) for place in range(1, count + 1)]})
        assert faults(sealed(whole, keys(1)[0]), pem(keys(1)[0])) == set()
        event = whole["streams"][0]["events"][-1]
        for change in ({"path": [*event["path"], "0" * 64]}, {"path": event["path"][:-1]}, {"number": 2 * count}):
            whole["streams"][0]["events"][-1] = event | change
            assert faults(sealed(whole, keys(1)[0]), pem(keys(1)[0])) == {"proofs"}


def test_json_against_another_implementation() -> None:
    values: list[Any] = [
        0,
        2**53 - 1,
        True,
        False,
        None,
        "",
        '\0\x1f\b\t\n\f\r"\\/<\x7f\u2028\uffff😀Ký',
        [],
        {},
        [[], {"": []}],
    ]
    assert canonical({"a": values, "B": {"z": 1, "é": 2}}) == text({"a": values, "B": {"z": 1, "é": 2}})
    assert canonical({"\uffff": 1, "😀": 2}) == '{"😀":2,"\uffff":1}'.encode()
    assert parse(json.dumps(values, indent=2).encode()) == values
    assert parse(b'["\\ud83d\\ude00\\u0041\\\\u0041\\/"]') == ["😀A\\u0041/"]
    for wrong in (b"", b"1 2", b"[1,]", b"[,1]", b'{"a":1,}', b'{"a"}', b"{1:1}", b"[1", b"+1", b".5", b"1.", b"tru",
                  b"Infinity", b'"\\x"', b'"\\u12"', b'"\n"', b'"\xff"', b'"\xc0\x80"', b'"\\ude00\\ud83d"', b"\x0c1",
                  b'"\\ud83dx\\ude00"', b"//\n1", b"\xc2\xa01", "１".encode()):  # fmt: skip
        with pytest.raises(ValueError):  # noqa: PT011
            parse(wrong)
