"""All checks, in their order. One that was not made, since one before it failed or nothing is signed, is None."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from verifier.reading import Fault, canonical, check_version, events_of, hold, record_of, split

CHECKS: Final = {
    "form": "Tệp nguyên vẹn, viết đúng một dạng | The file is whole, written in its one form",
    "version": "Phiên bản và thuật toán đã biết | Version and algorithms are known",
    "fields": "Đủ các trường, đúng dạng | Every field is there, in its form",
    "content": "Dữ liệu khớp mã băm của gói | The data fit the bundle's digest",
    "report": "Báo cáo là bản được xuất cùng dữ liệu | The report is the one written with these data",
    "keys": "Khóa ký dẫn về khóa của kiểm toán viên | The signing keys lead back to the auditor's key",
    "checkpoint": "Chữ ký của điểm chốt đúng | The checkpoint's signature holds",
    "installation": "Cùng một hệ thống ở mọi nơi | One installation everywhere",
    "streams": "Đúng các dòng sự kiện được nêu | The streams are those that are stated",
    "chains": "Chuỗi băm của mọi sự kiện đúng | Every event's chain hash holds",
    "places": "Mọi sự kiện ở đúng chỗ của nó | Every event stands in its own place",
    "numbers": "Số thứ tự của lá tăng dần | Leaf numbers rise",
    "proofs": "Mọi sự kiện nằm trong cây đã ký | Every event stands in the signed tree",
    "definitions": "Quy tắc và lịch đúng như đã viện dẫn | Rules and calendars are those that were cited",
    "signature": "Chữ ký của gói đúng: lời báo cáo, không thiếu sự kiện | The bundle is signed: words, no event left out",
}
OF_ALL: Final = ("content", "report", "signature")  # they say that something differs, the other checks say where


class Verdict:
    """What came of each check, the first fault of each that failed, and the events as far as the file could be read."""

    def __init__(self, unread: Fault | None = None) -> None:
        self.checks: dict[str, bool | None] = dict.fromkeys(CHECKS)
        self.faults = {} if unread is None else {"file": unread}
        self.events: list[dict[str, Any]] = []

    def ask(self, name: str, check: Callable[..., Any], *given: Any) -> Any:
        """Make one check and note what came of it; what it returns, None where it fails."""
        try:
            answer, self.checks[name] = check(*given), True
        except Fault as fault:
            answer, self.checks[name], self.faults[name] = None, False, fault
        return answer

    @property
    def first_fault(self) -> Fault | None:
        """That of the first check that failed; of one of the whole file only where no other did."""
        return next((self.faults[name] for name in sorted(self.faults, key=OF_ALL.__contains__)), None)


def examine(file: bytes, key: Ed25519PublicKey) -> Verdict:
    """The verdict on a bundle's bytes, for an auditor who trusts this key and nothing else."""
    verdict = Verdict()
    taken = verdict.ask("form", split, file)
    if taken is None or not verdict.ask("version", check_version, taken[1]):
        return verdict
    page, content = taken
    events = verdict.events = verdict.ask("fields", events_of, content) or []
    if not verdict.checks["fields"]:
        return verdict
    checkpoint, log = content["checkpoint"], content["checkpoint"]["logs"]["events"]
    digest, page_digest = sha256(canonical(content, "sha256", "signature")).hexdigest(), sha256(page).hexdigest()
    verdict.ask("content", hold, digest == content["sha256"], "content_differs", "sha256")
    verdict.ask("report", hold, page_digest == content["report_sha256"], "report_differs", "report_sha256")
    keys = verdict.ask("keys", trusted, content, key)
    if keys is not None:
        verdict.ask("checkpoint", signed, keys[checkpoint["key_id"]], checkpoint, "checkpoint_forged", "checkpoint")
    same = checkpoint["installation"] == content["installation"]
    verdict.ask("installation", hold, same, "installation_differs", "checkpoint.installation")
    verdict.ask("streams", streams, content, events)
    verdict.ask("chains", list, map(chain, events))
    verdict.ask("places", list, map(place, events))
    verdict.ask("numbers", list, map(number, events, events[1:]))
    verdict.ask("proofs", list, map(proof, events, [log] * len(events)))
    verdict.ask("definitions", definitions, content, events)
    if content["signature"] is None:
        # Whoever had the file could have changed the words and their digest together: fitting, they are not proven.
        verdict.checks["report"] = verdict.checks["report"] and None
    elif keys is not None:
        verdict.ask("signature", signed, keys[content["signed_by"]], content, "signature_forged", "signature")
    return verdict


