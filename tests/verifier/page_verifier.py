"""A second verifier for Greenlane bundles, written from the page that describes the format and from nothing else.

It has its own JSON parser and serialiser, and finds the root of the log by recursion over the definition of the tree.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

# None, bool, str, list, dict; an int for a whole number from 0 to 2^53 - 1 in plain digits; any other number stays
# the bytes that wrote it, and has no canonical text.
Json: TypeAlias = Any
Reader: TypeAlias = Callable[[bytes, int, int], tuple[Any, int]]
Form: TypeAlias = Callable[[Json], bool]
Verdicts: TypeAlias = Iterator[tuple[str, bool | None]]

CHECKS = (
    "form", "version", "fields", "content", "report", "keys", "checkpoint", "installation", "streams", "chains",
    "places", "numbers", "proofs", "definitions", "signature",
)  # fmt: skip
START, END = b"<!DOCTYPE html>\n<!-- greenlane bundle -->\n", b"</html>\n"
OPENING, CLOSING = b'<script type="application/json" id="greenlane-bundle">', b"</script>"
LARGEST_FILE = 1_000_000_000
LARGEST_COUNT = 2**53 - 1
DEEPEST = 128
BEFORE_THE_FIRST = sha256(b"greenlane ledger v1").digest()

BLANKS, COMMA, COLON = (re.compile(mark) for mark in (rb"[ \t\n\r]*", rb",[ \t\n\r]*", rb"[ \t\n\r]*:[ \t\n\r]*"))
TEXT = re.compile(rb'"([^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+)"')
NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
PLAIN = re.compile(rb"0|[1-9][0-9]{0,15}")
WORD = re.compile(rb"true|false|null")
WORDS = {b"true": True, b"false": False, b"null": None}
ESCAPED = re.compile(r"(?:\\u[0-9A-Fa-f]{4})+|\\.")
UNESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def parse(data: bytes) -> Json:
    """The value of a text of RFC 8259 in UTF-8; ValueError when it is none, or has a name twice, or half a pair."""
    value, at = _value(data, _past(BLANKS, data, 0), 1)
    if _past(BLANKS, data, at) != len(data):
        raise ValueError("something follows the value")
    return value


def _past(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    """Where that which the pattern matches here ends."""
    if (found := pattern.match(data, at)) is None:
        raise ValueError(f"not JSON at byte {at}")
    return found.end()


def _value(data: bytes, at: int, depth: int) -> tuple[Json, int]:
    """The value that begins at this byte, and where it ends."""
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    match data[at : at + 1]:
        case b"{":
            pairs, end = _listed(data, at, b"}", _member, depth)
            if len(named := dict(pairs)) != len(pairs):
                raise ValueError(f"a name twice in the object at byte {at}")
            return named, end
        case b"[":
            return _listed(data, at, b"]", _value, depth)
        case b'"':
            return _text(data, at)
        case b"t" | b"f" | b"n":
            end = _past(WORD, data, at)
            return WORDS[data[at:end]], end
        case _:
            end = _past(NUMBER, data, at)
            whole = int(data[at:end]) if PLAIN.fullmatch(data, at, end) else LARGEST_COUNT + 1
            return whole if whole <= LARGEST_COUNT else data[at:end], end


def _listed(data: bytes, at: int, close: bytes, item: Reader, depth: int) -> tuple[list[Any], int]:
    """The items between an opening bracket at this byte and its closing one."""
    items: list[Any] = []
    at = _past(BLANKS, data, at + 1)
    while data[at : at + 1] != close:
        one, at = item(data, _past(COMMA, data, at) if items else at, depth + 1)
        items.append(one)
        at = _past(BLANKS, data, at)
    return items, at + 1


def _member(data: bytes, at: int, depth: int) -> tuple[tuple[str, Json], int]:
    """A name and its value."""
    name, at = _text(data, at)
    value, at = _value(data, _past(COLON, data, at), depth)
    return (name, value), at


def _text(data: bytes, at: int) -> tuple[str, int]:
    """The text that begins with the quotation mark at this byte."""
    end = _past(TEXT, data, at)
    return ESCAPED.sub(_unescaped, data[at + 1 : end - 1].decode("utf-8")), end


def _unescaped(found: re.Match[str]) -> str:
    """What an escape stands for. A run of `\\u` is UTF-16, whose decoder refuses half of a pair."""
    written = found[0]
    if written[1] == "u":
        return bytes.fromhex(written.replace("\\u", "")).decode("utf-16-be")
    return UNESCAPED.get(written[1], written[1])


def _is_number(value: Json, wanted: int) -> bool:
    """Whether a number, in whatever writing, is exactly the wanted one."""
    if not isinstance(value, bytes):
        return _count(value) and value == wanted
    try:
        return Decimal(value.decode("ascii")) == wanted
    except ArithmeticError:  # an exponent beyond all bounds
        return False


ESCAPES = {code: f"\\u{code:04x}" for code in range(0x20)} | {
    ord(char): f"\\{short}" for char, short in zip('"\\\b\t\n\f\r', '"\\btnfr', strict=True)
}


def canonical(value: Json, *without: str) -> bytes:
    """The canonical text of a value, or of an object without some fields; ValueError when it has none."""
    return _written({n: of for n, of in value.items() if n not in without} if without else value).encode("utf-8")


def _written(value: Json) -> str:
    """The canonical text, as text."""
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            return str(value)
        case str():
            return f'"{value.translate(ESCAPES)}"'
        case list():
            return "[" + ",".join(_written(item) for item in value) + "]"
        case dict():
            names = sorted(value, key=lambda name: name.encode("utf-16-be"))
            return "{" + ",".join(f'"{name.translate(ESCAPES)}":{_written(value[name])}' for name in names) + "}"
        case _:
            raise ValueError("a number that the format cannot write")


def _like(pattern: str) -> Form:
    """A text that a pattern matches from end to end."""
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _hex(count: int, *, or_null: bool = False) -> Form:
    """So many bytes in lower-case hexadecimal digits."""
    digits = _like(f"[0-9a-f]{{{2 * count}}}")
    return lambda value: (or_null and value is None) or digits(value)


def _each(form: Form) -> Form:
    """A list, every item of which has the form."""
    return lambda value: isinstance(value, list) and all(map(form, value))


def _having(fields: dict[str, Form], *, exactly: bool = True) -> Form:
    """An object with these fields, each in its form, and (when exactly these) none beside."""
    return lambda value: (
        isinstance(value, dict)
        and (value.keys() == fields.keys() if exactly else value.keys() >= fields.keys())
        and all(form(value[name]) for name, form in fields.items())
    )


def _count(value: Json) -> bool:
    """A whole number from 0 to 2^53 - 1."""
    return type(value) is int


_any_text = _like(r"(?s:.*)")
_id = _like("[!-~]{1,200}")
_instant = _like("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z")

ROW = {"body": _any_text, "hash": _hex(32), "recorded_at": _instant, "number": _count, "path": _each(_hex(32))}
CHECKPOINT = _having(
    {
        "algorithm": _like("Ed25519"), "installation": _id, "key_id": _hex(16), "signature": _hex(64),
        "logs": _having({"events": _having({"size": _count, "root": _hex(32)})}, exactly=False),
    },
    exactly=False,
)  # fmt: skip
HANDOVER = _having({"by": _hex(16), "key_id": _hex(16), "public_key": _hex(32), "signature": _hex(64)})
BUNDLE = _having(
    {
        "format": _any_text, "version": _count, "algorithm": _any_text, "installation": _id,
        "kind": _like("case|dossier"), "subject": _id, "exported_at": _instant,
        "streams": _each(_having({"id": _id, "events": _each(_having(ROW))})),
        "definitions": lambda value: isinstance(value, dict) and all(map(_hex(32), value)),
        "checkpoint": CHECKPOINT, "keys": _each(HANDOVER), "report_sha256": _hex(32), "sha256": _hex(32),
        "signed_by": _hex(16, or_null=True), "signature": _hex(64, or_null=True),
    }
)  # fmt: skip
HEADING = {"format": "greenlane bundle", "version": 1, "algorithm": "SHA-256+Ed25519"}


def _key_id(raw: bytes) -> str:
    """The id of a public key."""
    return sha256(raw).hexdigest()[:32]


def _signed(raw: bytes, message: bytes, signature: str) -> bool:
    """Whether the signature of this key stands under the message."""
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _root(leaf: bytes, number: int, size: int, downwards: Iterator[bytes]) -> bytes | None:
    """The root of a tree with so many leaves, from one of them and the other halves on the way down to it.

    A tree of one leaf is that leaf. Any other is a node over two trees, the left of which is as large as the largest
    power of two below the size; the last hash of a path belongs to the half in which the leaf is not.
    """
    other = next(downwards, None)
    if size == 1 or other is None:
        return leaf if size == 1 and other is None else None
    left = 1 << (size - 1).bit_length() - 1
    inside = number < left
    half = _root(leaf, number, left, downwards) if inside else _root(leaf, number - left, size - left, downwards)
    return half and sha256(b"\x01" + (half + other if inside else other + half)).digest()


def _proven(stream: str, place: int, event: Json, log: Json) -> bool:
    """Whether the path of an event leads to the root of the log."""
    if event["number"] >= log["size"]:
        return False
    leaf = sha256(f"\0events {stream}.{place} {event['hash']} {event['recorded_at']}".encode()).digest()
    root = _root(leaf, event["number"], log["size"], map(bytes.fromhex, reversed(event["path"])))
    return root == bytes.fromhex(log["root"])


def _parted(data: bytes) -> tuple[bytes, Json]:
    """The page, and the value of the JSON in it; ValueError when the form is another."""
    before, opening, rest = data.partition(OPENING)
    inside, closing, after = rest.partition(CLOSING)
    page = before + opening + closing + after
    if not (opening and closing and before.startswith(START) and after.endswith(END)):
        raise ValueError("a part is missing")
    if page.lower().count(b"<script") != 1:
        raise ValueError("a second script")
    value = parse(inside)
    if canonical(value).replace(b"<", rb"\u003c") != inside:
        raise ValueError("not canonical")
    return page, value


def _body(event: Json) -> Json:
    """The body of an event, an object with an object `event`; None when it cannot be read."""
    try:
        body = parse(event["body"].encode("utf-8"))
    except ValueError:
        return None
    return body if isinstance(body, dict) and isinstance(body.get("event"), dict) else None


def _handed_over(bundle: Json, trusted: dict[str, bytes]) -> Iterator[bool]:
    """For each handing over whether it holds; the keys that it makes trusted are added."""
    for entry in bundle["keys"]:
        raw = bytes.fromhex(entry["public_key"])
        holds = _key_id(raw) == entry["key_id"]
        if entry["by"] in trusted:
            said = {"installation": bundle["installation"]} | entry
            holds = holds and _signed(trusted[entry["by"]], canonical(said, "signature"), entry["signature"])
            trusted |= {entry["key_id"]: raw} if holds else {}
        yield holds


def _streams(bundle: Json, bodies: list[list[Json]]) -> bool:
    """Whether the streams are those of the subject."""
    ids = [stream["id"] for stream in bundle["streams"]]
    if ids[:1] != [bundle["subject"]] or len(set(ids)) != len(ids) or not all(map(len, bodies)) or None in bodies[0]:
        return False
    named = {case for body in bodies[0] if isinstance(case := body["event"].get("case_id"), str)}
    return len(ids) == 1 or (bundle["kind"] == "dossier" and named.issuperset(ids[1:]))


def _chained(events: list[Json]) -> bool:
    """Whether each hash of a stream is that of the one before it and its body."""
    hashes = [BEFORE_THE_FIRST, *(bytes.fromhex(event["hash"]) for event in events)]
    bodies = [event["body"].encode("utf-8") for event in events]
    return [sha256(before + body).digest() for before, body in zip(hashes, bodies, strict=False)] == hashes[1:]


def _defined(definitions: Json, bodies: list[Json]) -> bool:
    """Whether what the events were decided under is there, and nothing else."""
    if None in bodies:
        return False
    named = [digest for body in bodies if (digest := body["event"].get("definitions_digest")) is not None]
    return (
        all(isinstance(digest, str) for digest in named)
        and {*named} == definitions.keys()
        and all(isinstance(of, str) and sha256(of.encode("utf-8")).hexdigest() == n for n, of in definitions.items())
    )


def _events(bundle: Json) -> Verdicts:
    """The checks of events, all of which are made."""
    streams = bundle["streams"]
    bodies = [[_body(event) for event in stream["events"]] for stream in streams]
    every = [(stream["id"], place, event) for stream in streams for place, event in enumerate(stream["events"], 1)]
    flat = [body for of_stream in bodies for body in of_stream]
    yield "installation", bundle["installation"] == bundle["checkpoint"]["installation"]
    yield "streams", _streams(bundle, bodies)
    yield "chains", all(_chained(stream["events"]) for stream in streams)
    yield "places", all(
        body is not None and body.get("case_id") == stream and _is_number(body.get("sequence"), place)
        for (stream, place, _), body in zip(every, flat, strict=True)
    )  # fmt: skip
    yield "numbers", all(a["number"] < b["number"] for stream in streams for a, b in pairwise(stream["events"]))
    yield "proofs", all(_proven(*one, bundle["checkpoint"]["logs"]["events"]) for one in every)
    yield "definitions", _defined(bundle["definitions"], flat)


def _checks(data: bytes, auditor: bytes) -> Verdicts:
    """Every check that is made, with its verdict."""
    try:
        page, bundle = _parted(data)
    except ValueError:
        yield "form", False
        return
    yield "form", True
    version = isinstance(bundle, dict) and all(
        type(bundle.get(name)) is type(value) and bundle[name] == value for name, value in HEADING.items()
    )
    yield "version", version
    if not version:
        return
    fields = BUNDLE(bundle) and (bundle["signed_by"] is None) == (bundle["signature"] is None)
    yield "fields", fields
    if not fields:
        return
    checkpoint, signer, trusted = bundle["checkpoint"], bundle["signed_by"], {_key_id(auditor): auditor}
    yield "content", sha256(canonical(bundle, "sha256", "signature")).hexdigest() == bundle["sha256"]
    yield "report", sha256(page).hexdigest() == bundle["report_sha256"] and (None if signer is None else True)
    handed = [*_handed_over(bundle, trusted)]
    keys = all(handed) and checkpoint["key_id"] in trusted and (signer is None or signer in trusted)
    yield "keys", keys
    if keys:
        message = canonical(checkpoint, "signature")
        yield "checkpoint", _signed(trusted[checkpoint["key_id"]], message, checkpoint["signature"])
    yield from _events(bundle)
    if keys and signer is not None:
        yield "signature", _signed(trusted[signer], canonical(bundle, "signature"), bundle["signature"])


def _auditor_key(pem: bytes) -> bytes | None:
    """The raw bytes of the one public key of Ed25519 in this text; None when it is something else."""
    try:
        key = None if b"PRIVATE KEY" in pem else load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None


def _bytes_of(path: Path) -> bytes | None:
    """What stands in a file; None when it is none, or too large."""
    try:
        found = path.stat()
        return path.read_bytes() if stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST_FILE else None
    except (OSError, ValueError):
        return None


def verdict_of(data: bytes, key_pem: bytes) -> dict[str, Any]:
    """The verdict on the bytes of a bundle, under the auditor's public key in PEM."""
    checks: dict[str, bool | None] = dict.fromkeys(CHECKS)
    auditor = _auditor_key(key_pem)
    if auditor is None or len(data) > LARGEST_FILE:
        return {"ok": False, "checks": checks}
    checks |= dict(_checks(data, auditor))
    return {"ok": not any(held is False for held in checks.values()), "checks": checks}


def verdict(file: Path, key: Path) -> dict[str, Any]:
    """The verdict on a file, under the auditor's public key in another."""
    data, key_pem = _bytes_of(file), _bytes_of(key)
    if data is None or key_pem is None:
        return {"ok": False, "checks": dict.fromkeys(CHECKS)}
    return verdict_of(data, key_pem)
