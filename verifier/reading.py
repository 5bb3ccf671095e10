"""Reading a bundle. Nothing is believed here: the file is only taken apart, and refused where it is not in its one form."""

import json
from collections.abc import Callable
from hashlib import sha256
from re import fullmatch
from typing import Any, Final

START, END = b"<!DOCTYPE html>\n<!-- greenlane bundle -->\n", b"</html>\n"
OPENING: Final = b'<script type="application/json" id="greenlane-bundle">'
KNOWN: Final = {"format": "greenlane bundle", "version": 1, "algorithm": "SHA-256+Ed25519"}
# The form: texts by pattern, whole numbers, lists, objects with exactly these fields; of a checkpoint, only what is used here.
TEXT, ID, KEY_ID, HASH, SIGNATURE = "(?s).*", "[!-~]{1,200}", "[0-9a-f]{32}", "[0-9a-f]{64}", "[0-9a-f]{128}"
INSTANT: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z"
EVENT: Final = {"body": TEXT, "hash": HASH, "recorded_at": INSTANT, "number": int, "path": [HASH]}
SIGNED: Final = {
    **dict.fromkeys(("format", "algorithm"), TEXT),
    **dict.fromkeys(("installation", "subject"), ID),
    **dict.fromkeys(("sha256", "report_sha256"), HASH),
    **dict.fromkeys(("definitions", "checkpoint"), dict),
    "version": int,
    "kind": "case|dossier",
    "exported_at": INSTANT,
    "streams": [{"id": ID, "events": [EVENT]}],
    "keys": [{"by": KEY_ID, "key_id": KEY_ID, "public_key": HASH, "signature": SIGNATURE}],
    "signed_by": KEY_ID,
    "signature": SIGNATURE,
}
CHECKPOINT: Final = {"algorithm": "Ed25519", "installation": ID, "key_id": KEY_ID, "logs": dict, "signature": SIGNATURE}


class Fault(Exception):
    """What is wrong, by a word, and where: its two arguments."""


def hold(condition: object, what: str, where: str = "") -> None:
    """Raise the fault unless the condition holds."""
    if not condition:
        raise Fault(what, where)


def parsed(text: bytes, where: str = "", whole: Callable[[str], float] = float, other: type[float] = float) -> Any:
    """The value of a JSON text, numbers by these two. Refused: a key twice, NaN (it is no int), too deep, no UTF-8."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        hold(len(pairs) == len(dict(pairs)), "not_json", where)
        return dict(pairs)

    try:
        return json.loads(text.decode(), object_pairs_hook=once, parse_int=whole, parse_float=other, parse_constant=int)
    except (RecursionError, ValueError):  # also of a text that is no UTF-8
        raise Fault("not_json", where) from None


def canonical(value: Any, *without: str, where: str = "") -> bytes:
    """The one way to write a value: keys sorted, no blanks, nothing escaped that need not be; without these fields of it."""
    left = {name: inner for name, inner in value.items() if name not in without} if isinstance(value, dict) else value
    try:
        return json.dumps(left, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):  # half of a surrogate pair is no text
        raise Fault("not_canonical", where) from None


def split(file: bytes) -> tuple[bytes, Any]:
    """The page, and the value of the one block of JSON in it, which must be written in the one canonical way."""
    hold(file.startswith(START), "not_a_bundle")
    before, opening, rest = file.partition(OPENING)
    text, closing, after = rest.partition(b"</script>")
    hold(opening and closing and file.endswith(END), "cut_off")
    # Of numbers only whole ones from 0 to 2^53 - 1: no other stands in that range, and no int is written with a point.
    value = parsed(text, "", lambda digits: range(2**53).index(int(digits)), int)
    # In the file every `<` of the JSON is written \u003c, so that nothing within it can end the block.
    hold(text == canonical(value).replace(b"<", b"\\u003c"), "not_canonical")
    hold(b"<script" not in (before + after).lower(), "script_beside")
    return before + opening + closing + after, value


def check_version(content: Any) -> bool:
    """Whether this program knows the format, its version and its algorithms."""
    for name, expected in KNOWN.items():
        hold(isinstance(content, dict) and repr(content.get(name)) == repr(expected), f"{name}_unknown", name)
    return True


def events_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Every event with all that its own proof needs; before that, whether every field is there, in its form, none beside."""
    unsigned = {**SIGNED, "signed_by": None, "signature": None}
    fits(content, unsigned if content.get("signature") is None else SIGNED)
    fits({name: content["checkpoint"].get(name) for name in CHECKPOINT}, CHECKPOINT, "checkpoint")
    fits(content["checkpoint"]["logs"].get("events"), {"size": int, "root": HASH}, "checkpoint.logs.events")
    events = []
    for stream in content["streams"]:
        before = sha256(b"greenlane ledger v1").hexdigest()  # the hash before the first event of every stream
        for sequence, event in enumerate(stream["events"], 1):
            place = {"stream": stream["id"], "sequence": sequence, "where": f"{stream['id']} {sequence}"}
            events.append({**event, **place, "before": before})
            before = event["hash"]
    return events


def record_of(event: dict[str, Any]) -> dict[str, Any]:
    """What an event's text says: its case, its place in it, when, who, and what happened."""
    record: dict[str, Any] = parsed(event["body"].encode(), event["where"])
    hold(isinstance(record, dict) and isinstance(record.get("event"), dict), "body_wrong", event["where"])
    canonical(record, where=event["where"])  # can be written: holds no half of a surrogate pair
    return record


def fits(value: Any, form: Any, where: str = "") -> None:
    """Raise the fault of the first value within this one that has not its form."""
    if isinstance(form, dict) and isinstance(value, dict):
        hold(form.keys() == value.keys(), "field_wrong", f"{where} {sorted(form.keys() ^ value.keys())}".strip())
        for name in form:
            fits(value[name], form[name], f"{where}.{name}".strip("."))
    elif isinstance(form, list) and isinstance(value, list):
        for place, inner in enumerate(value):
            fits(inner, form[0], f"{where}[{place}]")
    elif isinstance(form, str):
        hold(isinstance(value, str) and fullmatch(form, value), "field_wrong", where)
    else:
        hold(type(value) is form if form in (int, dict) else value is form, "field_wrong", where)