def signed(key: Ed25519PublicKey, value: dict[str, Any], what: str, where: str) -> None:
    """Whether the key signed this value without its field `signature`, which holds the signature."""
    try:
        key.verify(bytes.fromhex(value["signature"]), canonical(value, "signature"))
    except InvalidSignature:
        raise Fault(what, where) from None


def trusted(content: dict[str, Any], key: Ed25519PublicKey) -> dict[str, Ed25519PublicKey]:
    """The auditor's key, and each that one of these named as its successor, by id; both signatures must be under them."""
    keys = {sha256(key.public_bytes_raw()).hexdigest()[:32]: key}
    for place, handover in enumerate(content["keys"]):
        where, raw = f"keys[{place}]", bytes.fromhex(handover["public_key"])
        hold(handover["key_id"] == sha256(raw).hexdigest()[:32], "handover_wrong", where)
        if handover["by"] in keys:  # one between keys that are older than the auditor's says nothing to him
            signed(keys[handover["by"]], {**handover, "installation": content["installation"]}, "handover_wrong", where)
            keys[handover["key_id"]] = Ed25519PublicKey.from_public_bytes(raw)
    for key_id in (content["checkpoint"]["key_id"], content["signed_by"]):
        hold(key_id is None or key_id in keys, "key_unknown", key_id)
    return keys


def streams(content: dict[str, Any], events: list[dict[str, Any]]) -> None:
    """Whether the bundle holds what it says: the case; or the dossier, and cases that the dossier's own events name."""
    subject, first = content["subject"], [stream["id"] for stream in content["streams"][:1]]
    told = [record_of(event)["event"].get("case_id") for event in events if event["stream"] == subject]
    hold(first == [subject], "stream_wrong", subject)
    awaited = {subject, *(name for name in told if isinstance(name, str) and content["kind"] == "dossier")}
    for stream in content["streams"]:
        hold(stream["id"] in awaited and stream["events"], "stream_wrong", stream["id"])
        awaited.remove(stream["id"])


def chain(event: dict[str, Any]) -> None:
    """Whether the event's hash covers the hash before it and every byte of its text."""
    covered = bytes.fromhex(event["before"]) + event["body"].encode()
    hold(sha256(covered).hexdigest() == event["hash"], "hash_differs", event["where"])


def place(event: dict[str, Any]) -> None:
    """Whether the text names the stream, and the place in it, where it stands: none is missing in between."""
    said = (record := record_of(event)).get("case_id"), record.get("sequence")
    hold(said == (event["stream"], event["sequence"]) and said[1] is not True, "place_differs", event["where"])


def number(event: dict[str, Any], later: dict[str, Any]) -> None:
    """Whether a later event of a stream is a later leaf."""
    hold(event["number"] < later["number"] or later["sequence"] == 1, "number_wrong", later["where"])


def proof(event: dict[str, Any], log: dict[str, Any]) -> None:
    """Whether the log's tree, of this size and with this root, has the event as its leaf of this number."""
    leaf = f"\0events {event['stream']}.{event['sequence']} {event['hash']} {event['recorded_at']}".encode()
    reached = root_over(sha256(leaf).digest(), event["number"], log["size"], [*map(bytes.fromhex, event["path"])])
    hold(event["number"] < log["size"] and reached == bytes.fromhex(log["root"]), "proof_fails", event["where"])


def root_over(leaf: bytes, number: int, size: int, path: list[bytes]) -> bytes | None:
    """The root of a tree of `size` leaves (RFC 9162, 2.1) with this leaf at `number`; None: the path has another length."""
    if size <= 1 or not path:
        return leaf if size == 1 and not path else None
    left = 1 << ((size - 1).bit_length() - 1)  # leaves of the left part: the largest power of two below the size
    in_left = number < left
    # The path's last hash is that of the part in which the leaf is not; the others lead to the root of the part in which it is.
    half = root_over(leaf, number if in_left else number - left, left if in_left else size - left, path[:-1])
    return half and sha256(b"\1" + (half + path[-1] if in_left else path[-1] + half)).digest()


def definitions(content: dict[str, Any], events: list[dict[str, Any]]) -> None:
    """Whether the rules and calendars are those that the events name by their digest: none missing, none beside."""
    stated, cited = content["definitions"], set()
    for event in events:
        digest = record_of(event)["event"].get("definitions_digest")
        hold(digest is None or str(digest) in stated, "definition_missing", event["where"])
        cited.add(str(digest))
    for digest, body in stated.items():
        right = isinstance(body, str) and sha256(body.encode()).hexdigest() == digest
        hold(right and digest in cited, "definition_wrong", digest)
